"""Article text to HTML, and what can be read back from that HTML. Pure.

CommonMark with raw HTML and images off → numbered citations, headings with ids, corrections where they apply → nh3 with an
allow-list. The HTML is stored; contents, citations and reading time are read from it, so that they cannot disagree with the text.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum
from html import escape, unescape
from typing import Protocol

import nh3
from django.utils.formats import date_format
from django.utils.html import strip_tags
from django.utils.text import slugify
from django.utils.translation import gettext as _
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_block import StateBlock, reference
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

HEADINGS = ("h2", "h3", "h4", "h5", "h6")
TAGS = frozenset(
    (*HEADINGS, "p", "br", "em", "strong", "a", "span", "ul", "ol", "li", "blockquote", "hr", "pre", "code", "aside", "time")
)
ATTRIBUTES = {
    "a": {"href", "title", "id"},
    "ol": {"start"},
    "time": {"datetime"},
    "aside": {"aria-label"},
    **{heading: {"id"} for heading in HEADINGS},
}
CLASSES = {"a": {"cite"}, "span": {"vh"}, "aside": {"note", "correction"}}
SCHEMES = frozenset(("http", "https", "mailto", "tel"))

WORDS_A_MINUTE = 200
HEADING_ID = "part-"  # no other id of the page begins so: comments, sources and citations cannot meet a heading
MAX_SLUG_CHARS = 60

_CITATION = re.compile(r"\[\^(\d{1,5})\]")
_CITATION_HTML = re.compile(r'<a [^>]*\bid="cite-(\d+)-(\d+)"[^>]*>.*?</a>')
_SECTION_HTML = re.compile(r'<h2 id="([^"]+)">(.*?)</h2>', re.DOTALL)
_HEADING_HTML = re.compile(r'<h[2-6] id="([^"]+)">')
_CORRECTION_HTML = re.compile(r"<aside\b.*?</aside>", re.DOTALL)
_PLAIN_QUOTES = str.maketrans("‘’“”\u00a0", "''\"\" ")


class CorrectionText(Protocol):
    """What is needed of a correction to place it."""

    made_on: date
    text: str
    quote: str


class Problem(Enum):
    """What may be wrong between a text, its sources and its corrections."""

    MISSING_SOURCE = "missing source"
    UNCITED_SOURCE = "uncited source"
    LOST_QUOTE = "lost quote"


@dataclass(frozen=True)
class Finding:
    """One problem: which source or which quote, and a sentence for the author."""

    problem: Problem
    about: int | str
    sentence: str


def render_article(body: str, *, source_numbers: Collection[int] = (), corrections: Iterable[CorrectionText] = ()) -> str:
    """Return the Markdown of an article as safe HTML.

    ``[^7]`` becomes a link to ``#source-7`` with the id ``cite-7-1`` (its second mention ``cite-7-2``); without such a source it
    stays as typed. Headings begin at h2 and skip no level. A correction stands after the block of its quote, else at the top.
    """
    tokens, env = _parse(body, source_numbers)
    blocks = _split_blocks(tokens)
    texts = [_searchable(block, body) for block in blocks]
    pieces = ["" for _block in range(len(blocks) + 1)]  # corrections: at the top, then after each block
    for correction in sorted(corrections, key=lambda correction: correction.made_on):
        pieces[_find_block(correction.quote, texts) + 1] += _render_correction(correction)
    html = pieces[0]
    for block, after in zip(blocks, pieces[1:], strict=True):
        html += _markdown.renderer.render(block, _markdown.options, env) + after
    return nh3.clean(
        html,
        tags=set(TAGS),
        attributes={tag: set(names) for tag, names in ATTRIBUTES.items()},
        allowed_classes={tag: set(names) for tag, names in CLASSES.items()},
        url_schemes=set(SCHEMES),
        link_rel=None,
    )


def check_article(body: str, source_numbers: Iterable[int], quotes: Iterable[str] = ()) -> list[Finding]:
    """Return what does not fit together: citations without a source, sources never cited, quotes that are not in the text."""
    known = set(source_numbers)
    tokens, env = _parse(body, known)
    cited = list(dict.fromkeys(env["cited"]))
    texts = [_searchable(block, body) for block in _split_blocks(tokens)]
    missing = _("The text cites source %(number)d, but there is no source %(number)d. Add it or remove [^%(number)d].")
    uncited = _("Source %(number)d is not cited in the text. Write [^%(number)d] where it belongs.")
    lost = _("These words are not in the text: “%(quote)s”. Copy them from one paragraph, exactly as they stand.")
    return [
        *(Finding(Problem.MISSING_SOURCE, n, missing % {"number": n}) for n in cited if n not in known),
        *(Finding(Problem.UNCITED_SOURCE, n, uncited % {"number": n}) for n in sorted(known.difference(cited))),
        *(
            Finding(Problem.LOST_QUOTE, quote, lost % {"quote": quote})
            for quote in quotes
            if quote.strip() and _find_block(quote, texts) < 0
        ),
    ]


def list_sections(html: str) -> list[tuple[str, str]]:
    """Return the id and the plain title of each h2 of a rendered article, for its table of contents."""
    return [(id_, plain_text(title)) for id_, title in _SECTION_HTML.findall(html)]


def count_citations(html: str) -> Counter[int]:
    """Return how often a rendered article cites each source."""
    return Counter(int(number) for number, _nth in _CITATION_HTML.findall(html))


def count_minutes(html: str) -> int:
    """Return the minutes that reading a rendered article takes, at least one."""
    return max(1, round(len(plain_text(html).split()) / WORDS_A_MINUTE))


def plain_text(html: str) -> str:
    """Return the words of a rendered article, without the numbers of its citations."""
    return _to_plain(_CITATION_HTML.sub("", html))


def opening_words(html: str, count: int = 30) -> str:
    """Return the first words of a rendered article on one line; corrections and the numbers of sources are no part of it."""
    words = plain_text(_CORRECTION_HTML.sub("", html)).split()
    return " ".join(words[:count]) + ("…" if len(words) > count else "")


def find_passage(html: str, words: str) -> tuple[str, str] | None:
    """Return the id of the heading above ``words`` in a rendered article, and the words as they stand there; None without them.

    The id is empty above the first heading. Corrections are no part of the text.
    """
    wanted = _normalise(words)
    heading, *rest = _HEADING_HTML.split(_CORRECTION_HTML.sub("", html))
    sections = [("", heading), *zip(rest[::2], rest[1::2], strict=True)]
    for id_, section in sections if wanted else ():
        text = " ".join(plain_text(section).split())
        if (start := text.translate(_PLAIN_QUOTES).find(wanted)) >= 0:
            return id_, text[start : start + len(wanted)]
    return None


def _parse(body: str, source_numbers: Collection[int]) -> tuple[list[Token], EnvType]:
    env: EnvType = {"sources": frozenset(source_numbers), "cited": []}
    return _markdown.parse(body, env), env


def _split_blocks(tokens: Sequence[Token]) -> list[list[Token]]:
    blocks: list[list[Token]] = []
    depth = 0
    for token in tokens:
        if depth == 0:
            blocks.append([])
        blocks[-1].append(token)
        depth += token.nesting
    return blocks


def _searchable(block: Sequence[Token], body: str) -> tuple[str, str]:
    """Return a block as a reader sees it, without citations, and as its author typed it: a quote may be copied from either."""
    shown = " ".join(_inline_text(token) if token.type == "inline" else token.content for token in block)
    first, last = block[0].map or (0, 0)
    return _normalise(shown), _normalise("\n".join(re.split(r"\r\n?|\n", body)[first:last]))


def _inline_text(token: Token) -> str:
    breaks = ("softbreak", "hardbreak")
    return "".join(" " if child.type in breaks else child.content for child in token.children or () if child.type != "citation")


def _normalise(text: str) -> str:
    return " ".join(text.translate(_PLAIN_QUOTES).split())


def _find_block(quote: str, texts: Sequence[tuple[str, str]]) -> int:
    """Return the index of the first block that holds ``quote``, or -1."""
    wanted = _normalise(quote)
    if not wanted:
        return -1
    return next((index for index, forms in enumerate(texts) if any(wanted in form for form in forms)), -1)


def _render_correction(correction: CorrectionText) -> str:
    day = date_format(correction.made_on, "j F Y")
    label = _("Correction, %(date)s") % {"date": day}
    shown = escape(label).replace(escape(day), f'<time datetime="{correction.made_on.isoformat()}">{escape(day)}</time>')
    first, *rest = [escape(part.strip()) for part in re.split(r"\n\s*\n", correction.text.replace("\r\n", "\n").strip())]
    paragraphs = "".join(f"<p>{part}</p>" for part in (f"<strong>{shown}.</strong> {first}", *rest))
    return f'<aside class="note correction" aria-label="{escape(label)}">{paragraphs}</aside>'


def _to_plain(html: str) -> str:
    return unescape(strip_tags(html)).strip()


def _read_citation(state: StateInline, silent: bool) -> bool:
    """Markdown rule: ``[^7]``. It stands before links, so that a link definition cannot take it."""
    match = _CITATION.match(state.src, state.pos, state.posMax)
    if match is None:
        return False
    if not silent:
        token = state.push("citation", "", 0)
        token.content = match.group()
        token.meta = {"number": int(match.group(1))}
    state.pos = match.end()
    return True


def _read_reference(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Markdown rule: link definitions, but for ``[^7]: …``, which would vanish from the text."""
    if _CITATION.match(state.src, state.bMarks[start] + state.tShift[start]):
        return False
    return reference(state, start, end, silent)


def _number_citations(state: StateCore) -> None:
    seen: Counter[int] = Counter()
    for token in state.tokens:
        for child in token.children or ():
            if child.type == "citation":
                number = child.meta["number"]
                seen[number] += 1
                child.meta["occurrence"] = seen[number]
                state.env["cited"].append(number)


def _level_headings(state: StateCore) -> None:
    """Give headings ids that are unique and levels that begin at 2 and skip none; one without words is not shown."""
    used: set[str] = set()
    above: list[int] = []
    for index, token in enumerate(state.tokens):
        if token.type != "heading_open":
            continue
        closing = state.tokens[index + 2]
        text = _inline_text(state.tokens[index + 1])
        if not text.strip():
            token.hidden = closing.hidden = True
            continue
        level = int(token.tag[1])
        while above and above[-1] >= level:
            above.pop()
        above.append(level)
        token.tag = closing.tag = f"h{min(len(above) + 1, 6)}"
        token.attrSet("id", _unused_id(text, used))


def _unused_id(text: str, used: set[str]) -> str:
    base = HEADING_ID + (slugify(text, allow_unicode=True)[:MAX_SLUG_CHARS].strip("-") or "1")
    candidate, number = base, 1
    while candidate in used:
        number += 1
        candidate = f"{base}-{number}"
    used.add(candidate)
    return candidate


def _show_citation(renderer: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType) -> str:
    number, occurrence = tokens[index].meta["number"], tokens[index].meta["occurrence"]
    if number not in env["sources"]:
        return escape(tokens[index].content)
    hidden = f'<span class="vh">{escape(_("Source"))} </span>'
    return f'<a class="cite" href="#source-{number}" id="cite-{number}-{occurrence}">{hidden}{number}</a>'


def _make_markdown() -> MarkdownIt:
    # Deep nesting beyond the preset's 20 would lose text without a word.
    markdown = MarkdownIt("commonmark", {"html": False, "maxNesting": 200})
    markdown.disable("image")  # the pages load nothing from elsewhere; an image becomes a link to it
    markdown.inline.ruler.before("link", "citation", _read_citation)
    markdown.block.ruler.at("reference", _read_reference)
    markdown.core.ruler.push("number_citations", _number_citations)
    markdown.core.ruler.push("level_headings", _level_headings)
    markdown.add_render_rule("citation", _show_citation)
    return markdown


_markdown = _make_markdown()
