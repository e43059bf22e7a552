"""WordPress's export (WXR 1.0 to 1.2): posts and pages as articles, their categories as collections, their comments.

Pingbacks and trackbacks, spam and what lies in the bin are left out and counted, as is whatever is no text that was published:
drafts, attachments, menus. A comment that waited for approval waits here. An item and its comments are read one after the
other; of an item, only what stands before its comments is needed, and that is where WordPress writes it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from html import unescape
from pathlib import Path
from urllib.parse import unquote

from forum.imports.printed_dates import noon, parse_stamp
from forum.imports.readers.html_text import clean_text, count_lost, find_damage, split_address, to_markdown, to_plain_text
from forum.imports.readers.lineage import Lineage, name_row
from forum.imports.readers.marked_text import Target
from forum.imports.readers.serendip import make_slug
from forum.imports.readers.shortcodes import drop_shortcodes
from forum.imports.readers.xml_rows import Element, Row, read_rows
from forum.imports.records import (
    ArticleRecord,
    CommentRecord,
    ImportFileError,
    LeftOut,
    OldAddressRecord,
    Precision,
    Problem,
    Record,
    SiteRecord,
)

FORMAT = "wxr"
NAMESPACE = "wordpress.org/export/"
PLACES = {
    "item": "channel",
    "wp:comment": "item",
    "wp:author": "channel",
    "wp:category": "channel",
    # Read and let go: a site has more of these than of anything else.
    "wp:tag": "channel",
    "wp:term": "channel",
    "wp:postmeta": "item",
}
PREFIXES = {"excerpt/": "excerpt", "modules/content/": "content", "dc/elements/1.1/": "dc"}

ARTICLES = frozenset(("post", "page"))
# What is not taken over, as it is counted. Anything else of that sort is counted under its own name.
KINDS = {"attachment": "attachments", "nav_menu_item": "menu items", "revision": "revisions"}
COMMENT_KINDS = {"pingback": "pingbacks", "trackback": "trackbacks"}
BY_PEOPLE = frozenset(("", "comment", "review"))
APPROVED, WAITING = "1", "0"
STATES = {"spam": "spam", "trash": "comments in the bin", "post-trashed": "comments in the bin"}
NO_CATEGORY = "uncategorized"


def recognises(head: bytes, name: str) -> bool:
    """Say whether a file begins as an export of WordPress does."""
    return b"<rss" in head and NAMESPACE.encode() in head


def read(path: Path) -> Iterator[Record]:
    """Yield the articles, their old addresses and their comments. Raises ImportFileError at any moment."""
    export = _Export()
    for row in read_rows(path, PLACES, _shorten):
        yield from export.begin(row)
        name = row.element.name
        if name == "item":
            yield from export.end_item(row.element)
        elif name == "wp:comment":
            yield from export.take_comment(row.element, row.around[-1])
        elif name == "wp:category":
            export.take_category(row.element)
        elif name == "wp:author":
            login, shown = row.element.text_of("wp:author_login"), row.element.text_of("wp:author_display_name")
            export.authors[login] = _one_line(shown) or login
    if not export.is_begun:
        raise ImportFileError("there is no article in this export.")


def _shorten(name: str) -> str:
    space, _brace, local = name.rpartition("}")
    if not space:
        return local
    for ending, prefix in PREFIXES.items():
        if space.endswith(ending):
            return f"{prefix}:{local}"
    return f"wp:{local}" if NAMESPACE in space else f"other:{local}"


@dataclass(slots=True)
class _Item:
    """The item that is being read. ``left_out`` says as what it is not taken over, empty where it is."""

    element: Element
    is_told: bool = False
    left_out: str = ""
    early: list[Element] = field(default_factory=list)  # comments that came before what the article needs
    lineage: Lineage = field(default_factory=Lineage)


@dataclass(slots=True)
class _Export:
    is_begun: bool = False
    language: str = ""
    authors: dict[str, str] = field(default_factory=dict)
    categories: dict[str, tuple[str, str]] = field(default_factory=dict)  # by nicename: its name and the nicename of its parent
    item: _Item | None = None
    told: set[str] = field(default_factory=set)  # articles without a number: such a file may have one for each of its comments

    def begin(self, row: Row) -> Iterator[Record]:
        """Yield the site, once. Where the file does not name it, its first article says where it is."""
        if self.is_begun:
            return
        self.is_begun = True
        channel, *inner = (*row.around[1:], row.element)
        address = split_address(channel.text_of("wp:base_blog_url") or channel.text_of("link"))
        if not address.hostname:
            address = split_address(inner[0].text_of("link"))._replace(path="")
        self.language = channel.text_of("language")
        yield SiteRecord(f"wordpress:{(address.hostname or 'export') + address.path.rstrip('/')}")

    def take_category(self, row: Element) -> None:
        """Remember a category and which one it stands in."""
        name = _one_line(row.text_of("wp:cat_name"))
        self.categories[row.text_of("wp:category_nicename")] = (name, row.text_of("wp:category_parent"))

    def take_comment(self, row: Element, element: Element) -> Iterator[Record]:
        """Yield a comment of the item that is being read, after the article where it is its first one."""
        item = self._open_item(element)
        if not item.is_told and (element.find("content:encoded") is None or not element.text_of("wp:post_id")):
            item.early.append(row)
            return
        yield from self._tell(item)
        yield from self._make_comment(row, item)

    def end_item(self, element: Element) -> Iterator[Record]:
        """Yield what is left of an item: the whole article where nobody wrote under it."""
        item = self._open_item(element)
        yield from self._tell(item)
        for row in item.early:
            yield from self._make_comment(row, item)
        self.item = None

    def _open_item(self, element: Element) -> _Item:
        if self.item is None or self.item.element is not element:
            self.item = _Item(element)
        return self.item

    def _tell(self, item: _Item) -> Iterator[Record]:
        if item.is_told:
            return
        item.is_told = True
        element = item.element
        item.left_out = _find_reason(element)
        if item.left_out:
            yield LeftOut(item.left_out, element.line, source_id=_id_of(element))
        elif _id_of(element) not in self.told:
            if not element.text_of("wp:post_id"):
                self.told.add(_id_of(element))
            yield from self._make_article(element)

    def _make_article(self, element: Element) -> Iterator[Record]:
        key, link = _id_of(element), element.text_of("link")
        html, shortcodes = drop_shortcodes(element.text_of("content:encoded"))
        body = to_markdown(html, Target.ARTICLE, base_url=link, keeps_newlines=True)
        title = to_plain_text(element.text_of("title"))
        collection, further = self._find_collection(element)
        day = _find_day(element)
        place = unquote(element.text_of("wp:post_name"))
        login = element.text_of("dc:creator")
        if not body.markdown:
            yield Problem(element.line, f"{key}, “{title}”, has no text.", key)
        yield ArticleRecord(
            title=title or place or key, slug=make_slug(place or title), body=body.markdown,
            source_id=key, line=element.line, collection=collection, byline=self.authors.get(login, login),
            published_on=day, published_precision="day" if day else "unknown",
            original_url=link if link.startswith(("http://", "https://")) else None, language=self.language or None,
        )  # fmt: skip
        yield from find_damage(f"{title} {body.markdown}", element.line, key)
        yield from count_lost(body, element.line, key)
        if element.text_of("excerpt:encoded"):
            yield LeftOut("excerpts", element.line, source_id=key)
        if shortcodes:
            yield LeftOut("shortcodes in a text", element.line, source_id=key, count=shortcodes)
        for kind, count in Counter(further).items():
            yield LeftOut(kind, element.line, source_id=key, count=count)
        for path in _find_paths(element, link):
            yield OldAddressRecord(path, article=key, line=element.line)

    def _find_collection(self, element: Element) -> tuple[tuple[str, ...], list[str]]:
        """Return the first category with those it stands in, outermost first, and what else there is, as it counts."""
        nicenames: list[str] = []
        further: list[str] = []
        for child in element.children:
            if child.name != "category":
                continue
            nicename = child.attributes.get("nicename", "")
            if child.attributes.get("domain", "category") == "post_tag" or child.attributes.get("domain") == "tag":
                further.append("tags")
            elif child.attributes.get("domain", "category") == "category" and nicename not in ("", NO_CATEGORY, *nicenames):
                nicenames.append(nicename)
                self.categories.setdefault(nicename, (_one_line(child.text), ""))
        further += ["further categories"] * (len(nicenames) - 1)
        titles: list[str] = []
        passed: set[str] = set()
        at = nicenames[0] if nicenames else ""
        while at in self.categories and at not in passed:
            passed.add(at)
            title, at = self.categories[at]
            titles.insert(0, title or at)
        return tuple(titles), further

    def _make_comment(self, row: Element, item: _Item) -> Iterator[Record]:
        key = name_row("comment", row.text_of("wp:comment_id"), row.line)
        number = row.text_of("wp:comment_parent")
        parent = name_row("comment", number, row.line) if number not in ("", "0") else None
        body = to_markdown(row.text_of("wp:comment_content"), Target.COMMENT, keeps_newlines=True)
        reason = "comments of what is not taken over" if item.left_out else _find_comment_reason(row)
        if reason or not body.markdown:
            item.lineage.leave_out(key, parent)
            yield (
                LeftOut(reason, row.line, source_id=key)
                if reason
                else LeftOut("comments without words", row.line, f"{key} has no words.", key)
            )
            return
        name = _one_line(row.text_of("wp:comment_author"))
        posted_at, precision, printed = _find_moment(row)
        problems = [*item.lineage.explain(key, parent, row.line), *find_damage(f"{name} {body.markdown}", row.line, key)]
        if posted_at is None:
            problems.append(Problem(row.line, f"“{printed}” is no date of a comment. It is kept as printed.", key))
        approval = row.text_of("wp:comment_approved")
        if approval not in (APPROVED, WAITING):
            problems.append(Problem(row.line, f"“{approval}” does not say whether {key} was approved. It waits.", key))
        user = row.text_of("wp:comment_user_id")
        is_member = user not in ("", "0")
        yield CommentRecord(
            source_id=key, line=row.line, name=name, body=body.markdown, is_plain=False, article=_id_of(item.element),
            parent=item.lineage.find_parent(parent), author_key=f"user-{user}" if is_member else "",
            author_kind="member" if is_member else "guest", email=row.text_of("wp:comment_author_email"),
            posted_at=posted_at, posted_precision=precision, posted_text="" if precision == "exact" else printed,
            state=None if approval == APPROVED else "held", problems=tuple(problems),
        )  # fmt: skip
        yield from count_lost(body, row.line, key)
        if row.text_of("wp:comment_author_url"):
            yield LeftOut("addresses of writers’ own pages", row.line, source_id=key)


def _id_of(element: Element) -> str:
    """Return the name of an item: by its number, or else by its address, which files made for a move to Disqus have alone."""
    return name_row("post", element.text_of("wp:post_id") or element.text_of("guid") or element.text_of("link"), element.line)


def _one_line(text: str) -> str:
    """Return a name, which WordPress stores with its letters escaped for a page."""
    return " ".join(clean_text(unescape(text)).split())


def _find_reason(element: Element) -> str:
    """Return as what an item is left out, nothing where it is taken."""
    kind, status = element.text_of("wp:post_type") or "post", element.text_of("wp:status") or "publish"
    if kind not in ARTICLES:
        return KINDS.get(kind, f"entries of the kind “{kind}”")
    if status != "publish":
        return f"{kind}s that are not published ({status})"
    return f"{kind}s behind a password" if element.text_of("wp:post_password") else ""


def _find_comment_reason(row: Element) -> str:
    kind = row.text_of("wp:comment_type")
    if kind not in BY_PEOPLE:
        return COMMENT_KINDS.get(kind, f"comments of the kind “{kind}”")
    return STATES.get(row.text_of("wp:comment_approved"), "")


def _find_day(element: Element) -> date | None:
    moment = parse_stamp(element.text_of("wp:post_date")) or parse_stamp(element.text_of("wp:post_date_gmt"))
    return moment.date() if moment else None


def _find_moment(row: Element) -> tuple[datetime | None, Precision, str]:
    """Return when a comment was written, how exactly that is known, and what the file says."""
    printed = row.text_of("wp:comment_date_gmt")
    moment = parse_stamp(printed)
    if moment:
        return moment, "exact", printed
    # The time of a place that the export does not name: the day is as much as can be said.
    local = row.text_of("wp:comment_date")
    moment = parse_stamp(local)
    return (noon(moment.date()), "day", local) if moment else (None, "unknown", local or printed)


def _find_paths(element: Element, link: str) -> Iterator[str]:
    """Yield the path of an article at the old site; addresses that are a question, "/?p=4", cannot be told apart here."""
    parts = split_address(link)
    if parts.path not in ("", "/") and not parts.query:
        yield unquote(parts.path)
