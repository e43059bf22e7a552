"""The XML export of Disqus: the conversations of a whole site, without the articles.

A thread is a page of the site; its address and title become an article that says where the text stands. A post is a comment.
Posts that were deleted or are spam are left out and counted; an answer to one stands under the next comment above it that is
still there. Threads in which nobody wrote are left out as well: the export has one for every page that anybody ever opened.
Format: https://help.disqus.com/en/articles/1717164-comments-export and the schema it names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from html import escape, unescape
from pathlib import Path
from urllib.parse import parse_qs, unquote

from forum.imports.printed_dates import parse_stamp
from forum.imports.readers.html_text import clean_text, count_lost, find_damage, split_address, to_markdown
from forum.imports.readers.lineage import Lineage, name_row
from forum.imports.readers.marked_text import Target, link_to
from forum.imports.readers.serendip import make_slug
from forum.imports.readers.xml_rows import Element, read_rows
from forum.imports.records import ArticleRecord, CommentRecord, ImportFileError, LeftOut, Problem, Record, SiteRecord

FORMAT = "disqus"
ROOT = b"<disqus"
NAMESPACE = b"disqus.com/disqus-internals"
PLACES = {"category": "disqus", "thread": "disqus", "post": "disqus"}
# Newer exports count every click: https://disq.us/url?url=ADDRESS%3ASIGNATURE&cuid=NUMBER
REDIRECT = re.compile(r"https?://disq\.us/url\?[^\"'\s<>]+")
FILE_ENDING = re.compile(r"\.(?:html?|php|aspx?)$", re.IGNORECASE)
SIGNATURE = re.compile(r":[\w-]{20,}$")
INTERNAL = "{http://disqus.com/disqus-internals}"


def recognises(head: bytes, name: str) -> bool:
    """Say whether a file begins as an export of Disqus does."""
    return ROOT in head and NAMESPACE in head


def read(path: Path) -> Iterator[Record]:
    """Yield the articles and comments of an export. Raises ImportFileError, at any moment of it."""
    export = _Export()
    for row in read_rows(path, PLACES, _shorten):
        if row.element.name == "thread":
            yield from export.take_thread(row.element)
        elif row.element.name == "post":
            yield from export.take_post(row.element)
    yield from export.end()


def _shorten(name: str) -> str:
    return f"dsq:{name.removeprefix(INTERNAL)}" if name.startswith(INTERNAL) else name.rpartition("}")[2]


@dataclass(slots=True)
class _Thread:
    """A page of the site, until somebody turns out to have written there."""

    title: str
    link: str
    line: int
    message: str
    is_deleted: bool
    is_told: bool = False


@dataclass(slots=True)
class _Export:
    """What must be known of the rows before: threads by their id, and which posts were left out."""

    is_begun: bool = False
    threads: dict[str, _Thread] = field(default_factory=dict)
    lineage: Lineage = field(default_factory=Lineage)

    def take_thread(self, row: Element) -> Iterator[Record]:
        """Remember a thread; it becomes an article with its first comment."""
        yield from self._begin(row)
        key = _id_of(row)
        if key in self.threads:
            yield Problem(row.line, f"{key} is there twice. The first one is taken.", key)
            return
        # A title was taken from a page, or from a program that had escaped it for one, and escaped again on the way.
        title = " ".join(clean_text(unescape(unescape(row.text_of("title")))).split())
        self.threads[key] = _Thread(title, row.text_of("link"), row.line, row.text_of("message"), _is_true(row, "isDeleted"))

    def take_post(self, row: Element) -> Iterator[Record]:
        """Yield the comment that a post is, after its article where it is the first one there."""
        yield from self._begin(row)
        key, parent = _id_of(row), _reference(row, "parent", "post")
        article = _reference(row, "thread", "thread") or "thread-unknown"
        thread = self.threads.get(article)
        reason = _find_reason(row, thread)
        if reason:
            self.lineage.leave_out(key, parent)
            yield LeftOut(reason, row.line, source_id=key)
            return
        body = to_markdown(_unwrap(row.text_of("message")), Target.COMMENT)
        if not body.markdown:
            self.lineage.leave_out(key, parent)
            yield LeftOut("comments without words", row.line, f"{key} has no words.", key)
            return
        yield from self._tell_thread(article, row.line)
        yield self._make_comment(row, key, article, parent, body.markdown)
        yield from count_lost(body, row.line, key)

    def end(self) -> Iterator[Record]:
        """Yield what is known only now: the threads in which nobody wrote."""
        if not self.is_begun:
            raise ImportFileError("there is no thread and no post in this export.")
        for key, thread in self.threads.items():
            if not thread.is_told:
                kind = "threads that were deleted" if thread.is_deleted else "threads without a comment"
                yield LeftOut(kind, thread.line, source_id=key)

    def _begin(self, row: Element) -> Iterator[Record]:
        if not self.is_begun:
            self.is_begun = True
            # A post does not name its forum; without one, the first link does.
            name = row.text_of("forum") or split_address(row.text_of("link")).hostname or "export"
            yield SiteRecord(f"{FORMAT}:{name}")

    def _tell_thread(self, key: str, line: int) -> Iterator[Record]:
        thread = self.threads.get(key)
        if thread is None:
            thread = self.threads[key] = _Thread("", "", line, "", is_deleted=False)
            yield Problem(line, f"{key} is not in the file. An article without a name stands for it.", key)
        if thread.is_told:
            return
        thread.is_told = True
        title = thread.title or thread.link or f"Disqus {key}"
        place = _find_place(thread.link)
        is_address = thread.link.startswith(("http://", "https://"))
        text = to_markdown(thread.message, Target.ARTICLE, base_url=thread.link)
        yield ArticleRecord(
            title=title, slug=make_slug(place or title), source_id=key, line=thread.line,
            body=text.markdown or (link_to(title, thread.link) if is_address else ""),
            original_url=thread.link if is_address else None,
        )  # fmt: skip
        yield from count_lost(text, thread.line, key)

    def _make_comment(self, row: Element, key: str, article: str, parent: str | None, body: str) -> CommentRecord:
        problems: list[Problem] = []
        author = row.find("author") or Element("author", {}, row.line)
        is_member = author.text_of("isAnonymous") == "false" and bool(author.text_of("username"))
        printed = row.text_of("createdAt")
        posted_at = parse_stamp(printed)
        if posted_at is None:
            problems.append(Problem(row.line, f"“{printed}” is no date of a comment. It is kept as printed.", key))
        problems += self.lineage.explain(key, parent, row.line)
        name = " ".join(clean_text(author.text_of("name") or author.text_of("username")).split())
        problems += find_damage(f"{name} {body}", row.line, key)
        return CommentRecord(
            source_id=key, line=row.line, name=name, body=body, is_plain=False, article=article,
            parent=self.lineage.find_parent(parent),
            author_key=sha256(author.text_of("username").encode()).hexdigest()[:16] if is_member else "",
            author_kind="member" if is_member else "guest", email=author.text_of("email"),
            posted_at=posted_at, posted_precision="exact" if posted_at else "unknown", posted_text="" if posted_at else printed,
            problems=tuple(problems),
        )  # fmt: skip


def _find_reason(row: Element, thread: _Thread | None) -> str:
    """Return why a post is left out, as it is counted; nothing where it is not."""
    if _is_true(row, "isDeleted"):
        return "comments that were deleted"
    if _is_true(row, "isSpam"):
        return "spam"
    return "comments of threads that were deleted" if thread and thread.is_deleted else ""


def _id_of(row: Element) -> str:
    return name_row(row.name, row.attributes.get("dsq:id", ""), row.line)


def _reference(row: Element, name: str, kind: str) -> str | None:
    child = row.find(name)
    printed = child.attributes.get("dsq:id", "") if child else ""
    return name_row(kind, printed, row.line) if printed.strip() else None


def _find_place(link: str) -> str:
    """Return the last part of an address that says what the page is about: neither "index" nor the ending of a file."""
    parts = [FILE_ENDING.sub("", part) for part in unquote(split_address(link).path).split("/")]
    return next((part for part in reversed(parts) if part and part != "index"), "")


def _is_true(row: Element, name: str) -> bool:
    return row.text_of(name).lower() == "true"


def _unwrap(message: str) -> str:
    """Return a message whose links lead where they led before Disqus put its counter between."""
    return REDIRECT.sub(_find_target, message)


def _find_target(match: re.Match[str]) -> str:
    target = parse_qs(split_address(unescape(match[0])).query).get("url", [""])[0]
    target = SIGNATURE.sub("", target)
    return escape(target) if target.startswith(("http://", "https://")) else match[0]
