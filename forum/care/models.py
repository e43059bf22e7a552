"""What is kept for the sake of people: words that moderators read first and what they did about them, and the notes of safety."""

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from articles.markup import find_passage
from articles.models import Article, is_on_this_site
from forum.discussion.models import Comment
from forum.discussion.patterns import PATTERN_HELP, Pattern, PatternError, parse_pattern

from .concerns import Concern

MAX_PHRASE_CHARS = 400
MAX_PHRASES = 40  # of one note


class Language(models.TextChoices):
    """Of a phrase, or of a note."""

    ENGLISH = "en", _("English")
    GERMAN = "de", _("German")
    FRENCH = "fr", _("French")
    SPANISH = "es", _("Spanish")
    PORTUGUESE = "pt", _("Portuguese")
    ITALIAN = "it", _("Italian")
    DUTCH = "nl", _("Dutch")
    OTHER = "", _("another language")


class CarePhrase(models.Model):
    """Words that can mean that somebody is at risk, or that mean nothing of the kind. The operator's own; a set comes along."""

    Language = Language

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
        indexes = [models.Index("changed_at", name="care_phrases_changed")]  # asked with every comment (``vocabulary``)

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


class SafetyNote(models.Model):
    """A line by the editors beneath every public comment that holds certain words: the site's words, dated, with the way to more.

    It leads to ``article``, or else to ``link``. ``fragment`` says where in the article: the id of a heading and, for browsers
    that find words, those of the paragraph. ``searched_to`` is the id of the last comment that was looked at since the phrases
    changed, None once all were.
    """

    phrases = models.TextField(
        _("phrases"), max_length=4000, help_text=_("One a line; any of them will do.") + " " + PATTERN_HELP
    )
    sentence = models.CharField(
        _("what the note says"),
        max_length=400,
        help_text=_("What is dangerous, and whom to ask, in plain words. Never advice about a dose, and no reproach."),
    )
    dated_on = models.DateField(
        _("date"), default=timezone.localdate, help_text=_("Shown with the note: the day somebody last checked that it is right.")
    )
    language = models.CharField(
        _("language"),
        max_length=2,
        choices=Language.choices,
        default=Language.ENGLISH,
        blank=True,
        help_text=_("Of the note. It stays away from comments that are known to be in another one."),
    )
    link = models.CharField(
        _("where it leads"),
        max_length=300,
        blank=True,
        help_text=_("The address of an article here, as your browser shows it, or of any other page."),
    )
    article = models.ForeignKey(
        Article,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("article"),
        editable=False,
    )
    paragraph = models.CharField(
        _("words from its paragraph"),
        max_length=200,
        blank=True,
        help_text=_("The first words of the paragraph that is meant, copied from the article. The note leads right to it."),
    )
    is_active = models.BooleanField(_("in use"), default=True)
    fragment = models.CharField(max_length=700, blank=True, editable=False)
    searched_to = models.BigIntegerField(null=True, editable=False)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("safety note")
        verbose_name_plural = _("safety notes")
        constraints = [
            models.CheckConstraint(condition=Q(article__isnull=False) | ~Q(link=""), name="safety_note_leads_somewhere"),
        ]

    def __str__(self) -> str:
        return self.sentence

    @property
    def is_lost(self) -> bool:
        """Tell whether the paragraph that it leads to is no longer in its article: it leads to the top then."""
        return bool(self.paragraph and not self.fragment)

    def clean(self) -> None:
        """Refuse phrases that find nothing, or everything, and ways that lead nowhere."""
        errors: dict[str, Any] = {}
        try:
            if len(self.read_phrases()) > MAX_PHRASES:
                errors["phrases"] = _("That is a lot. Write at most %(count)d lines.") % {"count": MAX_PHRASES}
        except PatternError as error:
            errors["phrases"] = error.sentence
        if self.article is None and not self.link:
            errors["link"] = _("Write the address of the article, or of another page, to read more at.")
        elif self.link and not is_on_this_site(self.link) and not self.link.startswith(("https://", "http://")):
            errors["link"] = _("Write an address that begins with https://, or with a stroke for a page of this site.")
        if self.paragraph and self.article is None:
            errors["paragraph"] = _("No article stands at that address. Write the address of the one with these words.")
        elif self.paragraph and self.article is not None and find_passage(self.article.body_html, self.paragraph) is None:
            errors["paragraph"] = _("These words are not in the article. Copy them from one paragraph, exactly as they stand.")
        if errors:
            raise ValidationError(errors)

    def read_phrases(self) -> list[Pattern]:
        """Return what it looks for. Raises PatternError."""
        return [parse_pattern(line) for line in self.phrases.splitlines() if line.strip()] or [parse_pattern("")]


class NotedComment(models.Model):
    """A safety note stands beneath a public comment. Worked out from the comment's words whenever these, or the note, change."""

    comment = models.ForeignKey(Comment, models.CASCADE, related_name="noted", db_index=False)
    note = models.ForeignKey(SafetyNote, models.CASCADE, related_name="noted")

    class Meta:
        constraints = [models.UniqueConstraint("comment", "note", name="noted_comment_once")]  # what pages read by

    def __str__(self) -> str:
        return f"{self.comment_id}: {self.note_id}"
