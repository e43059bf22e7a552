"""What every reader hands over and the writer stores: a flat stream of frozen records, and the one error a reader raises.

The stream begins with a ``SiteRecord``; then articles, comments, old addresses, problems and what was left out come in any order,
as the file has them, one at a time: a reader holds no file in memory. No parsing, no Django and no database here. A reader turns
a file into records; the writer turns records into rows. Neither knows the other, so a new format is one new reader.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

# How much of a date is known; the same words as the precision of a stored comment. For "before", the date is the first
# moment after the span: "prior to 2007" is 1 January 2007.
Precision = Literal["exact", "day", "month", "year", "before", "unknown"]


class ImportFileError(Exception):
    """The file cannot be imported. The text is one plain sentence for the person who chose the file.

    ``line`` is the 1-based number of the line it is about, and then stands in front of the sentence. Unless ``is_begun``, nothing
    of the file was stored.
    """

    def __init__(self, sentence: str, line: int | None = None, *, is_begun: bool = False) -> None:
        self.sentence = sentence
        self.line = line
        self.is_begun = is_begun
        super().__init__(sentence if line is None else f"Line {line:,}: {sentence}")


@dataclass(frozen=True, slots=True)
class SiteRecord:
    """The first record of every stream: the site or page that all ids in it belong to.

    ``source`` is the same for ever, "disqus:some-forum": importing from it again finds what it brought. What stands before the
    colon is told to readers as the kind of the old site. ``keeps_ids`` says that ids which are whole numbers are those of a site
    like this one, and may be taken over by one that is empty.
    """

    source: str
    keeps_ids: bool = False


@dataclass(frozen=True, slots=True)
class Problem:
    """Something odd that did not stop the reading: where it is, and what was done about it.

    ``source_id`` is that of the comment or article it is about, where it is about one.
    """

    line: int | None
    sentence: str
    source_id: str = ""

    def __str__(self) -> str:
        return self.sentence if self.line is None else f"Line {self.line:,}: {self.sentence}"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Something that was not taken over, on purpose. Counted by ``kind``, which is a few words: "pingbacks", "tables in a text".

    Each has a line in the file of the report; ``count`` is how often a row had it. ``sentence`` says what is lost where that is
    odd enough to be told at once.
    """

    kind: str
    line: int | None = None
    sentence: str = ""
    source_id: str = ""
    count: int = 1


@dataclass(frozen=True, slots=True)
class SourceRecord:
    """One entry of an article's numbered list of sources."""

    number: int
    title: str
    url: str | None = None
    more: Mapping[str, Any] = field(default_factory=dict)  # further columns, of the open format


@dataclass(frozen=True, slots=True)
class ArticleRecord:
    """An article. ``body`` is Markdown with ``[^n]`` citations; ``collection`` runs from the outermost inwards.

    ``source_id`` names it at its source, beside the comments. ``slug`` is a wish; empty, the title makes one. ``more`` holds the
    further columns of the open format.
    """

    title: str
    slug: str
    body: str
    source_id: str = "article"
    line: int | None = None
    collection: tuple[str, ...] = ()
    byline: str = ""
    submitted_by: str = ""
    sources: tuple[SourceRecord, ...] = ()
    published_on: date | None = None
    published_precision: Precision = "unknown"
    original_url: str | None = None
    language: str | None = None
    more: Mapping[str, Any] = field(default_factory=dict)


_WRITTEN = {"year": "%Y", "month": "%Y-%m", "before": "before %Y-%m-%d"}  # a date by its precision


@dataclass(frozen=True, slots=True)
class CommentRecord:
    """A comment as its source has it.

    ``source_id`` names it for ever at its source, ``article`` is the ``source_id`` of its article, and ``parent`` that of the
    comment it answers, which may come later. ``position`` counts from the top where the source is a printed page; without it,
    conversations stand in the order of their dates. ``body`` is plain text when ``is_plain`` (the writer escapes it), else
    Markdown. ``posted_text`` is the date as printed and ``note`` a heading printed above it, kept even where the two disagree.
    ``signature`` is a name that stands below the text and differs from ``name``. ``state`` is given by the open format alone:
    such a comment is not screened, and ``more`` holds its further columns. ``author_key`` is the same for all comments of one
    person at the source, empty where that cannot be told; ``author_kind`` says whether they had an account there; ``email`` is
    kept only where the operator asks for it, and is never proven.
    """

    source_id: str
    line: int | None
    name: str
    body: str
    article: str = "article"
    position: int | None = None
    is_plain: bool = True
    author_key: str = ""
    author_kind: Literal["member", "guest"] = "guest"
    email: str = ""
    subject: str = ""
    signature: str = ""
    relation: str = ""
    language: str = ""
    posted_at: datetime | None = None
    posted_precision: Precision = "unknown"
    posted_text: str = ""
    note: str = ""
    parent: str | None = None
    state: str | None = None
    more: Mapping[str, Any] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()

    @property
    def when(self) -> str:
        """Return the date as printed, else as well as it is known; nothing where it is not."""
        if self.posted_text or not self.posted_at:
            return self.posted_text
        return f"{self.posted_at:{_WRITTEN.get(self.posted_precision, '%Y-%m-%d')}}"


@dataclass(frozen=True, slots=True)
class OldAddressRecord:
    """A path of the old site, "/node/77", and what stands there: the ``source_id`` of an article or of a comment.

    The open format gives the path of today, ``target``, instead.
    """

    path: str
    article: str = ""
    comment: str = ""
    target: str = ""
    line: int | None = None


@dataclass(frozen=True, slots=True)
class PartRecord:
    """What the open format alone tells: a collection, a source, a correction, the state of a discussion, a revision, a decision.

    ``of`` is the ``source_id`` of the article or comment it belongs to; of a collection, its own. ``values`` are checked.
    """

    kind: Literal["collection", "source", "correction", "discussion", "revision", "decision"]
    of: str
    values: Mapping[str, Any]
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that says too little to be stored, and why. It is counted, and told in the report."""

    line: int | None
    sentence: str
    source_id: str = ""


Record = SiteRecord | ArticleRecord | CommentRecord | OldAddressRecord | PartRecord | Problem | LeftOut | Refused
