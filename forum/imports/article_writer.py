"""Articles, collections and what hangs on them: records -> rows, some in a transaction; what is there is left alone."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import count, islice
from typing import Any

from django.db import transaction
from django.db.models import Max, Model
from django.utils.text import slugify

from articles.models import Article, Collection, Correction, DatePrecision, OldAddress, Source
from articles.services import publish_article, save_article, save_collection, store_draft
from forum.discussion.models import Discussion

from .keys import reserve
from .models import ImportedId, ImportRun
from .records import ArticleRecord
from .staging import Staging

Note = Callable[[int | None, str, str], None]

ARTICLES_AT_ONCE = 20
MAX_NUMBERED_SLUG_CHARS = 110  # of the 120 that an address may have
TOO_LONG = "“{text}” is longer than the {limit} letters there is room for; the rest was left out."
ADDRESS_TOO_LONG = "the address “{url}” is longer than the {limit} letters there is room for, and was left out."


def fit(text: str, model: type[Model], name: str, note: Note, line: int | None, source_id: str = "") -> str:
    """Return ``text``, or as much of it as the field ``name`` holds; then the whole of it is told."""
    limit = _limit_of(model, name)
    if limit is None or len(text) <= limit:
        return text
    note(line, TOO_LONG.format(text=text[:1000], limit=limit), source_id)
    return text[: limit - 1].rstrip() + "…"


def fit_address(url: str | None, model: type[Model], name: str, note: Note, line: int | None, source_id: str) -> str:
    """Return ``url``, or nothing where the field ``name`` has no room for it, for a part of it leads nowhere; then it is told."""
    limit = _limit_of(model, name)
    if not url or limit is None or len(url) <= limit:
        return url or ""
    note(line, ADDRESS_TOO_LONG.format(url=url[:2000], limit=limit), source_id)
    return ""


@cache
def _limit_of(model: type[Model], name: str) -> int | None:
    return getattr(model._meta.get_field(name), "max_length", None)


def find_free_slug(model: type[Article] | type[Collection], slug: str) -> str:
    """Return ``slug``, with the first number after it under which the address is free."""
    if not model.objects.filter(slug=slug).exists():
        return slug
    stem = slug[:MAX_NUMBERED_SLUG_CHARS]
    taken = set(model.objects.filter(slug__startswith=stem).values_list("slug", flat=True))
    return next(name for name in (f"{stem}-{number}" for number in count(2)) if name not in taken)


@dataclass(slots=True)
class ArticleWriter:
    """Writes the articles of a file, as drafts: a half-imported conversation is shown to nobody."""

    run: ImportRun
    staging: Staging
    source: str
    keeps_ids: bool
    note: Note
    counts: Counter[str] = field(default_factory=Counter)
    _shelves: dict[str, Collection] = field(default_factory=dict)

    def write(self) -> None:
        """Store every article that is not here yet. One that an earlier attempt stored is found again."""
        self._write_shelves()
        for group in self._in_groups():
            with transaction.atomic():
                ties = self._read_ties(group)
                pks = [ties[record.source_id] or self._write_article(record) for _seq, record in group]
            for (seq, _record), pk in zip(group, pks, strict=True):
                self.staging.set_article(seq, pk)
        if self.keeps_ids:
            for model in (Article, Collection):
                with transaction.atomic():
                    reserve(model, 0, above=model._default_manager.aggregate(highest=Max("pk"))["highest"] or 0)

    def publish(self) -> None:
        """Save all for good, and show those that were public at their source, with the state of their conversations."""
        for group in self._in_groups():
            with transaction.atomic():
                ties = self._read_ties(group)
                stored = Article.objects.prefetch_related("sources", "corrections")
                articles = stored.in_bulk([pk for pk in ties.values() if pk])
                for _seq, record in group:
                    article = articles.get(ties[record.source_id] or 0)
                    if article is not None and not article.is_published():
                        self._publish(article, record)
                if self.keeps_ids:  # the file says which there are
                    OldAddress.objects.filter(target__in=[one.get_absolute_url() for one in articles.values()]).delete()

    def _in_groups(self) -> Iterator[list[tuple[int, ArticleRecord]]]:
        articles = self.staging.articles()
        while group := list(islice(articles, ARTICLES_AT_ONCE)):
            yield group

    def _read_ties(self, group: Sequence[tuple[int, ArticleRecord]]) -> dict[str, int | None]:
        """Return the keys of those of these articles that are stored, by their id at the source."""
        names = [record.source_id for _seq, record in group]
        ties = ImportedId.objects.filter(source=self.source, source_id__in=names, article__isnull=False)
        return dict.fromkeys(names) | dict(ties.values_list("source_id", "article"))

    def _publish(self, article: Article, record: ArticleRecord) -> None:
        states = [values["state"] for _name, _line, values in self.staging.parts("discussion", (record.source_id, record.slug))]
        if states and states[-1] != Discussion.State.OPEN:  # as it is made
            Discussion.objects.filter(article=article).update(state=states[-1])
        is_shown = record.more.get("status", "published") == Article.Status.PUBLISHED
        # An import that was stopped is of the moment at which it began.
        article.created_at = record.more.get("created_at") or self.run.started_at
        article.published_at = record.more.get("published_at") or (self.run.started_at if is_shown else None)
        if is_shown:
            publish_article(article)
        else:
            save_article(article)

    def _write_article(self, record: ArticleRecord) -> int:
        more, source_id = record.more, record.source_id

        def fitted(text: str, name: str) -> str:
            return fit(text, Article, name, self.note, record.line, source_id)

        article = Article(
            collection=self._find_shelf(record),
            slug=find_free_slug(Article, record.slug or slugify(record.title)[:80] or "article"),
            title=fitted(record.title, "title") or record.slug,
            standfirst=more.get("standfirst", ""),
            byline=fitted(record.byline, "byline"),
            byline_role=more.get("byline_role", ""),
            submitted_by=fitted(record.submitted_by, "submitted_by"),
            body=record.body,
            original_url=fit_address(record.original_url, Article, "original_url", self.note, record.line, source_id),
            published_on=record.published_on,
            reviewed_on=more.get("reviewed_on"),
        )
        if record.published_precision in DatePrecision:
            article.published_precision = record.published_precision
        if record.language:
            article.language = fitted(record.language, "language")
        if self.keeps_ids and source_id.isdecimal() and 0 < int(source_id) < 2**62:
            article.pk = int(source_id)
        names = (source_id, record.slug)
        sources = [Source(number=item.number, title=item.title, url=item.url or "") for item in record.sources]
        sources += [Source(**_only(Source, values)) for _name, _line, values in self.staging.parts("source", names)]
        corrections = [Correction(**_only(Correction, values)) for _n, _l, values in self.staging.parts("correction", names)]
        store_draft(article, sources=_by_number(sources), corrections=corrections)
        Discussion.objects.create(article=article, changed_at=article.changed_at)
        ties = [ImportedId(run=self.run, source=self.source, source_id=source_id, article=article)]
        ties += [
            ImportedId(run=self.run, source=tie["source"], source_id=tie["id"], article=article)
            for tie in more.get("imported", ())
        ]
        ImportedId.objects.bulk_create(ties[:1])
        ImportedId.objects.bulk_create(ties[1:], ignore_conflicts=True)
        self.counts.update({"articles": 1, "sources": len(sources)})
        return article.pk

    def _find_shelf(self, record: ArticleRecord) -> Collection | None:
        """Return the collection an article stands in: by its id in the file, or by the titles from the outermost inwards."""
        if name := record.more.get("collection"):
            shelf = self._shelves.get(name)
            if shelf is None:
                self.note(
                    record.line, f"the collection “{name}” is not in the file; the article stands in none.", record.source_id
                )
            return shelf
        shelf = None
        for title in record.collection:
            shelf = self._find_or_make(
                shelf, fit(title, Collection, "title", self.note, record.line, record.source_id), "", "", None
            )
        return shelf

    def _write_shelves(self) -> None:
        """Store the collections of the open format, each after the one it stands in."""
        waiting = {name: (line, values) for name, line, values in self.staging.all_parts("collection")}
        while waiting:
            ready = [name for name, (_line, values) in waiting.items() if values.get("parent") not in waiting]
            for name in ready or list(waiting)[:1]:
                line, values = waiting.pop(name)
                parent = self._shelves.get(values.get("parent") or "")
                if values.get("parent") and parent is None:
                    self.note(
                        line, f"the collection is part of “{values['parent']}”, which is not in the file, or of itself.", name
                    )
                title = fit(values["title"], Collection, "title", self.note, line, name)
                self._shelves[name] = self._find_or_make(
                    parent, title, values.get("slug", ""), values.get("description", ""), name if self.keeps_ids else None
                )

    def _find_or_make(self, parent: Collection | None, title: str, slug: str, description: str, name: str | None) -> Collection:
        found = Collection.objects.filter(parent=parent, title=title).first()
        if found is None:
            slug = find_free_slug(Collection, slug or slugify(title) or "collection")
            found = Collection(parent=parent, title=title, slug=slug, description=description)
            if name and name.isdecimal() and 0 < int(name) < 2**62:
                found.pk = int(name)
            with transaction.atomic():
                save_collection(found)
                self.run.progress.setdefault("collections", []).append(found.pk)
                self.run.save(update_fields=["progress"])
            self.counts["collections"] += 1
        return found


def _only(model: type[Model], values: dict[str, Any]) -> dict[str, Any]:
    names = {field.name for field in model._meta.concrete_fields} - {"article", "id"}
    return {key: value for key, value in values.items() if key in names}


def _by_number(sources: list[Source]) -> list[Source]:
    """Return sources with a number each; of two with one number the first is meant."""
    return list({source.number: source for source in reversed(sources)}.values())[::-1]
