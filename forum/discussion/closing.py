"""Closing to new words, and opening again: one thread, or everything under an article. Each is a decision that can be undone."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from . import events
from .models import Comment, Decision, Discussion
from .services import Actor, TransitionError, lock_comment, show_change
from .undoing import is_last

THREAD_CLOSED, THREAD_OPEN = "closed", "open"  # the note of a decision about a thread


@transaction.atomic
def lock_thread(
    root: Comment, *, locked: bool, actor: Actor, undoes: Decision | None = None, now: datetime | None = None
) -> Comment:
    """Take no more replies in the thread of ``root``, or take them again. Raises TransitionError for a reply.

    With ``undoes`` such a decision is taken back; raises TransitionError where another one has followed.
    """
    now = now or timezone.now()
    discussion, root = lock_comment(root)
    if not root.is_root:
        raise TransitionError("only a whole thread is closed")
    if undoes is not None and not is_last(undoes, Decision.objects.filter(comment=root), now):
        raise TransitionError(f"the decision {undoes.pk} cannot be undone now")
    if root.locked == locked:
        return root
    root.locked = locked
    root.save(update_fields=["locked"])
    Decision.objects.create(
        comment=root,
        kind=Decision.Kind.LOCK,
        who=actor.user,
        actor_kind=actor.kind,
        from_state=root.state,
        to_state=root.state,
        note=THREAD_CLOSED if locked else THREAD_OPEN,
        undoes=undoes,
        at=now,
    )
    show_change(discussion, root)
    return root


@transaction.atomic
def set_discussion_state(
    discussion: Discussion, *, state: str, actor: Actor, undoes: Decision | None = None, now: datetime | None = None
) -> Discussion:
    """Open, close or hide ``discussion``; cached pages of it and of the whole site show it from the next request on.

    With ``undoes`` such a decision is taken back; raises TransitionError where another one has followed.
    """
    now = now or timezone.now()
    discussion = Discussion.objects.select_for_update(no_key=True).get(pk=discussion.pk)
    if undoes is not None and not is_last(undoes, Decision.objects.filter(discussion=discussion), now):
        raise TransitionError(f"the decision {undoes.pk} cannot be undone now")
    if discussion.state == state:
        return discussion
    before, discussion.state = discussion.state, state
    discussion.save(update_fields=["state"])
    Decision.objects.create(
        discussion=discussion,
        kind=Decision.Kind.DISCUSSION,
        who=actor.user,
        actor_kind=actor.kind,
        from_state=before,
        to_state=state,
        undoes=undoes,
        at=now,
    )
    events.discussion_changed.send(Discussion, discussion=discussion, before=before)
    show_change(discussion)
    return discussion


def is_as_decided(decision: Decision) -> bool:
    """Tell whether what ``decision`` brought about still is so, from its comment or discussion at hand."""
    if decision.discussion is not None:
        return decision.discussion.state == decision.to_state
    assert decision.comment is not None
    if decision.kind == Decision.Kind.LOCK:
        return decision.comment.locked == (decision.note == THREAD_CLOSED)
    return decision.comment.state == decision.to_state
