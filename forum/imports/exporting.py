"""The whole site, or one article with its conversation, as a file in the open format; what a line holds, the apps below say.

The order is fixed (shelves, old addresses, then article by article; everything by id) and so is the spelling, so that what was
exported, imported into an empty site and exported again is the same byte for byte.
"""

import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.urls import reverse

from articles.models import Article, Collection, OldAddress
from articles.open_format import describe_article, describe_collection, describe_old_address, describe_parts, moment
from forum.discussion.models import Comment, Discussion
from forum.discussion.open_format import (
    FORMAT,
    READ_AT_ONCE,
    VERSION,
    Values,
    describe_author,
    describe_comment,
    describe_discussion,
    describe_history,
    to_line,
    with_history,
)
from forum.moderation.models import Evidence

from .models import ImportedId, ImportedWriter, SiteIdentity

FILE_MODE = 0o600  # it holds what is not public
OnProgress = Callable[[int, int], None]


class ExportError(Exception):
    """The file could not be written. The text is one plain sentence for the operator; what stood there before still does."""


def export_file(
    path: Path,
    *,
    article: Article | None = None,
    with_contacts: bool = False,
    on_progress: OnProgress = lambda done, total: None,
) -> Counter[str]:
    """Write ``path`` and return how many lines of each type it has; with ``article``, only what belongs to that one.

    ``with_contacts`` adds e-mail and network addresses. The site may stay open: the file shows one moment. ``on_progress`` hears
    how many comments are written, and of how many. Raises ExportError.
    """
    counts: Counter[str] = Counter()
    identity = SiteIdentity.load()
    part = path.with_name(f"{path.name}.part")
    try:
        with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, FILE_MODE), "wb") as file, _one_moment():
            total = _count_comments(article)
            for values in _describe_site(article, identity, with_contacts=with_contacts):
                file.write(to_line(values).encode())
                counts[values["type"]] += 1
                if values["type"] == "comment":
                    on_progress(counts["comment"], total)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise ExportError(f"The file {path} cannot be written: {error.strerror or error}.") from error
    return counts


@contextmanager
def _one_moment() -> Iterator[None]:
    """Read all inside the block as it was at its beginning, while others go on writing."""
    if connection.in_atomic_block:
        yield
        return
    if connection.vendor == "postgresql":
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield
        return
    with connection.cursor() as cursor:
        cursor.execute("BEGIN DEFERRED")  # atomic() would begin IMMEDIATE here, and nobody could write meanwhile
        try:
            yield
        finally:
            cursor.execute("ROLLBACK")


def _count_comments(article: Article | None) -> int:
    comments = Comment.objects.all() if article is None else Comment.objects.filter(discussion__article=article)
    return comments.count()


def _describe_site(article: Article | None, identity: SiteIdentity, *, with_contacts: bool) -> Iterator[Values]:
    yield {"type": "site", "format": FORMAT, "version": VERSION, "id": str(identity.key)}
    if article is None:
        yield from (describe_collection(shelf) for shelf in Collection.objects.order_by("pk").iterator(READ_AT_ONCE))
        yield from (describe_old_address(old) for old in OldAddress.objects.order_by("path").iterator(READ_AT_ONCE))
        for one in Article.objects.order_by("pk").iterator(READ_AT_ONCE):
            yield from _describe_article(one, identity, with_contacts=with_contacts)
        return
    yield from (describe_collection(shelf) for shelf in (article.collection.shelf_path() if article.collection else ()))
    leading_here = OldAddress.objects.filter(target__startswith=reverse("articles:article", args=[article.slug]))
    yield from (describe_old_address(old) for old in leading_here.order_by("path"))
    yield from _describe_article(article, identity, with_contacts=with_contacts)


def _describe_article(article: Article, identity: SiteIdentity, *, with_contacts: bool) -> Iterator[Values]:
    ties = _read_ties("article", [article.pk], identity)
    yield describe_article(article) | {"imported": ties.get(article.pk, [])}
    yield from describe_parts(article)
    discussion = Discussion.objects.select_related("article").get(article=article)
    yield describe_discussion(discussion)
    for batch in _in_batches(discussion):
        ids = [comment.pk for comment in batch]
        ties = _read_ties("comment", ids, identity)
        evidence = _read_evidence(ids) if with_contacts else {}
        writers = _read_writers({comment.guest_id for comment in batch if comment.guest_id})
        for comment in batch:
            contacts = {"evidence": evidence.get(comment.pk)} if with_contacts else {}
            author = _describe_author(comment, writers, with_contacts=with_contacts)
            yield describe_comment(comment, author) | {"imported": ties.get(comment.pk, [])} | contacts
            yield from describe_history(comment)


def _in_batches(discussion: Discussion) -> Iterator[list[Comment]]:
    last = 0
    comments = with_history(Comment.objects.filter(discussion=discussion)).select_related(
        "discussion__article", "pending_change", "guest", "author"
    )
    while batch := list(comments.defer("body_html").filter(pk__gt=last).order_by("pk")[:READ_AT_ONCE]):
        yield batch
        last = batch[-1].pk


def _describe_author(comment: Comment, writers: dict[int, Values], *, with_contacts: bool) -> Values | None:
    author = describe_author(comment)
    person = comment.author or comment.guest
    if author is None or person is None:
        return author
    # Whoever came by an import keeps the key by which an earlier site told them apart.
    author |= writers.get(comment.guest_id or 0, {})
    return author | {"email": person.email} if with_contacts else author


def _read_writers(guest_ids: Iterable[int]) -> dict[int, Values]:
    """Return by guest what the source called them: key and kind."""
    rows = ImportedWriter.objects.filter(guest__in=list(guest_ids)).order_by("-pk")
    return {guest: {"key": key, "kind": kind} for guest, key, kind in rows.values_list("guest", "key", "kind")}


def _read_ties(kind: str, ids: Iterable[int], identity: SiteIdentity) -> dict[int, list[Values]]:
    """Return by id what the articles or comments were called where they came from."""
    rows = ImportedId.objects.filter(**{f"{kind}__in": list(ids)}).exclude(source=identity.source)
    ties: dict[int, list[Any]] = {}
    for pk, source, source_id in rows.order_by("source", "source_id").values_list(kind, "source", "source_id"):
        ties.setdefault(pk, []).append({"source": source, "id": source_id})
    return ties


def _read_evidence(ids: Iterable[int]) -> dict[int, Values]:
    return {
        row.comment_id: {"client_ip": row.client_ip, "form_seconds": row.form_seconds, "at": moment(row.at)}
        for row in Evidence.objects.filter(comment__in=list(ids))
    }
