"""What the site remembers to tell advertising from conversation, what readers report, and what moderators work with.

Words of people are in none of these tables but the moderators' own rules: counts and repeats stand under keyed hashes (``keys``).
"""

from datetime import timedelta
from uuid import uuid4

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as __
from django.utils.translation import gettext_lazy as _

from forum.accounts.models import Guest
from forum.discussion.models import Appeal, Comment, Discussion, Lane
from forum.discussion.patterns import PATTERN_HELP, PatternError, parse_pattern

CLAIMED_FOR = timedelta(minutes=10)

# The order of the lanes in the list of all.
RANKS = {lane: rank for rank, lane in enumerate(Lane)}


class RuleAction(models.TextChoices):
    """What happens to a comment that one of the site's own rules fits."""

    NOTE = "note", _("Note it: moderators see it")
    HOLD = "hold", _("Hold it: a moderator decides")
    REFUSE = "refuse", _("Refuse it: the writer is told and keeps the text")


class LinkHost(models.Model):
    """A domain that comments linked to, and what moderators say about it. ``domain`` is the part that somebody registered."""

    domain = models.CharField(_("domain"), max_length=253, unique=True, help_text=_("Without www, such as example.org"))
    action = models.CharField(_("what to do"), max_length=8, choices=RuleAction.choices, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True)
    first_seen = models.DateTimeField(_("first seen"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("linked domain")
        verbose_name_plural = _("linked domains")

    def __str__(self) -> str:
        return self.domain


class HostMention(models.Model):
    """A comment links to a domain. Whether that domain is known or was removed follows from the states of its comments."""

    host = models.ForeignKey(LinkHost, models.CASCADE, related_name="mentions", db_index=False)
    comment = models.ForeignKey(Comment, models.CASCADE, related_name="host_mentions")

    class Meta:
        constraints = [models.UniqueConstraint("host", "comment", name="host_mention_is_unique")]

    def __str__(self) -> str:
        return f"{self.comment_id}: {self.host_id}"


class PhraseRule(models.Model):
    """Words that moderators look out for: plain words, a star for the rest of a word. Never a regular expression."""

    phrase = models.CharField(
        _("phrase"),
        max_length=200,
        unique=True,
        help_text=PATTERN_HELP,
    )
    action = models.CharField(_("what to do"), max_length=8, choices=RuleAction.choices, default=RuleAction.NOTE)
    note = models.CharField(_("note"), max_length=300, blank=True)
    is_active = models.BooleanField(_("in use"), default=True)
    made_at = models.DateTimeField(_("made"), default=timezone.now, editable=False)

    class Meta:
        ordering = ["phrase"]
        verbose_name = _("phrase rule")
        verbose_name_plural = _("phrase rules")

    def __str__(self) -> str:
        return self.phrase

    def clean(self) -> None:
        """Refuse a phrase that can find nothing, or everything."""
        try:
            parse_pattern(self.phrase)
        except PatternError as error:
            raise ValidationError({"phrase": error.sentence}) from error


class TokenCount(models.Model):
    """In how many decided comments of each kind a feature was; ``hash`` is keyed (``keys``)."""

    hash = models.BigIntegerField(primary_key=True)
    ham = models.PositiveIntegerField(default=0)
    spam = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return str(self.hash)


class TrainedComment(models.Model):
    """What the filter learned from one comment, so that it can be unlearned exactly; gone with the words when it is erased.

    ``score`` is what the filter said before it learned: thresholds are chosen from these.
    """

    comment = models.OneToOneField(Comment, models.CASCADE, primary_key=True, related_name="+")
    is_spam = models.BooleanField()
    hashes = models.BinaryField()
    score = models.FloatField(null=True)
    trained_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return str(self.comment_id)


class FilterState(models.Model):
    """One row: how much the filter has learned, from where it speaks up, and under which secret counts and marks of texts are."""

    ham = models.PositiveIntegerField(default=0)
    spam = models.PositiveIntegerField(default=0)
    weak_from = models.FloatField(null=True)
    strong_from = models.FloatField(null=True)
    fingerprint = models.BigIntegerField()
    stamp = models.UUIDField(null=True)  # another one after each change of what is counted

    def __str__(self) -> str:
        return f"{self.ham} + {self.spam}"


class TextMark(models.Model):
    """One of the few hashes that stand for a comment's text (``repeats``)."""

    hash = models.BigIntegerField()
    comment = models.ForeignKey(Comment, models.CASCADE, related_name="+")

    class Meta:
        indexes = [models.Index("hash", "comment", name="text_mark_repeats")]  # texts that share it

    def __str__(self) -> str:
        return f"{self.comment_id}: {self.hash}"


class Evidence(models.Model):
    """Where a comment came from and how fast: kept for EVIDENCE_DAYS, for moderators and nobody else."""

    comment = models.OneToOneField(Comment, models.CASCADE, primary_key=True, related_name="evidence")
    # That of the comment, which is there as long as this is; null of what came in before it was kept.
    discussion = models.ForeignKey(Discussion, models.CASCADE, null=True, related_name="+", db_index=False, db_constraint=False)
    client_ip = models.GenericIPAddressField(_("network address"), null=True)
    network = models.CharField(max_length=45, blank=True)  # what one visitor can be told by (``client_address.network_of``)
    form_seconds = models.PositiveIntegerField(_("seconds at the form"), null=True, validators=[MaxValueValidator(2_000_000_000)])
    at = models.DateTimeField(db_index=True)  # the daily purge

    class Meta:
        verbose_name = _("how a comment came in")
        verbose_name_plural = _("how comments came in")
        indexes = [models.Index("network", "at", "discussion", name="evidence_places", condition=~models.Q(network=""))]

    def __str__(self) -> str:
        return str(self.comment_id)


class Flag(models.Model):
    """A reader's report of a comment: by a member, a guest, or somebody known only by where they were.

    ``was_right`` follows from what moderators decide (``flags.follow_decisions``); null while nobody has.
    """

    class Reason(models.TextChoices):
        """What worries the reader. The values are those of ``Comment.Reason``."""

        ADVERTISING = Comment.Reason.ADVERTISING.value, _("Advertising")
        PERSONAL_DETAILS = Comment.Reason.PERSONAL_DETAILS.value, _("Personal details")
        HARMFUL = Comment.Reason.HARMFUL.value, _("Could harm someone")
        UNKIND = Comment.Reason.UNKIND.value, _("Unkind")
        OTHER = Comment.Reason.OTHER.value, _("Something else")

    comment = models.ForeignKey(Comment, models.CASCADE, related_name="flags", verbose_name=_("comment"))
    member = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    guest = models.ForeignKey(Guest, models.SET_NULL, null=True, related_name="+")
    network_hash = models.BigIntegerField(null=True)  # keyed, another one for each comment; gone after EVIDENCE_DAYS
    reason = models.CharField(_("reason"), max_length=20, choices=Reason.choices)
    words = models.TextField(_("what the reader wrote"), blank=True)
    points = models.PositiveSmallIntegerField(_("weight"), default=0)  # when it was made
    made_at = models.DateTimeField(_("reported"))
    was_right = models.BooleanField(_("outcome"), null=True)

    class Meta:
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        constraints = [
            models.UniqueConstraint("comment", "member", name="flag_of_member_once", condition=Q(member__isnull=False)),
            models.UniqueConstraint("comment", "guest", name="flag_of_guest_once", condition=Q(guest__isnull=False)),
            models.UniqueConstraint(
                "comment", "network_hash", name="flag_of_network_once", condition=Q(network_hash__isnull=False)
            ),
            models.CheckConstraint(
                condition=Q(member__isnull=True, guest__isnull=True)
                | Q(member__isnull=True, network_hash__isnull=True)
                | Q(guest__isnull=True, network_hash__isnull=True),
                name="flag_is_of_one_reporter",
            ),
        ]
        indexes = [models.Index("made_at", name="flag_network_purge", condition=Q(network_hash__isnull=False))]

    def __str__(self) -> str:
        return f"{self.comment_id}: {self.reason}"

    @property
    def who(self) -> str:
        """Return who reported, for moderators."""
        if self.member:
            return __("%(name)s, member") % {"name": self.member}
        if self.guest:
            name = self.guest.display_name or __("no name given")
            return (__("%(name)s, guest, address proven") if self.guest.proven_at else __("%(name)s, guest")) % {"name": name}
        return __("somebody without an account")

    @property
    def outcome_words(self) -> str:
        """Return what came of it, for moderators."""
        if self.was_right is None:
            return __("not decided")
        return __("was right") if self.was_right else __("left public")


class Sanction(models.Model):
    """Whose comments a moderator always reads first, or who cannot write, until a day. Staff are never touched.

    ``value`` is an e-mail address or domain in small letters, or a network ("203.0.113.0/24"). On the day ``until`` it is over.
    """

    class Kind(models.TextChoices):
        MEMBER = "member", _("A member")
        GUEST = "guest", _("A guest")
        ADDRESS = "address", _("An e-mail address")
        DOMAIN = "domain", _("All e-mail addresses of a domain")
        NETWORK = "network", _("A network address or a network")

    class Action(models.TextChoices):
        """The values are those of ``RuleAction``."""

        HOLD = RuleAction.HOLD.value, _("Always look: a moderator reads each comment before it is public")
        REFUSE = RuleAction.REFUSE.value, _("Cannot write: the form says so, until when, and gives the text back")

    kind = models.CharField(_("what"), max_length=8, choices=Kind.choices)
    member = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="+")
    guest = models.ForeignKey(Guest, models.CASCADE, null=True, related_name="+")
    value = models.CharField(max_length=254, blank=True, editable=False)
    action = models.CharField(_("what happens"), max_length=8, choices=Action.choices, default=Action.HOLD)
    reason = models.CharField(_("reason"), max_length=20, choices=Comment.Reason.choices, help_text=_("The writer is told it."))
    note = models.TextField(_("note"), blank=True, help_text=_("For moderators."))
    until = models.DateField(_("until"), help_text=_("On this day it ends by itself."))
    made_at = models.DateTimeField(_("made"), default=timezone.now, editable=False)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", editable=False, verbose_name=_("by")
    )
    lifted_at = models.DateTimeField(_("lifted"), null=True, editable=False)
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", editable=False, verbose_name=_("lifted by")
    )

    class Meta:
        verbose_name = _("sanction")
        verbose_name_plural = _("sanctions")
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="member", member__isnull=False, guest__isnull=True, value="")
                | Q(kind="guest", member__isnull=True, guest__isnull=False, value="")
                | Q(kind__in=("address", "domain", "network"), member__isnull=True, guest__isnull=True),
                name="sanction_is_about_what_it_says",
            )
        ]
        indexes = [models.Index("value", name="sanction_by_value", condition=~Q(value=""))]

    def __str__(self) -> str:
        # The administration's own log keeps this: no name and no address.
        return f"{self.get_kind_display()} ({self.pk})"


class QueueItem(models.Model):
    """A comment that a person must read, and in which lane. The row is gone when somebody has decided."""

    class About(models.TextChoices):
        """What is to be decided."""

        COMMENT = "comment", _("the comment")
        CHANGE = "change", _("a change of a public comment")
        APPEAL = "appeal", _("a second look at a decision")

    comment = models.OneToOneField(Comment, models.CASCADE, primary_key=True, related_name="queue_item")
    lane = models.CharField(max_length=12, choices=Lane.choices)
    rank = models.PositiveSmallIntegerField()  # of the lane: the list of all goes lane by lane
    about = models.CharField(max_length=8, choices=About.choices, default=About.COMMENT)
    appeal = models.ForeignKey(Appeal, models.SET_NULL, null=True, related_name="+")  # the question that waits, if that is it
    since = models.DateTimeField()  # waiting since
    place_at = models.DateTimeField()  # its place in the lane: ``since``, or when somebody said "not now"
    claimed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    claimed_at = models.DateTimeField(null=True)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")  # for a second opinion
    asked_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("comment to read")
        verbose_name_plural = _("comments to read")
        permissions = [("view_load", "Can see how much each moderator does")]
        # The list of all, a lane (one rank), and the counts of the lanes.
        indexes = [models.Index("rank", "place_at", "comment", name="queue_in_order")]

    def __str__(self) -> str:
        return f"{self.comment_id} ({self.lane})"


class Batch(models.Model):
    """One decision on many comments: previewed, carried out step by step, undone as one. Its id is that of its decisions."""

    class Verb(models.TextChoices):
        PUBLISH = "publish", _("Publish")
        ADVERTISING = "advertising", _("Remove as advertising")
        REMOVE = "remove", _("Do not show, with a reason")

    class Scope(models.TextChoices):
        CHOSEN = "chosen", _("chosen in the list")
        WRITER = "writer", _("everything by one writer")
        NETWORK = "network", _("everything that came from one network")
        HOST = "host", _("everything with links to one domain")
        BRANCH = "branch", _("a comment and all that answers it")

    class State(models.TextChoices):
        PREVIEWED = "previewed", _("not carried out")
        RUNNING = "running", _("under way")
        DONE = "done", _("done")
        UNDOING = "undoing", _("being undone")
        UNDONE = "undone", _("undone")

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    moderator = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("who"))
    verb = models.CharField(_("what"), max_length=12, choices=Verb.choices)
    scope = models.CharField(_("which"), max_length=8, choices=Scope.choices)
    about = models.ForeignKey(Comment, models.SET_NULL, null=True, related_name="+")  # the one it began with
    host = models.CharField(max_length=253, blank=True)
    reason = models.CharField(_("reason"), max_length=20, choices=Comment.Reason.choices, blank=True)
    note = models.TextField(_("note"), blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.PREVIEWED)
    total = models.PositiveIntegerField(_("comments"), default=0)
    is_cut = models.BooleanField(default=False)  # there were more than one batch takes
    made_at = models.DateTimeField(_("when"), default=timezone.now)

    class Meta:
        verbose_name = _("batch")
        verbose_name_plural = _("batches")
        indexes = [models.Index(F("made_at").desc(), name="batch_newest")]

    def __str__(self) -> str:
        return f"{self.get_verb_display()} ({self.total})"


class BatchItem(models.Model):
    """One comment of a batch as it was when the batch was previewed, and what came of it."""

    class Outcome(models.TextChoices):
        WAITING = "", _("waiting")
        DONE = "done", _("done")
        LEFT = "left", _("left as it is")
        UNDONE = "undone", _("undone")
        KEPT = "kept", _("could not be undone")

    batch = models.ForeignKey(Batch, models.CASCADE, related_name="items", db_index=False)
    comment = models.ForeignKey(Comment, models.CASCADE, related_name="+")
    version = models.PositiveIntegerField()
    outcome = models.CharField(max_length=6, choices=Outcome.choices, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint("batch", "comment", name="batch_has_a_comment_once")]
        # The next steps of a batch, and how far it is.
        indexes = [models.Index("batch", "outcome", "id", name="batch_steps")]

    def __str__(self) -> str:
        return f"{self.comment_id}: {self.outcome or '–'}"


class Preference(models.Model):
    """How a moderator likes to work."""

    moderator = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="+")
    shortcuts = models.BooleanField(default=False)

    def __str__(self) -> str:
        return str(self.moderator_id)


def is_claim_fresh(item: QueueItem) -> bool:
    """Tell whether somebody said within CLAIMED_FOR that they are reading it."""
    return item.claimed_at is not None and timezone.now() - item.claimed_at < CLAIMED_FOR
