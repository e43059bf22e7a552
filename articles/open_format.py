"""The publication in the open format: rows to plain values, key by key. Files are read and written in ``forum.imports``."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

from .models import Article, Collection, Correction, OldAddress, Source

Values = dict[str, Any]


def moment(value: datetime | None) -> str | None:
    """Return a moment in UTC as ISO 8601 writes it: 2026-11-23T14:05:00.25Z."""
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z") if value else None


def day(value: date | None) -> str | None:
    """Return a day as 2026-11-23."""
    return value.isoformat() if value else None


def describe_collection(collection: Collection) -> Values:
    """Return a shelf; ``parent`` is the id of the one around it."""
    return {
        "type": "collection",
        "id": collection.pk,
        "parent": collection.parent_id,
        "title": collection.title,
        "slug": collection.slug,
        "description": collection.description,
    }


def describe_old_address(old: OldAddress) -> Values:
    """Return a path of earlier days and where it leads."""
    return {"type": "old_address", "path": old.path, "target": old.target}


def describe_article(article: Article) -> Values:
    """Return an article without what hangs on it, which refers to it by its slug."""
    return {
        "type": "article",
        "id": article.pk,
        "slug": article.slug,
        "collection": article.collection_id,
        "title": article.title,
        "standfirst": article.standfirst,
        "byline": article.byline,
        "byline_role": article.byline_role,
        "submitted_by": article.submitted_by,
        "body": article.body,
        "language": article.language,
        "status": article.status,
        "published_on": day(article.published_on),
        "published_precision": article.published_precision,
        "reviewed_on": day(article.reviewed_on),
        "original_url": article.original_url,
        "created_at": moment(article.created_at),
        "published_at": moment(article.published_at),
    }


def describe_parts(article: Article) -> Iterator[Values]:
    """Yield the sources and the corrections of an article, in the order in which it shows them."""
    yield from (_describe_source(article, source) for source in article.sources.order_by("number"))
    yield from (_describe_correction(article, correction) for correction in article.corrections.order_by("made_on", "pk"))


def _describe_source(article: Article, source: Source) -> Values:
    return {
        "type": "source",
        "article": article.slug,
        "number": source.number,
        "title": source.title,
        "url": source.url,
        "saved_copy_url": source.saved_copy_url,
        "checked_on": day(source.checked_on),
        "broken_since": day(source.broken_since),
    }


def _describe_correction(article: Article, correction: Correction) -> Values:
    return {
        "type": "correction",
        "article": article.slug,
        "made_on": day(correction.made_on),
        "text": correction.text,
        "quote": correction.quote,
    }
