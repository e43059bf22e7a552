"""The lines of a saved page as blocks: runs of lines with nothing blank between them, and what stands around each.

White space is levelled here (odd spaces become one, ends are trimmed); no word is changed, and nothing is interpreted.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

# Python's \s knows the no-break space and the other spaces of Unicode.
SPACES = re.compile(r"\s+")
# Left over from old forms and word processors: no reader can see them, and PostgreSQL refuses some.
INVISIBLE = re.compile(r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ufeff]")


@dataclass(frozen=True, slots=True)
class Block:
    """Lines that belong together. ``line`` is the number of the first; ``blanks_before`` counts the blank ones above it."""

    lines: tuple[str, ...]
    line: int
    blanks_before: int

    @property
    def text(self) -> str:
        """Return the lines as one text, line breaks kept."""
        return "\n".join(self.lines)

    @property
    def is_single(self) -> bool:
        """Say whether this is one line on its own."""
        return len(self.lines) == 1


@dataclass(frozen=True, slots=True)
class Page:
    """A file as blocks. ``is_ended`` says whether its last line has an end, as the line of a file that was cut has not."""

    blocks: tuple[Block, ...]
    line_count: int
    is_ended: bool


def split_blocks(lines: Sequence[str]) -> tuple[Block, ...]:
    """Return the blocks of the lines; a line of nothing but white space is blank, whichever white space it is."""
    blocks: list[Block] = []
    current: list[str] = []
    blanks = blanks_before = 0
    for number, raw in enumerate([*lines, ""], start=1):
        line = clean_line(raw)
        if line:
            if not current:
                blanks_before, blanks = blanks, 0
            current.append(line)
            continue
        if current:
            blocks.append(Block(lines=tuple(current), line=number - len(current), blanks_before=blanks_before))
            current = []
        blanks += 1
    return tuple(blocks)


def clean_line(line: str) -> str:
    """Return a line without invisible characters, every run of white space as one space, its ends trimmed."""
    return SPACES.sub(" ", INVISIBLE.sub("", line)).strip()


def join_paragraphs(blocks: Sequence[Block]) -> str:
    """Return blocks as plain text: a blank line between paragraphs, single line breaks kept."""
    return "\n\n".join(block.text for block in blocks)
