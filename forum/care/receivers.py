"""What is done here about what happens in conversations: mark, and forget. Rows only, in the same transaction."""

from typing import Any

from forum.discussion.models import Comment, Decision
from forum.discussion.screening import Submission

from .marks import forget_marks, mark_comment


def follow_screening(sender: type, comment: Comment, submission: Submission, **kwargs: Any) -> None:
    """Mark a comment whose new words a person must read first."""
    mark_comment(comment, submission)


def follow_state(sender: type, comment: Comment, decision: Decision, **kwargs: Any) -> None:
    """Forget what was marked with the words."""
    if comment.state == Comment.State.ERASED:
        forget_marks(comment)


def follow_anonymising(sender: type, comment: Comment, **kwargs: Any) -> None:
    """Forget what was marked with the writer."""
    forget_marks(comment)
