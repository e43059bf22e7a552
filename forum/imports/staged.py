"""What the staging file keeps of a record: words and numbers in, records and rows out. Plain values, no file and no database."""

from __future__ import annotations

import json
from dataclasses import fields
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

from .records import ArticleRecord, CommentRecord, SourceRecord

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


class Row(NamedTuple):
    """A comment to be written, with all that is known of its place.

    ``n`` counts in the order of writing, in which a parent comes before its children and a thread stands together. ``place``
    is the position of a root, or the number of a reply in its thread; ``has_place`` says that the file gave it. The keys of
    parent and root are those of rows of the site. What the file says of it and of the parent that is in the file is JSON, read
    (``read_record``, ``read_body``) by the process that works on it.
    """

    n: int
    seq: int
    pk: int
    source_id: str
    article_pk: int
    parent_pk: int | None
    root_pk: int | None
    thread: int
    is_anchored: bool  # in a thread that was here before this file
    place: int
    has_place: bool
    sort_at: datetime
    writer: int | None
    writer_is_new: bool
    line: int | None
    is_stated: bool  # it says its state, and nobody looks for advertising in it
    record: str
    parent_record: str | None


def to_number(moment: datetime | None) -> int | None:
    """Return a moment as microseconds since 1970."""
    return None if moment is None else (moment - EPOCH) // MICROSECOND


def row_of(values: tuple[Any, ...]) -> Row:
    """Return a comment to be written from what ``Staging.read`` selects."""
    (n, seq, pk, source_id, article_pk, parent, anchor, anchor_root, thread_id, thread_number, thread, depth, place, has_place,
     sort_at, writer, is_new, line, stated, record, parent_record) = values  # fmt: skip
    root = anchor_root if anchor is not None else thread_id if thread_id is not None else thread_number
    is_root = depth == 0 and anchor is None
    parent_pk = None if is_root else parent if parent is not None else anchor
    return Row(
        n=n, seq=seq, pk=pk, source_id=source_id, article_pk=article_pk,
        parent_pk=parent_pk, root_pk=None if is_root else root,
        thread=thread, is_anchored=anchor_root is not None, place=place, has_place=bool(has_place),
        sort_at=EPOCH + sort_at * MICROSECOND, writer=writer,
        writer_is_new=bool(is_new), line=line, is_stated=bool(stated), record=record, parent_record=parent_record,
    )  # fmt: skip


def read_record(row: Row) -> CommentRecord:
    """Return what the file says of a comment."""
    return comment_of((row.record, row.source_id, row.line, "", None, None))


def read_body(record: str) -> str:
    """Return the words of a comment of the file."""
    body: str = json.loads(record)["body"]
    return body


# Records as JSON: moments and days are told from words by their keys.

_MOMENTS = frozenset(("posted_at", "sort_at", "created_at", "published_at", "edited_at", "made_at", "declined_at", "answered_at",
                      "written_at", "replaced_at", "at", "checked_at"))  # fmt: skip
_DAYS = frozenset(("published_on", "reviewed_on", "checked_on", "broken_since", "made_on"))


def values_of(record: ArticleRecord | CommentRecord) -> dict[str, Any]:
    """Return the fields of a record by name."""
    return {name: getattr(record, name) for name in _NAMES[type(record)]}


_COLUMNS = {"problems", "source_id", "line", "article", "parent", "position", "email", "author_key"}
KEPT_AS_JSON = [field.name for field in fields(CommentRecord) if field.name not in _COLUMNS]
_NAMES: dict[type, list[str]] = {
    kind: [field.name for field in fields(kind)] for kind in (ArticleRecord, CommentRecord, SourceRecord)
}


def to_json(values: Any) -> str:
    """Return values as they are kept."""
    return _ENCODER.encode(values)


def _plain(value: Any) -> Any:
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, SourceRecord):
        return {name: getattr(value, name) for name in _NAMES[SourceRecord]}
    return dict(value)


_ENCODER = json.JSONEncoder(ensure_ascii=False, default=_plain)


def moments_of(values: dict[str, Any]) -> dict[str, Any]:
    """Return values with their moments and days as such, also inside of them."""
    for key, value in values.items():
        if isinstance(value, str):
            if key in _MOMENTS:
                values[key] = datetime.fromisoformat(value)
            elif key in _DAYS:
                values[key] = date.fromisoformat(value)
        elif isinstance(value, dict):
            moments_of(value)
        elif isinstance(value, list):
            for item in value:
                if isinstance(item, dict):
                    moments_of(item)
    return values


def article_of(text: str) -> ArticleRecord:
    """Return an article from what is kept of it."""
    values = moments_of(json.loads(text))
    values["collection"] = tuple(values["collection"])
    values["sources"] = tuple(SourceRecord(**source) for source in values["sources"])
    return ArticleRecord(**values)


def comment_of(row: tuple[str, str, int | None, str, str | None, int | None]) -> CommentRecord:
    """Return a comment from its columns: what is kept of it as JSON, then what stands beside that."""
    text, source_id, line, article, parent, position = row
    values = moments_of(json.loads(text))
    return CommentRecord(source_id=source_id, line=line, article=article, parent=parent, position=position, **values)
