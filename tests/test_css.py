"""The style sheet read as text: sections, tokens, contrast, size, and that pages and sheet name the same classes."""

import gzip
import itertools
import re
from pathlib import Path

import pytest
import tinycss2

ROOT = Path(__file__).resolve().parent.parent
SHEET = (ROOT / "static" / "site.css").read_text()
SECTIONS = ["tokens", "base", "page frame", "reading", "conversation", "forms and notices", "lists", "helpers", "modes", "print"]
COLOUR = re.compile(r"#[0-9a-f]{3,8}\b|\b(?:rgba?|hsla?|hwb|lab|lch|oklab|oklch|color|color-mix)\(", re.IGNORECASE)
COLOUR_NAMES = re.compile(r":[^;{}]*(?<![\w-])(?:white|black|red|green|blue|gr[ae]y|yellow|orange|brown|silver)\b", re.IGNORECASE)
PHYSICAL = re.compile(r"\b(?:margin|padding|border)-(?:left|right)\b|[;{\s](?:left|right)\s*:|:\s*(?:left|right)\s*[;}]")


def sections() -> dict[str, str]:
    """Return the text of each section by its name, in the order of the file."""
    parts = re.split(r"/\* \d+ ([a-z ]+?)(?: \([^)]*\))? -+ \*/", SHEET)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def without_comments(css: str) -> str:
    """Return ``css`` without its comments."""
    return re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)


def tokens_of(selector: str) -> dict[str, str]:
    """Return the custom properties that a rule of the tokens section sets, its selector being ``selector``."""
    rule = re.search(re.escape(selector) + r"\s*{([^{}]*)}", without_comments(sections()["tokens"]))
    assert rule, selector
    return dict(re.findall(r"--([\w-]+):\s*([^;]+);", rule[1]))


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours (WCAG 2.2, relative luminance)."""

    def luminance(colour: str) -> float:
        digits = colour.lstrip("#")
        digits = "".join(digit * 2 for digit in digits) if len(digits) == 3 else digits
        parts = [int(digits[start : start + 2], 16) / 255 for start in (0, 2, 4)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


LIGHT = tokens_of(":root")
DARK = LIGHT | tokens_of(':root[data-theme="dark"]')
GROUNDS = ["paper", "sheet", "sunk", "tint", "warm", "rose"]
TEXTS = ["ink", "soft", "green", "visited", "clay", "red"]


def test_sections_stand_in_their_order():
    assert list(sections()) == SECTIONS


def test_sheet_is_read_without_error():
    def check(nodes):
        for node in nodes:
            assert node.type != "error", (node.source_line, node.message)
            if node.type == "at-rule" and node.content is not None:
                check(tinycss2.parse_blocks_contents(node.content, skip_comments=True, skip_whitespace=True))
            if node.type == "qualified-rule":
                check(tinycss2.parse_blocks_contents(node.content, skip_comments=True, skip_whitespace=True))

    check(tinycss2.parse_stylesheet(SHEET, skip_comments=True, skip_whitespace=True))


@pytest.mark.parametrize("name", SECTIONS[1:])
def test_no_literal_colour_outside_the_tokens(name):
    css = without_comments(sections()[name])
    assert COLOUR.findall(css) == []
    assert COLOUR_NAMES.findall(css) == []


def test_only_what_old_phones_know():
    css = without_comments(SHEET)
    for newer in ("@layer", "@container", "@scope", "@import", ":has(", "light-dark(", "@property", ":is(", ":where("):
        assert newer not in css
    depth = 0
    for token in re.findall(r"@media|[{}]", css):
        depth += {"{": 1, "}": -1}.get(token, 0)
        assert depth <= 2, "rules are not nested"
    assert not re.search(r"[{;]\s*&", css)


def test_important_is_for_print_alone():
    assert [name for name, css in sections().items() if "!important" in without_comments(css)] == ["print"]
    assert SHEET.count("!important") == 1


def test_directions_are_logical():
    assert PHYSICAL.findall(without_comments(SHEET)) == []


def test_every_token_is_used_and_known():
    css = without_comments(SHEET)
    known = set(re.findall(r"--([\w-]+)\s*:", css))
    assert known == set(re.findall(r"var\(--([\w-]+)", css))


def test_both_dark_blocks_are_the_same():
    assert tokens_of(':root:not([data-theme="light"])') == tokens_of(':root[data-theme="dark"]')


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), list(itertools.product(TEXTS, GROUNDS)))
def test_text_has_contrast_of_seven_on_every_ground(theme, text, ground):
    assert contrast(theme[text], theme[ground]) >= 7


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("edge", "ground"), list(itertools.product(["line", "thread", "focus-line"], GROUNDS)))
def test_edges_have_contrast_of_three_on_every_ground(theme, edge, ground):
    assert contrast(theme[edge], theme[ground]) >= 3


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_filled_controls_are_readable(theme):
    for text, ground in (("on-green", "green"), ("on-green", "green-deep"), ("on-focus", "focus")):
        assert contrast(theme[text], theme[ground]) >= 7


def test_targets_are_44_px_and_no_text_is_under_16():
    assert LIGHT["hit"] == "2.75rem"
    assert LIGHT["t0"] == "1rem"
    for size in re.findall(r"font(?:-size)?:[^;}]*?([\d.]+)rem", without_comments(SHEET)):
        assert float(size) >= 1


def test_sheet_is_at_most_7_kb_compressed():
    assert len(gzip.compress(SHEET.encode(), 9)) <= 7 * 1024


def classes_styled_by(css: str) -> set[str]:
    """Return the classes that the selectors of ``css`` name."""
    return set(re.findall(r"\.([a-z][\w-]*)", re.sub(r"{[^{}]*}", "{}", without_comments(css))))


def classes_of_pages() -> set[str]:
    """Return every class that a public page can carry: those in templates and those written by Python."""
    pages = [
        path
        for path in (ROOT / "templates").rglob("*.html")
        if not {"admin", "email"} & set(path.relative_to(ROOT / "templates").parts)
    ]
    code = [
        path
        for folder in ("forum", "articles")
        for path in (ROOT / folder).rglob("*.py")
        if path.stem not in ("admin", "settings")
    ]
    found: set[str] = set()
    for path in pages + code:
        text = re.sub(r"{%.*?%}|{{.*?}}", " ", path.read_text())
        # In templates and f-strings; as an attribute of a form field; and the classes of a comment, which Python puts together.
        for names in re.findall(r'class=\\?"([^"]*)"|"class": "([^"]*)"|"(comment(?: comment--\w+)*)"', text):
            found.update(name for name in " ".join(names).split() if not {"{", "}"} & set(name))
    return found


def test_pages_and_sheet_name_the_same_classes():
    public = classes_styled_by(SHEET)
    # A page may be shown inside the administration, which has sheets of its own.
    anywhere = public.union(*(classes_styled_by(sheet.read_text()) for sheet in (ROOT / "static").glob("*.css")))
    assert classes_of_pages() - anywhere == set(), "classes that nothing styles"
    assert public - classes_of_pages() == set(), "rules for classes that no page has"
