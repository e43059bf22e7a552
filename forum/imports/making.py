"""A comment of the file -> the values of its rows, as far as they follow from it alone: its HTML, whether it asks, its topics,
the words it is found by, what repeats and advertising are looked for by. Nothing is written here.

Whoever makes comments in a process of their own sends ``Row`` and gets ``Made``; both are plain values.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from articles.models import Article
from forum.care.marks import read_submission
from forum.care.notes import Notes, find_notes, load_notes
from forum.discussion import markup
from forum.discussion.models import Comment
from forum.discussion.open_format import OPEN_FORMAT_ORIGIN
from forum.discussion.questions import is_question
from forum.discussion.screening import Kind, Submission, Verdict, screen
from forum.moderation.links import find_links
from forum.moderation.memory import find_domains
from forum.moderation.repeats import sketch
from forum.moderation.texts import own_text
from forum.search.backends import Entry
from forum.search.texts import text_of_comment
from forum.topics.matching import Matcher
from forum.topics.mentions import Found, find_topics
from forum.topics.vocabulary import current_matcher

from .article_writer import fit
from .readers.jsonl import FILE_SOURCE, SITE_SOURCE
from .records import CommentRecord
from .staged import Row, read_body, read_record

_S = Comment.State
_DEFAULTS = {field.attname: field.get_default() for field in Comment._meta.concrete_fields}
KEPT = ("signals", "change", "imported", "evidence")  # of what a record says beside the comment itself

Told = tuple[int | None, str, str]  # line, sentence, id at the source


class Order(NamedTuple):
    """What is the same for all comments of an import."""

    started_at: datetime
    source: str


class Made(NamedTuple):
    """What was worked out. ``values`` are those of a ``Comment`` in the order of its fields, without its place and its writer."""

    values: tuple[Any, ...]
    more: dict[str, Any]  # of what the record says beside it, KEPT
    told: list[Told]  # for the report
    signals: list[dict[str, Any]]
    has_concern: bool = False
    marks: Sequence[int] = ()  # the hashes by which repeats are found
    domains: Sequence[str] = ()  # that it links to
    entry: Entry | None = None  # of a public one: how it is found
    topics: Found = {}
    notes: Sequence[int] = ()


def make_comments(order: Order, rows: Sequence[Row]) -> list[Made]:
    """Work out what is stored of comments."""
    maker = _Maker(order, current_matcher(), load_notes())
    return [maker.make(row) for row in rows]


class _Maker:
    """Makes comments with the vocabulary and the safety notes of this moment."""

    def __init__(self, order: Order, matcher: Matcher, notes: Notes) -> None:
        self.order, self.matcher, self.notes = order, matcher, notes

    def make(self, row: Row) -> Made:
        record = read_record(row)
        body = markup.escape_plain(record.body) if record.is_plain else record.body
        is_erased = record.state == _S.ERASED
        submission = None if row.is_stated else submission_of(row, record, body, self.order.started_at)
        verdict = screen(submission) if submission else None
        told: list[Told] = []
        values = _DEFAULTS | self._values_of(row, record, body, verdict, told)
        comment = Comment(*values.values())
        found: dict[str, Any] = {}
        if not is_erased:
            found["marks"] = sketch(body)
            if find_links(own_text(record.subject, body)):  # what it answers is looked at only then
                found["domains"] = find_domains(
                    record.subject, body, article=read_article(row.article_pk), parent=_parent_of(row)
                )
        if comment.public:
            language = read_article(row.article_pk).language
            found["entry"] = text_of_comment(comment, language).entry()
            found["topics"] = find_topics(comment, self.matcher)
            found["notes"] = sorted(find_notes(comment, self.notes))
        return Made(
            values=tuple(values.values()),
            more={name: record.more[name] for name in KEPT if record.more.get(name)},
            told=told,
            signals=_list_signals(record, verdict, self.order.started_at),
            has_concern=bool(submission and read_submission(submission)),
            **found,
        )

    def _values_of(self, row: Row, record: CommentRecord, body: str, verdict: Verdict | None, told: list[Told]) -> dict[str, Any]:
        more = record.more
        state = record.state or (_S.PUBLISHED if verdict and verdict.publish else _S.HELD)
        public = state == _S.PUBLISHED
        asks = more.get("is_question")

        def fitted(text: str, name: str) -> str:
            return fit(text, Comment, name, lambda *note: told.append(note), row.line, row.source_id)

        return {
            "id": row.pk,
            "discussion_id": read_article(row.article_pk).discussion.pk,
            "parent_id": row.parent_pk,
            "root_id": row.root_pk,
            "body": body,
            "body_html": "" if record.state == _S.ERASED else markup.render(body),
            "render_version": markup.RENDER_VERSION,
            "is_question": record.state != _S.ERASED and (is_question(f"{record.subject}\n{body}") if asks is None else asks),
            "is_question_fixed": more.get("is_question_fixed", False),
            "is_update": bool(row.parent_pk and more.get("is_update")),
            "state": state,
            "public": public,
            "held": state == _S.HELD,
            "reason": more.get("reason", ""),
            "seen_by_human": more.get("seen_by_human", False),
            "locked": more.get("locked", False),
            "mark": more.get("mark", ""),
            "name": fitted(record.name, "name"),
            "relation": record.relation,
            "subject": fitted(record.subject, "subject"),  # also of a reply: it is what was printed
            "language": fitted(record.language, "language"),
            "posted_at": record.posted_at,
            "posted_precision": record.posted_precision if record.posted_at else Comment.Precision.UNKNOWN,
            "posted_text": fitted(record.posted_text, "posted_text"),
            "sort_at": row.sort_at,
            "active_at": row.sort_at,
            "created_at": more.get("created_at") or self.order.started_at,
            "published_at": more.get("published_at") or (row.sort_at if public else None),
            "edited_at": more.get("edited_at"),
            "origin": self._origin(more.get("origin")),
            "origin_note": fitted(record.note, "origin_note"),
        }

    def _origin(self, origin: str | None) -> str:
        kind = self.order.source.partition(":")[0]
        return origin or (OPEN_FORMAT_ORIGIN if kind in (SITE_SOURCE, FILE_SOURCE) else kind)


def submission_of(row: Row, record: CommentRecord, body: str, now: datetime) -> Submission:
    """Return what is screened of a comment that says no state."""
    return Submission(
        kind=Kind.IMPORT, body=body, subject=record.subject, name=record.name, article=read_article(row.article_pk),
        parent=_parent_of(row), is_member=False, is_staff=False, approved_count=0, now=now,
    )  # fmt: skip


def _parent_of(row: Row) -> Comment | None:
    """Return what a comment answers, as far as its words go; it may stand here already."""
    if row.parent_pk is None:
        return None
    if row.parent_record is not None:
        return Comment(body=read_body(row.parent_record))
    return Comment.objects.filter(pk=row.parent_pk).only("body").first()


def _list_signals(record: CommentRecord, verdict: Verdict | None, now: datetime) -> list[dict[str, Any]]:
    """Return the columns of signals: those the record states, else those that screening gave."""
    if verdict is None:
        return [{"spans": [], **values, "made_at": values.get("made_at") or now} for values in record.more.get("signals") or ()]
    return [
        {
            "code": signal.code, "lane": str(signal.lane), "strength": str(signal.strength), "sentence": signal.sentence,
            "spans": [list(span) for span in signal.spans], "made_at": now,
        }
        for signal in verdict.signals
    ]  # fmt: skip


@lru_cache(maxsize=64)
def read_article(pk: int) -> Article:
    """Return an article with its discussion; ``read_article.cache_clear`` forgets those of an earlier import."""
    return Article.objects.select_related("discussion").get(pk=pk)
