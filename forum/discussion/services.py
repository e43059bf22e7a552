"""Every change of a comment. ``transition`` alone writes a state; each service is one transaction and returns the object.

Lock order, everywhere: own new rows → discussion → comments by id → SiteVersion, last. Anything else deadlocks under load.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from forum.accounts.models import Guest, User
from forum.site.models import SiteVersion

from . import events, markup
from .append_only import blank_notes
from .arrival import UNKNOWN_ARRIVAL, Arrival
from .models import ActorKind, Comment, Decision, Discussion, PendingChange, Revision
from .questions import is_question
from .screening import Action, CommentRefusedError, Kind, Submission, keep_verdict, screen
from .tally import settle
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


@transaction.atomic
def post_comment(
    *,
    discussion: Discussion,
    body: str,
    author: User | None = None,
    guest: Guest | None = None,
    parent: Comment | None = None,
    name: str = "",
    relation: str = "",
    subject: str = "",
    language: str = "",
    asks: bool = False,
    form_key: UUID | None = None,
    arrival: Arrival = UNKNOWN_ARRIVAL,
    wants_mail: bool = False,
    wants_asking: bool = False,
    is_update: bool = False,
    now: datetime | None = None,
) -> Comment:
    """Store a comment and return it, published or held.

    ``body`` is Markdown of at most MAX_BODY_CHARS characters; ``now`` is an aware datetime, by default this moment. Exactly one
    of ``author`` and ``guest`` is given; ``subject`` counts only without ``parent``; ``asks``: its writer says that it asks
    something, whatever the rule finds; ``is_update``: they say how it went with what ``parent``, theirs too, is about. A second
    call with the same ``form_key`` returns the comment of the first. Raises DiscussionClosedError (ThreadLockedError for one
    thread), and CommentRefusedError for what cannot be a comment here. Sends ``comment_posted`` before the transaction ends.
    """
    now = now or timezone.now()
    _require_open(discussion, author, Comment.objects.filter(pk=parent.thread_id).first() if parent else None)
    if form_key and (earlier := Comment.objects.filter(form_key=form_key).first()):
        return earlier
    submission = Submission(
        kind=Kind.POST,
        body=body,
        subject=subject,
        name=name,
        article=discussion.article,
        parent=parent,
        is_member=author is not None,
        is_staff=bool(author and author.is_staff),
        approved_count=count_approved(author, guest),
        is_proven=bool(guest and guest.proven_at),
        author_id=author.pk if author else None,
        guest_id=guest.pk if guest else None,
        form_seconds=arrival.form_seconds,
        honeypot=arrival.honeypot,
        client_ip=arrival.client_ip,
        now=now,
    )
    verdict = screen(submission)
    if verdict.action == Action.REFUSE:
        raise CommentRefusedError(verdict.refusals)
    comment = insert_comment(
        discussion=discussion,
        body=body,
        author=author,
        guest=guest,
        parent=parent,
        name=name or (author.display_name if author else ""),
        relation=relation,
        subject="" if parent else subject,
        mark=_mark_of(author, discussion),
        language=language,
        asks=asks,
        posted_at=now,
        sort_at=now,
        created_at=now,
        form_key=form_key,
        is_update=is_update,
    )
    keep_verdict(comment, verdict, now=now)
    comment = transition(comment, _S.PUBLISHED if verdict.publish else _S.HELD, actor=SOFTWARE, now=now, is_new=True)
    _require_open(comment.discussion, author, comment.root)  # the locked rows: closed since the first look?
    events.comment_posted.send(Comment, comment=comment, arrival=arrival, wants_mail=wants_mail, wants_asking=wants_asking)
    return comment


def insert_comment(
    *, discussion: Discussion, parent: Comment | None, body: str, sort_at: datetime, asks: bool = False, **fields: Any
) -> Comment:
    """Store the row of a comment, held and without a place; ``transition(..., is_new=True)`` must follow in the transaction."""
    question = asks or is_question(f"{fields.get('subject', '')}\n{body}")
    return Comment.objects.create(
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
    is_new: bool = False,
) -> Comment:
    """Change the state of ``comment`` and all that follows from it; return it as it is now.

    This is the only function that writes a state. It changes no other comment's state. Raises TransitionError for a change
    that the table of states does not have, StaleVersionError when ``expected_version`` is given and somebody else was faster.
    ``undoes`` is a moderator's decision that is taken back: it leads to the state before it, which the table need not have.
    Writes a Decision; sends ``comment_state_changed`` and, the first time it becomes public, ``comment_published``.
    """
    now = now or timezone.now()
    discussion, comment = lock_comment(comment)
    before = "" if is_new else comment.state
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
    """Lock the discussion, then the comment with its root and parent by id; return both fresh, root and parent on the comment.

    ``no_key``: a plain lock would stop every insert that refers to the rows.
    """
    discussion = Discussion.objects.select_for_update(no_key=True).get(pk=comment.discussion_id)
    ids = sorted({pk for pk in (comment.pk, comment.root_id, comment.parent_id) if pk})
    rows = {row.pk: row for row in Comment.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk")}
    comment = rows[comment.pk]
    comment.discussion = discussion
    for member in rows.values():
        if member.root_id in rows:
            member.root = rows[member.root_id]
    if comment.parent_id:
        comment.parent = rows[comment.parent_id]
    return discussion, comment


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


def _require_open(discussion: Discussion, author: User | None, root: Comment | None) -> None:
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
    writer = {"author": author} if author else {"guest": guest}
    return Comment.objects.filter(public=True, **writer)[:10].count()


def _mark_of(author: User | None, discussion: Discussion) -> str:
    if author is None:
        return ""
    if author.pk == discussion.article.writer_id:
        return Comment.Mark.ARTICLE_AUTHOR
    return Comment.Mark.STAFF if author.is_staff else ""
