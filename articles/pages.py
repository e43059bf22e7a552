"""What the page of an article says, made ready for its template. What was read is kept while its version stands."""

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from urllib.parse import urlsplit

from django.utils.html import format_html
from django.utils.safestring import SafeString

from forum.database.compiled import Compiled

from .markup import count_citations, count_minutes, list_sections, opening_words
from .models import Article, Collection, DatePrecision, Source


@dataclass(frozen=True)
class CitedSource:
    """A source and the ids of the places in the text that cite it, in order."""

    source: Source
    citation_ids: list[str]

    @property
    def is_broken(self) -> bool:
        """Tell whether the link is known to lead nowhere."""
        return bool(self.source.url and self.source.broken_since)


@dataclass(frozen=True)
class ArticlePage:
    """An article as shown. ``sections`` are ids and titles; ``age_years`` is None where the year is not known."""

    article: Article
    shelves: list[Collection]
    sections: list[tuple[str, str]]
    sources: list[CitedSource]
    minutes: int
    age_years: int | None
    is_old: bool
    key: str | None = None  # names what is stored: the article, its version and when it was made; None in a preview

    @property
    def byline(self) -> SafeString:
        """Return the name of who wrote it, marked as that for search engines (schema.org)."""
        person = '<span itemprop="author" itemscope itemtype="https://schema.org/Person"><bdi itemprop="name">{}</bdi></span>'
        return format_html(person, self.article.byline)

    @property
    def year(self) -> str:
        """Return the year of first publication; where the day is known, the whole date is told to search engines."""
        first = self.article.published_on
        if first is None or self.article.published_precision != DatePrecision.DAY:
            return str(first.year) if first else ""
        return format_html('<time datetime="{}" itemprop="datePublished">{}</time>', first.isoformat(), first.year)

    @property
    def original_host(self) -> str:
        """Return the name of the site where the article stood first, or an empty string."""
        return (urlsplit(self.article.original_url).hostname or "").removeprefix("www.")

    @property
    def description(self) -> str:
        """Return what the article is about, in its own words."""
        return self.article.standfirst or opening_words(self.article.body_html)

    @property
    def is_from_elsewhere(self) -> bool:
        """Tell whether the text came from another site: then a source without an address may have had one."""
        return bool(self.article.original_url or self.article.submitted_by)


KEPT = 50  # articles a process; half a megabyte the longest of them
_kept: OrderedDict[str, tuple[date, ArticlePage]] = OrderedDict()  # by the last part of their addresses


def read_page(slug: str, *, today: date) -> ArticlePage | None:
    """Return the page of the article at ``slug``, published or not, or None. One query where it is known already."""
    day, page = _kept.get(slug, (None, None))
    if page is not None and day == today and page.key == _read_key(slug):
        return page
    article = Article.objects.with_shelves().defer("body").filter(slug=slug).first()
    if article is None:
        return None
    page = describe_article(article, article.sources.all(), today=today)
    page = replace(page, key=_make_key(article.pk, article.version, article.created_at, article.changed_at))
    _kept[slug] = (today, page)
    while len(_kept) > KEPT:
        _kept.popitem(last=False)
    return page


def _read_key(slug: str) -> str | None:
    return next((_make_key(*row) for row in _KEY(slug)), None)


_KEY = Compiled(lambda slug: Article.objects.filter(slug=slug).values_list("pk", "version", "created_at", "changed_at"))


def _make_key(pk: int, version: int, created_at: datetime, changed_at: datetime | None) -> str:
    """Return what names an article as it is.

    Its version grows with all that its page shows (``services``); the moments tell it from an article of another database. They
    are in UTC, which SQLite does not say.
    """
    return f"{pk}.{version} {created_at.replace(tzinfo=None)} {changed_at.replace(tzinfo=None) if changed_at else ''}"


def describe_article(article: Article, sources: Iterable[Source], *, today: date) -> ArticlePage:
    """Return the page of ``article``, whose collections were read with it."""
    citations = count_citations(article.body_html)
    return ArticlePage(
        article=article,
        shelves=article.collection.shelf_path() if article.collection else [],
        sections=list_sections(article.body_html),
        sources=[CitedSource(source, _citation_ids(source.number, citations[source.number])) for source in sources],
        minutes=count_minutes(article.body_html),
        age_years=article.age_in_years(today),
        is_old=article.is_old(today),
    )


def _citation_ids(number: int, count: int) -> list[str]:
    return [f"cite-{number}-{occurrence}" for occurrence in range(1, count + 1)]
