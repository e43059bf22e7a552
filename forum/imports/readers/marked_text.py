"""Paragraphs, headings, quotes and lists -> the Markdown that shows them, and nothing else: what is typed stays as typed. Pure.

Marks are written only where CommonMark is sure to read them as marks; where it might not, the words stand without.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from itertools import groupby, pairwise
from urllib.parse import quote

from forum.imports.readers.article_text import escape_article_inline, escape_article_line
from forum.imports.readers.blocks import SPACES

# Everything the Markdown of comments gives a meaning to inside a line, and what opens a list at its start.
COMMENT_SPECIAL = re.compile(r"([\\*_\[\]<>`])")
COMMENT_LINE_START = re.compile(r"^(?:([-+#=~|])|(\d{1,9})([.)]))")
ENDING_HASHES = re.compile(r"(?:^|(?<=\s))(#+)$")

# What would end an address inside "[words](address)" or be read as something else there.
UNSAFE_IN_ADDRESS = re.compile(r"[\s()<>\\\"'`\x00-\x1f\x7f\ufffd]")
ENTITY = re.compile(r"&(?=#?\w+;)")
# An address of which no closing mark could be taken for the end of a sentence.
PLAIN_ADDRESS = re.compile(r"https?://[^\s<>\"'“”]*[\w/]", re.IGNORECASE)
SHORTENED = re.compile(r"(?:\.\.\.|…)$")
# What may stand before an address, and after it, without becoming a part of it when addresses in a text are looked for.
BEFORE_ADDRESS = re.compile(r"[^\w@]?")
AFTER_ADDRESS = re.compile(r"[.,;:!?)\]}…]*(?:[\s<>\"“”]|$)")


class Target(Enum):
    """Where a text will stand, which decides how much of Markdown it may use."""

    COMMENT = "comment"
    ARTICLE = "article"


@dataclass(frozen=True, slots=True)
class Run:
    """Letters of one look. ``link`` numbers the link they belong to: two links to one place are two."""

    text: str
    strong: bool = False
    em: bool = False
    code: bool = False
    link: int = 0


BREAK = Run("\n")


@dataclass(slots=True, eq=False)
class List:
    """A list, which knows the number of its next item. ``depth`` is how many containers it stands in."""

    is_ordered: bool
    next_number: int
    depth: int
    marker: str
    last_item: Item | None = None


@dataclass(slots=True, eq=False)
class Item:
    """An item of a list. ``mark`` is what is written before it, as soon as it is."""

    list: List
    number: int
    mark: str = ""


@dataclass(slots=True, eq=False)
class Quote:
    """A quotation of one paragraph or more."""


Container = Quote | Item


@dataclass(slots=True)
class Block:
    """A paragraph, a heading, a rule (without runs) or, with ``code``, lines to be kept as they are."""

    containers: tuple[Container, ...]
    runs: list[Run] = field(default_factory=list)
    heading: int = 0
    code: str | None = None

    @property
    def is_paragraph(self) -> bool:
        """Say whether this is a paragraph."""
        return bool(self.runs) and not self.heading


def link_to(words: str, address: str) -> str:
    """Return a line of an article that leads to ``address``."""
    return f"[{escape_article_inline(words)}]({UNSAFE_IN_ADDRESS.sub(lambda match: quote(match[0], safe=''), address)})"


class MarkdownWriter:
    """Blocks -> Markdown."""

    def __init__(self, target: Target, addresses: Mapping[int, str], lost: Counter[str]) -> None:
        self._is_article = target is Target.ARTICLE
        self._addresses = addresses
        self._lost = lost

    def write(self, blocks: Sequence[Block]) -> str:
        """Return the blocks with what marks their quotes and items, a blank line between them where it is needed."""
        lines: list[str] = []
        previous: Block | None = None
        for block in blocks:
            inner = self._write_block(block)
            if not inner:
                continue
            if previous is not None:
                shared = _count_shared(previous.containers, block.containers)
                self._part_lists(previous, block, shared)
                if not _follows_closely(previous, block, shared):
                    lines.append(_indent(block.containers[:shared]).rstrip())
            lines.append(_indent(block.containers, begins=True) + inner[0])
            prefix = _indent(block.containers)
            lines.extend((prefix + line).rstrip() for line in inner[1:])
            previous = block
        return "\n".join(lines)

    def _part_lists(self, previous: Block, block: Block, shared: int) -> None:
        """Give a list another marker where Markdown would take it for the list before, or for the counting on of its numbers."""
        if shared >= min(len(previous.containers), len(block.containers)):
            return
        before, after = previous.containers[shared], block.containers[shared]
        if not isinstance(before, Item) or not isinstance(after, Item) or after.list.is_ordered != before.list.is_ordered:
            return
        is_gap = self._is_article and after.list.is_ordered and after.number != before.number + 1
        if after.list is not before.list or is_gap:
            markers = ".)" if after.list.is_ordered else "-+"
            after.list.marker = markers[1] if before.mark.endswith(markers[0]) else markers[0]

    def _write_block(self, block: Block) -> list[str]:
        if block.code is not None:
            longest = max((len(ticks) for ticks in re.findall(r"`+", block.code)), default=0)
            fence = "`" * max(3, longest + 1)
            return [fence, *block.code.split("\n"), fence]
        if not block.runs:
            return ["***"]
        lines = [self._write_line(line) for line in split_lines(block.runs)]
        if block.heading:
            text = " ".join(lines)
            return ["#" * block.heading + " " + ENDING_HASHES.sub(r"\\\1", text)]
        ends = "\\" if self._is_article else ""
        return [*(line + ends for line in lines[:-1]), lines[-1]]

    def _write_line(self, runs: Sequence[Run]) -> str:
        pieces: list[str] = []
        before = ""
        groups = [(number, list(group)) for number, group in groupby(_level(runs), key=lambda run: run.link)]
        text = "".join(run.text for _number, group in groups for run in group)
        end = 0
        for number, group in groups:
            end += sum(len(run.text) for run in group)
            if number:
                pieces.append(self._write_link(group, self._addresses[number], before, AFTER_ADDRESS.match(text, end) is None))
            else:
                pieces.append(self._write_runs(group, before, text[end : end + 1]))
            before = text[end - 1]
        line = "".join(pieces)
        return escape_article_line(line) if self._is_article else COMMENT_LINE_START.sub(_escape_comment_start, line)

    def _write_link(self, runs: Sequence[Run], address: str, before: str, is_touched: bool) -> str:
        """Return a link. Comments show its address, which must not run into a word before or after it: a space parts them."""
        words = "".join(run.text for run in runs)
        if self._is_article:
            return self._write_words_and_address(runs, address)
        room_after = " " if is_touched else ""
        if PLAIN_ADDRESS.fullmatch(address) and _is_address(words, address):
            room_before = "" if BEFORE_ADDRESS.fullmatch(before) else " "
            return f"{room_before}{self._escape(address)}{room_after}"
        room_before = " " if before.isalnum() else ""
        return f"{room_before}{self._write_words_and_address(runs, address)}{room_after}"

    def _write_words_and_address(self, runs: Sequence[Run], address: str) -> str:
        destination = ENTITY.sub(r"\\&", address)
        return f"[{self._write_runs(runs, ' ', ' ')}]({destination})"

    def _write_runs(self, runs: Sequence[Run], before: str, after: str) -> str:
        pieces: list[str] = []
        is_marked = False  # whether the run before ended with marks of its own
        for at, run in enumerate(runs):
            following = runs[at + 1].text[0] if at + 1 < len(runs) else after
            marks = "**" * run.strong + "*" * run.em
            text = _write_code(run.text) if run.code else self._escape(run.text)
            if marks and (is_marked or not self._can_be_marked(text if run.code else run.text, before, following)):
                self._lost["emphasis that touches a word"] += 1
                marks = ""
            pieces.append(f"{marks}{text}{marks}")
            is_marked = bool(marks)
            before = text[-1]
        return "".join(pieces)

    def _can_be_marked(self, text: str, before: str, after: str) -> bool:
        """Say whether marks around a text are sure to be read as marks: CommonMark's rule, kept with room to spare.

        Comments allow none inside a word: there a lost letter could not be told from a mark.
        """
        first, last = text[0].isalnum(), text[-1].isalnum()
        if not self._is_article and (before.isalnum() or after.isalnum()):
            return False
        return (first or before in ("", " ")) and (last or after in ("", " "))

    def _escape(self, text: str) -> str:
        return escape_article_inline(text) if self._is_article else COMMENT_SPECIAL.sub(r"\\\1", text)


def split_lines(runs: Sequence[Run]) -> list[list[Run]]:
    """Return the runs of each line."""
    lines: list[list[Run]] = [[]]
    for run in runs:
        if run is BREAK:
            lines.append([])
        else:
            lines[-1].append(run)
    return lines


def _level(runs: Sequence[Run]) -> list[Run]:
    """Return the runs of a line with single spaces, none at its ends or inside the ends of a look, equal neighbours joined."""
    plain = Run("")
    parts: list[Run] = []
    is_spaced = True
    for run in runs:
        text = SPACES.sub(" ", run.text)
        if run.code:  # has a look of its own, and two of them side by side would be read as one
            run = replace(run, strong=False, em=False)
        words = text.strip()
        if text.startswith(" ") and not is_spaced:
            parts.append(replace(plain, text=" ", link=run.link if parts[-1].link == run.link else 0))
            is_spaced = True
        if words:
            parts.append(replace(run, text=words))
            is_spaced = False
            if text.endswith(" "):
                parts.append(replace(plain, text=" ", link=run.link))
                is_spaced = True
    while parts and parts[-1].text == " ":
        parts.pop()
    for at, (part, following) in enumerate(pairwise(parts)):
        if part.text == " " and part.link:  # the space after the last word of a link is outside of it
            parts[at] = replace(part, link=part.link if following.link == part.link else 0)
    joined: list[Run] = []
    for at, part in enumerate(parts):
        look = part
        if part.text == " " and joined and at + 1 < len(parts) and _is_like(joined[-1], parts[at + 1]):
            look = joined[-1]  # a space between two words of one look belongs to it
        if joined and _is_like(joined[-1], look):
            joined[-1] = replace(joined[-1], text=joined[-1].text + part.text)
        else:
            joined.append(replace(look, text=part.text))
    return joined


def _is_like(one: Run, other: Run) -> bool:
    return (one.strong, one.em, one.code, one.link) == (other.strong, other.em, other.code, other.link)


def _write_code(text: str) -> str:
    longest = max((len(ticks) for ticks in re.findall(r"`+", text)), default=0)
    room = " " if text.startswith("`") or text.endswith("`") else ""
    fence = "`" * (longest + 1)
    return f"{fence}{room}{text}{room}{fence}"


def _is_address(words: str, address: str) -> bool:
    """Say whether a link shows nothing but its address, whole or shortened."""
    shown = re.sub(r"^https?://", "", words, flags=re.IGNORECASE).rstrip("/")
    full = re.sub(r"^https?://", "", address, flags=re.IGNORECASE).rstrip("/")
    start = SHORTENED.sub("", shown)
    return shown == full or (start != shown and len(start) > 3 and full.startswith(start))


def _escape_comment_start(match: re.Match[str]) -> str:
    return f"\\{match[1]}" if match[1] else f"{match[2]}\\{match[3]}"


def _count_shared(one: Sequence[Container], other: Sequence[Container]) -> int:
    return next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a is not b), min(len(one), len(other)))


def _follows_closely(previous: Block, block: Block, shared: int) -> bool:
    """Say whether a block may follow without a blank line: the next item of a list, or the first of a list inside an item."""
    before, after = previous.containers[shared:], block.containers[shared:]
    if not (previous.is_paragraph and block.is_paragraph and after):
        return False
    items = [container for container in (*before, *after) if isinstance(container, Item)]
    if len(items) != len(before) + len(after):
        return False
    if before:
        return items[0].list is items[len(before)].list and len(after) == 1 and items[0].mark[-1] == items[-1].list.marker
    return shared > 0 and len(after) == 1 and (not items[0].list.is_ordered or items[0].number == 1)


def _indent(containers: Sequence[Container], begins: bool = False) -> str:
    """Return what stands before a line in these quotes and items; where it ``begins`` a block, an item writes its mark once."""
    prefix = ""
    for container in containers:
        if isinstance(container, Quote):
            prefix += "> "
        elif begins and not container.mark:
            container.mark = f"{container.number}{container.list.marker}" if container.list.is_ordered else container.list.marker
            prefix += f"{container.mark} "
        else:
            prefix += " " * (len(container.mark) + 1)
    return prefix
