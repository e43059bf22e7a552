"""Serendip's older forum, saved as plain text from a browser: one page, on which every posting has its own head.

Two forms are known. In the older one a head names the writer in full and the posting has its text below "Paper Text" or
"Comments"; in the other, of which https://serendipstudio.org/forum/2001-2008/ has hundreds of pages, the title stands above it:

    Full Name: Ann Example           A title of one line
    Username: aexample               Name: Ann Example
    Title: A title                   Date: 2003-01-21 16:02:34
    Date: 2005-02-11 12:01:02        Link to this Comment: 4221
    Message Id: 12867
    Paper Text:                      The text, in paragraphs.
    The text, in paragraphs.

The page becomes an article without a text of its own, unless its first posting is a paper, and the postings its comments, in the
order of the page. Nobody answers anybody there: the forum had no answers. The user name groups the postings of one person. Times
are those of the clock at the college, so that a date is no more than a day.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from forum.imports.printed_dates import noon, parse_stamp
from forum.imports.readers.article_text import escape_article_text
from forum.imports.readers.blocks import SPACES, clean_line
from forum.imports.readers.lineage import name_row
from forum.imports.readers.serendip import LANGUAGE, make_slug
from forum.imports.records import ArticleRecord, CommentRecord, ImportFileError, LeftOut, Problem, Record, SiteRecord
from forum.imports.textfile import read_text, split_head

FORMAT = "serendip-forum"
FIELD = re.compile(
    r"(?P<name>Full Name|Name|Username|User Name|Title|Subject|Date|Message Id|Link to this Comment|Paper Text|Comments?):"
    r"\s*(?P<value>.*)",
    re.IGNORECASE,
)
FIRST = ("full name", "name")
IDS = ("message id", "link to this comment")
# What begins the text, and what ends a head that has none of these.
TEXTS = ("paper text", "comments", "comment")
MAX_TITLE_CHARS = 120
# Of the page, not of anybody: what a browser saves around the postings.
FURNITURE = re.compile(
    r"go to last comment|comments are posted in the order in which they are received.*|to see the latest postings.*|"
    r"serendip is an independent site.*|remote ready biology.*",
    re.IGNORECASE,
)
FORUM_TITLE = re.compile(r".{1,150}\bforum", re.IGNORECASE)
ANSWER_MARK = re.compile(r"</?mytitle>", re.IGNORECASE)


@dataclass(slots=True)
class _Posting:
    """A posting while its lines are gathered."""

    line: int
    title: str = ""
    fields: dict[str, str] = field(default_factory=dict)
    text: list[str] = field(default_factory=list)
    is_paper: bool = False

    @property
    def body(self) -> str:
        """Return the text: a blank line between paragraphs, line breaks as they are."""
        return re.sub(r"\n{3,}", "\n\n", "\n".join(self.text)).strip("\n")


def recognises(head: bytes, name: str) -> bool:
    """Say whether a file has the head of a posting near its top."""
    lines = [clean_line(line) for line in split_head(head)]
    return any(_find_head(lines, at) for at in range(len(lines)))


def read(path: Path) -> Iterator[Record]:
    """Yield the page and its postings. Raises ImportFileError before anything is yielded."""
    file = read_text(path)
    lines = [clean_line(ANSWER_MARK.sub("", line)) for line in file.lines]
    top, postings = _gather(lines)
    if not postings:
        raise ImportFileError("there is no posting on this page: no “Name:” with a “Date:” below it.", line=1)
    if not postings[-1].body and not file.is_ended:
        raise ImportFileError("the file ends in the head of a posting; it was cut.", line=len(lines))
    title = next((line for line in top if FORUM_TITLE.fullmatch(line)), "") or next(iter(top), "") or postings[0].title or "Forum"
    paper = postings.pop(0) if postings[0].is_paper else None
    source = f"{FORMAT}:{make_slug(title)}"
    yield SiteRecord(source)
    yield _make_article(title, paper, top)
    if file.encoding != "utf-8":
        yield Problem(1, f"the file is not plain UTF-8; it was read as {file.encoding}.")
    for line in top:
        if line != title and not FURNITURE.fullmatch(line):
            yield LeftOut("lines above the first posting", None, f"“{line}” stands above the first posting.")
    yield from _make_comments(postings)


def _gather(lines: Sequence[str]) -> tuple[list[str], list[_Posting]]:
    """Return what stands above the first posting, and the postings."""
    top: list[str] = []
    postings: list[_Posting] = []
    at = 0
    while at < len(lines):
        length = _find_head(lines, at)
        if not length:
            (postings[-1].text if postings else top).append(lines[at])
            at += 1
            continue
        posting = _Posting(line=at + 1)
        posting.title = _take_title(postings[-1].text if postings else top)
        for line in lines[at : at + length]:
            if match := FIELD.fullmatch(line):
                posting.fields[match["name"].lower()] = match["value"].strip()
        last = FIELD.fullmatch(lines[at + length - 1])
        if last and last["name"].lower() in TEXTS:
            posting.is_paper = last["name"].lower() == "paper text"
            posting.text.append(last["value"])
        if posting.fields.get("title") or posting.fields.get("subject"):  # then the line above was the end of the one before
            if posting.title:
                (postings[-1].text if postings else top).append(posting.title)
            posting.title = posting.fields.get("title") or posting.fields.get("subject", "")
        postings.append(posting)
        at += length
    return [line for line in top if line], postings


def _find_head(lines: Sequence[str], at: int) -> int:
    """Return how many lines a head takes that begins at ``at``: a name, a date and a number. 0 where none begins."""
    names: list[str] = []
    end = at
    while end < len(lines) and len(names) < 8:
        match = FIELD.fullmatch(lines[end])
        if match is None:
            if lines[end] or not names or end - at > 12:
                break
            end += 1  # browsers put blank lines between
            continue
        name = match["name"].lower()
        if (not names and name not in FIRST) or (names and (name in FIRST or name in names)):
            break
        names.append(name)
        end += 1
        if name in TEXTS:
            break
    while end > at and not lines[end - 1]:
        end -= 1
    return end - at if {"date"} <= set(names) and any(name in names for name in (*IDS, *TEXTS)) else 0


def _take_title(above: list[str]) -> str:
    """Take the line straight above a head out of what stands there: it is the title, unless it ends a paragraph."""
    is_title = bool(above) and 0 < len(above[-1]) <= MAX_TITLE_CHARS and (len(above) == 1 or not above[-2])
    return above.pop() if is_title and not FURNITURE.fullmatch(above[-1]) else ""


def _make_article(title: str, paper: _Posting | None, top: Sequence[str]) -> ArticleRecord:
    if paper is None:
        return ArticleRecord(title=title, slug=make_slug(title), body="", source_id="page", language=LANGUAGE)
    posted_at = parse_stamp(paper.fields.get("date", ""))
    return ArticleRecord(
        title=paper.title or title, slug=make_slug(paper.title or title), body=escape_article_text(paper.body), source_id="page",
        line=paper.line, collection=(title,) if paper.title and top else (), byline=_name_of(paper),
        published_on=posted_at.date() if posted_at else None, published_precision="day" if posted_at else "unknown",
        language=LANGUAGE,
    )  # fmt: skip


def _make_comments(postings: Sequence[_Posting]) -> Iterator[Record]:
    seen: set[str] = set()
    for position, posting in enumerate(postings, start=1):
        number = posting.fields.get("message id") or posting.fields.get("link to this comment") or ""
        key = name_row("posting", number or sha256(posting.body.encode()).hexdigest()[:32], posting.line)
        if not posting.body:
            yield LeftOut("postings without words", posting.line, f"“{posting.title or number}” has no words.", key)
            continue
        problems: list[Problem] = []
        if key in seen:
            problems.append(Problem(posting.line, f"there are two postings {number}.", key))
            key = f"{key}-on-line-{posting.line}"
        seen.add(key)
        printed = posting.fields.get("date", "")
        day = parse_stamp(printed)
        if day is None:
            problems.append(Problem(posting.line, f"“{printed}” is no date. The comment is kept, its date is unknown.", key))
        username = posting.fields.get("username") or posting.fields.get("user name") or ""
        yield CommentRecord(
            source_id=key, line=posting.line, position=position, article="page", name=_name_of(posting), body=posting.body,
            subject=posting.title, author_key=sha256(username.encode()).hexdigest()[:16] if username else "",
            author_kind="member" if username else "guest", email=username if "@" in username else "",
            posted_at=noon(day.date()) if day else None, posted_precision="day" if day else "unknown", posted_text=printed,
            problems=tuple(problems),
        )  # fmt: skip


def _name_of(posting: _Posting) -> str:
    return SPACES.sub(" ", posting.fields.get("full name") or posting.fields.get("name") or "").strip(" ()")
