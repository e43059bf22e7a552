"""Conversations in the open format: rows to plain values, key by key. Files are read and written in ``forum.imports``.

What follows from other rows is left out: counts, previews, rendered text, which questions wait. So are drafts and claims.
"""

import json
from collections.abc import Iterator
from typing import Any

from django.db.models import Prefetch
from django.utils.crypto import salted_hmac

from articles.models import Article
from articles.open_format import moment
from forum.accounts.people import Person

from .models import Comment, Decision, Discussion, PendingChange, Revision, Signal
from .querysets import CommentQuerySet

FORMAT = "understory"
VERSION = 1  # of the format; a reader refuses a higher one
OPEN_FORMAT_ORIGIN = "understory"  # of comments that came in by this format and were written on the site that wrote it
READ_AT_ONCE = 500

Values = dict[str, Any]

# Line ends to some programs, and to none that knows JSON.
_ODD_LINE_ENDS = str.maketrans({"\u2028": "\\u2028", "\u2029": "\\u2029", "\x85": "\\u0085"})
_KEY_SALT = "forum.discussion.open_format.writer"
_KEY_CHARS = 20


def to_line(values: Values) -> str:
    """Return one line of a file in the open format, its end included; the same values give the same bytes."""
    return json.dumps(values, ensure_ascii=False, separators=(",", ":")).translate(_ODD_LINE_ENDS) + "\n"


def writer_key(comment: Comment) -> str:
    """Return what stands for the writer: the same for all comments of one person, and telling nobody who that is."""
    kind, pk = ("member", comment.author_id) if comment.author_id else ("guest", comment.guest_id)
    return salted_hmac(_KEY_SALT, f"{kind}:{pk}", algorithm="sha256").hexdigest()[:_KEY_CHARS]


def with_history(comments: CommentQuerySet) -> CommentQuerySet:
    """Bring along all that ``describe_comment`` and ``describe_history`` tell of each comment."""
    return comments.select_related("discussion__article", "pending_change").prefetch_related(
        "signals",
        Prefetch("revisions", Revision.objects.order_by("replaced_at", "pk")),
        Prefetch("decisions", Decision.objects.order_by("pk").select_related("appeal")),
    )


def describe_discussion(discussion: Discussion) -> Values:
    """Return what is said of a whole conversation."""
    return {"type": "discussion", "article": discussion.article.slug, "state": discussion.state}


def describe_comment(comment: Comment, author: Values | None = None) -> Values:
    """Return a comment. ``author`` stands in place of what the row tells of its writer; an erased comment has none.

    ``position`` counts the conversations of an article, or the replies of a conversation; null for what was never shown.
    """
    return {
        "type": "comment",
        "id": comment.pk,
        "article": comment.discussion.article.slug,
        "parent": comment.parent_id,
        "position": comment.position if comment.is_root else comment.reply_index,
        "author": author or describe_author(comment),
        "mark": comment.mark,
        "relation": comment.relation,
        "subject": comment.subject,
        "body": comment.body,
        "language": comment.language,
        "posted_at": moment(comment.posted_at),
        "posted_precision": comment.posted_precision,
        "posted_text": comment.posted_text,
        "sort_at": moment(comment.sort_at),
        "created_at": moment(comment.created_at),
        "published_at": moment(comment.published_at),
        "edited_at": moment(comment.edited_at),
        "state": comment.state,
        "reason": comment.reason,
        "seen_by_human": comment.seen_by_human,
        "is_question": comment.is_question,
        "is_question_fixed": comment.is_question_fixed,
        "locked": comment.locked,
        "is_update": comment.is_update,
        "origin": "" if comment.origin == OPEN_FORMAT_ORIGIN else comment.origin,
        "origin_note": comment.origin_note,
        "change": _describe_change(getattr(comment, "pending_change", None)),
        "signals": [_describe_signal(signal) for signal in comment.signals.all()],
    }


def describe_author(comment: Comment) -> Values | None:
    """Return who wrote a comment: a key in place of the person, the name as it was shown, member or guest."""
    if comment.author_id is None and comment.guest_id is None:
        return None
    kind = "member" if comment.author_id else "guest"
    return {"key": writer_key(comment), "name": comment.name, "kind": kind}


def describe_history(comment: Comment) -> Iterator[Values]:
    """Yield the earlier texts of a comment and the decisions about it, the oldest first."""
    yield from (_describe_revision(revision) for revision in comment.revisions.all())
    numbers: dict[int, int] = {}
    for number, decision in enumerate(comment.decisions.all(), start=1):
        numbers[decision.pk] = number
        yield _describe_decision(decision, number, numbers.get(decision.undoes_id or 0))


def describe_person(person: Person) -> Iterator[Values]:
    """Yield all that ``person`` wrote, with its history; of the articles, only what they are called."""
    yield {"type": "site", "format": FORMAT, "version": VERSION}
    written = Comment.objects.filter(person.rows("author"))
    articles = Article.objects.filter(discussion__comments__in=written).order_by("pk").distinct()
    yield from ({"type": "article", "slug": article.slug, "title": article.title} for article in articles.only("slug", "title"))
    for comment in with_history(written).order_by("pk").iterator(READ_AT_ONCE):
        yield describe_comment(comment)
        yield from describe_history(comment)


def _describe_change(change: PendingChange | None) -> Values | None:
    if change is None:
        return None
    return {
        "subject": change.subject,
        "body": change.body,
        "made_at": moment(change.made_at),
        "declined_at": moment(change.declined_at),
        "reason": change.reason,
    }


def _describe_signal(signal: Signal) -> Values:
    return {
        "code": signal.code,
        "lane": signal.lane,
        "strength": signal.strength,
        "sentence": signal.sentence,
        "spans": signal.spans,
        "of_change": signal.of_change,
        "made_at": moment(signal.made_at),
    }


def _describe_revision(revision: Revision) -> Values:
    return {
        "type": "revision",
        "comment": revision.comment_id,
        "subject": revision.subject,
        "body": revision.body,
        "written_at": moment(revision.written_at),
        "replaced_at": moment(revision.replaced_at),
    }


def _describe_decision(decision: Decision, number: int, undoes: int | None) -> Values:
    """``number`` and ``undoes`` count the decisions about one comment from 1; who decided is told by kind, never by name."""
    appeal = getattr(decision, "appeal", None)
    return {
        "type": "decision",
        "comment": decision.comment_id,
        "number": number,
        "kind": decision.kind,
        "actor_kind": decision.actor_kind,
        "from": decision.from_state,
        "to": decision.to_state,
        "reason": decision.reason,
        "note": decision.note,
        "batch": str(decision.batch) if decision.batch else None,
        "undoes": undoes,
        "at": moment(decision.at),
        "appeal": {
            "text": appeal.text,
            "made_at": moment(appeal.made_at),
            "answered_at": moment(appeal.answered_at),
            "answer": appeal.answer,
        }
        if appeal
        else None,
    }
