"""What comments and articles are about: the vocabulary that the operator edits, and where its words stand.

Words of people are in none of these tables: a mention names places in a text, as numbers.
"""

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from articles.models import Article
from forum.discussion.models import Comment
from forum.discussion.patterns import PATTERN_HELP, PatternError, parse_pattern


class Kind(models.TextChoices):
    """What sort of thing a topic is; topics that are named together are shown by it."""

    CONDITION = "condition", _("condition")
    TREATMENT = "treatment", _("treatment")
    DEVICE = "device", _("device")
    OUTCOME = "outcome", _("outcome")
    PERSON = "person", _("person affected")


def check_spelling(text: str) -> None:
    """Refuse words that nothing can be found by, saying what to do."""
    try:
        parse_pattern(text)
    except PatternError as error:
        raise ValidationError(error.sentence) from error


class Topic(models.Model):
    """Something that people write about. ``name`` is as it stands inside a sentence.

    Topics are never deleted: people's corrections hang on them.
    """

    slug = models.SlugField(_("address"), max_length=120, unique=True)
    name = models.CharField(
        _("name"),
        max_length=120,
        unique=True,
        help_text=_("As it stands inside a sentence: baclofen pump, Parkinson’s disease."),
    )
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    help_line = models.CharField(
        _("line of help"), max_length=300, blank=True, help_text=_("Shown below the name on the page of the topic.")
    )
    is_active = models.BooleanField(
        _("in use"), default=True, help_text=_("A topic that is not in use has no page and is not looked for.")
    )

    class Meta:
        ordering = ["name"]
        verbose_name = _("topic")
        verbose_name_plural = _("topics")

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("topics:topic", args=[self.slug])


class Spelling(models.Model):
    """Words by which a topic is found."""

    class Sort(models.TextChoices):
        SPELLING = "spelling", _("spelling")
        BRAND = "brand", _("brand name")
        MISSPELLING = "misspelling", _("misspelling")

    topic = models.ForeignKey(Topic, models.CASCADE, related_name="spellings", db_index=False)
    text = models.CharField(
        _("words"),
        max_length=120,
        validators=[check_spelling],
        help_text=PATTERN_HELP,
    )
    sort = models.CharField(_("sort"), max_length=12, choices=Sort.choices, default=Sort.SPELLING)
    language = models.CharField(
        _("language"),
        max_length=2,
        blank=True,
        validators=[RegexValidator(r"^[a-z]{2}$", _("Write two small letters, such as de."))],
        help_text=_("Two letters, such as de: then only texts in that language are searched."),
    )
    is_exact = models.BooleanField(_("capitals as written"), default=False)

    class Meta:
        ordering = ["sort", "text"]
        verbose_name = _("spelling")
        verbose_name_plural = _("spellings")
        constraints = [models.UniqueConstraint("topic", "text", "language", name="spelling_is_unique_in_its_topic")]

    def __str__(self) -> str:
        return self.text

    def clean(self) -> None:
        """Refuse what leaves letters open where capitals count."""
        if self.is_exact and any(sign in self.text for sign in ("*", "/", "…", "...")):
            raise ValidationError({"is_exact": _("Where capitals count, write the words without a star, a stroke or dots.")})


class Vocabulary(models.Model):
    """One row: which vocabulary stands, and how far texts have been searched for it.

    ``stamp`` is another one after each change. ``cursor`` is the id of the last comment that was searched for ``searching``.
    """

    stamp = models.UUIDField()
    searched = models.UUIDField(null=True)  # the stamp that all texts have been searched for
    searching = models.UUIDField(null=True)
    cursor = models.BigIntegerField(default=0)
    article_cursor = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="vocabulary_is_one_row")]

    def __str__(self) -> str:
        return str(self.stamp)


class NewComment(models.Model):
    """A comment that was public when it was stored, whose words the worker has not searched yet (``arrivals``)."""

    comment = models.ForeignKey(Comment, models.CASCADE, related_name="+", db_index=False)

    def __str__(self) -> str:
        return str(self.comment_id)


class LoadedTerm(models.Model):
    """What was once added from a vocabulary that comes with the site, so that it is added only once, whatever became of it."""

    key = models.CharField(max_length=300, unique=True)

    def __str__(self) -> str:
        return self.key


class Standing(models.TextChoices):
    """Who says that a text is about a topic."""

    FOUND = "found", _("found by its words")
    ADDED = "added", _("added by a person")
    DENIED = "denied", _("not about this, says a person")


class By(models.TextChoices):
    """Which person."""

    WRITER = "writer", _("writer")
    MODERATOR = "moderator", _("moderator")


class Mentioned(models.Model):
    """A topic in a text: ``spans`` are the places of its words, (start, end) each, in the text that ``texts`` makes of it."""

    topic = models.ForeignKey(Topic, models.PROTECT, related_name="+", db_index=False, verbose_name=_("topic"))
    spans = models.JSONField(default=list, editable=False)
    standing = models.CharField(_("standing"), max_length=8, choices=Standing.choices, default=Standing.FOUND)
    corrected_by = models.CharField(_("corrected by"), max_length=12, choices=By.choices, blank=True, editable=False)

    class Meta:
        abstract = True


class Mention(Mentioned):
    """A topic in a comment. ``shown`` ones are those that everybody may read, of a topic in use, not denied: what is counted."""

    comment = models.ForeignKey(Comment, models.CASCADE, related_name="mentions", db_index=False)
    shown = models.BooleanField(default=False)
    at = models.DateTimeField()  # when the comment was first published: lists are in this order

    class Meta:
        constraints = [models.UniqueConstraint("comment", "topic", name="mention_is_unique")]
        indexes = [
            # The experiences of a topic, the latest first; whoever looks for two topics walks along the rarer one.
            models.Index("topic", F("at").desc(), F("comment").desc(), name="shown_mention_of_topic", condition=Q(shown=True)),
        ]

    def __str__(self) -> str:
        return f"{self.comment_id}: {self.topic_id}"


class ArticleMention(Mentioned):
    """A topic in an article; ``place_count`` is how often it is named there."""

    article = models.ForeignKey(Article, models.CASCADE, related_name="mentions", db_index=False, verbose_name=_("article"))
    place_count = models.PositiveIntegerField(_("places"), default=0, editable=False)

    class Meta:
        verbose_name = _("topic of an article")
        verbose_name_plural = _("topics of articles")
        constraints = [models.UniqueConstraint("article", "topic", name="article_mention_is_unique")]
        indexes = [models.Index("topic", F("place_count").desc(), F("id").desc(), name="article_mention_of_topic")]

    def __str__(self) -> str:
        return f"{self.article}: {self.topic}"


class TopicPair(models.Model):
    """In how many comments two topics are shown together; a topic with itself: in how many it is shown.

    Changed under the lock of ``SiteVersion`` alone (``counting``). ``id`` is made of the two ids, the lower one first.
    """

    id = models.BigIntegerField(primary_key=True)
    low = models.ForeignKey(Topic, models.CASCADE, related_name="+")
    high = models.ForeignKey(Topic, models.CASCADE, related_name="+")
    comment_count = models.PositiveIntegerField(default=0)

    class Meta:
        indexes = [models.Index(F("comment_count").desc(), name="topic_by_comments", condition=Q(low=F("high")))]

    def __str__(self) -> str:
        return f"{self.low_id}, {self.high_id}: {self.comment_count}"
