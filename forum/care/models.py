"""What is kept for the sake of people who write: words that moderators read first, and what they did about them."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from forum.discussion.models import Comment
from forum.discussion.patterns import PATTERN_HELP, PatternError, parse_pattern

from .concerns import Concern

MAX_PHRASE_CHARS = 400


class CarePhrase(models.Model):
    """Words that can mean that somebody is at risk, or that mean nothing of the kind. The operator's own; a set comes along."""

    class Language(models.TextChoices):
        ENGLISH = "en", _("English")
        GERMAN = "de", _("German")
        FRENCH = "fr", _("French")
        SPANISH = "es", _("Spanish")
        PORTUGUESE = "pt", _("Portuguese")
        ITALIAN = "it", _("Italian")
        DUTCH = "nl", _("Dutch")
        OTHER = "", _("another language")

    phrase = models.CharField(_("phrase"), max_length=MAX_PHRASE_CHARS, help_text=PATTERN_HELP)
    language = models.CharField(_("language"), max_length=2, choices=Language.choices, blank=True)
    concern = models.CharField(_("what it can mean"), max_length=12, choices=Concern.choices)
    is_active = models.BooleanField(_("in use"), default=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["language", "concern", "phrase"]
        verbose_name = _("phrase to read first")
        verbose_name_plural = _("phrases to read first")
        constraints = [models.UniqueConstraint("phrase", "language", name="care_phrase_once_in_a_language")]

    def __str__(self) -> str:
        return self.phrase

    def clean(self) -> None:
        """Refuse a phrase that can find nothing, or everything."""
        try:
            parse_pattern(self.phrase)
        except PatternError as error:
            raise ValidationError({"phrase": error.sentence}) from error


class CareMark(models.Model):
    """A comment that a person must read first. Private: for moderators alone, and for its writer if they ask for their data.

    It outlives a change of the words; it goes when the comment loses its words or its writer, and a year after it was closed.
    """

    class Source(models.TextChoices):
        POST = "post", _("written here")
        EDIT = "edit", _("in a change")
        IMPORT = "import", _("from an import")

    comment = models.ForeignKey(Comment, models.CASCADE, related_name="care_marks")
    concerns = models.JSONField(default=list)  # values of ``Concern``
    words = models.TextField()  # what was found, a line each: a change may take it out of the comment
    is_past = models.BooleanField(default=False)  # told of a time that is over
    source = models.CharField(_("where it came up"), max_length=6, choices=Source.choices)
    found_at = models.DateTimeField(_("found"))
    closed_at = models.DateTimeField(_("closed"), null=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("by"))
    note = models.TextField(_("what was done"), blank=True)

    class Meta:
        verbose_name = _("comment to read first")
        verbose_name_plural = _("comments to read first")
        constraints = [
            models.UniqueConstraint("comment", name="care_mark_open_once", condition=Q(closed_at__isnull=True)),
        ]
        indexes = [
            models.Index(F("found_at").desc(), F("id").desc(), name="care_mark_open", condition=Q(closed_at__isnull=True)),
            models.Index("closed_at", name="care_mark_closed", condition=Q(closed_at__isnull=False)),  # the daily purge
        ]

    def __str__(self) -> str:
        return str(self.comment_id)

    @property
    def concern_words(self) -> str:
        """Return what its words can mean."""
        return "; ".join(str(Concern(value).label) for value in self.concerns)
