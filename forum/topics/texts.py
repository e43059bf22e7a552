"""A comment or an article as the one text that is searched; places in it are what mentions store."""

from articles.models import Article
from forum.discussion.models import Comment

from .matching import Span

_BREAK = "\n\n"  # no spelling reaches across it


def text_of_comment(comment: Comment) -> str:
    """Return the title, if there is one, and the words."""
    return f"{comment.subject}{_BREAK}{comment.body}" if comment.subject else comment.body


def text_of_article(article: Article) -> str:
    """Return the title, the standfirst and the text."""
    return _BREAK.join((article.title, article.standfirst, article.body))


def words_at(text: str, spans: list[Span]) -> list[str]:
    """Return the words at ``spans``, each once, however its capitals are."""
    found: dict[str, str] = {}
    for start, end in spans:
        words = " ".join(text[start:end].split())
        found.setdefault(words.casefold(), words)
    return list(found.values())
