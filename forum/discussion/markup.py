"""Untrusted text to safe HTML: the one place where a comment's words become markup. Pure.

Reduced CommonMark (paragraphs, line breaks, emphasis, links, lists, quotes; raw HTML off) → bleach (allow-list, addresses made
into links) → nh3 with the same allow-list, as a second guard. No typed word or number is ever missing from what is shown: where
Markdown would eat one, the text is shown as typed instead.
"""

import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from html import escape, unescape
from typing import Any

import nh3
from bleach.linkifier import Linker
from bleach.sanitizer import Cleaner
from django.utils.html import strip_tags
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

RENDER_VERSION = 1  # stored with the HTML; raise it when the output changes

TAGS = frozenset(("p", "br", "em", "strong", "a", "ul", "ol", "li", "blockquote"))
ATTRIBUTES = {"a": ["href"], "ol": ["start"], "li": ["value"]}
SCHEMES = frozenset(("http", "https"))
MAX_NESTING = 40  # of quotes, lists and brackets; with 200, a comment of 20,000 brackets took 1.6 s
LINK_REL = "nofollow ugc noopener"

# An address starts with its scheme: bleach's own pattern knows only the top-level domains of some years ago. Closing punctuation
# belongs to the sentence. The pattern sees text as HTML, where "&" is "&amp;" and the end of "<http://…>" is "&gt;".
# What stands before an "@" only looks like the host.
URL_RE = re.compile(
    r"""(?<![\w@]) https?:// (?![^\s/?\#]*@) [^\W_](?:[\w.-]*[^\W_])? (?::\d+)?
        (?:[/?\#] (?:(?:&amp;|[^\s<>"'“”&])*[^\s<>"'“”&.,;:!?)\]}…])?)?""",
    re.IGNORECASE | re.VERBOSE,
)
_LINK_TO_NOWHERE = re.compile(rf'<a rel="{LINK_REL}">([^<]*)</a>')
# What Markdown or HTML gives a meaning to, anywhere or at the start of a line, and white space that is no space.
_MARK = re.compile("[\\\\`*_\\[\\]<>&\x80-\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ud800-\udfff]")
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f]")
_MARKED_LINE = re.compile(r"^ *(?:[-+]|\d{1,9}[.)])(?: |$)", re.MULTILINE)
_TAG = re.compile("<[^>]*>")
_BLANK_LINES = re.compile(r"\n(?: *\n)+")
_WORD = re.compile(r"[^\W_]+")  # without the underscore, which is a mark of emphasis as well
_NUMBERED = re.compile(r"<(?:ol start|li value)=\"(\d+)\"")


@lru_cache(maxsize=16)  # a form looks whether anything of a text shows, and then it is stored
def render(body: str) -> str:
    """Return ``body`` (Markdown as people type it) as safe HTML.

    Links carry ``rel="nofollow ugc noopener"`` and show where they lead. Control characters are dropped.
    """
    body = _tidy(body)
    if not (_MARK.search(body) or "://" in body or _MARKED_LINE.search(body)):
        return _render_prose(body)
    html = sanitise(_markdown.render(body))
    if _has_lost_words(body, html):
        html = sanitise(_as_typed(body))
    return html


def sanitise(html: str) -> str:
    """Return ``html`` reduced to the allow-list; doing it twice changes nothing."""
    html = _cleaner.clean(html)
    if "://" in html:  # linkify is half of the cost and does nothing to most comments
        html = _linker.linkify(html)
    html = nh3.clean(
        html,
        tags=set(TAGS),
        attributes={tag: set(names) for tag, names in ATTRIBUTES.items()},
        url_schemes=set(SCHEMES),
        link_rel=LINK_REL,
    )
    return _LINK_TO_NOWHERE.sub(r"\1", html)  # nh3 takes away an address that no browser can open


def escape_plain(text: str) -> str:
    """Return Markdown that shows ``text``, which is plain, exactly as it was typed, line breaks included."""
    lines = []
    for line in text.splitlines():
        escaped = re.sub(r"([\\*_\[\]<>`])", r"\\\1", line.strip())
        escaped = re.sub(r"^([-+#=~|])", r"\\\1", escaped)
        lines.append(re.sub(r"^(\d{1,9})([.)])", r"\1\\\2", escaped))
    return "\n".join(lines)


@lru_cache(maxsize=16)
def to_plain(html: str) -> str:
    """Return the visible text of HTML made by ``render``, a line break between paragraphs, for excerpts and mail."""
    # A list inside an item begins a line as well: without it, the words before and after would be one.
    text = re.sub(r"<br>|</(?:p|li|blockquote)>|(?<=[^>])(?=<(?:ul|ol|blockquote)\b)", "\n", html.replace("\n", ""))
    # Only the attributes of a link hold what people typed; without one, what looks like a tag is a tag.
    return unescape(strip_tags(text) if "<a" in text else _TAG.sub("", text)).strip()


def _tidy(body: str) -> str:
    body = body.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    return _CONTROL.sub("", body).strip()


def _render_prose(body: str) -> str:
    """Return what the long way below makes of a text without any mark; most comments are such, and this takes a fiftieth."""
    paragraphs = (re.sub(r" *\n *", "<br>\n", paragraph.strip()) for paragraph in _BLANK_LINES.split(body))
    return "".join(f"<p>{paragraph}</p>\n" for paragraph in paragraphs if paragraph)


def _as_typed(body: str) -> str:
    paragraphs = re.split(r"\n\s*\n", body)
    return "".join(
        f"<p>{escape(paragraph.strip()).replace(chr(10), '<br>')}</p>" for paragraph in paragraphs if paragraph.strip()
    )


def _has_lost_words(body: str, html: str) -> bool:
    shown = Counter(_WORD.findall(to_plain(html).replace("\u00a0", " ")))
    shown.update(_NUMBERED.findall(html))
    return bool(Counter(_WORD.findall(body)) - shown)


def _keep_numbers(state: StateCore) -> None:
    """Give each item of a numbered list the number that was typed: CommonMark counts on from the first."""
    for token in state.tokens:
        if token.type == "list_item_open" and token.info:
            token.attrSet("value", str(int(token.info)))
        elif token.type == "ordered_list_open":
            token.attrs.pop("start", None)


def _show_target(renderer: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType) -> str:
    """Close a link by showing its address in brackets; the address itself becomes the link. No text can hide where it leads."""
    depth = 0
    for token in reversed(tokens[:index]):
        depth += (token.type == "link_close") - (token.type == "link_open")
        if depth < 0:
            title = f" {escape(str(token.attrs['title']))}" if token.attrs.get("title") else ""
            return f"{title} ({escape(str(token.meta['address']))})"
    return ""


def _remember_address(state: StateCore) -> None:
    for token in state.tokens:
        for child in token.children or ():
            if child.type == "link_open":
                child.meta["address"] = child.attrs.get("href", "")


def _make_markdown() -> MarkdownIt:
    markdown = MarkdownIt("commonmark", {"html": False, "breaks": True, "maxNesting": MAX_NESTING})
    markdown.disable(
        [
            "code",
            "fence",
            "hr",
            "heading",
            "lheading",
            "reference",
            "html_block",
            "html_inline",
            "image",
            "backticks",
            "entity",
            "autolink",
        ]
    )
    markdown.normalizeLink = lambda url: url  # type: ignore[method-assign]  # shown as it was typed; bleach makes the link
    markdown.core.ruler.push("keep_numbers", _keep_numbers)
    markdown.core.ruler.push("remember_address", _remember_address)
    markdown.add_render_rule("link_open", lambda *args: "")
    markdown.add_render_rule("link_close", _show_target)
    return markdown


def _set_rel(attrs: dict[Any, str], new: bool = False) -> dict[Any, str] | None:
    attrs[(None, "rel")] = LINK_REL
    return attrs


_markdown = _make_markdown()
_cleaner = Cleaner(
    tags=TAGS,
    attributes={**ATTRIBUTES, "a": ["href", "rel"]},
    protocols=SCHEMES,
)
# A pass of its own: as a filter of the cleaner, bleach 6.4 turns "&amp;lt;" into "&lt;" and eats what was typed.
_linker = Linker(callbacks=[_set_rel], url_re=URL_RE)
