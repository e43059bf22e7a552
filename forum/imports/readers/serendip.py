"""A page of Serendip (Bryn Mawr College) saved as plain text: article, sources and every comment, as records.

The printed form, from the top: a line about the site; the title; "NAME's picture" of whoever submitted it; the collections; the
title again; the author; the paragraphs; "WWW Sources" and a numbered list; "Continuing conversation" with the comments that an
older site had taken over; then the comments. "'s picture" is the site's alternative text for the avatar: on a line of its
own it opens a comment, followed by a blank line, the subject or nothing, a blank line, and the text. The saved text has lost the
indentation of the threads and every date of the newer comments: both stay unknown.

Who answers whom is read in salutations.py; the older comments in legacy_comments.py. Nothing here touches a database.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from hashlib import sha256
from itertools import pairwise
from pathlib import Path

from forum.imports.printed_dates import find_year
from forum.imports.readers.article_text import to_article_markdown
from forum.imports.readers.blocks import Block, Page, clean_line, join_paragraphs, split_blocks
from forum.imports.readers.legacy_comments import read_legacy_comments
from forum.imports.records import ArticleRecord, CommentRecord, ImportFileError, Problem, Record, SiteRecord, SourceRecord
from forum.imports.salutations import attach_replies
from forum.imports.textfile import read_text, split_head

FORMAT = "serendip"
# Of the whole site; the page itself does not say.
LANGUAGE = "en"

# The site's limit for a name (Drupal, USERNAME_MAX_LENGTH).
MAX_NAME_CHARS = 60
PICTURE = re.compile(r"(?P<name>\S.*?)\s*['’]s picture")
# Words that make a line ending in "'s picture" a sentence about somebody's picture, and marks that no name has.
SENTENCE_WORDS = {
    "i", "i'm", "i've", "my", "your", "his", "her", "our", "their",
    "this", "that", "these", "those", "is", "was", "here's",
}  # fmt: skip
SENTENCE_MARK = re.compile(r"[!?;:]|[.,]\s+[a-z]")

SOURCES = re.compile(r"(www |web )?(sources|references|bibliography|works cited)( cited)?:?", re.IGNORECASE)
SOURCE = re.compile(r"(?P<number>\d{1,3})\s*\)\s*(?P<text>.*)")
# A longer address has no room in a source; it stays in the title.
URL = re.compile(r"<?(https?://[^\s<>]{1,490})(?:>|(?=\s|$))")
CONVERSATION = re.compile(r"continuing conversation:?", re.IGNORECASE)

# A subject has at most 64 letters in Drupal; a longer single line is a text of one line.
MAX_SUBJECT_CHARS = 100
# Where a visitor left the subject empty, the site took the first words of the text: at most this many letters, whole words.
MACHINE_SUBJECT_CHARS = 29
# Three words of the text in the same order and letters are no subject that somebody thought of; one may be ("Help").
MIN_COPIED_WORDS = 3
# A heading that was cut while it was written: "Missy's pic".
CUT_HEADING = re.compile(r".{1,60}['’](s( (p(i(c(t(u(re?)?)?)?)?)?)?)?)?")
MAX_BYLINE_CHARS = 100
# "Robert Frost, Jr." is an author, a sentence of six words is a text.
MAX_DOTTED_WORDS = 5
# The submitter, the collections and the repeated title stand among the first blocks, or this is another kind of file.
MAX_TOP_BLOCKS = 8
MAX_SLUG_CHARS = 80


def recognises(head: bytes, name: str) -> bool:
    """Say whether a file begins as such a page does, whole or cut."""
    return any(block.is_single and PICTURE.fullmatch(block.text) for block in split_blocks(split_head(head))[1:MAX_TOP_BLOCKS])


def read(path: Path) -> Iterator[Record]:
    """Yield the one article of the file and what is written under it. Raises ImportFileError before anything is yielded."""
    file = read_text(path)
    page = Page(blocks=split_blocks(file.lines), line_count=len(file.lines), is_ended=file.is_ended)
    problems: list[Problem] = []
    if file.encoding != "utf-8":
        problems.append(Problem(1, f"the file is not plain UTF-8; it was read as {file.encoding}."))
    end, start = _find_conversation(page)
    article = _read_article(page, end, problems)
    comments = attach_replies(_read_comments(page, start, problems))
    if not comments:
        problems.append(Problem(page.line_count, "nobody has written under this article."))
    yield SiteRecord(_name_source(article))
    yield article
    yield from sorted(problems, key=lambda problem: problem.line or 0)
    yield from _name_for_ever(comments)


def _name_for_ever(comments: Sequence[CommentRecord]) -> Iterator[CommentRecord]:
    """Yield the comments with lasting ids, made of the name and the words.

    The page has none, and one that is saved again with a new comment on top counts all others anew; but their words stay. The
    same words by the same name count on.
    """
    lasting: dict[str, str] = {}
    seen: Counter[str] = Counter()
    for comment in comments:
        words = " ".join(re.findall(r"\w+", f"{comment.name} {comment.body}".casefold()))
        digest = sha256(words.encode()).hexdigest()[:32]
        seen[digest] += 1
        lasting[comment.source_id] = f"{digest}-{seen[digest]}"
    for comment in comments:
        parent = lasting[comment.parent] if comment.parent else None
        yield replace(comment, source_id=lasting[comment.source_id], parent=parent)


def _name_source(article: ArticleRecord) -> str:
    """Return a name for the page, made of what is printed at its top: the site has several reports of one title."""
    top = "\n".join([article.title, article.byline, *article.collection])
    return f"{FORMAT}:{article.slug}:{sha256(top.casefold().encode()).hexdigest()[:8]}"


def _find_conversation(page: Page) -> tuple[int, int]:
    """Return where the article's blocks end and where those of the conversation start. Raises ImportFileError."""
    submitter = _find_submitter(page)
    cut = ImportFileError(
        "the file ends inside the article: “Continuing conversation”, which comes after it, is missing.", line=page.line_count
    )
    for index, block in enumerate(page.blocks[submitter + 1 :], start=submitter + 1):
        if not CONVERSATION.fullmatch(block.lines[0]):
            continue
        following = block.lines[1:] or (page.blocks[index + 1].lines if index + 1 < len(page.blocks) else ())
        is_invited = bool(following) and following[0].startswith("(")
        is_last = index + (0 if len(block.lines) > 1 else 1) >= len(page.blocks) - 1
        if is_last and not (is_invited and following[-1].endswith(")")):
            raise cut
        return index, index + (2 if is_invited and block.is_single else 1)
    raise cut


def _find_submitter(page: Page) -> int:
    """Return the index of the block that says who submitted the article, which every such page has near its top."""
    for index, block in enumerate(page.blocks[:MAX_TOP_BLOCKS]):
        if index and block.is_single and PICTURE.fullmatch(block.text):
            return index
    raise ImportFileError("no “NAME’s picture” below a title: this is no saved Serendip page, or only its top.", line=1)


def _read_article(page: Page, end: int, problems: list[Problem]) -> ArticleRecord:
    submitter = _find_submitter(page)
    title = page.blocks[submitter - 1].text
    name = PICTURE.fullmatch(page.blocks[submitter].text)
    collection, byline, blocks = _read_top(title, page.blocks[submitter + 1 : end], problems)
    first_source = next((at for at in reversed(range(len(blocks))) if SOURCES.fullmatch(blocks[at].lines[0])), len(blocks))
    sources, notes = _read_sources(blocks[first_source:], problems)
    paragraphs = [*blocks[:first_source], *notes]
    if not paragraphs:
        raise ImportFileError("the article has no text.", line=page.blocks[submitter].line)
    if not sources:
        problems.append(Problem(paragraphs[-1].line, "the article has no list of sources."))
    year = find_year(collection)
    return ArticleRecord(
        title=title.replace("\n", " "),
        slug=make_slug(title),
        body="\n\n".join(_to_markdown(block, sources, problems) for block in paragraphs),
        collection=collection,
        byline=byline,
        submitted_by=name["name"] if name else "",
        sources=sources,
        published_on=date(year, 1, 1) if year else None,
        published_precision="year" if year else "unknown",
        language=LANGUAGE,
    )


def _read_top(title: str, blocks: Sequence[Block], problems: list[Problem]) -> tuple[tuple[str, ...], str, Sequence[Block]]:
    """Return the collections, the author and the blocks that are left of what stands between submitter and conversation."""
    repeated = next((at for at, block in enumerate(blocks[:MAX_TOP_BLOCKS]) if _level(block.text) == _level(title)), None)
    if repeated is None:
        problems.append(Problem(blocks[0].line if blocks else None, "the title is not repeated above the text."))
        collection = blocks[0].lines if len(blocks) > 1 and _is_heading(blocks[0]) else ()
        blocks = blocks[1:] if collection else blocks
    else:
        collection = tuple(line for block in blocks[:repeated] for line in block.lines)
        blocks = blocks[repeated + 1 :]
    if len(blocks) > 1 and blocks[0].is_single and _is_heading(blocks[0]):
        return collection, re.sub(r"^by:? ", "", blocks[0].text, flags=re.IGNORECASE), blocks[1:]
    problems.append(Problem(blocks[0].line if blocks else None, "no author is printed under the title."))
    return collection, "", blocks


def _read_sources(blocks: Sequence[Block], problems: list[Problem]) -> tuple[tuple[SourceRecord, ...], list[Block]]:
    """Return the sources below the heading in the first block, and the blocks after them that are none."""
    if not blocks:
        return (), []
    lines = [(block.line + offset, line) for block in blocks for offset, line in enumerate(block.lines)][1:]
    first_lines = {block.line for block in blocks}
    is_numbered = any(SOURCE.fullmatch(line) for _number, line in lines)
    texts: dict[int, str] = {}
    notes: list[Block] = []
    for at, line in lines:
        match = SOURCE.fullmatch(line)
        number = int(match["number"]) if match else max(texts, default=0) + 1
        if match and number not in texts:
            texts[number] = match["text"]
        elif match or not is_numbered:
            texts[max(texts, default=0) + 1] = match["text"] if match else line
            problems.append(Problem(at, f"this source has no number of its own; it became source {max(texts)}."))
        elif at in first_lines or notes:
            notes.append(Block(lines=(line,), line=at, blanks_before=1))
            problems.append(Problem(at, "this stands below the sources without a number; it was put at the end of the article."))
        elif texts:
            texts[max(texts)] += f" {line}"
    return tuple(_make_source(number, text, problems) for number, text in sorted(texts.items())), notes


def _make_source(number: int, text: str, problems: list[Problem]) -> SourceRecord:
    url = URL.search(text)
    title = clean_line(text.replace(url[0], " ")).rstrip(" ,;:-") if url else text.strip()
    if not title and not url:
        problems.append(Problem(None, f"source {number} has no title."))
    return SourceRecord(number=number, title=title or (url[1] if url else f"Source {number}"), url=url[1] if url else None)


def _to_markdown(block: Block, sources: Sequence[SourceRecord], problems: list[Problem]) -> str:
    markdown, unknown = to_article_markdown(block.text, {source.number for source in sources})
    problems.extend(Problem(block.line, f"{mark} names no source of this article; it is kept as typed.") for mark in unknown)
    return markdown


def _read_comments(page: Page, start: int, problems: list[Problem]) -> list[CommentRecord]:
    """Return the comments of all blocks from ``start`` on: the legacy ones, then those with an avatar, as printed."""
    heads = [at for at in range(start, len(page.blocks)) if _is_comment_heading(page, at, problems)]
    last = page.blocks[-1]
    if not page.is_ended and last.is_single and CUT_HEADING.fullmatch(last.text):
        raise ImportFileError("the file ends inside the name above a comment; it was cut.", line=page.line_count)
    comments = read_legacy_comments(page, page.blocks[start : heads[0] if heads else None], problems)
    legacy_count = len(comments)
    for number, (at, end) in enumerate(pairwise([*heads, len(page.blocks)]), start=1):
        comment = _read_comment(page, at, end, number)
        if comment:
            comments.append(replace(comment, position=legacy_count + number))
        else:
            problems.append(
                Problem(page.blocks[at].line, f"“{page.blocks[at].text}” stands above no text. Nothing was taken from it.")
            )
    return comments


def _is_comment_heading(page: Page, at: int, problems: list[Problem]) -> bool:
    """Say whether a block is the line above a comment, and not a sentence that ends in "'s picture"."""
    block = page.blocks[at]
    match = PICTURE.fullmatch(block.text) if block.is_single else None
    if match is None:
        return False
    name = match["name"]
    is_sentence = bool(SENTENCE_WORDS & set(name.casefold().split()[:-1])) or SENTENCE_MARK.search(name) is not None
    if is_sentence or len(name) > MAX_NAME_CHARS:
        problems.append(
            Problem(block.line, "this line ends like the name above a comment but reads like a sentence. Kept as text.")
        )
        return False
    return True


def _read_comment(page: Page, at: int, end: int, number: int) -> CommentRecord | None:
    """Return the comment whose heading is block ``at`` and whose text ends before block ``end``; None if it has no text."""
    heading, blocks = page.blocks[at], page.blocks[at + 1 : end]
    match = PICTURE.fullmatch(heading.text)
    has_subject = (
        bool(blocks) and blocks[0].is_single and blocks[0].blanks_before == 1 and len(blocks[0].text) <= MAX_SUBJECT_CHARS
    )
    if end == len(page.blocks) and len(blocks) <= has_subject:
        raise ImportFileError("the file ends in the heading of a comment; its text is missing.", line=page.line_count)
    if not blocks or match is None:
        return None
    problems: list[Problem] = []
    if has_subject and len(blocks) == 1:
        problems.append(
            Problem(blocks[0].line, "a single line where a subject would stand, and no text; it was taken as the text.")
        )
        has_subject = False
    subject = blocks[0].text if has_subject else ""
    body = join_paragraphs(blocks[1:] if has_subject else blocks)
    if is_machine_made(subject, body):
        problems.append(Problem(blocks[0].line, f"the old site cut the subject “{subject}” from the text; it is left out."))
        subject = ""
    return CommentRecord(
        source_id=f"comment-{number}", position=number, line=heading.line, name=match["name"], subject=subject, body=body,
        problems=tuple(problems),
    )  # fmt: skip


def is_machine_made(subject: str, body: str) -> bool:
    """Say whether the old site made the subject out of the first words of the text, because the visitor left it empty."""
    subject = subject.rstrip(".… ")
    text = clean_line(body)
    if not subject or not text.startswith(subject):
        return False
    cut = text if len(text) <= MACHINE_SUBJECT_CHARS else text[:MACHINE_SUBJECT_CHARS].rpartition(" ")[0]
    return subject == cut.rstrip(".… ") or len(subject.split()) >= MIN_COPIED_WORDS


def make_slug(title: str) -> str:
    """Return a title as the last part of an address: small ASCII letters, digits and hyphens."""
    ascii_title = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode()
    slug = re.sub(r"[^a-z0-9]+", "-", ascii_title.lower()).strip("-")
    return slug[:MAX_SLUG_CHARS].rstrip("-") or "article"


def _level(text: str) -> str:
    return clean_line(text).casefold()


def _is_heading(block: Block) -> bool:
    """Say whether a block is short lines without the full stop of a sentence: collections or an author, not a paragraph."""
    return all(len(line) <= MAX_BYLINE_CHARS for line in block.lines) and not (
        block.text.endswith((".", "!", "?")) and len(block.text.split()) > MAX_DOTTED_WORDS
    )
