"""Comments that a page prints between "Continuing conversation" and the first avatar: taken over from a site older still.

Two forms. "07/24/2005, from NAME" opens one comment. "Additional comments made prior to 2007" opens a run of them, each ended by
a signature, "... NAME, 11 November 2007". A signature is written by the writer, the heading by whoever moved the comments:
where they disagree the signature is believed, and both are kept.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from forum.imports.printed_dates import noon, parse_slashed, parse_worded
from forum.imports.readers.blocks import Block, Page, join_paragraphs
from forum.imports.records import CommentRecord, ImportFileError, Precision, Problem

DATED = re.compile(r"(?P<date>\d{1,2}/\d{1,2}/\d{2,4}), from (?P<name>\S.*)")
UNDATED = re.compile(r"additional comments made (?P<span>prior to (?P<year>\d{4})):?", re.IGNORECASE)
SIGNATURE = re.compile(
    r"(?:^|\n|[.!?…]|\s[-–—])\s*(?P<name>[^\s.!?…,\d][^.!?…,\d\n]{0,59}),\s*"
    r"(?P<date>\d{1,2} [A-Za-z]{3,9}\.?,? \d{4}|[A-Za-z]{3,9}\.? \d{1,2},? \d{4})\.?$"
)
# A first name, or first and last, alone after the last sentence: "... was a big help. Mike".
LONE_NAME = re.compile(r"[.!?…]\s+(?!(?:Thank|Please|Help|God|Best|Regards)\w*)(?P<name>[A-Z][\w’'-]*(?: [A-Z][\w’'-]*)?)$")
# The beginning of either heading, where a file was cut inside it.
CUT_DATED = re.compile(r"\d{1,2}/[\d/]*(, ?(f(r(o(m ?)?)?)?)?)?")
CUT_UNDATED = "additional comments made prior to "
MIN_CUT_CHARS = 10


@dataclass(slots=True)
class _Legacy:
    """A comment while its blocks are gathered: under which heading it stands and what it is made of."""

    line: int
    heading: str = ""
    dated: re.Match[str] | None = None
    undated: re.Match[str] | None = None
    blocks: list[Block] = field(default_factory=list)


def read_legacy_comments(page: Page, blocks: Sequence[Block], problems: list[Problem]) -> list[CommentRecord]:
    """Return the comments in these blocks, numbered from "legacy-1". Adds to ``problems``; raises ImportFileError."""
    comments: list[CommentRecord] = []
    for legacy in _gather(blocks):
        if not legacy.blocks:
            if legacy.line == page.blocks[-1].line:
                raise ImportFileError("the file ends after the heading of a comment; its text is missing.", line=page.line_count)
            problems.append(Problem(legacy.line, f"“{legacy.heading}” stands above no text. Nothing was taken from it."))
            continue
        comments.append(_make_comment(legacy, len(comments) + 1))
    if blocks and blocks[-1] is page.blocks[-1] and not page.is_ended and _is_cut_heading(blocks[-1].lines[-1]):
        raise ImportFileError("the file ends inside the heading of a comment; it was cut.", line=page.line_count)
    return comments


def _gather(blocks: Sequence[Block]) -> list[_Legacy]:
    """Return one _Legacy a comment: a new one at each heading, and after each signature below an undated heading."""
    gathered: list[_Legacy] = []
    for block in blocks:
        dated, undated = DATED.fullmatch(block.lines[0]), UNDATED.fullmatch(block.lines[0])
        if dated or undated:
            gathered.append(_Legacy(line=block.line, heading=block.lines[0], dated=dated, undated=undated))
            if len(block.lines) == 1:
                continue
            block = Block(lines=block.lines[1:], line=block.line + 1, blanks_before=0)
        if not gathered:
            gathered.append(_Legacy(line=block.line))
        for part in _split_at_signatures(block) if gathered[-1].undated else [block]:
            at = gathered[-1]
            if at.undated and at.blocks and SIGNATURE.search(at.blocks[-1].text):
                at = _Legacy(line=part.line, heading=at.heading, undated=at.undated)
                gathered.append(at)
            at.blocks.append(part)
    return gathered


def _split_at_signatures(block: Block) -> list[Block]:
    """Return a block in parts, each ending with a signed line; what follows the last signature is a part as well."""
    parts: list[Block] = []
    start = 0
    for end, line in enumerate(block.lines, start=1):
        if SIGNATURE.search(line) or end == len(block.lines):
            parts.append(Block(lines=block.lines[start:end], line=block.line + start, blanks_before=0))
            start = end
    return parts


def _make_comment(legacy: _Legacy, number: int) -> CommentRecord:
    body = join_paragraphs(legacy.blocks)
    problems: list[Problem] = []
    signature = SIGNATURE.search(body) if not legacy.dated else None
    name = signed = note = ""
    if legacy.dated:
        name, posted_text = legacy.dated["name"], legacy.dated["date"]
        day = parse_slashed(posted_text)
        lone = LONE_NAME.search(body)
        signed = lone["name"] if lone and lone["name"].casefold() != name.casefold() else ""
    elif signature:
        name, posted_text, note = signature["name"].strip(), signature["date"], legacy.heading
        day = parse_worded(posted_text)
    else:
        posted_text, day, note = legacy.undated["span"] if legacy.undated else "", None, legacy.heading
        problems.append(Problem(legacy.line, "an older comment without a name. It is shown as written by a visitor."))
    if posted_text and day is None and (legacy.dated or signature):
        problems.append(Problem(legacy.line, f"“{posted_text}” is no date. The comment is kept, its date is unknown."))
    if legacy.undated and day and day.year >= int(legacy.undated["year"]):
        problems.append(
            Problem(legacy.line, f"“{note}” contradicts the signature, {posted_text}. The signature is believed; both are kept.")
        )
    posted_at, precision = _posted(day, legacy)
    return CommentRecord(
        source_id=f"legacy-{number}", position=number, line=legacy.line, name=name, body=body, signature=signed, note=note,
        posted_at=posted_at, posted_precision=precision, posted_text=posted_text,
        problems=tuple(problems),
    )  # fmt: skip


def _posted(day: date | None, legacy: _Legacy) -> tuple[datetime | None, Precision]:
    if day:
        return noon(day), "day"
    if legacy.undated:
        return noon(date(int(legacy.undated["year"]), 1, 1)), "before"
    return None, "unknown"


def _is_cut_heading(line: str) -> bool:
    is_cut_undated = len(line) >= MIN_CUT_CHARS and CUT_UNDATED.startswith(line.casefold())
    return is_cut_undated or CUT_DATED.fullmatch(line) is not None
