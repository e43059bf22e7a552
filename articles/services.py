"""How articles and collections are stored: text becomes HTML, versions grow, and the rest of the site hears of it."""

from collections.abc import Iterable
from typing import TypeVar
from urllib.parse import unquote, urlsplit

from django.db import transaction
from django.db.models import F, QuerySet
from django.urls import reverse
from django.utils import timezone

from . import events
from .address_patterns import is_pattern
from .markup import render_article
from .models import MAX_PATH_CHARS, Article, Collection, Correction, OldAddress, Source, is_on_this_site

Row = TypeVar("Row", Source, Correction)


@transaction.atomic
def save_article(
    article: Article, *, sources: Iterable[Source] | None = None, corrections: Iterable[Correction] | None = None
) -> Article:
    """Store ``article`` with its sources, corrections and rendered text, and return it.

    ``sources`` and ``corrections`` are all that the article shall have, in any order, stored before or not; None keeps those it
    has. A changed slug leaves an old address behind, and so does the address at which the article stood first. Sends
    ``article_saved`` before the transaction ends.
    """
    now = timezone.now()
    stored = (
        Article.objects.select_for_update(no_key=True).filter(pk=article.pk).only("slug", "version", "status", "language").first()
    )
    if stored is not None:
        article.version = stored.version + 1
    article.changed_at = now
    if article.is_published() and article.published_at is None:
        article.published_at = now
    _render_and_store(article, sources, corrections)
    if stored is not None and stored.slug != article.slug:
        leave_old_address(_article_path(stored.slug), _article_path(article.slug))
    else:
        OldAddress.objects.filter(path=_article_path(article.slug)).delete()
    _answer_for_original(article)
    was_published = stored is not None and stored.is_published()
    events.article_saved.send(
        Article,
        article=article,
        is_new=stored is None,
        was_published=was_published,
        former_language=stored.language if stored is not None else "",
    )
    return article


@transaction.atomic
def store_draft(article: Article, *, sources: Iterable[Source], corrections: Iterable[Correction]) -> None:
    """Store a new article that nobody shall see yet, with its sources and corrections, and tell nobody.

    It becomes HTML, and the site hears of it, when it is saved.
    """
    article.changed_at = timezone.now()
    article.save(force_insert=True)
    _replace_rows(article, article.sources.all(), sources)
    _replace_rows(article, article.corrections.all(), corrections)


def publish_article(article: Article) -> Article:
    """Show ``article`` to everybody."""
    article.status = Article.Status.PUBLISHED
    return save_article(article)


def unpublish_article(article: Article) -> Article:
    """Take ``article`` and all that hangs on it from the public pages; nothing is lost."""
    article.status = Article.Status.DRAFT
    return save_article(article)


@transaction.atomic
def save_collection(collection: Collection) -> Collection:
    """Store ``collection`` and return it; the articles in it, however deep, get a new version, because their pages name it.

    A changed slug leaves an old address behind. Sends ``collection_saved`` before the transaction ends.
    """
    old_slug = Collection.objects.filter(pk=collection.pk).values_list("slug", flat=True).first()
    collection.save()
    if old_slug and old_slug != collection.slug:
        leave_old_address(reverse("articles:collection", args=[old_slug]), collection.get_absolute_url())
    inside = level = [collection.pk]
    while level := list(Collection.objects.filter(parent__in=level).exclude(pk__in=inside).values_list("pk", flat=True)):
        inside = inside + level
    Article.objects.filter(collection__in=inside).update(version=F("version") + 1)
    events.collection_saved.send(Collection, collection=collection)
    return collection


def leave_old_address(old_path: str, new_path: str) -> None:
    """Lead ``old_path``, and whatever led to it, straight to ``new_path``, which is live and leads nowhere else."""
    OldAddress.objects.filter(path=new_path).delete()
    OldAddress.objects.filter(target=old_path).update(target=new_path)
    OldAddress.objects.update_or_create(path=old_path, defaults={"target": new_path})


def _render_and_store(article: Article, sources: Iterable[Source] | None, corrections: Iterable[Correction] | None) -> None:
    if article.pk is None:
        article.save()  # the rows below need its id
    kept_sources = _replace_rows(article, article.sources.all(), sources)
    kept_corrections = _replace_rows(article, article.corrections.all(), corrections)
    article.body_html = render_article(
        article.body, source_numbers=[source.number for source in kept_sources], corrections=kept_corrections
    )
    article.save()


def _replace_rows(article: Article, stored: QuerySet[Row], rows: Iterable[Row] | None) -> list[Row]:
    """Make ``rows`` all that is stored. Deleting first lets two sources exchange their numbers; rows keep their ids."""
    if rows is None:
        return list(stored)
    rows = list(rows)
    for row in rows:
        row.article = article
    stored.delete()
    stored.model.objects.bulk_create(rows)
    return rows


def _answer_for_original(article: Article) -> None:
    """Lead the path at which ``article`` stood first to it: this site may be given the name of the old one."""
    parts = urlsplit(article.original_url)
    path = unquote(parts.path) + (f"?{parts.query}" if parts.query else "")
    is_plain = is_on_this_site(path) and len(path) > 1 and not is_pattern(path) and path != _article_path(article.slug)
    if is_plain and len(path) <= MAX_PATH_CHARS:
        OldAddress.objects.get_or_create(path=path, defaults={"target": _article_path(article.slug)})


def _article_path(slug: str) -> str:
    return reverse("articles:article", args=[slug])
