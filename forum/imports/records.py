"""What every reader hands over and the writer stores: plain, frozen records, and the one error a reader raises.

No parsing, no Django and no database here. A reader turns a file into records; the writer turns records into rows. Neither
knows the other, so a new format is one new reader.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

# How much of a date is known; the same words as the precision of a stored comment. For "before", the date is the first
# moment after the span: "prior to 2007" is 1 January 2007.
Precision = Literal["exact", "day", "month", "year", "before", "unknown"]


class ImportFileError(Exception):
    """The file cannot be imported. The text is one plain sentence for the person who chose the file.

    ``line`` is the 1-based number of the line it is about, and then stands in front of the sentence.
    """

    def __init__(self, sentence: str, line: int | None = None) -> None:
        self.sentence = sentence
        self.line = line
        super().__init__(sentence if line is None else f"Line {line:,}: {sentence}")


@dataclass(frozen=True, slots=True)
class Problem:
    """Something odd that did not stop the reading: where it is, and what was done about it."""

    line: int | None
    sentence: str

    def __str__(self) -> str:
        return self.sentence if self.line is None else f"Line {self.line:,}: {self.sentence}"


@dataclass(frozen=True, slots=True)
class SourceRecord:
    """One entry of an article's numbered list of sources."""

    number: int
    title: str
    url: str | None = None


@dataclass(frozen=True, slots=True)
class ArticleRecord:
    """An article. ``body`` is Markdown with ``[^n]`` citations; ``collection`` runs from the outermost inwards.

    ``source_id`` names it at its source, beside the comments.
    """

    title: str
    slug: str
    body: str
    source_id: str = "article"
    collection: tuple[str, ...] = ()
    byline: str = ""
    submitted_by: str = ""
    sources: tuple[SourceRecord, ...] = ()
    published_on: date | None = None
    published_precision: Precision = "unknown"
    original_url: str | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class CommentRecord:
    """A comment as its source printed it.

    ``source_id`` names it within its file and, if ``has_own_id``, for ever at its source; else it only counts, and a page that
    is saved again may count differently. ``position`` counts from the top, ``parent`` is the ``source_id`` of the comment it
    answers. ``body`` is plain text when ``is_plain`` (the writer escapes it), else Markdown. ``posted_text`` is the date as
    printed and ``note`` a heading printed above it, kept even where the two disagree. ``signature`` is a name that stands
    below the text and differs from ``name``.
    """

    source_id: str
    position: int
    line: int
    name: str
    body: str
    is_plain: bool = True
    has_own_id: bool = True
    subject: str = ""
    signature: str = ""
    posted_at: datetime | None = None
    posted_precision: Precision = "unknown"
    posted_text: str = ""
    note: str = ""
    parent: str | None = None
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class PageRecord:
    """One article with everything written under it. ``problems`` are those of the page; each comment has its own besides.

    ``source`` names the site or page that all ids here belong to, the same for ever: importing it again finds what it brought.
    """

    source: str
    article: ArticleRecord
    comments: tuple[CommentRecord, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def all_problems(self) -> tuple[Problem, ...]:
        """Return the problems of the page and of its comments, in the order of their lines."""
        found = [*self.problems, *(problem for comment in self.comments for problem in comment.problems)]
        return tuple(sorted(found, key=lambda problem: problem.line or 0))
