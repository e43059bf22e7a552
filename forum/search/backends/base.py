"""What the search of a database has to do, and the plain values that go in and come out."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from ..models import IndexedText
from ..query import Ways


@dataclass(frozen=True, slots=True)
class Document:
    """A text to be found: its stems by where they stand, the most important first, and its marks."""

    pk: int
    title: Sequence[str]
    lead: Sequence[str]
    body: Sequence[str]
    marks: Sequence[str]


@dataclass(frozen=True, slots=True)
class Question:
    """What a row must have to match: each of ``wanted``, none of ``unwanted``; all ``marks``, no ``unwanted_marks``.

    ``condition`` is SQL with its parameters; it speaks of the row as ``table."rowid"``. ``from_pk`` is the lowest key looked at.
    """

    wanted: Sequence[Ways]
    unwanted: Sequence[Ways] = ()
    marks: Sequence[str] = ()
    unwanted_marks: Sequence[str] = ()
    condition: tuple[str, Sequence[Any]] | None = None
    from_pk: int | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """A row that was found. A higher ``score`` is a better match; scores of two tables say nothing of each other."""

    pk: int
    score: float
    marks: str


Entry = tuple[Any, ...]  # a document as an index keeps it; only the engine that wrote it can read it


class Engine(Protocol):
    """An index of texts in the database, asked and changed in the caller's transaction."""

    def write(self, document: Document) -> Entry:
        """Return what the index keeps of ``document``; the database is not asked."""

    def put(self, table: type[IndexedText], entries: Sequence[Entry]) -> None:
        """Store what was written of documents, in place of what was stored under their keys."""

    def add(self, table: type[IndexedText], entries: Sequence[Entry]) -> None:
        """Store what was written of documents under whose keys nothing is stored."""

    def match(self, table: type[IndexedText], question: Question, *, limit: int) -> list[Match]:
        """Return the rows that match, those with the highest keys if there are more than ``limit``; in no order."""

    def match_any(self, table: type[IndexedText], stems: Sequence[str], *, limit_each: int) -> list[tuple[int, int]]:
        """Return (key, number of the stem) for the rows with each of ``stems``, the ``limit_each`` highest keys of each."""

    def merge(self, table: type[IndexedText]) -> None:
        """Merge what single writers left in pieces, in short transactions: each piece makes searches slower."""

    def compact(self, table: type[IndexedText]) -> None:
        """Rewrite the index in short transactions, so that nothing is left in it of what was deleted."""
