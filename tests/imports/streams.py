"""A stream of records with its parts by kind, as a test wants to look at them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from forum.imports.records import ArticleRecord, CommentRecord, LeftOut, OldAddressRecord, Problem, Record, SiteRecord


@dataclass(frozen=True)
class Stream:
    """What a reader yielded, kind by kind, each in its order."""

    records: tuple[Record, ...]

    def of(self, kind: type) -> tuple:
        return tuple(record for record in self.records if isinstance(record, kind))

    @property
    def source(self) -> str:
        first, *rest = self.records
        assert isinstance(first, SiteRecord)
        assert not any(isinstance(record, SiteRecord) for record in rest)
        return first.source

    @property
    def article(self) -> ArticleRecord:
        (article,) = self.of(ArticleRecord)
        return article

    @property
    def comments(self) -> tuple[CommentRecord, ...]:
        return self.of(CommentRecord)

    @property
    def old_addresses(self) -> tuple[OldAddressRecord, ...]:
        return self.of(OldAddressRecord)

    @property
    def left_out(self) -> tuple[LeftOut, ...]:
        return self.of(LeftOut)

    @property
    def all_problems(self) -> tuple[Problem, ...]:
        """Return the problems that stand by themselves and those of comments, in the order of their lines."""
        found = [*self.of(Problem), *(problem for comment in self.comments for problem in comment.problems)]
        return tuple(sorted(found, key=lambda problem: problem.line or 0))


def gather(records: Iterable[Record]) -> Stream:
    """Read a stream to its end."""
    return Stream(tuple(records))
