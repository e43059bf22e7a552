"""HTML of another site -> the Markdown of this one, which shows the same words and asks no browser to run anything. Pure.

Comments keep paragraphs, line breaks, emphasis, links, lists and quotes; articles keep headings, code and rules as well. Of
everything else the words stay and the form is counted by kind, so that a report can say what an import could not keep.

A page is read as a browser reads it and walked without recursion: a text nested ten thousand deep costs no more than its length.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import SplitResult, quote, urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from forum.imports.readers.blocks import INVISIBLE, SPACES
from forum.imports.readers.marked_text import (
    BREAK,
    UNSAFE_IN_ADDRESS,
    Block,
    Container,
    Item,
    List,
    MarkdownWriter,
    Quote,
    Run,
    Target,
    split_lines,
)  # fmt: skip
from forum.imports.records import LeftOut, Problem

# Deeper quotes and lists stay on this level: nobody reads the twelfth indent, and the renderers stop at forty.
MAX_DEPTH = 10
MAX_LIST_NUMBER = 999_999_999
MAX_ADDRESS_CHARS = 2_000
# A path of the site itself, which old addresses keep alive where the site moves as a whole.
OWN_PATH = re.compile(r"/(?![/\\])[^\s\\]{0,500}$")

SURROGATES = re.compile("[\ud800-\udfff]")
BLANK_LINES = re.compile(r"\n[^\S\n]*\n\s*")

BLOCKS = frozenset((
    "address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "dialog", "dir", "div", "dl",
    "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hgroup", "hr",
    "legend", "li", "main", "menu", "nav", "noscript", "ol", "optgroup", "option", "p", "pre", "section", "select", "summary",
    "table", "tbody", "textarea", "tfoot", "thead", "tr", "ul",
))  # fmt: skip
LISTS = frozenset(("ul", "ol", "menu", "dir"))
# White space straight inside of these is none on the page, whatever line breaks mean there.
FRAMES = frozenset(("table", "tbody", "thead", "tfoot", "tr", "ul", "ol", "menu", "dir", "dl"))
CELLS = frozenset(("td", "th"))
HEADINGS = {"h1": 1, "h2": 2, "h3": 3, "h4": 4, "h5": 5, "h6": 6}
STRONG = frozenset(("b", "strong"))
EMPHASIS = frozenset(("i", "em", "cite", "dfn", "var"))
CODE = frozenset(("code", "kbd", "samp", "tt"))
# Words for machines only.
UNSEEN = frozenset(("script", "style", "template", "head", "title", "iframe", "noembed", "noframes"))
# Shown in a frame of its own: its address is what can be kept, in one of these attributes.
EMBEDS = {"iframe": "src", "embed": "src", "video": "src", "audio": "src", "object": "data", "source": "src"}
# What is lost with a tag of which only the words are kept, as a report counts it.
LOSSES = {
    **dict.fromkeys(("script", "template", "noembed", "noframes"), "scripts"),
    **dict.fromkeys(("del", "s", "strike"), "strike-throughs"),
    **dict.fromkeys(("font", "center", "big", "small", "u", "ins", "mark", "blink", "marquee", "styles"), "styles"),
    **dict.fromkeys(("input", "select", "textarea", "button"), "form fields"),
    **dict.fromkeys(("iframe", "embed", "video", "audio", "object"), "embedded pages"),
    **dict.fromkeys(("svg", "canvas"), "drawings"),
    "img": "images",
    "table": "tables",
    "dl": "definition lists",
    "ruby": "ruby",
    "math": "formulas",
}
LOST_IN_COMMENTS = {**dict.fromkeys(HEADINGS, "headings"), **dict.fromkeys((*CODE, "pre"), "code"), "hr": "rules"}

FIGURES = re.compile(r"[0-9+\-=()]+")
RAISED = str.maketrans("0123456789+-=()", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾")
LOWERED = str.maketrans("0123456789+-=()", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎")

SCHEMES = frozenset(("http", "https"))
ARTICLE_SCHEMES = SCHEMES | {"mailto", "tel"}


@dataclass(frozen=True, slots=True)
class Converted:
    """A text as Markdown, and how often something of each kind could not be kept."""

    markdown: str
    lost: Mapping[str, int]


def to_markdown(html: str, target: Target, *, base_url: str = "", keeps_newlines: bool = False) -> Converted:
    """Return HTML as Markdown for ``target``.

    ``base_url`` is the page the text stood on, for links that name no host; where it is not known, an article keeps those that
    begin with a slash. With ``keeps_newlines`` a line break in the source is
    one on the page and a blank line ends a paragraph, as WordPress and Drupal have it; else both are mere spaces.
    """
    html = clean_text(html)
    reader = _Reader(target, base_url, keeps_newlines)
    if "<" in html or "&" in html:
        reader.read(html)
    else:
        reader.add_text(html)
    reader.end_block()
    markdown = MarkdownWriter(target, reader.addresses, reader.lost).write(reader.blocks)
    return Converted(markdown, dict(+reader.lost))


def to_plain_text(html: str) -> str:
    """Return the words of a short piece of HTML, such as a title, on one line."""
    html = clean_text(html)
    if "<" in html or "&" in html:
        body = LexborHTMLParser(html).body
        texts = (node for node in body.traverse(include_text=True) if node.is_text_node) if body else ()
        html = "".join(node.text_content or "" for node in texts if node.parent and node.parent.tag not in UNSEEN)
    return SPACES.sub(" ", html).strip()


def split_address(text: str) -> SplitResult:
    """Return the parts of an address, all empty where it is none."""
    try:
        return urlsplit(text.strip())
    except ValueError:
        return urlsplit("")


def clean_text(text: str) -> str:
    """Return a text without what no page can show; a byte that was no letter becomes a visible mark."""
    if text.isprintable():
        return text
    return SURROGATES.sub("\ufffd", INVISIBLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n")))


def count_lost(converted: Converted, line: int | None, source_id: str) -> Iterator[LeftOut]:
    """Yield a record for everything of a text that could not be kept."""
    for kind, count in converted.lost.items():
        yield LeftOut(f"{kind} in a text", line, source_id=source_id, count=count)


def find_damage(text: str, line: int | None, source_id: str) -> Iterator[Problem]:
    """Yield a problem where a text has letters that could not be read."""
    if count := text.count("\ufffd"):
        yield Problem(line, f"{count} letters could not be read; they are shown as �.", source_id)


class _Reader:
    """HTML -> blocks, each with the quotes and list items it stands in."""

    def __init__(self, target: Target, base_url: str, keeps_newlines: bool) -> None:
        self.blocks: list[Block] = []
        self.lost: Counter[str] = Counter()
        self.addresses: dict[int, str] = {}
        self._is_article = target is Target.ARTICLE
        self._base_url = base_url
        self._keeps_newlines = keeps_newlines
        self._runs: list[Run] = []
        self._containers: tuple[Container, ...] = ()
        self._left: list[tuple[Container, ...]] = []  # what stood around the open quotes and items
        self._lists: list[List] = []
        self._links: list[int] = [0]
        self._strong = self._em = self._code = self._pre = self._heading = 0
        self._figures: dict[int, int] | None = None
        self._is_next_cell = False

    def read(self, html: str) -> None:
        """Take over a page, or a part of one."""
        has_styles = "style" in html
        for node, is_beginning in _walk(LexborHTMLParser(html).body):
            tag = node.tag or ""
            if node.is_text_node:
                text = node.text_content or ""
                if is_beginning and not (text.isspace() and node.parent is not None and node.parent.tag in FRAMES):
                    self.add_text(text)
                continue
            if not node.is_element_node:
                continue
            if tag in BLOCKS:
                self.end_block()
            if is_beginning:
                if has_styles and node.attributes.get("style"):
                    self._count("styles")
                self._count(LOSSES.get(tag) or ("" if self._is_article else LOST_IN_COMMENTS.get(tag, "")))
                self._begin(tag, node)
            else:
                self._end(tag)

    def add_text(self, text: str) -> None:
        """Take over text as it stands in the source."""
        if self._pre:
            self._add_lines(text.split("\n"))
        elif self._keeps_newlines:
            for number, paragraph in enumerate(BLANK_LINES.split(text)):
                if number:
                    self.end_block()
                lines = paragraph.split("\n")
                if len(lines) > 1 and self._runs and self._runs[-1] is BREAK and not lines[0].strip():
                    lines.pop(0)  # "<br>" at the end of a line is one break, not two
                self._add_lines(lines)
        else:
            self._add_run(SPACES.sub(" ", text))

    def end_block(self) -> None:
        """Make blocks of what was gathered: an empty line inside it ends a paragraph."""
        runs, self._runs, self._is_next_cell = self._runs, [], False
        if self._pre and self._is_article:
            code = "".join(run.text for run in runs).strip("\n")
            if code.strip():
                self.blocks.append(Block(self._containers, code=code))
            return
        for paragraph in _split_paragraphs(runs):
            self.blocks.append(Block(self._containers, paragraph, heading=self._heading if self._is_article else 0))

    def _begin(self, tag: str, node: LexborNode) -> None:
        if tag == "br":
            self._runs.append(BREAK)
        elif tag == "hr" and self._is_article:
            self.blocks.append(Block(self._containers))
        elif tag in LISTS:
            self._begin_list(tag, node)
        elif tag in ("li", "blockquote"):
            self._left.append(self._containers)
            self._stand_in(self._make_item(node) if tag == "li" else Quote())
        elif tag == "a":
            self._links.append(self._add_address(node.attributes.get("href")))
        elif tag == "img":
            self._add_image(node)
        elif tag in EMBEDS:
            self._add_embed(tag, node)
        elif tag in ("sup", "sub"):
            self._begin_figures(tag, node)
        elif tag in CELLS:
            self._is_next_cell = bool(self._runs)
        elif tag == "q":
            self._add_run("“")
        self._change_look(tag, 1)

    def _end(self, tag: str) -> None:
        if tag in LISTS:
            self._lists.pop()
        if tag in LISTS or tag in ("li", "blockquote"):
            self._containers = self._left.pop()
        elif tag == "a":
            self._links.pop()
        elif tag in ("sup", "sub"):
            self._figures = None
        elif tag == "q":
            self._add_run("”")
        self._change_look(tag, -1)

    def _change_look(self, tag: str, by: int) -> None:
        if tag in STRONG or (tag in HEADINGS and not self._is_article):
            self._strong += by
        elif tag in EMPHASIS:
            self._em += by
        elif tag in CODE and self._is_article:
            self._code += by
        elif tag == "pre":
            self._pre += by
        elif tag in HEADINGS:
            self._heading = HEADINGS[tag] if by > 0 else 0

    def _count(self, kind: str) -> None:
        if kind:
            self.lost[kind] += 1

    def _add_lines(self, lines: Sequence[str]) -> None:
        for number, line in enumerate(lines):
            if number:
                self._runs.append(BREAK)
            self._add_run(line if self._pre else SPACES.sub(" ", line))

    def _add_run(self, text: str) -> None:
        if not text:
            return
        if self._figures:
            text = text.translate(self._figures)
        if self._is_next_cell and text.strip():
            self._is_next_cell = False
            self._runs.append(Run(" | "))
        self._runs.append(Run(text, self._strong > 0, self._em > 0, self._code > 0, self._links[-1]))

    def _stand_in(self, container: Container) -> None:
        if len(self._containers) < MAX_DEPTH:
            self._containers += (container,)
        else:
            self._count("deep nesting")

    def _begin_list(self, tag: str, node: LexborNode) -> None:
        self._left.append(self._containers)
        around = self._lists[-1] if self._lists else None
        # A list straight inside a list, as old editors made them, belongs to the item before it.
        if around and around.last_item and len(self._containers) == around.depth:
            self._stand_in(around.last_item)
        is_ordered = tag == "ol"
        start = _to_number(node.attributes.get("start"))
        self._lists.append(List(is_ordered, 1 if start is None else start, len(self._containers), "." if is_ordered else "-"))

    def _make_item(self, node: LexborNode) -> Item:
        # The parser lets an item stand outside of any list; browsers show it with a dot.
        around = self._lists[-1] if self._lists else List(False, 1, len(self._containers), "-")
        number = _to_number(node.attributes.get("value")) if around.is_ordered else None
        number = around.next_number if number is None else number
        if number > MAX_LIST_NUMBER:
            self._count("list numbers")
            number = 1
        item = Item(around, number)
        around.next_number, around.last_item = number + 1, item
        return item

    def _begin_figures(self, tag: str, node: LexborNode) -> None:
        if FIGURES.fullmatch(SPACES.sub("", node.text(deep=True))):
            self._figures = RAISED if tag == "sup" else LOWERED
        else:
            self._count("raised letters")

    def _add_image(self, node: LexborNode) -> None:
        words = SPACES.sub(" ", node.attributes.get("alt") or node.attributes.get("title") or "").strip()
        address = self._resolve(node.attributes.get("src")) if self._is_article and not self._links[-1] else ""
        if address:
            self._add_link(words or address, address)
        elif words:
            self._add_run(words)

    def _add_embed(self, tag: str, node: LexborNode) -> None:
        around = node.parent
        if tag == "source" and (around is None or around.tag not in ("video", "audio") or around.attributes.get("src")):
            return
        address = self._resolve(node.attributes.get(EMBEDS[tag]))
        if address:
            self._add_link(address, address)

    def _add_link(self, words: str, address: str) -> None:
        number = len(self.addresses) + 1
        self.addresses[number] = address
        self._links.append(number)
        self._runs.append(Run(" "))
        self._add_run(words)
        self._links.pop()
        self._runs.append(Run(" "))

    def _add_address(self, href: str | None) -> int:
        """Return the number of a link, 0 where it leads nowhere that a page of this site may lead."""
        if not href or href.startswith("#"):
            return 0
        address = self._resolve(href)
        if not address:
            self._count("links that lead nowhere")
            return 0
        number = len(self.addresses) + 1
        self.addresses[number] = address
        return number

    def _resolve(self, href: str | None) -> str:
        if not href:
            return ""
        if self._is_article and not self._base_url and OWN_PATH.match(href):
            return UNSAFE_IN_ADDRESS.sub(lambda match: quote(match[0], safe=""), href)
        try:
            address = urljoin(self._base_url, href.strip())
            parts = urlsplit(address)
            scheme, host = parts.scheme.lower(), parts.hostname
        except ValueError:
            return ""
        allowed = ARTICLE_SCHEMES if self._is_article else SCHEMES
        if scheme not in allowed or len(address) > MAX_ADDRESS_CHARS or (scheme in SCHEMES and not host):
            return ""
        return UNSAFE_IN_ADDRESS.sub(lambda match: quote(match[0], safe=""), address)


def _walk(root: LexborNode | None) -> Iterator[tuple[LexborNode, bool]]:
    """Yield each node below ``root`` where it begins (True) and where it ends (False)."""
    node = root.first_child if root else None
    open_nodes: list[LexborNode] = []
    while node is not None or open_nodes:
        if node is None:
            node = open_nodes.pop()
        else:
            yield node, True
            child = node.first_child if node.tag not in UNSEEN else None
            if child is not None:
                open_nodes.append(node)
                node = child
                continue
        yield node, False
        node = node.next


def _to_number(text: str | None) -> int | None:
    """Return the number of an attribute that is one, nothing below zero: Markdown cannot count there."""
    text = (text or "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _split_paragraphs(runs: Sequence[Run]) -> Iterator[list[Run]]:
    """Yield the runs of each paragraph, a BREAK between its lines: an empty line parts two."""
    paragraph: list[Run] = []
    for line in [*split_lines(runs), []]:
        if any(not run.text.isspace() for run in line):
            paragraph += [BREAK, *line] if paragraph else line
        elif paragraph:
            yield paragraph
            paragraph = []
