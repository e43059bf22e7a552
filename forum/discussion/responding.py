"""What moderators answer to writers: to a change of a public comment, to the question for a second look. Each can be undone."""

from datetime import datetime
from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from forum.accounts.models import User

from . import events
from .editing import NotChangeableError, replace_text, text_key
from .models import Appeal, Comment, Decision, Discussion, PendingChange, Signal
from .screening import REPORTED_CODE
from .services import Actor, StaleVersionError, TransitionError, lock_comment
from .undoing import is_last

_S, _K = Comment.State, Decision.Kind


class OwnDecisionError(Exception):
    """Another moderator answers the question about a decision of one's own, where there is one."""


def other_moderators(user: User) -> QuerySet[User]:
    """Return everybody but ``user`` who can moderate here."""
    moderators: QuerySet[User] = ModelBackend().with_perm("discussion.moderate_comment")
    return moderators.filter(is_staff=True).exclude(pk=user.pk)


@transaction.atomic
def uphold_decision(comment: Comment, *, actor: Actor, answer: str, now: datetime | None = None) -> Appeal:
    """Answer the open question for a second look: the decision stays as it is. ``answer`` is shown to the writer.

    Raises NotChangeableError where no question is open any more, OwnDecisionError where another moderator should answer.
    Sends ``comment_request_changed`` and ``writer_answered``, as all answers here do.
    """
    now = now or timezone.now()
    _discussion, comment = lock_comment(comment)
    question = comment.appeals.filter(answered_at=None).select_related("decision").first()
    if question is None:
        raise NotChangeableError
    if actor.user is not None and question.decision.who_id == actor.user.pk and other_moderators(actor.user).exists():
        raise OwnDecisionError
    question.answered_at, question.answer = now, answer
    question.save(update_fields=["answered_at", "answer"])
    _log(comment, _K.APPEAL, actor, now, note=answer)
    return question


def follow_appeals(sender: type, comment: Comment, decision: Decision, **kwargs: Any) -> None:
    """Call every question about ``comment`` answered, whose state has just changed; ask it again where that was undone.

    Taking a comment back for a while answers nothing.
    """
    if not decision.from_state or _S.WITHDRAWN in (decision.from_state, decision.to_state) or decision.kind != _K.STATE:
        return
    if decision.undoes is not None:
        found = comment.appeals.filter(answered_at=decision.undoes.at).update(answered_at=None)
    else:
        found = comment.appeals.filter(answered_at=None).update(answered_at=decision.at)
    if found:
        events.comment_request_changed.send(Comment, comment=comment)


@transaction.atomic
def publish_change(
    comment: Comment, *, actor: Actor, seen: str, body: str | None = None, note: str = "", now: datetime | None = None
) -> Comment:
    """Put a change that waited in the place of the text that stood until now, as a moderator decides.

    ``body`` is given where they took details out of it; its writer's own words stay as a Revision. ``seen`` is the ``text_key``
    of the change they read: raises StaleVersionError where it is not that one any more. Sends ``comment_edited``.
    """
    now = now or timezone.now()
    discussion, comment, change = _lock_change(comment, seen)
    replace_text(discussion, comment, subject=change.subject, body=change.body, now=now)
    if body is not None and body != change.body:
        replace_text(discussion, comment, subject=change.subject, body=body, now=now)
    change.delete()
    signals = Signal.objects.filter(comment=comment).exclude(code=REPORTED_CODE)
    signals.filter(of_change=False).delete()
    signals.update(of_change=False)
    _log(comment, _K.CHANGE, actor, now, reason="" if body is None else Comment.Reason.PERSONAL_DETAILS, note=note)
    return comment


@transaction.atomic
def decline_change(
    comment: Comment, *, actor: Actor, seen: str, reason: str, note: str = "", now: datetime | None = None
) -> Comment:
    """Keep the text that stands; the writer sees ``reason`` and keeps their words. Raises as ``publish_change`` does."""
    now = now or timezone.now()
    _discussion, comment, change = _lock_change(comment, seen)
    change.declined_at, change.reason = now, reason
    change.save(update_fields=["declined_at", "reason"])
    _log(comment, _K.DECLINED, actor, now, reason=reason, note=note)
    return comment


@transaction.atomic
def undo_answer(decision: Decision, *, actor: Actor, now: datetime | None = None) -> Comment:
    """Take an answer back: what the writer asked for waits again. Raises TransitionError where something has followed."""
    now = now or timezone.now()
    assert decision.comment is not None
    discussion, comment = lock_comment(decision.comment)
    is_so = comment.state == decision.to_state and is_last(decision, Decision.objects.filter(comment=comment), now)
    match decision.kind:
        case _K.CHANGE:
            is_so = is_so and _bring_change_back(discussion, comment, decision, now)
        case _K.DECLINED:
            declined = PendingChange.objects.filter(comment=comment, declined_at=decision.at)
            is_so = is_so and bool(declined.update(declined_at=None, reason=""))
        case _K.APPEAL:
            answered = comment.appeals.filter(answered_at=decision.at)
            is_so = is_so and bool(answered.update(answered_at=None, answer=""))
    if not is_so:
        raise TransitionError(f"the decision {decision.pk} cannot be undone now")
    _log(comment, Decision.Kind(decision.kind), actor, now, undoes=decision)
    return comment


def _bring_change_back(discussion: Discussion, comment: Comment, decision: Decision, now: datetime) -> bool:
    """Let the earlier text stand again and the change wait; False where either text has been changed since."""
    replaced = list(comment.revisions.order_by("-pk")[:2])
    if not replaced or replaced[0].replaced_at != decision.at or PendingChange.objects.filter(comment=comment).exists():
        return False
    # With details taken out, two texts were replaced in that moment: the one that stood, then the writer's own words.
    is_cut = len(replaced) > 1 and replaced[1].replaced_at == decision.at
    before, words = (replaced[1], replaced[0]) if is_cut else (replaced[0], comment)
    PendingChange.objects.create(comment=comment, subject=words.subject, body=words.body, made_at=decision.at)
    Signal.objects.filter(comment=comment).exclude(code=REPORTED_CODE).update(of_change=True)
    replace_text(discussion, comment, subject=before.subject, body=before.body, now=now)
    return True


def _lock_change(comment: Comment, seen: str) -> tuple[Discussion, Comment, PendingChange]:
    discussion, comment = lock_comment(comment)
    change = PendingChange.objects.filter(comment=comment, declined_at=None).first()
    if change is None or not comment.public or text_key(change) != seen:
        raise StaleVersionError(comment)
    return discussion, comment, change


def _log(
    comment: Comment,
    kind: Decision.Kind,
    actor: Actor,
    now: datetime,
    *,
    reason: str = "",
    note: str = "",
    undoes: Decision | None = None,
) -> None:
    decision = Decision.objects.create(
        comment=comment,
        kind=kind,
        who=actor.user,
        actor_kind=actor.kind,
        from_state=comment.state,
        to_state=comment.state,
        reason=reason,
        note=note,
        undoes=undoes,
        at=now,
    )
    events.comment_request_changed.send(Comment, comment=comment)
    events.writer_answered.send(Comment, comment=comment, decision=decision)
