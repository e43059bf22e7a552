"""What shared experience does about what happens in conversations. Rows only, in the same transaction."""

from collections.abc import Sequence
from typing import Any

from forum.database import written
from forum.discussion.models import Comment, Decision

from .models import ChangedComment, Neighbour
from .neighbours import drop, find_near_later, forget


def follow_state(sender: type, comment: Comment, decision: Decision, **kwargs: Any) -> None:
    """Look for what is near to a comment that becomes public later than it was posted; leave nothing of one that was erased.

    One that is hidden or removed keeps its rows: it is not shown (``visible_to``), and may come back.
    """
    if comment.state == Comment.State.ERASED:
        forget(comment)
    elif decision.kind == Decision.Kind.STATE and decision.from_state and comment.public:
        written.note(ChangedComment(comment=comment))


def follow_search(sender: type, ids: Sequence[int], **kwargs: Any) -> None:
    """Look for what is near to comments that are new, now that their topics are known."""
    find_near_later(ids)


def follow_text(sender: type, comment: Comment, **kwargs: Any) -> None:
    """Forget what was found by words or topics that a comment no longer has, and look again."""
    forget(comment)
    if comment.public:
        written.note(ChangedComment(comment=comment))


def follow_move(sender: type, comment: Comment, moved: Sequence[int], **kwargs: Any) -> None:
    """Forget the neighbours of a thread that has become part of another; look for those of one that is new."""
    drop(Neighbour.objects.filter(thread__in=moved))
    if comment.is_root and comment.public:
        written.note(ChangedComment(comment=comment))
