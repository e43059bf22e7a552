"""What a moderator does to one comment. States and texts are written by the discussion's services; here the verbs of the queue.

Each verb works on a comment in whatever state the queue holds it. Many at once are in ``batches``.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from forum.discussion.closing import THREAD_CLOSED, is_as_decided, lock_thread, set_discussion_state
from forum.discussion.correcting import redact_comment
from forum.discussion.details import LEFT_OUT, DetailKind
from forum.discussion.models import Comment, Decision, Lane, PendingChange, Revision, Signal
from forum.discussion.responding import publish_change, undo_answer
from forum.discussion.services import Actor, StaleVersionError, TransitionError, keep_comment, lock_comment, transition
from forum.discussion.undoing import UNDO_FOR

from .models import QueueItem
from .reason_names import DETAILS_CODE
from .spans import Cut, make_cuts, take_out
from .telling import with_batches

_S, _K = Comment.State, Decision.Kind
ANSWERS = (_K.CHANGE, _K.DECLINED, _K.APPEAL)
UNDOABLE_KINDS = (_K.STATE, _K.REDACTION, _K.KEPT, _K.LOCK, _K.DISCUSSION, *ANSWERS)


class NothingMarkedError(ValueError):
    """No signal names a place in the text, so that there is nothing to take out."""


def publish_comment(comment: Comment, *, actor: Actor, expected_version: int | None = None, **about: Any) -> Comment:
    """Make ``comment`` public; one that is public already is noted as read."""
    if comment.state == _S.PUBLISHED:
        return keep_comment(comment, actor=actor, expected_version=expected_version)
    return transition(comment, _S.PUBLISHED, actor=actor, expected_version=expected_version, **about)


def remove_comment(comment: Comment, *, actor: Actor, reason: str, expected_version: int | None = None, **about: Any) -> Comment:
    """Keep ``comment`` from readers for ``reason``: one that waits is not published, one that was public is removed."""
    to = _S.REJECTED if comment.state == _S.HELD else _S.REMOVED
    return transition(comment, to, actor=actor, reason=reason, expected_version=expected_version, **about)


@transaction.atomic
def publish_without_marked(
    comment: Comment, *, actor: Actor, expected_version: int | None = None, now: datetime | None = None
) -> Comment:
    """Take the marked places out of ``comment`` and make it public. Its writer sees what was done and why.

    Raises NothingMarkedError. Both decisions have one moment, so that ``undo`` finds them together.
    """
    now = now or timezone.now()
    signals = list(Signal.objects.filter(comment=comment, of_change=False))
    cuts = find_cuts(comment.body, signals)
    if not cuts or has_been_redacted(comment, signals):
        raise NothingMarkedError
    details = any(signal.lane == Lane.DETAILS and signal.spans for signal in signals)
    comment = redact_comment(
        comment,
        body=take_out(comment.body, cuts),
        actor=actor,
        reason=Comment.Reason.PERSONAL_DETAILS if details else Comment.Reason.ADVERTISING,
        expected_version=expected_version,
        now=now,
    )
    if comment.state == _S.PUBLISHED:
        return keep_comment(comment, actor=actor, now=now)
    return transition(comment, _S.PUBLISHED, actor=actor, now=now)


def publish_change_without_marked(comment: Comment, *, actor: Actor, seen: str) -> Comment:
    """Publish the change of ``comment`` that waits, without its marked places. Raises NothingMarkedError, StaleVersionError."""
    change = PendingChange.objects.filter(comment=comment, declined_at=None).first()
    if change is None:
        raise StaleVersionError(comment)
    cuts = find_cuts(change.body, Signal.objects.filter(comment=comment, of_change=True))
    if not cuts:
        raise NothingMarkedError
    return publish_change(comment, actor=actor, seen=seen, body=take_out(change.body, cuts))


def find_cuts(body: str, signals: Iterable[Signal]) -> list[Cut]:
    """Return the places in ``body`` that ``signals`` mean, but for words of despair: those are nobody's to take out."""
    return make_cuts(((one.spans, _instead_of(one)) for one in signals if one.lane != Lane.CARE), len(body))


def _instead_of(signal: Signal) -> str:
    """Return what stands in the place of what ``signal`` means: the kind of detail, as where its writer had it left out."""
    kind = signal.code.removeprefix(DETAILS_CODE)
    return str(LEFT_OUT[DetailKind(kind)]) if kind in DetailKind else _("words taken out by a moderator")


def has_been_redacted(comment: Comment, signals: Iterable[Signal]) -> bool:
    """Tell whether the text has changed by a moderator's hand since ``signals`` were found, so that their places are wrong."""
    made_at = min((signal.made_at for signal in signals), default=None)
    redactions = comment.decisions.filter(kind=_K.REDACTION, undoes=None, undone_by=None)
    return made_at is not None and redactions.filter(at__gte=made_at).exists()


def put_off(item: QueueItem, *, now: datetime | None = None) -> None:
    """Put a comment at the end of its lane: not now. Nothing is decided."""
    QueueItem.objects.filter(pk=item.pk).update(place_at=now or timezone.now(), claimed_by=None, claimed_at=None)


def ask_second(item: QueueItem, *, actor: Actor, now: datetime | None = None) -> None:
    """Ask another moderator to look; the card says so until somebody decides."""
    QueueItem.objects.filter(pk=item.pk).update(
        asked_by=actor.user, asked_at=now or timezone.now(), claimed_by=None, claimed_at=None
    )


def claim(comment_id: int, *, actor: Actor, now: datetime | None = None) -> None:
    """Say that this moderator is reading it. It keeps nobody from deciding; others see it for ten minutes."""
    QueueItem.objects.filter(pk=comment_id).update(claimed_by=actor.user, claimed_at=now or timezone.now())


def find_last_decision(actor: Actor, now: datetime) -> Decision | None:
    """Return the last decision of this moderator that can be taken back. One query."""
    last = Decision.objects.filter(who=actor.user, kind__in=UNDOABLE_KINDS, undoes=None).order_by("-pk")
    last = last.filter(undone_by=None, at__gte=now - UNDO_FOR).select_related("comment", "discussion__article")
    decision = with_batches(last.defer("discussion__article__body", "discussion__article__body_html")).first()
    return decision if decision and is_as_decided(decision) else None


@transaction.atomic
def undo(decision: Decision, *, actor: Actor, batch: UUID | None = None, now: datetime | None = None) -> None:
    """Take ``decision`` back: state and text are again what they were. Raises TransitionError where that is not possible.

    The page, the queue and what was learnt from it follow; the log keeps both.
    """
    now = now or timezone.now()
    if decision.discussion is not None:
        set_discussion_state(decision.discussion, state=decision.from_state, actor=actor, undoes=decision, now=now)
        return
    assert decision.comment is not None
    if decision.kind in ANSWERS:
        undo_answer(decision, actor=actor, now=now)
        return
    if decision.kind == _K.LOCK:
        lock_thread(decision.comment, locked=decision.note != THREAD_CLOSED, actor=actor, undoes=decision, now=now)
        return
    _discussion, comment = lock_comment(decision.comment)
    redaction = decision if decision.kind == _K.REDACTION else _find_redaction_with(decision)
    if decision.kind == _K.STATE:
        comment = transition(comment, decision.from_state, actor=actor, undoes=decision, batch=batch, now=now)
    else:
        _require_standing(decision, now)
    if decision.kind == _K.KEPT:
        comment = keep_comment(comment, actor=actor, undoes=decision, now=now)
    if redaction:
        _bring_words_back(comment, redaction, actor=actor, batch=batch, now=now)


def _require_standing(decision: Decision, now: datetime) -> None:
    undone = decision.undoes_id is not None or decision.undone_by.exists()
    if decision.kind not in UNDOABLE_KINDS or undone or decision.at < now - UNDO_FOR:
        raise TransitionError(f"the decision {decision.pk} cannot be undone now")


def _find_redaction_with(decision: Decision) -> Decision | None:
    """Return the redaction that was one act with ``decision``: by the same person in the same moment."""
    with_it = Decision.objects.filter(comment=decision.comment_id, kind=_K.REDACTION, undoes=None, undone_by=None)
    return with_it.filter(at=decision.at, who=decision.who_id).first()


def _bring_words_back(comment: Comment, redaction: Decision, *, actor: Actor, batch: UUID | None, now: datetime) -> None:
    newest = Revision.objects.filter(comment=comment).order_by("-pk").first()
    if newest is None or newest.replaced_at != redaction.at:
        raise TransitionError("the text has been changed since")
    redact_comment(
        comment,
        body=newest.body,
        subject=newest.subject,
        actor=actor,
        reason=redaction.reason,
        batch=batch,
        undoes=redaction,
        now=now,
    )
