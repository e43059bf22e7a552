"""What people asked to be told, how they want it, and what they were told already. Who gets what is in ``readers``."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from forum.accounts.models import Guest
from forum.discussion.models import Comment, Decision, Discussion
from forum.mail.models import OutgoingMessage


def _one_person(name: str) -> models.CheckConstraint:
    members, guests = Q(user__isnull=False, guest__isnull=True), Q(user__isnull=True, guest__isnull=False)
    return models.CheckConstraint(condition=members | guests, name=name)


class Subscription(models.Model):
    """Something that a member, or a guest, asked to be told, or may be asked. It never ends by its age.

    That of a guest whose address is not proven sleeps. A stopped one stays, so that stopping can be undone. Of the kinds, only
    that for an outcome is done once.
    """

    class Kind(models.TextChoices):
        """What is told. The order is that of importance: of several reasons for one mail the first is named first."""

        REPLIES = "replies", _("replies to me in a conversation")
        THREAD = "thread", _("a conversation")
        DISCUSSION = "discussion", _("everything under an article")
        OWN = "own", _("what becomes of my comments")
        OUTCOME = "outcome", _("a question after half a year: how did it go?")

    kind = models.CharField(max_length=12, choices=Kind.choices)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="subscriptions", db_index=False)
    guest = models.ForeignKey(Guest, models.CASCADE, null=True, related_name="subscriptions", db_index=False)
    # Of the conversation; for an outcome, the comment itself.
    root = models.ForeignKey(Comment, models.CASCADE, null=True, related_name="+", db_index=False)
    discussion = models.ForeignKey(Discussion, models.CASCADE, null=True, related_name="+", db_index=False)
    made_at = models.DateTimeField(default=timezone.now)
    stopped_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)  # of an outcome: when it was asked for, or would no longer be

    class Meta:
        constraints = [
            _one_person("subscription_is_of_member_or_guest"),
            models.CheckConstraint(
                condition=Q(kind__in=("replies", "thread", "outcome"), root__isnull=False, discussion__isnull=True)
                | Q(kind="discussion", root__isnull=True, discussion__isnull=False)
                | Q(kind="own", root__isnull=True, discussion__isnull=True),
                name="subscription_is_to_what_its_kind_says",
            ),
            # In a unique index one NULL differs from another, so each of these speaks of its own kind alone.
            models.UniqueConstraint("user", "kind", "root", name="subscription_of_member_to_thread"),
            models.UniqueConstraint("guest", "kind", "root", name="subscription_of_guest_to_thread"),
            models.UniqueConstraint("user", "discussion", name="subscription_of_member_to_article"),
            models.UniqueConstraint("guest", "discussion", name="subscription_of_guest_to_article"),
            models.UniqueConstraint("user", condition=Q(kind="own"), name="subscription_of_member_to_own"),
            models.UniqueConstraint("guest", condition=Q(kind="own"), name="subscription_of_guest_to_own"),
        ]
        indexes = [
            models.Index("root", "id", name="subscription_of_thread"),  # who is told of a new comment, in batches
            models.Index("discussion", "id", name="subscription_of_article"),
            models.Index(
                "made_at", "id", name="subscription_to_outcome", condition=Q(kind="outcome", done_at=None)
            ),  # who is asked
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.root_id or self.discussion_id or ''}"


class MailChoice(models.Model):
    """How somebody wants mail. Without a row: as it comes, with the text."""

    class Pace(models.TextChoices):
        """When mail about comments of others is sent; what becomes of one's own is told at once, unless paused."""

        AT_ONCE = "at_once", _("As they come")
        WEEKLY = "weekly", _("Once a week, all in one")
        PAUSED = "paused", _("Not for now")

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="mail_choice")
    guest = models.OneToOneField(Guest, models.CASCADE, null=True, related_name="mail_choice")
    pace = models.CharField(max_length=8, choices=Pace.choices, default=Pace.AT_ONCE)
    with_text = models.BooleanField(default=True)

    class Meta:
        constraints = [_one_person("mail_choice_is_of_member_or_guest")]

    def __str__(self) -> str:
        return self.pace


class Delivery(models.Model):
    """That somebody was told of a comment, or will be in the next weekly mail. Written once, whatever happens.

    A mail, if there is one, is queued in the same transaction. An answer is shown to its reader until ``seen_at``.
    """

    class Kind(models.TextChoices):
        """What about the comment was told."""

        ALERT = "alert", _("it was new")

    kind = models.CharField(max_length=12, choices=Kind.choices, default=Kind.ALERT)
    comment = models.ForeignKey(Comment, models.CASCADE, related_name="+", db_index=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="+", db_index=False)
    guest = models.ForeignKey(Guest, models.CASCADE, null=True, related_name="+", db_index=False)
    address_hash = models.CharField(max_length=64, blank=True)  # of a proven address: one person may be several guests
    reason = models.CharField(max_length=12, choices=Subscription.Kind.choices)  # the first one
    subscription = models.ForeignKey(Subscription, models.SET_NULL, null=True, related_name="+")
    message = models.ForeignKey(OutgoingMessage, models.SET_NULL, null=True, related_name="+")
    waits_for_digest = models.BooleanField(default=False)
    made_at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            _one_person("delivery_is_to_member_or_guest"),
            models.UniqueConstraint("comment", "kind", "user", name="delivery_to_member_once"),
            models.UniqueConstraint("comment", "kind", "guest", name="delivery_to_guest_once"),
            models.UniqueConstraint(
                "comment", "kind", "address_hash", name="delivery_to_address_once", condition=~Q(address_hash="")
            ),
        ]
        indexes = [
            models.Index("user", F("id").desc(), name="delivery_of_member"),
            models.Index("guest", F("id").desc(), name="delivery_of_guest"),
            models.Index("id", name="delivery_for_digest", condition=Q(waits_for_digest=True)),
            models.Index("made_at", name="delivery_by_age", condition=~Q(reason="replies")),  # pruning
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.comment_id}"


class Told(models.Model):
    """That a decision has been told to the writer of the comment, or needs no telling any more."""

    decision = models.OneToOneField(Decision, models.CASCADE, primary_key=True, related_name="+")

    def __str__(self) -> str:
        return str(self.pk)
