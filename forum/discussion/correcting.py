"""What moderators do to a comment beside its state: take words out, say whether it asks something.

States are in ``services``, places in ``placing``, closing to replies in ``closing``.
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from . import events, markup
from .models import Comment, Decision
from .services import Actor, StaleVersionError, TransitionError, keep_revision, lock_comment, show_change
from .tally import is_waiting

_S = Comment.State


@transaction.atomic
def redact_comment(
    comment: Comment,
    *,
    body: str,
    actor: Actor,
    subject: str | None = None,
    reason: str = Comment.Reason.PERSONAL_DETAILS,
    note: str = "",
    batch: UUID | None = None,
    undoes: Decision | None = None,
    expected_version: int | None = None,
    now: datetime | None = None,
) -> Comment:
    """Store ``body`` in place of the text, as a moderator takes details out; the earlier text stays as a Revision.

    Raises StaleVersionError as ``transition`` does: words that somebody else took out meanwhile must not come back. Raises
    TransitionError for an erased comment, which has no words. With ``undoes`` the words of an earlier redaction come back.
    Sends ``comment_edited``.
    """
    now = now or timezone.now()
    discussion, comment = lock_comment(comment)
    if expected_version is not None and comment.version != expected_version:
        raise StaleVersionError(comment)
    if comment.state == _S.ERASED:
        raise TransitionError("an erased comment has no words to take out")
    revision = keep_revision(comment, now)
    comment.body, comment.body_html = body, markup.render(body)
    comment.render_version = markup.RENDER_VERSION
    comment.subject = comment.subject if subject is None else subject
    comment.version += 1
    comment.save(update_fields=["body", "body_html", "render_version", "subject", "version"])
    decision = Decision.objects.create(
        comment=comment,
        kind=Decision.Kind.REDACTION,
        who=actor.user,
        actor_kind=actor.kind,
        from_state=comment.state,
        to_state=comment.state,
        reason=reason,
        note=note,
        batch=batch,
        undoes=undoes,
        at=now,
    )
    events.comment_edited.send(Comment, comment=comment, revision=revision, decision=decision)
    if comment.listed:
        show_change(discussion, comment)
    return comment


@transaction.atomic
def mark_question(comment: Comment, *, is_question: bool, actor: Actor, now: datetime | None = None) -> Comment:
    """Say whether ``comment`` asks something; the rule no longer decides about it. Raises TransitionError for an erased one."""
    discussion, comment = lock_comment(comment)
    if comment.state == _S.ERASED:
        raise TransitionError("an erased comment asks nothing")
    comment.is_question, comment.is_question_fixed = is_question, True
    waits = is_waiting(comment)
    discussion.waiting_count += int(waits) - int(comment.waiting)
    comment.waiting = waits
    comment.save(update_fields=["is_question", "is_question_fixed", "waiting"])
    discussion.save(update_fields=["waiting_count"])
    Decision.objects.create(
        comment=comment,
        kind=Decision.Kind.QUESTION,
        who=actor.user,
        actor_kind=actor.kind,
        from_state=comment.state,
        to_state=comment.state,
        note="question" if is_question else "no question",
        at=now or timezone.now(),
    )
    if comment.listed:
        show_change(discussion, comment)
    return comment
