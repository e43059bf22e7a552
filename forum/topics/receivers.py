"""What topics do about what happens in conversations and articles: in the same transaction, or a job where it is much."""

from typing import Any

from articles.models import Article
from forum.discussion.models import Comment, Decision, Discussion

from .arrivals import note_new
from .articles import settle_article
from .jobs import follow_discussion
from .mentions import settle_comment
from .vocabulary import current_matcher


def follow_state(sender: type, comment: Comment, decision: Decision, **kwargs: Any) -> None:
    """Find the topics of a comment that becomes public, by the worker where it is new; count it out where it no longer is."""
    if decision.from_state:
        settle_comment(comment)
    elif comment.public:
        note_new(comment)


def follow_text(sender: type, comment: Comment, **kwargs: Any) -> None:
    """Find the topics of other words."""
    settle_comment(comment)


def follow_article(sender: type, article: Article, is_new: bool, was_published: bool, **kwargs: Any) -> None:
    """Find the topics of an article; its conversation is shown or taken away with it."""
    settle_article(article, current_matcher())
    if not is_new and was_published != article.is_published():
        for discussion in Discussion.objects.filter(article=article):
            follow_discussion.enqueue(discussion.pk)


def follow_discussion_state(sender: type, discussion: Discussion, before: str, **kwargs: Any) -> None:
    """Count the comments of a discussion in or out that was shown or hidden."""
    if Discussion.State.HIDDEN in (before, discussion.state):
        follow_discussion.enqueue(discussion.pk)
