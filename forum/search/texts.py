"""Articles and comments as the index takes them: their visible words by weight, their language, their marks."""

from collections.abc import Iterator
from dataclasses import dataclass

from articles.markup import plain_text
from articles.models import Article
from forum.discussion.markup import to_plain
from forum.discussion.models import Comment, year_of

from .backends import Document, Entry, engine
from .words import Word, base_language, read_words, stem, stems_of

MAX_STEMS = 100_000  # of a text of book length the beginning is found; PostgreSQL keeps a megabyte of a text at most


@dataclass(frozen=True, slots=True)
class Text:
    """What is found of an article or a comment, and the language of its words."""

    pk: int
    title: str
    lead: str
    body: str
    language: str
    marks: tuple[str, ...]

    def entry(self) -> Entry:
        """Return the text as the index of the site keeps it."""
        title, lead, body = (stems_of(part, self.language)[:MAX_STEMS] for part in (self.title, self.lead, self.body))
        return engine().write(Document(self.pk, title, lead, body, self.marks))

    def words(self) -> Iterator[Word]:
        """Yield every word of the text, folded."""
        for part in (self.title, self.lead, self.body):
            yield from read_words(part)

    def spellings(self) -> set[tuple[str, str]]:
        """Return every word of the text once, with its stem."""
        base = base_language(self.language)
        return {(word.text, stem(word.text, base)) for word in self.words()}


def text_of_comment(comment: Comment, article_language: str) -> Text:
    """Return what is found of a public comment. Not the name: nobody shall be looked up by what they wrote everywhere."""
    marks = [discussion_mark(comment.discussion_id)]
    if comment.posted_at is not None and comment.has_known_year:
        marks.append(year_mark(year_of(comment.posted_at)))
    language = comment.language or article_language
    return Text(comment.pk, comment.subject, "", to_plain(comment.body_html), language, tuple(marks))


def text_of_article(article: Article) -> Text:
    """Return what is found of a published article."""
    marks = (year_mark(article.published_on.year),) if article.published_on else ()
    lead = f"{article.standfirst}\n{article.byline}"
    return Text(article.pk, article.title, lead, plain_text(article.body_html), article.language, marks)


def discussion_mark(discussion_id: int) -> str:
    """Return the mark of all comments in a discussion."""
    return f"/d{discussion_id}"


def year_mark(year: int) -> str:
    """Return the mark of all texts of a year."""
    return f"/y{year}"


def read_marks(marks: str) -> tuple[int | None, int | None]:
    """Return the discussion and the year that ``marks``, as they are stored, speak of."""
    found = {mark[1]: int(mark[2:]) for mark in marks.split()}
    return found.get("d"), found.get("y")
