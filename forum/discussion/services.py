"""Every change of a comment. ``transition`` alone writes a state; each service is one transaction and returns the object.

Lock order, everywhere: own new rows → discussion → comments by id → SiteVersion, last. Anything else deadlocks under load.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from forum.accounts.models import Guest, User
from forum.database import written
from forum.database.asked import Asked, Call
from forum.database.compiled import CompiledObjects, padded
from forum.site.models import SiteVersion

from . import events, markup
from .append_only import blank_notes
from .models import ActorKind, Comment, Decision, Discussion, PendingChange, Revision
from .questions import is_question
from .screening import Verdict, keep_new_verdict
from .tally import settle, settle_new
from .undoing import is_undoable, was_seen_before

WITHDRAWN_FOR = timedelta(days=30)  # so long can a writer return what they took back
MAX_RESUBMISSIONS = 3

_S = Comment.State
_M, _W, _SW, _I = ActorKind.MODERATOR, ActorKind.WRITER, ActorKind.SOFTWARE, ActorKind.IMPORT

# (from, to) → who may. "" is a comment that is being posted.
TRANSITIONS: dict[tuple[str, str], set[ActorKind]] = {
    ("", _S.HELD): {_SW, _I},
    ("", _S.PUBLISHED): {_SW, _I},
    (_S.HELD, _S.PUBLISHED): {_M},
    (_S.HELD, _S.REJECTED): {_M},
    (_S.PUBLISHED, _S.HIDDEN): {_M, _SW},
    (_S.PUBLISHED, _S.REMOVED): {_M},
    (_S.HIDDEN, _S.PUBLISHED): {_M},
    (_S.HIDDEN, _S.REMOVED): {_M},
    (_S.REMOVED, _S.PUBLISHED): {_M},
    (_S.REJECTED, _S.HELD): {_W},
    (_S.REJECTED, _S.PUBLISHED): {_M},
    **{(state, _S.WITHDRAWN): {_W} for state in (_S.HELD, _S.PUBLISHED, _S.HIDDEN, _S.REJECTED)},
    **{(_S.WITHDRAWN, state): {_W} for state in (_S.HELD, _S.PUBLISHED, _S.HIDDEN, _S.REJECTED)},
    **{(state, _S.ERASED): {_W, _SW} for state in _S if state != _S.ERASED},
}


class DiscussionClosedError(Exception):
    """Nobody, or no guest, may write in this discussion now."""


class ThreadLockedError(DiscussionClosedError):
    """A moderator has closed this one thread."""


class StaleVersionError(Exception):
    """Somebody else decided in the meantime; ``comment`` is as it is now."""

    def __init__(self, comment: Comment) -> None:
        super().__init__(f"comment {comment.pk} is at version {comment.version}")
        self.comment = comment


class TransitionError(ValueError):
    """This change of state does not exist, or not for this kind of actor."""


@dataclass(frozen=True)
class Actor:
    """Who changes something: ``user`` for moderators and members; a guest, software and an import have none."""

    kind: ActorKind
    user: User | None = None


SOFTWARE = Actor(ActorKind.SOFTWARE)


def compose(
    *, discussion: Discussion, parent: Comment | None, body: str, sort_at: datetime, asks: bool = False, **fields: Any
) -> Comment:
    """Return a comment that is not stored yet, without a state and a place: ``begin`` gives it both, and stores it."""
    subject = fields.get("subject")
    question = asks or is_question(f"{subject}\n{body}" if subject else body)
    return Comment(
        discussion=discussion,
        parent=parent,
        root_id=parent.thread_id if parent else None,
        body=body,
        body_html=markup.render(body),
        render_version=markup.RENDER_VERSION,
        is_question=question,
        is_question_fixed=asks,
        sort_at=sort_at,
        active_at=sort_at,
        **fields,
    )


def begin(comment: Comment, to: str, *, actor: Actor, now: datetime, verdict: Verdict | None = None) -> None:
    """Store a comment that ``compose`` made, in its first state, and all that follows from it; its place is locked.

    Stores with it what was found in it. Raises TransitionError, writes a Decision and sends events as ``transition`` does. Where
    it is listed, the caller raises SiteVersion, last.
    """
    _require_transition(comment, "", to, actor, now)
    comment.state = to
    comment.public, comment.held = to == _S.PUBLISHED, to == _S.HELD
    comment.version += 1
    settle_new(discussion=comment.discussion, comment=comment, now=now)
    if verdict:
        keep_new_verdict(comment, verdict, now=now)
    decision = Decision(comment=comment, who=actor.user, actor_kind=actor.kind, from_state="", to_state=to, at=now)
    written.note(decision)
    events.comment_state_changed.send(Comment, comment=comment, decision=decision)
    if comment.public and actor.kind != ActorKind.IMPORT:
        events.comment_published.send(Comment, comment=comment)


@transaction.atomic
def transition(
    comment: Comment,
    to: str,
    *,
    actor: Actor,
    reason: str = "",
    note: str = "",
    batch: UUID | None = None,
    undoes: Decision | None = None,
    expected_version: int | None = None,
    now: datetime | None = None,
) -> Comment:
    """Change the state of ``comment`` and all that follows from it; return it as it is now.

    This is the only function that writes a state, with ``begin`` for a new comment. It changes no other comment's state. Raises
    TransitionError for a change that the table of states does not have, StaleVersionError when ``expected_version`` is given and
    somebody else was faster.
    ``undoes`` is a moderator's decision that is taken back: it leads to the state before it, which the table need not have.
    Writes a Decision; sends ``comment_state_changed`` and, the first time it becomes public, ``comment_published``.
    """
    now = now or timezone.now()
    discussion, comment = lock_comment(comment)
    before = comment.state
    if expected_version is not None and comment.version != expected_version:
        raise StaleVersionError(comment)
    if undoes is None:
        _require_transition(comment, before, to, actor, now)
    elif actor.kind != _M or to != undoes.from_state or not is_undoable(comment, undoes, now):
        raise TransitionError(f"the decision {undoes.pk} cannot be undone now")
    was_public, was_listed, first_time = comment.public, comment.listed, comment.published_at is None
    comment.state = to
    comment.public, comment.held = to == _S.PUBLISHED, to == _S.HELD
    comment.reason = reason or (_former_reason(comment, to) if before == _S.WITHDRAWN or undoes else "")
    comment.seen_by_human = was_seen_before(undoes) if undoes else comment.seen_by_human or actor.kind == ActorKind.MODERATOR
    comment.version += 1
    settle(discussion=discussion, comment=comment, was_public=was_public, now=now)
    if to == _S.ERASED:
        _forget(comment)
    decision = Decision.objects.create(
        comment=comment,
        who=actor.user,
        actor_kind=actor.kind,
        from_state=before,
        to_state=to,
        reason=reason,
        note=note,
        batch=batch,
        undoes=undoes,
        at=now,
    )
    events.comment_state_changed.send(Comment, comment=comment, decision=decision)
    if first_time and comment.public and actor.kind != ActorKind.IMPORT:
        events.comment_published.send(Comment, comment=comment)
    if was_listed or comment.listed:
        show_change(discussion, comment)
    return comment


@transaction.atomic
def keep_comment(
    comment: Comment,
    *,
    actor: Actor,
    undoes: Decision | None = None,
    expected_version: int | None = None,
    now: datetime | None = None,
) -> Comment:
    """Note that a person has read a public comment and leaves it as it is: from now on no vote can hide it.

    With ``undoes`` such a note is taken back. Raises StaleVersionError as ``transition`` does, TransitionError where the comment
    is not public. Sends ``comment_state_changed``.
    """
    _discussion, comment = lock_comment(comment)
    if expected_version is not None and comment.version != expected_version:
        raise StaleVersionError(comment)
    if comment.state != _S.PUBLISHED:
        raise TransitionError(f"a comment that is {comment.state} cannot be left public")
    comment.seen_by_human = was_seen_before(undoes) if undoes else True
    comment.version += 1
    comment.save(update_fields=["seen_by_human", "version"])
    decision = Decision.objects.create(
        comment=comment,
        kind=Decision.Kind.KEPT,
        who=actor.user,
        actor_kind=actor.kind,
        from_state=comment.state,
        to_state=comment.state,
        undoes=undoes,
        at=now or timezone.now(),
    )
    events.comment_state_changed.send(Comment, comment=comment, decision=decision)
    return comment


def lock_comment(comment: Comment) -> tuple[Discussion, Comment]:
    """Lock the discussion, then the comment with its root and parent by id; return both fresh, root and parent on the comment."""
    rows = _lock(comment, comment.pk, comment.root_id, comment.parent_id)
    rows[comment.pk].discussion = comment.discussion
    _hang_together(rows[comment.pk], rows)
    return comment.discussion, rows[comment.pk]


def lock_place(comment: Comment) -> None:
    """Lock where a new ``comment`` is to stand, in the same order; discussion, root and parent are on it, fresh.

    Where its parent has come into another thread meanwhile, it goes along. Raises DiscussionClosedError where that is gone.
    """
    rows = _lock(comment, comment.root_id, comment.parent_id)
    if comment.parent_id and comment.parent_id not in rows:
        raise DiscussionClosedError
    if comment.parent_id and (thread_id := rows[comment.parent_id].thread_id) != comment.root_id:
        comment.root_id = thread_id
        rows |= _lock_comments(thread_id)
    _hang_together(comment, rows)


def lock_discussion(discussion: Discussion) -> None:
    """Wait until whoever posts or decides in ``discussion`` is done, and keep others waiting until the transaction ends."""
    _DISCUSSION(discussion.pk)


def _lock(comment: Comment, *ids: int | None) -> dict[int, Comment]:
    """Lock the discussion of ``comment``, put it there, fresh, and return the comments with these ids, locked too, by id."""
    field = Comment._meta.get_field("discussion")
    former = comment.discussion if field.is_cached(comment) else None
    comment.discussion = _DISCUSSION(comment.discussion_id)[0]
    if former is not None and Discussion._meta.get_field("article").is_cached(former):
        comment.discussion.article = former.article
    return _lock_comments(*ids)


def _lock_comments(*ids: int | None) -> dict[int, Comment]:
    wanted = padded(sorted({pk for pk in ids if pk}), 3)
    return {row.pk: row for row in _COMMENTS(wanted)} if wanted else {}


def _hang_together(comment: Comment, rows: Mapping[int, Comment]) -> None:
    """Put root and parent, of ``rows``, on ``comment`` and on each other."""
    for member in (comment, *rows.values()):
        if member.root_id and member.root_id in rows:
            member.root = rows[member.root_id]
    if comment.parent_id:
        comment.parent = rows[comment.parent_id]


# ``no_key``: a plain lock would stop every insert that refers to the rows.
_DISCUSSION = CompiledObjects(Discussion, lambda pk: Discussion.objects.select_for_update(no_key=True).filter(pk=pk))
_COMMENTS = CompiledObjects(Comment, lambda ids: Comment.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk"))


def show_change(discussion: Discussion, comment: Comment | None = None) -> None:
    """Raise the versions that cached pages of ``discussion`` hang on, and say when. The last thing in a transaction.

    ``comment`` is the one that looks different now; its thread's page does, too.
    """
    now = timezone.now()
    Discussion.objects.filter(pk=discussion.pk).update(version=F("version") + 1, changed_at=now)
    if comment is not None:
        Comment.objects.filter(pk=comment.thread_id).update(thread_changed_at=now)
    SiteVersion.objects.bump()


@transaction.atomic
def withdraw_comment(comment: Comment, *, actor: Actor, now: datetime | None = None) -> Comment:
    """Take a comment back, as its writer asks; it can be returned for WITHDRAWN_FOR."""
    return transition(comment, _S.WITHDRAWN, actor=actor, now=now)


def require_open(discussion: Discussion, author: User | None, root: Comment | None) -> None:
    """Raise DiscussionClosedError where ``author``, None for a guest, may not write; ``root`` is of the thread answered in."""
    is_for_author = discussion.state == Discussion.State.MEMBERS_ONLY and author is not None
    if discussion.state != Discussion.State.OPEN and not is_for_author:
        raise DiscussionClosedError
    if root is not None and root.locked:
        raise ThreadLockedError


def _require_transition(comment: Comment, before: str, to: str, actor: Actor, now: datetime) -> None:
    if actor.kind not in TRANSITIONS.get((before, to), ()):
        raise TransitionError(f"a comment that is {before or 'new'} cannot become {to} by {actor.kind}")
    if before == _S.WITHDRAWN and to != _S.ERASED:
        taken_back = comment.decisions.filter(kind=Decision.Kind.STATE, to_state=_S.WITHDRAWN).order_by("-pk").first()
        if taken_back is None or taken_back.from_state != to or now - taken_back.at > WITHDRAWN_FOR:
            raise TransitionError(f"a comment that was taken back cannot become {to} now")
    if (before, to) == (_S.PUBLISHED, _S.HIDDEN) and actor.kind == ActorKind.SOFTWARE and comment.seen_by_human:
        raise TransitionError("software does not hide what a person has approved")
    if (before, to) == (_S.REJECTED, _S.HELD):
        sent_again = comment.decisions.filter(from_state=_S.REJECTED, to_state=_S.HELD).count()
        if sent_again >= MAX_RESUBMISSIONS:
            raise TransitionError("a comment can be sent again three times")


def _former_reason(comment: Comment, state: str) -> str:
    """Return the reason that brought ``comment`` into ``state`` the last time: it holds again when its writer returns it."""
    decisions = comment.decisions.filter(kind=Decision.Kind.STATE, to_state=state).order_by("-pk")
    return decisions.values_list("reason", flat=True).first() or ""


def _forget(comment: Comment) -> None:
    comment.revisions.all().delete()
    comment.appeals.all().delete()
    PendingChange.objects.filter(comment=comment).delete()
    blank_notes(comment)
    comment.claims.all().delete()
    comment.signals.all().delete()
    comment.author = comment.guest = None
    comment.name = comment.relation = comment.subject = comment.body = comment.body_html = comment.mark = ""
    comment.origin_note = comment.posted_text = comment.language = ""
    comment.is_question = False
    comment.save(
        update_fields=[
            "author", "guest", "name", "relation", "subject", "body", "body_html", "mark", "origin_note", "posted_text",
            "language", "is_question",
        ]
    )  # fmt: skip


def keep_revision(comment: Comment, now: datetime) -> Revision:
    """Keep the text that ``comment`` has until ``now``, before another takes its place."""
    earlier = comment.revisions.order_by("-pk").values_list("replaced_at", flat=True).first()
    return Revision.objects.create(
        comment=comment,
        subject=comment.subject,
        body=comment.body,
        written_at=earlier or comment.posted_at,
        replaced_at=now,
    )


def count_approved(author: User | None, guest: Guest | None) -> int:
    """Return how many public comments this person has, ten at most: the rules ask for a few."""
    return sum(len(question(*values)) for question, values in asks_about_approved(author, guest))


def asks_about_approved(author: User | None, guest: Guest | None) -> list[Call]:
    """Return what ``count_approved`` asks, if anything is known of this person."""
    if author is not None:
        return [(_APPROVED_OF_MEMBER, (author.pk,))]
    return [(_APPROVED_OF_GUEST, (guest.pk,))] if guest is not None and guest.pk else []


_APPROVED_OF_MEMBER = Asked(lambda pk: Comment.objects.filter(public=True, author=pk).values_list("pk")[:10])
_APPROVED_OF_GUEST = Asked(lambda pk: Comment.objects.filter(public=True, guest=pk).values_list("pk")[:10])
