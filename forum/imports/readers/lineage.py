"""Names of rows, and whom a comment answers when the one it answered was left out: the next one above that is there. Pure.

Only what came before is known; an answer that stands before what it answers is left to the writer, which sees the whole file.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256

from forum.imports.records import Problem

MAX_ID_CHARS = 100  # what is stored has room for a few more


def name_row(kind: str, printed: str, line: int | None) -> str:
    """Return the name of a row for ever: its kind and the id that the source prints, which need not be a number."""
    printed = "".join(printed.split())
    if len(printed) > MAX_ID_CHARS or not printed.isprintable():
        printed = sha256(printed.encode(errors="replace")).hexdigest()
    return f"{kind}-{printed or f'on-line-{line}'}"


class Lineage:
    """What was left out of an export, and whom it answered."""

    def __init__(self) -> None:
        self._left_out: dict[str, str | None] = {}

    def leave_out(self, source_id: str, parent: str | None) -> None:
        """Remember that a comment is not taken over."""
        self._left_out[source_id] = parent

    def find_parent(self, source_id: str | None) -> str | None:
        """Return the comment itself where it was taken over, else the next one above it. In a circle there is none."""
        passed: set[str] = set()
        while source_id is not None and source_id in self._left_out:
            if source_id in passed:
                return None
            passed.add(source_id)
            source_id = self._left_out[source_id]
        return source_id

    def explain(self, source_id: str, parent: str | None, line: int | None) -> Iterator[Problem]:
        """Yield a problem where comment ``source_id`` cannot stand under the one it answered."""
        if parent is not None and parent in self._left_out:
            place = "under the next one above it" if self.find_parent(parent) else "by itself"
            yield Problem(line, f"{source_id} answers {parent}, which is left out. It stands {place}.", source_id)
