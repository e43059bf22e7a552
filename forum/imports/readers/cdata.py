"""CDATA sections that hold the mark of their own end, as old releases of WordPress wrote them. Pure.

A text with a script in it, "<![CDATA[… // ]]></script> …]]></content:encoded>", ends for a parser in the middle. What is meant
can be told: a section ends where the element ends that it fills, or where the next section goes on.
"""

from __future__ import annotations

import re

SECTION, END = "<![CDATA[", "]]>"
INNER_END = "]]]]><![CDATA[>"  # how an end is written inside of a section
START = re.compile(r"<([\w:.-]+)(?:\s[^<>]*)?>\s*<!\[CDATA\[")
HALF_A_START = re.compile(r"<[^<>]*(?:>\s*(?:<!?\[?[CDAT]*)?)?$")
MAX_START_CHARS = 1_000
MAX_HELD_CHARS = 1024**2  # so far the next tag is looked for


class SectionMender:
    """Writes the ends inside of sections so that a parser reads on. Takes a file in pieces, and holds what it cannot tell yet."""

    def __init__(self) -> None:
        self._text = ""
        self._at = 0
        self._filled = ""  # the name of the element whose section is open

    def mend(self, piece: str) -> str:
        """Return as much of what came as can be told."""
        self._text, self._at = self._text[self._at :] + piece, 0
        mended = []
        while words := self._read_section() if self._filled else self._read_tags():
            mended.append(words)
        return "".join(mended)

    def end(self) -> str:
        """Return the rest, after the last piece."""
        return self._pass(len(self._text))

    def _read_tags(self) -> str:
        if start := START.search(self._text, self._at):
            self._filled = start[1]
            return self._pass(start.end())
        half = HALF_A_START.search(self._text, max(self._at, len(self._text) - MAX_START_CHARS))
        return self._pass(half.start() if half else len(self._text))

    def _read_section(self) -> str:
        end = self._text.find(END, self._at)
        if end != self._at:
            return self._pass(end if end >= 0 else max(self._at, len(self._text) - len(END) + 1))
        after = end + len(END)
        tag = self._text.find("<", after)
        is_short = tag < 0 or len(self._text) - tag < max(len(SECTION), len(self._filled) + 2)
        if is_short and len(self._text) - end < MAX_HELD_CHARS:
            return ""
        is_inner = END in self._text[after : max(tag, after)]
        if not is_inner and self._text.startswith(SECTION, tag):
            return self._pass(tag + len(SECTION))
        if not is_inner and (tag < 0 or self._text.startswith(f"</{self._filled}", tag)):
            self._filled = ""
            return self._pass(after)
        self._pass(after)
        return INNER_END

    def _pass(self, until: int) -> str:
        words, self._at = self._text[self._at : until], until
        return words
