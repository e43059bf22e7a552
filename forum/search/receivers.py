"""What search does about what happens in articles and conversations. Rows only, in the same transaction."""

from typing import Any

from articles.models import Article
from forum.discussion.models import Comment, Decision

from .indexing import index_article, index_comment


def follow_article(sender: type, article: Article, **kwargs: Any) -> None:
    """Index an article as it is now."""
    index_article(article)


def follow_comment(sender: type, comment: Comment, decision: Decision | None = None, **kwargs: Any) -> None:
    """Index a comment as it is now; one that begins by waiting was never found."""
    if comment.public or decision is None or decision.from_state:
        index_comment(comment)
