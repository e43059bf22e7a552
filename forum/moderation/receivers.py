"""What moderation does about what happens in conversations: remember, learn, forget, sort. Rows only, in the same transaction."""

from collections.abc import Sequence
from typing import Any

from forum.discussion.arrival import Arrival
from forum.discussion.models import Comment, Decision, Revision
from forum.discussion.screening import Signal

from . import flags
from .batches import blank_batch_notes
from .memory import forget, keep_evidence, remember
from .queue import sort_comment, sort_new_comment
from .training import train


def note_arrival(sender: type, comment: Comment, arrival: Arrival, **kwargs: Any) -> None:
    """Keep where a new comment came from."""
    keep_evidence(comment, arrival, at=comment.created_at)


def follow_state(sender: type, comment: Comment, decision: Decision, **kwargs: Any) -> None:
    """Remember the text of a new comment, learn from a decision, and forget with an erasure."""
    if not decision.from_state:
        remember(comment, is_new=True)
        return
    if comment.state == Comment.State.ERASED:
        forget(comment)
        blank_batch_notes(Comment.objects.filter(pk=comment.pk))
        flags.forget_reports(comment)
    train(comment)
    flags.follow_decisions(comment)


def follow_edit(sender: type, comment: Comment, revision: Revision, **kwargs: Any) -> None:
    """Remember the new text in place of the old one. What a moderator took out of it may be what was reported."""
    remember(comment)
    flags.follow_decisions(comment)


def forget_words_about(sender: type, comment: Comment, **kwargs: Any) -> None:
    """Forget what readers wrote about a comment that has lost its writer: their name may be in it."""
    flags.forget_words(comment)


def sort_new(sender: type, comment: Comment, signals: Sequence[Signal], **kwargs: Any) -> None:
    """Put a new comment in its lane, by what was found in it."""
    sort_new_comment(comment, signals)


def sort_in(sender: type, comment: Comment, decision: Decision | None = None, **kwargs: Any) -> None:
    """Put ``comment`` in its lane, or take it out of the queue."""
    if decision is None or decision.from_state:
        sort_comment(comment)
