"""What search does about what happens in articles and conversations. Rows only, in the same transaction."""

from typing import Any

from articles.models import Article
from forum.discussion.models import Comment, Decision

from .indexing import index_article, index_comment
from .jobs import follow_language
from .texts import text_of_comment
from .words import base_language


def follow_article(sender: type, article: Article, former_language: str, **kwargs: Any) -> None:
    """Index an article as it is now; in another language, the comments below it too, which are thousands at times."""
    index_article(article)
    if former_language and base_language(former_language) != base_language(article.language):
        follow_language.enqueue(article.pk)


def follow_comment(sender: type, comment: Comment, decision: Decision | None = None, **kwargs: Any) -> None:
    """Index a comment as it is now; one that begins by waiting was never found."""
    is_new = decision is not None and not decision.from_state
    if comment.public or not is_new:
        index_comment(comment, is_new=is_new)


def read_words(sender: type, comment: Comment, **kwargs: Any) -> None:
    """Part the words of a comment that will be stored in a moment, so that its transaction need not."""
    text_of_comment(comment, comment.discussion.article.language).entry()
