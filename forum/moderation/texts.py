"""A comment as the checks look at it: its text, what its article is about, its own links. Kept for the length of a screening."""

from functools import lru_cache

from articles.models import Article
from forum.discussion.models import Comment

from .links import Link, find_links
from .repeats import runs_of
from .wording import find_words


def own_text(subject: str, body: str) -> str:
    """Return all that was typed, the body first: places in it are places in the body as far as that reaches."""
    return f"{body}\n{subject}" if subject else body


def topic_of(article: Article) -> frozenset[str]:
    """Return the words of ``article``, in small letters."""
    return _read_article(_text_of(article))[0]


def article_runs(article: Article) -> frozenset[str]:
    """Return the runs of words of ``article``, to find what was copied from it."""
    return _read_article(_text_of(article))[1]


def own_links(subject: str, body: str, *, article: Article, parent: Comment | None) -> tuple[Link, ...]:
    """Return the links that the writer brought: those of the comment answered, of the article and its sources are quotes."""
    text = own_text(subject, body)
    if "." not in text or not find_links(text):
        return ()
    known = [article.body, *article.sources.values_list("url", flat=True), parent.body if parent else ""]
    return find_links(text, known="\n".join(known))


@lru_cache(maxsize=64)
def _read_article(text: str) -> tuple[frozenset[str], frozenset[str]]:
    return frozenset(word.text for word in find_words(text)), frozenset(runs_of(text))


def _text_of(article: Article) -> str:
    return f"{article.title}\n{article.standfirst}\n{article.body}"
