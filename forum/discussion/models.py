"""Conversations as stored. Who may read a row is in ``querysets``; who changes one, in ``services``; counting, in ``tally``."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from articles.models import Article
from forum.accounts.models import Guest, Relation
from forum.accounts.names import MAX_NAME_CHARS

from .querysets import CommentQuerySet, DiscussionQuerySet

MAX_BODY_CHARS = 20_000
MAX_SUBJECT_CHARS = 160


class Discussion(models.Model):
    """Everything under one article. ``version`` grows with every change that a reader could see there."""

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        MEMBERS_ONLY = "members_only", _("Everybody reads, members write")
        CLOSED = "closed", _("Closed")
        HIDDEN = "hidden", _("Hidden")

    article = models.OneToOneField(Article, models.PROTECT, related_name="discussion")
    state = models.CharField(_("state"), max_length=12, choices=State.choices, default=State.OPEN)
    root_seq = models.PositiveIntegerField(default=0, editable=False)  # the highest position given
    comment_count = models.PositiveIntegerField(_("comments"), default=0, editable=False)
    people_count = models.PositiveIntegerField(_("people"), default=0, editable=False)
    waiting_count = models.PositiveIntegerField(_("waiting for a reply"), default=0, editable=False)
    last_comment_at = models.DateTimeField(_("last comment"), null=True, editable=False)
    active_at = models.DateTimeField(default=timezone.now, editable=False)  # the last comment, else when it was opened
    version = models.PositiveBigIntegerField(default=1, editable=False)
    changed_at = models.DateTimeField(null=True, editable=False)  # when the version grew the last time

    objects = DiscussionQuerySet.as_manager()

    class Meta:
        verbose_name = _("discussion")
        verbose_name_plural = _("discussions")
        indexes = [
            models.Index(F("active_at").desc(), F("id").desc(), name="discussion_newest"),  # home
            models.Index("state", name="discussion_by_state"),  # the few that readers cannot open
        ]

    def __str__(self) -> str:
        return str(self.article)


class DiscussionYear(models.Model):
    """How many published comments of a discussion bear a date in a year: the year strip and "Go to a year"."""

    discussion = models.ForeignKey(Discussion, models.CASCADE, related_name="years", db_index=False)
    year = models.SmallIntegerField()
    comment_count = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["year"]
        constraints = [models.UniqueConstraint("discussion", "year", name="discussion_year_is_unique")]

    def __str__(self) -> str:
        return f"{self.year} ({self.comment_count})"


class DiscussionPerson(models.Model):
    """How many published comments somebody has in a discussion: the number of people is the number of rows above nought."""

    discussion = models.ForeignKey(Discussion, models.CASCADE, related_name="+", db_index=False)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="+")
    guest = models.ForeignKey(Guest, models.CASCADE, null=True, related_name="+")
    comment_count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint("discussion", "author", name="discussion_person_member", condition=Q(author__isnull=False)),
            models.UniqueConstraint("discussion", "guest", name="discussion_person_guest", condition=Q(guest__isnull=False)),
            models.CheckConstraint(
                condition=Q(author__isnull=True, guest__isnull=False) | Q(author__isnull=False, guest__isnull=True),
                name="discussion_person_is_member_or_guest",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.author or self.guest} ({self.comment_count})"


class Comment(models.Model):
    """What somebody wrote under an article. A root has no parent and no root; every reply below it names both."""

    class State(models.TextChoices):
        HELD = "held", _("Waiting")
        PUBLISHED = "published", _("Public")
        HIDDEN = "hidden", _("Being checked")
        REJECTED = "rejected", _("Not published")
        REMOVED = "removed", _("Removed")
        WITHDRAWN = "withdrawn", _("Taken back")
        ERASED = "erased", _("Erased")

    class Precision(models.TextChoices):
        EXACT = "exact", _("exact")
        DAY = "day", _("day")
        MONTH = "month", _("month")
        YEAR = "year", _("year")
        BEFORE = "before", _("before")
        UNKNOWN = "unknown", _("not known")

    class Reason(models.TextChoices):
        """Why it is not public, in the words its writer and readers are told."""

        ADVERTISING = "advertising", _("advertising")
        PERSONAL_DETAILS = "personal_details", _("personal details")
        HARMFUL = "harmful", _("could harm someone")
        UNKIND = "unkind", _("unkind")
        OFF_TOPIC = "off_topic", _("not about this article")
        REPEATED = "repeated", _("posted more than once")
        OTHER = "other", _("another reason")

    class Mark(models.TextChoices):
        """Who speaks, given by the site and never typed."""

        ARTICLE_AUTHOR = "article_author", _("Wrote this article")
        STAFF = "staff", _("Moderator")

    # place
    discussion = models.ForeignKey(Discussion, models.PROTECT, related_name="comments", db_index=False)
    root = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="thread_replies", db_index=False)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="replies", db_index=False)
    position = models.PositiveIntegerField(null=True, blank=True, editable=False)  # of a root in its discussion
    reply_index = models.PositiveIntegerField(null=True, blank=True, editable=False)  # of a reply in its thread
    reply_seq = models.PositiveIntegerField(default=0, editable=False)  # on a root: the highest reply_index given
    locked = models.BooleanField(default=False, editable=False)  # on a root: nobody can reply in its thread
    is_update = models.BooleanField(default=False, editable=False)  # of its parent, by the same writer: how it went (``updates``)
    has_update = models.BooleanField(default=False, editable=False)  # a public one; of a root, anywhere in its thread
    sort_at = models.DateTimeField(editable=False)
    active_at = models.DateTimeField(editable=False)  # latest of its own and its public replies' sort_at

    # state; the four booleans follow from it and exist for partial indexes
    state = models.CharField(_("state"), max_length=12, choices=State.choices, default=State.HELD, editable=False)
    public = models.BooleanField(default=False, editable=False)  # its text may be read by everybody
    listed = models.BooleanField(default=False, editable=False)  # it has a place on the page: its text, or a line in its stead
    held = models.BooleanField(default=True, editable=False)
    waiting = models.BooleanField(default=False, editable=False)  # a public question that nobody else has answered
    seen_by_human = models.BooleanField(_("seen by a person"), default=False, editable=False)
    reason = models.CharField(_("reason"), max_length=20, choices=Reason.choices, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    # who
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="comments", db_index=False
    )
    guest = models.ForeignKey(Guest, models.PROTECT, null=True, blank=True, related_name="comments", db_index=False)
    name = models.CharField(_("name as shown"), max_length=MAX_NAME_CHARS, blank=True)
    relation = models.CharField(_("relation"), max_length=8, choices=Relation.choices, blank=True)
    mark = models.CharField(max_length=16, choices=Mark.choices, blank=True, editable=False)

    # what
    subject = models.CharField(_("title"), max_length=MAX_SUBJECT_CHARS, blank=True)
    body = models.TextField(_("text"))
    body_html = models.TextField(editable=False)
    render_version = models.PositiveSmallIntegerField(editable=False)
    language = models.CharField(_("language"), max_length=16, blank=True)
    is_question = models.BooleanField(_("asks something"), default=False)
    is_question_fixed = models.BooleanField(default=False, editable=False)  # a person said so; the rule no longer decides

    # when
    posted_at = models.DateTimeField(_("posted"), null=True, blank=True)
    posted_precision = models.CharField(max_length=8, choices=Precision.choices, default=Precision.EXACT)
    posted_text = models.CharField(max_length=120, blank=True)  # the date as it was printed
    published_at = models.DateTimeField(null=True, blank=True, editable=False)  # the first time
    edited_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)  # of the row

    # what a page needs of the thread without reading it
    reply_count = models.PositiveIntegerField(
        default=0, editable=False
    )  # public: of the thread on a root, direct ones on a reply
    last_reply_at = models.DateTimeField(null=True, blank=True, editable=False)
    thread_changed_at = models.DateTimeField(null=True, editable=False)  # on a root: when its own page changed the last time
    preview1_id = models.BigIntegerField(null=True, blank=True, editable=False)  # first, second and last listed reply
    preview2_id = models.BigIntegerField(null=True, blank=True, editable=False)
    last_reply_id = models.BigIntegerField(null=True, blank=True, editable=False)

    # where it came from
    origin = models.CharField(max_length=40, blank=True, editable=False)  # kind of source, for imported ones
    origin_note = models.CharField(max_length=300, blank=True, editable=False)  # what the old page printed about it
    form_key = models.UUIDField(null=True, blank=True, unique=True, editable=False)  # one sending of the form is one comment

    needs_care: bool | None = None  # whether a person must read it first; known of one that was stored a moment ago

    objects = CommentQuerySet.as_manager()

    class Meta:
        verbose_name = _("comment")
        verbose_name_plural = _("comments")
        permissions = [("moderate_comment", "Can publish, remove and restore comments")]
        constraints = [
            models.UniqueConstraint("discussion", "position", name="comment_root_position", condition=Q(position__isnull=False)),
            models.UniqueConstraint("root", "reply_index", name="comment_reply_index", condition=Q(reply_index__isnull=False)),
            models.CheckConstraint(
                condition=~Q(author__isnull=False, guest__isnull=False), name="comment_author_is_member_or_guest"
            ),
            models.CheckConstraint(
                condition=Q(state="erased") | Q(author__isnull=False) | Q(guest__isnull=False),
                name="comment_has_a_writer_unless_erased",
            ),
            models.CheckConstraint(
                condition=Q(root__isnull=True, parent__isnull=True, reply_index__isnull=True)
                | Q(root__isnull=False, parent__isnull=False, position__isnull=True),
                name="comment_is_root_or_reply",
            ),
            models.CheckConstraint(
                condition=Q(state="published", public=True, listed=True) | (~Q(state="published") & Q(public=False)),
                name="comment_public_follows_state",
            ),
            models.CheckConstraint(
                condition=Q(state="held", held=True) | (~Q(state="held") & Q(held=False)), name="comment_held_follows_state"
            ),
            models.CheckConstraint(condition=Q(public=True) | Q(waiting=False), name="comment_waiting_is_public"),
            models.CheckConstraint(condition=Q(is_update=False) | Q(parent__isnull=False), name="comment_update_has_a_parent"),
            models.UniqueConstraint("parent", name="comment_update_once", condition=Q(is_update=True) & ~Q(state="erased")),
            models.CheckConstraint(
                condition=Q(listed=False) | Q(position__isnull=False) | Q(reply_index__isnull=False),
                name="comment_listed_has_a_place",
            ),
            models.CheckConstraint(
                condition=Q(posted_at__isnull=False) | Q(posted_precision="unknown"), name="comment_without_date_says_so"
            ),
        ]
        indexes = [
            models.Index(
                "discussion",
                F("active_at").desc(),
                F("id").desc(),
                name="comment_newest",
                condition=Q(listed=True, position__isnull=False),
            ),
            models.Index("discussion", "id", name="comment_waiting_here", condition=Q(waiting=True)),
            models.Index("discussion", name="comment_asking", condition=Q(public=True, is_question=True)),  # has anybody asked?
            models.Index(F("active_at").desc(), F("id").desc(), name="comment_waiting", condition=Q(waiting=True)),
            models.Index(F("published_at").desc(), F("id").desc(), name="comment_feed", condition=Q(public=True)),
            models.Index("discussion", "published_at", name="comment_since", condition=Q(public=True)),
            models.Index("author", F("created_at").desc(), name="comment_by_member", condition=Q(author__isnull=False)),
            models.Index("guest", F("created_at").desc(), name="comment_by_guest", condition=Q(guest__isnull=False)),
            models.Index("author", F("published_at").desc(), F("id").desc(), name="comment_of_member", condition=Q(public=True)),
            models.Index("created_at", "id", name="comment_held_queue", condition=Q(held=True)),
            # What is neither public nor waiting, by state: the lists of the administration.
            models.Index("state", F("id").desc(), name="comment_not_shown", condition=Q(public=False, held=False)),
            models.Index("discussion", F("id").desc(), name="comment_of_discussion"),
            models.Index("origin", F("id").desc(), name="comment_by_origin"),  # what was imported
            models.Index("parent", name="comment_by_parent", condition=Q(parent__isnull=False)),
            models.Index("root", name="comment_by_root", condition=Q(root__isnull=False)),  # a whole thread
            models.Index("root", name="comment_updates", condition=Q(is_update=True)),  # of a thread
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.pk})"

    def get_absolute_url(self) -> str:
        """Return the permalink, which redirects to the comment's place."""
        return reverse("discussion:comment", args=[self.pk])

    @property
    def is_root(self) -> bool:
        return self.root_id is None

    @property
    def thread_id(self) -> int:
        """Return the id of the root of its thread, which may be itself."""
        return self.root_id or self.pk

    @property
    def has_known_year(self) -> bool:
        """Tell whether the year of ``posted_at`` is one that its writer or the old page gave."""
        return self.posted_at is not None and self.posted_precision not in (self.Precision.BEFORE, self.Precision.UNKNOWN)

    def is_by_same_person(self, other: "Comment") -> bool:
        """Tell whether one person wrote both. Imported comments have a guest each, so there one shown name is one person."""
        if self.author_id or other.author_id:
            return self.author_id == other.author_id
        if self.guest_id == other.guest_id:
            return True
        return bool(self.origin and other.origin) and self.name.casefold() == other.name.casefold()


class Revision(models.Model):
    """A text that a comment had before it was changed."""

    comment = models.ForeignKey(Comment, models.CASCADE, related_name="revisions")
    subject = models.CharField(max_length=MAX_SUBJECT_CHARS, blank=True)
    body = models.TextField()
    written_at = models.DateTimeField(null=True)  # since when it stood; null where that is not known
    replaced_at = models.DateTimeField()

    class Meta:
        ordering = ["replaced_at", "pk"]

    def __str__(self) -> str:
        return f"{self.comment_id}, {self.replaced_at:%Y-%m-%d}"


class PendingChange(models.Model):
    """A writer's new text for a public comment that a moderator reads first; the old text stays up until then.

    Once declined it stays for its writer, who sees why and may change it again.
    """

    comment = models.OneToOneField(Comment, models.CASCADE, related_name="pending_change")
    subject = models.CharField(max_length=MAX_SUBJECT_CHARS, blank=True)
    body = models.TextField()
    made_at = models.DateTimeField()
    declined_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=20, choices=Comment.Reason.choices, blank=True)

    class Meta:
        indexes = [models.Index("made_at", name="pending_change_queue", condition=Q(declined_at__isnull=True))]

    def __str__(self) -> str:
        return f"{self.comment_id}, {self.made_at:%Y-%m-%d}"


class Draft(models.Model):
    """What somebody has begun to write: a reply to ``parent``, or a new conversation. It may be too long for a comment.

    The address a guest typed is not here but with the guest.
    """

    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="drafts", db_index=False)
    guest = models.ForeignKey(Guest, models.CASCADE, null=True, related_name="drafts", db_index=False)
    discussion = models.ForeignKey(Discussion, models.CASCADE, related_name="+")
    parent = models.ForeignKey(Comment, models.CASCADE, null=True, related_name="+")
    subject = models.TextField(blank=True)
    body = models.TextField(blank=True)
    name = models.TextField(blank=True)
    relation = models.CharField(max_length=8, choices=Relation.choices, blank=True)
    asks = models.BooleanField(default=False)
    form_key = models.UUIDField()  # of the page of the form that saved it last
    version = models.PositiveIntegerField(default=1)  # +1 with each save: tells a page that another one has saved since
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            # In a unique index one NULL differs from another: those of guests do not count for members, and the reverse.
            models.CheckConstraint(
                condition=Q(author__isnull=True, guest__isnull=False) | Q(author__isnull=False, guest__isnull=True),
                name="draft_is_of_member_or_guest",
            ),
            models.UniqueConstraint("author", "discussion", name="draft_member_root", condition=Q(parent__isnull=True)),
            models.UniqueConstraint("author", "parent", name="draft_member_reply"),
            models.UniqueConstraint("guest", "discussion", name="draft_guest_root", condition=Q(parent__isnull=True)),
            models.UniqueConstraint("guest", "parent", name="draft_guest_reply"),
        ]
        indexes = [
            models.Index("updated_at", name="draft_by_age"),  # purging
            models.Index("form_key", name="draft_by_form_key"),  # posting
        ]

    def __str__(self) -> str:
        return f"{self.discussion_id}, {self.updated_at:%Y-%m-%d}"

    def get_absolute_url(self) -> str:
        """Return the address of the form in which it is finished."""
        if self.parent_id:
            return reverse("discussion:comment-reply", args=[self.parent_id])
        return reverse("discussion:comment-new", args=[self.discussion.article.slug])

    @property
    def as_text(self) -> str:
        """The title, if there is one, and the text, to be copied."""
        return "\n\n".join(filter(None, (self.subject, self.body)))


class ActorKind(models.TextChoices):
    """Who decided."""

    MODERATOR = "moderator", _("moderator")
    WRITER = "writer", _("writer")
    SOFTWARE = "software", _("software")
    IMPORT = "import", _("import")


class Decision(models.Model):
    """A change of state, text or place, whoever made it. Rows are added and never changed (``append_only``)."""

    class Kind(models.TextChoices):
        STATE = "state", _("state")
        REDACTION = "redaction", _("details taken out")
        QUESTION = "question", _("marked as a question or not")
        CHANGE = "change", _("a change by its writer published")
        DECLINED = "declined", _("a change by its writer not published")
        APPEAL = "appeal", _("looked at again")
        WRITER = "writer", _("given to its writer")
        KEPT = "kept", _("read and left as it is")
        PLACE = "place", _("moved to the comment it answers")
        LOCK = "lock", _("conversation closed or opened again")
        TOPICS = "topics", _("said what it is about")
        DISCUSSION = "discussion", _("all comments under an article closed or opened")

    # One of the two: a comment, but for what closes or opens a whole discussion.
    comment = models.ForeignKey(Comment, models.PROTECT, null=True, blank=True, related_name="decisions")
    discussion = models.ForeignKey(Discussion, models.PROTECT, null=True, blank=True, related_name="decisions", db_index=False)
    kind = models.CharField(_("what"), max_length=12, choices=Kind.choices, default=Kind.STATE)
    who = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", db_index=False, verbose_name=_("who")
    )
    actor_kind = models.CharField(_("as"), max_length=12, choices=ActorKind.choices)
    from_state = models.CharField(_("from"), max_length=12, choices=Comment.State.choices, blank=True)
    to_state = models.CharField(_("to"), max_length=12, choices=Comment.State.choices)
    reason = models.CharField(_("reason"), max_length=20, choices=Comment.Reason.choices, blank=True)
    note = models.TextField(_("note"), blank=True)
    batch = models.UUIDField(null=True, blank=True)
    undoes = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="undone_by", db_index=False, verbose_name=_("undoes")
    )
    at = models.DateTimeField(_("when"))

    class Meta:
        ordering = ["-at", "-pk"]
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        constraints = [
            models.UniqueConstraint("undoes", name="decision_is_undone_once", condition=Q(undoes__isnull=False)),
            models.CheckConstraint(
                condition=Q(comment__isnull=True, discussion__isnull=False, kind="discussion")
                | (Q(comment__isnull=False, discussion__isnull=True) & ~Q(kind="discussion")),
                name="decision_is_about_comment_or_discussion",
            ),
        ]
        indexes = [
            models.Index("batch", name="decision_of_batch", condition=Q(batch__isnull=False)),
            models.Index("actor_kind", F("id").desc(), name="decision_log"),
            models.Index("discussion", F("id").desc(), name="decision_of_discussion", condition=Q(discussion__isnull=False)),
            models.Index("actor_kind", "at", name="decision_by_time"),  # what was decided in the last days
            models.Index("who", F("id").desc(), name="decision_by_person", condition=Q(who__isnull=False)),  # the last to undo
        ]

    def __str__(self) -> str:
        return f"{self.comment_id}: {self.from_state or '–'} → {self.to_state}"


class Appeal(models.Model):
    """A writer asks for a second look at one decision. Any later change of the state answers it."""

    comment = models.ForeignKey(Comment, models.CASCADE, related_name="appeals")
    decision = models.OneToOneField(Decision, models.CASCADE, related_name="appeal")
    text = models.TextField()
    made_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    answer = models.TextField(blank=True)  # a moderator's words to the writer, where the decision stays as it is

    class Meta:
        indexes = [models.Index("made_at", name="appeal_queue", condition=Q(answered_at__isnull=True))]

    def __str__(self) -> str:
        return f"{self.comment_id}, {self.made_at:%Y-%m-%d}"


class Claim(models.Model):
    """Somebody says that they wrote an imported comment; a moderator decides by the evidence they give."""

    comment = models.ForeignKey(Comment, models.CASCADE, related_name="claims")
    member = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="+")
    guest = models.ForeignKey(Guest, models.CASCADE, null=True, blank=True, related_name="+")
    evidence = models.TextField(_("how one can tell"))
    made_at = models.DateTimeField(_("asked"))
    decided_at = models.DateTimeField(_("decided"), null=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("by"))
    granted = models.BooleanField(_("granted"), null=True)
    answer = models.TextField(_("answer"), blank=True)  # the claimer reads it

    class Meta:
        verbose_name = _("claim of a comment")
        verbose_name_plural = _("claims of comments")
        constraints = [
            models.CheckConstraint(
                condition=Q(member__isnull=True, guest__isnull=False) | Q(member__isnull=False, guest__isnull=True),
                name="claim_is_of_member_or_guest",
            ),
            models.CheckConstraint(
                condition=Q(decided_at__isnull=True, granted__isnull=True) | Q(decided_at__isnull=False, granted__isnull=False),
                name="claim_is_open_or_decided",
            ),
            models.UniqueConstraint(
                "comment", "member", name="claim_of_member_once", condition=Q(decided_at__isnull=True, member__isnull=False)
            ),
            models.UniqueConstraint(
                "comment", "guest", name="claim_of_guest_once", condition=Q(decided_at__isnull=True, guest__isnull=False)
            ),
        ]
        indexes = [models.Index("made_at", "id", name="claim_open", condition=Q(decided_at__isnull=True))]

    def __str__(self) -> str:
        return f"{self.comment_id}: {self.member or self.guest}"


class Lane(models.TextChoices):
    """Where moderators find what a signal is about, the most urgent first."""

    CARE = "care", _("Read first")
    DETAILS = "details", _("Personal details")
    FIRST = "first", _("First comments")
    REPORTED = "reported", _("Reported")
    ADVERTISING = "advertising", _("Likely advertising")
    CHANGED = "changed", _("Changed")


class Strength(models.TextChoices):
    """How much a signal weighs: a strong one alone makes a comment wait, a weak one explains."""

    STRONG = "strong", _("Strong")
    WEAK = "weak", _("Weak")


class Signal(models.Model):
    """Why software suspected something in the last text that was screened; gone with the words it quotes.

    With ``of_change`` it is about a change that waits (or was not published), not about the text that stands.
    """

    comment = models.ForeignKey(Comment, models.CASCADE, related_name="signals")
    code = models.CharField(max_length=40)
    lane = models.CharField(max_length=12, choices=Lane.choices)
    strength = models.CharField(max_length=6, choices=Strength.choices)
    sentence = models.TextField()
    spans = models.JSONField(default=list)  # [start, end] in the text
    of_change = models.BooleanField(default=False)
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        verbose_name = _("signal")
        verbose_name_plural = _("signals")

    def __str__(self) -> str:
        return f"{self.comment_id}: {self.code}"


class DecisionLatch(models.Model):
    """Empty but for the inside of ``append_only.opened_decisions``."""

    opened = models.BooleanField(default=True)

    def __str__(self) -> str:
        return str(self.pk)


def year_of(moment: datetime) -> int:
    """Return the year a reader is shown for ``moment`` (dates are shown in the site's time zone)."""
    if 3 <= moment.day <= 29 or 2 <= moment.month <= 11:
        return moment.year  # in any time zone
    return timezone.localtime(moment).year


def year_range(year: int) -> tuple[datetime, datetime]:
    """Return the first and the last moment of ``year`` as readers are shown it."""
    zone = timezone.get_current_timezone()
    return datetime(year, 1, 1, tzinfo=zone), datetime(year, 12, 31, 23, 59, 59, 999_999, tzinfo=zone)
