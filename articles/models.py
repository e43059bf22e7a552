"""The publication. Text becomes HTML in ``markup``; ``services.save_article`` stores articles and raises their version."""

from datetime import date
from functools import lru_cache

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F
from django.db.models.functions import StrIndex
from django.db.models.lookups import GreaterThan
from django.urls import get_script_prefix, reverse
from django.utils.translation import gettext_lazy as _

from .address_patterns import STAR, PatternError, check_places, count_stars, is_pattern, parse_pattern

OLD_AFTER_YEARS = 10  # an article older than this carries the care note
MAX_SHELF_DEPTH = 5
MAX_PATH_CHARS = 400  # of an old address
SHELVES_ABOVE = "__".join(["parent"] * (MAX_SHELF_DEPTH - 1))  # one join each: a page needs no query a level


class CollectionQuerySet(models.QuerySet["Collection"]):
    """Which collections."""

    def with_shelves(self) -> "CollectionQuerySet":
        """Bring along the collections that each is part of, in the same query."""
        return self.select_related(SHELVES_ABOVE)


class Collection(models.Model):
    """A shelf; shelves stand in shelves ("Biology 202" › "1999 Final Web Reports")."""

    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("part of"))
    title = models.CharField(_("title"), max_length=200)
    slug = models.SlugField(_("address"), max_length=120, unique=True)
    description = models.TextField(_("description"), blank=True)

    objects = CollectionQuerySet.as_manager()

    class Meta:
        ordering = ["title"]
        verbose_name = _("collection")
        verbose_name_plural = _("collections")
        constraints = [
            models.UniqueConstraint("parent", "title", name="collection_titles_differ_on_one_shelf"),
            models.UniqueConstraint(
                "title", condition=models.Q(parent=None), name="collection_titles_differ_at_the_top"
            ),  # SQLite knows no NULLS NOT DISTINCT
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("articles:collection", args=[self.slug])

    def clean(self) -> None:
        """Refuse a shelf inside itself, and more nesting than a page can show in one query."""
        above = self.parent.shelf_path() if self.parent else []
        if self in above:
            raise ValidationError({"parent": _("A collection cannot be part of itself.")})
        if len(above) >= MAX_SHELF_DEPTH:
            raise ValidationError(
                {"parent": _("Collections can be nested %(depth)d deep, not deeper.") % {"depth": MAX_SHELF_DEPTH}}
            )

    def shelf_path(self) -> list["Collection"]:
        """Return the collections from the outermost to this one. Free of queries after ``with_shelves()``."""
        path: list[Collection] = []
        shelf: Collection | None = self
        while shelf is not None and shelf not in path:
            path.append(shelf)
            shelf = shelf.parent
        return path[::-1]

    def path_label(self) -> str:
        """Return the titles from the outermost collection to this one, as one line."""
        return " › ".join(shelf.title for shelf in self.shelf_path())


class DatePrecision(models.TextChoices):
    """How much of a date is known."""

    DAY = "day", _("day")
    MONTH = "month", _("month")
    YEAR = "year", _("year")


class ArticleQuerySet(models.QuerySet["Article"]):
    """Which articles."""

    def published(self) -> "ArticleQuerySet":
        """Those that everybody may read."""
        return self.filter(status=Article.Status.PUBLISHED)

    def with_shelves(self) -> "ArticleQuerySet":
        """Bring along the collection and those that it is part of, in the same query."""
        return self.select_related(f"collection__{SHELVES_ABOVE}")


@lru_cache(maxsize=2_000)
def _path_of(slug: str, prefix: str) -> str:
    """Return the address of an article in a site below ``prefix``. Each page asks for it several times."""
    return reverse("articles:article", args=[slug])


class Article(models.Model):
    """A long text with numbered sources. ``version`` grows by one with every stored change."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        PUBLISHED = "published", _("Published")

    collection = models.ForeignKey(
        Collection, models.PROTECT, null=True, blank=True, related_name="articles", verbose_name=_("collection")
    )
    slug = models.SlugField(_("address"), max_length=120, unique=True)
    title = models.CharField(_("title"), max_length=200)
    standfirst = models.TextField(_("standfirst"), blank=True)
    byline = models.CharField(_("written by"), max_length=200, blank=True)
    byline_role = models.CharField(_("in what role"), max_length=120, blank=True)
    writer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("the writer's account here"),
    )
    submitted_by = models.CharField(_("submitted by"), max_length=200, blank=True)
    body = models.TextField(_("text"))
    body_html = models.TextField(editable=False, blank=True)
    language = models.CharField(_("language"), max_length=16, default="en-GB")
    status = models.CharField(_("status"), max_length=12, choices=Status.choices, default=Status.DRAFT)
    published_on = models.DateField(_("first published on"), null=True, blank=True)
    published_precision = models.CharField(
        _("known to the"), max_length=8, choices=DatePrecision.choices, default=DatePrecision.DAY
    )
    reviewed_on = models.DateField(_("last checked on"), null=True, blank=True)
    original_url = models.URLField(_("original address"), max_length=500, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(null=True, editable=False)  # the last time that it was stored
    published_at = models.DateTimeField(null=True, editable=False)  # the first time that this site showed it

    objects = ArticleQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        verbose_name = _("article")
        verbose_name_plural = _("articles")
        indexes = [
            models.Index(F("published_at").desc(), F("id").desc(), name="article_feed", condition=models.Q(status="published")),
            models.Index("status", name="article_by_status"),  # the few that readers cannot open
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return _path_of(self.slug, get_script_prefix())

    def age_in_years(self, today: date) -> int | None:
        """Return the whole years since first publication, or None where that is not known."""
        if self.published_on is None:
            return None
        years = today.year - self.published_on.year
        had_birthday = (today.month, today.day) >= (self.published_on.month, self.published_on.day)
        return years if had_birthday or self.published_precision == DatePrecision.YEAR else years - 1

    def is_old(self, today: date) -> bool:
        """Tell whether the care note belongs on the page: the day is known, at its earliest, to be more than ten years back."""
        if self.published_on is None:
            return False
        first = self.published_on
        return (today.year - OLD_AFTER_YEARS, today.month, today.day) > (first.year, first.month, first.day)

    def is_published(self) -> bool:
        """Tell whether everybody may read it."""
        return self.status == self.Status.PUBLISHED


class Source(models.Model):
    """A numbered source of one article."""

    article = models.ForeignKey(Article, models.CASCADE, related_name="sources")
    number = models.PositiveSmallIntegerField(_("number"))
    title = models.TextField(_("title"))
    url = models.URLField(_("address"), max_length=500, blank=True)
    saved_copy_url = models.URLField(_("saved copy"), max_length=500, blank=True)
    checked_on = models.DateField(_("link checked on"), null=True, blank=True)
    broken_since = models.DateField(_("link broken since"), null=True, blank=True)

    class Meta:
        ordering = ["number"]
        verbose_name = _("source")
        verbose_name_plural = _("sources")
        constraints = [models.UniqueConstraint("article", "number", name="source_number_is_unique_in_its_article")]

    def __str__(self) -> str:
        return f"{self.number}. {self.title}"


class Correction(models.Model):
    """What was wrong or has changed since, shown where it applies."""

    article = models.ForeignKey(Article, models.CASCADE, related_name="corrections")
    made_on = models.DateField(_("made on"))
    text = models.TextField(_("correction"))
    quote = models.CharField(
        _("applies to"),
        max_length=300,
        blank=True,
        help_text=_(
            "Words of the article, exactly as they stand. "
            "The correction is shown after their paragraph; without them, at the top."
        ),
    )

    class Meta:
        ordering = ["made_on", "pk"]
        verbose_name = _("correction")
        verbose_name_plural = _("corrections")

    def __str__(self) -> str:
        return self.text[:60]


class OldAddress(models.Model):
    """A path that once led somewhere and now leads to ``target``, for ever (301); without one, what stood there is gone (410)."""

    path = models.CharField(
        _("old path"),
        max_length=MAX_PATH_CHARS,
        unique=True,
        help_text=_(
            "Begins with /. One that ends in / also answers for everything below it. A star stands for anything between two "
            "slashes, two stars for any number of folders: /exchange/node/* or /bb/**/*.html."
        ),
    )
    target = models.CharField(
        _("path of today"),
        max_length=MAX_PATH_CHARS,
        blank=True,
        help_text=_(
            "Begins with /, and stays on this site. {1} is what the first star stood for, {2} the second. Left empty, it says "
            "that what stood there was taken away for good."
        ),
    )
    has_star = models.GeneratedField(  # those with stars are read for every path that is not found
        expression=GreaterThan(StrIndex("path", models.Value(STAR)), 0),
        output_field=models.BooleanField(),
        db_persist=True,
        verbose_name=_("has a star"),
    )

    class Meta:
        verbose_name = _("old address")
        verbose_name_plural = _("old addresses")
        indexes = [models.Index("path", name="old_address_with_stars", condition=models.Q(has_star=True))]

    def __str__(self) -> str:
        return f"{self.path} → {self.target}" if self.target else self.path

    def clean(self) -> None:
        """Refuse what would leave this site or lead in a circle, and stars that cannot be understood."""
        for name in ("path", "target"):
            value = getattr(self, name)
            if not (is_on_this_site(value) or (name == "target" and not value)):
                raise ValidationError({name: _("Begin with one slash, as in /articles/an-article/.")})
        if self.path == self.target:
            raise ValidationError({"target": _("This is the old path itself.")})
        if "#" in self.path:
            raise ValidationError({"path": _("Leave out what begins with #: browsers do not send it.")})
        try:
            stars = 0
            if is_pattern(self.path):
                parse_pattern(self.path)
                stars = count_stars(self.path)
        except PatternError as error:
            raise ValidationError({"path": str(error)}) from None
        try:
            check_places(self.target, stars)
        except PatternError as error:
            raise ValidationError({"target": str(error)}) from None


def is_on_this_site(path: str) -> bool:
    """Tell whether ``path`` can only lead to this site."""
    return path.startswith("/") and not path.startswith(("//", "/\\"))
