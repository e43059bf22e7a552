"""What the site remembers to tell advertising from conversation: hosts, phrases, counts, near-repeats, how comments came in.

Words of people are in none of these tables but the moderators' own rules: counts and repeats stand under keyed hashes (``keys``).
"""

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from forum.discussion.models import Comment

from .patterns import PatternError, parse_pattern


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
        help_text=_("Words as they are written, capitals or not. A star stands for the rest of a word: loan* finds loans."),
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
    """One row: how much the filter has learned, from where it speaks up, and under which secret its counts stand."""

    ham = models.PositiveIntegerField(default=0)
    spam = models.PositiveIntegerField(default=0)
    weak_from = models.FloatField(null=True)
    strong_from = models.FloatField(null=True)
    fingerprint = models.BigIntegerField()

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
    client_ip = models.GenericIPAddressField(_("network address"), null=True)
    form_seconds = models.PositiveIntegerField(_("seconds at the form"), null=True, validators=[MaxValueValidator(2_000_000_000)])
    at = models.DateTimeField(db_index=True)  # the daily purge

    class Meta:
        verbose_name = _("how a comment came in")
        verbose_name_plural = _("how comments came in")
        indexes = [models.Index("client_ip", "at", name="evidence_by_address", condition=models.Q(client_ip__isnull=False))]

    def __str__(self) -> str:
        return str(self.comment_id)
