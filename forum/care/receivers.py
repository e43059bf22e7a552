"""What is done here about what happens in conversations and articles: mark, note, forget. Rows only, in the same transaction."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings

from articles.models import Article
from forum.discussion.models import Comment, Decision, Lane
from forum.discussion.screening import Signal, Submission

from . import note_editing
from .marks import forget_marks, mark_comment
from .notes import settle_comment

SCREENER = "forum.care.screeners.Distress"  # an operator may leave it out; marks are made all the same


def follow_screening(sender: type, comment: Comment, submission: Submission, signals: Sequence[Signal], **kwargs: Any) -> None:
    """Mark a comment whose new words a person must read first. Where the screener for them has found nothing, there are none."""
    if SCREENER not in settings.COMMENT_SCREENERS or any(signal.lane == Lane.CARE for signal in signals):
        mark_comment(comment, submission)


def follow_state(sender: type, comment: Comment, decision: Decision, **kwargs: Any) -> None:
    """Forget what was marked with the words; put notes beneath what becomes public, and take them away with it."""
    if comment.state == Comment.State.ERASED:
        forget_marks(comment)
    if decision.from_state != decision.to_state:
        settle_comment(comment, was_public=decision.from_state == Comment.State.PUBLISHED)


def follow_text(sender: type, comment: Comment, **kwargs: Any) -> None:
    """Look which notes belong beneath other words."""
    settle_comment(comment, was_public=comment.public)


def follow_anonymising(sender: type, comment: Comment, **kwargs: Any) -> None:
    """Forget what was marked with the writer; the words may have lost a name."""
    forget_marks(comment)
    settle_comment(comment, was_public=comment.public)


def follow_article(sender: type, article: Article, is_new: bool, was_published: bool, **kwargs: Any) -> None:
    """Let notes lead to the article as it is now."""
    if not is_new:
        note_editing.follow_article(article, was_published=was_published)
