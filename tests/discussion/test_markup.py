"""Untrusted text to HTML: safe, the same when done twice, and with every word that was typed."""

import re
import time
from html import unescape

import bleach
import html5lib
import nh3
import pytest
from django.utils.html import strip_tags
from hypothesis import given, settings
from hypothesis import strategies as st

from forum.discussion import markup
from forum.discussion.markup import ATTRIBUTES, LINK_REL, SCHEMES, TAGS, render, sanitise, to_plain

MARKS = [*"*_`~#>|\\[]()<>!&:;=+-.\"'/1259 \n\t", "\n\n", "    ", "  \n", "---", "```", "[a](", "](", "1. ", "- ", "> "]
WORDS = [
    "word",
    "Ünïcode",
    "日本",
    "שלום",
    "👩‍🦽",
    "3",
    "1999",
    "_x_",
    "a.b",
    "&amp;",
    "&lt;b&gt;",
    "&#0;",
    "\u202e",
    "\x00",
    "\x1b",
]
NASTY = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<a href='javascript:alert(1)'>x</a>",
    "<svg/onload=alert(1)>",
    "</p></article><iframe srcdoc='<b>'>",
    "<!--",
    "<![CDATA[",
    "<style>*{display:none}</style>",
    "javascript:alert(1)",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:12)",
    "[x](javascript:1)",
    "[x](tel:12)",
    "[x](data:text/html;base64,PHM+)",
    "[x](vbscript:1)",
    "[x](//evil.example)",
    "[x](&#106;avascript:alert(1))",
    '[x](http://a.example/"onmouseover=alert(1))',
    "[x](http://a.example 'onclick=alert(1)')",
    'http://a.example/"><script>',
    "https://user:pass@a.example/?q=<b>&x=1",
    "<http://a.example>",
    "![x](http://a.example/x.png)",
    "[1]: http://a.example",
]
TEXTS = st.lists(st.sampled_from(MARKS + WORDS + NASTY), max_size=14).map("".join) | st.text(max_size=80)

FORBIDDEN = re.compile(r"[\x00-\x09\x0b-\x1f\x7f]")


def elements(html: str) -> list[tuple[str, dict[str, str]]]:
    """Return the elements and attributes that a browser makes of ``html``."""
    tree = html5lib.parseFragment(html, namespaceHTMLElements=False)
    return [(str(node.tag), dict(node.attrib)) for node in tree.iter() if node is not tree]


def words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text)


PROSE = st.text(alphabet=[*"ab 19\n\n .,;:!?'\"()#+-=~^|{}$%@/日é👩\u202e\u0301\ufeff"], max_size=60) | st.text(max_size=60)


@given(text=PROSE)
@settings(max_examples=500, deadline=None)
def test_short_way_for_plain_prose_says_what_the_long_way_says(text: str) -> None:
    short = render(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(markup, "_MARK", re.compile(""))  # everything is marked
        assert render(text) == short


@given(text=TEXTS)
@settings(max_examples=300, deadline=None)
def test_short_way_to_visible_text_leads_to_the_same(text: str) -> None:
    html = render(text)
    to_plain.cache_clear()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(markup, "_TAG", re.compile("(?!)"))
        patch.setattr(markup, "unescape", lambda tagged: unescape(strip_tags(tagged)))
        long = to_plain(html)
    to_plain.cache_clear()
    assert to_plain(html) == long


@given(text=TEXTS)
@settings(max_examples=300, deadline=None)
def test_nothing_that_acts_or_hides_comes_through(text: str) -> None:
    for tag, attributes in elements(render(text)):
        assert tag in TAGS
        assert set(attributes) <= {*ATTRIBUTES.get(tag, ()), *(["rel"] if tag == "a" else [])}
        if tag == "a":
            assert attributes["href"].split(":")[0].lower() in SCHEMES
            assert attributes["rel"] == LINK_REL
        for name in ("start", "value"):
            assert attributes.get(name, "1").isdigit()


@given(text=TEXTS)
@settings(max_examples=300, deadline=None)
def test_safe_html_made_safe_again_is_the_same(text: str) -> None:
    html = render(text)
    assert sanitise(html) == html


@given(text=TEXTS)
@settings(max_examples=300, deadline=None)
def test_both_guards_agree(text: str) -> None:
    html = render(text)
    allowed = {tag: [*names, *(["rel"] if tag == "a" else [])] for tag, names in ATTRIBUTES.items()}
    by_bleach = bleach.clean(html, tags=TAGS, attributes=allowed, protocols=SCHEMES)
    by_nh3 = nh3.clean(
        html,
        tags=set(TAGS),
        attributes={"a": {"href"}, "ol": {"start"}, "li": {"value"}},
        url_schemes=set(SCHEMES),
        link_rel=LINK_REL,
    )
    assert elements(by_bleach) == elements(by_nh3) == elements(html)
    assert to_plain(by_nh3) == to_plain(html)


@given(text=TEXTS)
@settings(max_examples=300, deadline=None)
def test_no_typed_word_or_number_is_lost(text: str) -> None:
    html = render(text)
    shown = words(to_plain(html)) + re.findall(r'(?:start|value)="(\d+)"', html)
    for word in words(FORBIDDEN.sub("", text.replace("\r", "\n").replace("\t", " "))):
        assert word in shown
        shown.remove(word)


def test_list_inside_a_list_is_shown_as_one() -> None:
    """The words of an item and of the list inside it were counted as one word, so that all was shown as typed."""
    html = render("- before\n  - after\n- last")
    assert html.count("<ul>") == 2
    assert to_plain(html) == "before\nafter\n\nlast"


@pytest.mark.parametrize(
    ("typed", "html"),
    [
        ("one\ntwo\n\nthree", "<p>one<br>\ntwo</p>\n<p>three</p>\n"),
        ("*soft* and **strong**", "<p><em>soft</em> and <strong>strong</strong></p>\n"),
        ("1999. I had a stroke", '<ol>\n<li value="1999">I had a stroke</li>\n</ol>\n'),
        ("# not a title", "<p># not a title</p>\n"),
        ("`code`", "<p>`code`</p>\n"),
        ("AT&amp;T", "<p>AT&amp;amp;T</p>\n"),
        ("    indented", "<p>indented</p>\n"),
        ("a < b > c", "<p>a &lt; b &gt; c</p>\n"),
        ("---", "<p>---</p>\n"),
        ("", ""),
    ],
)
def test_what_people_type_is_shown_as_they_mean_it(typed: str, html: str) -> None:
    assert render(typed) == html


@pytest.mark.parametrize(
    "typed",
    ["[1]: http://a.example", "```\nfenced\n```", "word\n====", "<b>bold</b>", "![x](y)", "[click here](javascript:alert(1))"],
)
def test_syntax_that_is_off_is_shown_as_text(typed: str) -> None:
    assert words(to_plain(render(typed))) == words(typed)


def test_link_shows_where_it_leads_and_carries_its_marks() -> None:
    html = render("See [this page](https://a.example/x).")
    assert to_plain(html) == "See this page (https://a.example/x)."
    assert f'<a href="https://a.example/x" rel="{LINK_REL}">https://a.example/x</a>' in html


@pytest.mark.parametrize(
    "address", ["https://a.health/x", "http://b.app", "https://xn--bcher-kva.example/ü?q=1&r=2", "HTTPS://A.EXAMPLE"]
)
def test_address_becomes_a_link_whatever_its_ending(address: str) -> None:
    ((_tag, attributes),) = [element for element in elements(render(f"Look: {address}.")) if element[0] == "a"]
    assert attributes["href"] == address


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("(see http://a.example)|", "http://a.example"),
        ("http://a.example/a_(b)", "http://a.example/a_(b"),
        ("https://a.example/?q=1&r=2!", "https://a.example/?q=1&r=2"),
        ("https://a.example:8000/@name,", "https://a.example:8000/@name"),
    ],
)
def test_link_ends_where_the_address_ends(typed: str, address: str) -> None:
    assert [attributes["href"] for tag, attributes in elements(render(typed)) if tag == "a"] == [address]
    assert to_plain(render(typed)) == typed


@pytest.mark.parametrize(
    "typed", ["https://user:word@a.example/x", "https://bank.example@evil.example", "http://a.example:99999999/x"]
)
def test_address_that_deceives_or_leads_nowhere_is_no_link(typed: str) -> None:
    assert "<a" not in render(typed)
    assert to_plain(render(typed)) == typed


@pytest.mark.parametrize("typed", ["mail me: a@b.example", "www.a.example", "a.example", "tel:12", "ftp://a.example"])
def test_what_is_no_web_address_is_no_link(typed: str) -> None:
    assert "<a" not in render(typed)
    assert to_plain(render(typed)) == typed


@pytest.mark.parametrize(
    "text",
    [
        ">" * 300 + " deep",
        "> " * 300 + "deep",
        "- " * 300 + "deep",
        "[" * 20_000,
        "[a](" * 5_000,
        "*" * 20_000,
        "*a_" * 6_666,
        "**a " * 5_000,
        "<" * 20_000,
        "&" * 20_000,
        "http://" * 2_857,
        "https://a.example/" + "a." * 9_990,
        "1. " * 6_666,
        "1.\n" * 6_666,
        "\\" * 20_000,
        "\n" * 20_000,
        "a\n> " * 4_000,
        "![" * 10_000,
        "👩‍🦽" * 4_000,
        "x " * 10_000,
    ],
    ids=lambda text: text[:8],
)
def test_longest_comment_takes_bounded_time_and_keeps_its_words(text: str) -> None:
    started = time.process_time()
    html = render(text)
    assert time.process_time() - started < 5, "a text must not grow the time by more than its length"
    assert len(words(to_plain(html))) + html.count("value=") >= len(words(text))
    assert len(html) < 40 * len(text) + 200


def test_direction_marks_emoji_and_other_scripts_stay() -> None:
    text = "שלום \u200fworld\u200e 👩‍🦽 日本 á"
    assert to_plain(render(text)) == text


def test_characters_no_page_can_hold_are_dropped() -> None:
    assert to_plain(render("a\x00b\x1bc\x7fd")) == "abcd"
