"""HTML of other sites as Markdown: every word stays, nothing else is shown, and what could not be kept is counted."""

import re
import unicodedata

import html5lib
import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.markup import render_article
from forum.discussion.markup import render, to_plain
from forum.imports.readers.html_text import BLOCKS, UNSEEN, to_markdown, to_plain_text
from forum.imports.readers.marked_text import Target

TAGS = [
    "p", "div", "b", "strong", "i", "em", "ul", "ol", "li", "blockquote", "h2", "h6", "pre", "code", "span", "u", "s", "q",
    "section", "center", "font", "dl", "dt", "dd", "details", "summary", "label", "small", "tt",
]  # fmt: skip
ODD_TAGS = [
    *TAGS, "table", "tr", "td", "th", "caption", "select", "option", "button", "textarea", "form", "ruby", "rt", "sup", "sub",
]  # fmt: skip
WORDS = [
    "word", "Ünï", "日本", "1999.", "1)", "- x", "+", "# a", "###", "*a*", "**", "_b_", "[1]: x", "[a](b)", "![c](d)", "`", "```",
    "~~~", "\\", "\\*", "<", "&lt;b&gt;", "&amp;", "&nbsp;", "&amp;amp;", "&copy;", "=", "===", "---", "|", "> q", "a_b", "don’t",
    "“", "”", "(", ")", "!", ".", "👩‍🦽", "3", "10:30", "\t", "\x0b", "\u2028", "e\u0301", "\ufeff", "[^1]", ":", "://", "$", "ﬁ",
    "\x00", "\ud800",
]  # fmt: skip
SPACE = [" ", "", "\n", "\n\n", "<br>", "<br><br>", "<hr>", "<!-- more -->"]


def pieces(tags: list[str]) -> st.SearchStrategy[str]:
    """HTML as editors, people and broken programs leave it: nested well, nested badly, unclosed."""
    opened = st.sampled_from(tags).map(lambda tag: f"<{tag}>")
    closed = st.sampled_from(tags).map(lambda tag: f"</{tag}>")
    return st.lists(st.sampled_from(WORDS) | st.sampled_from(SPACE) | opened | closed, max_size=30).map("".join)


def squeeze(text: str) -> str:
    """Return nothing but what can be seen: no white space, no mark that only directs, one form of each letter."""
    for _ in range(2):  # some letters are a space and a mark, which the letter before takes as soon as the space is gone
        text = unicodedata.normalize("NFKC", text.replace("\ud800", "\ufffd"))
        text = "".join(char for char in text if not char.isspace() and unicodedata.category(char) != "Cc" and char != "\ufeff")
    return text


def seen(html: str) -> str:
    """Return what a browser shows of ``html``, by another parser than the code uses."""
    body = html5lib.parse(html, namespaceHTMLElements=False).find("body")
    texts = []

    def walk(element):
        if isinstance(element.tag, str) and element.tag not in UNSEEN:
            texts.append("“" if element.tag == "q" else "")
            texts.append(element.text or "")
            for child in element:
                walk(child)
                texts.append(child.tail or "")
            texts.append("”" if element.tag == "q" else "")

    walk(body)
    return squeeze("".join(texts))


def shown(markdown: str, target: Target) -> str:
    if target is Target.COMMENT:
        return squeeze(to_plain(render(markdown)))
    return seen(render_article(markdown))


def without_nul(html: str) -> str:
    """Return HTML as the code sees it: what no page can show is dropped before it is parsed."""
    return html.replace("\x00", "")


@pytest.mark.parametrize("target", Target)
@pytest.mark.parametrize("keeps_newlines", [True, False])
@given(html=pieces(TAGS))
def test_shows_what_the_old_page_showed(html: str, target: Target, keeps_newlines: bool) -> None:
    converted = to_markdown(html, target, keeps_newlines=keeps_newlines)
    assert shown(converted.markdown, target) == seen(without_nul(html)).replace("\ud800", "\ufffd")


@pytest.mark.parametrize("target", Target)
@given(html=pieces(ODD_TAGS))
def test_no_word_of_what_cannot_be_kept_is_lost(html: str, target: Target) -> None:
    """Tables gain marks between their cells, so here only the words are compared."""
    converted = to_markdown(html, target)
    assert re.findall(r"[^\W_]", shown(converted.markdown, target)) == re.findall(r"[^\W_]", seen(without_nul(html)))


AROUND_LINKS = [
    "", " ", "a", "日本", "，", "：", "(", ")", ").", ",", "“", "”", "...", "*", "_", "@", "&amp;", "&lt;", "<b>b</b>", "<br>",
]  # fmt: skip


@given(
    before=st.lists(st.sampled_from(AROUND_LINKS), max_size=3).map("".join),
    words=st.sampled_from(["here", "https://example.org/a/long_address", "https://example.org/a/...", "example.org/a/lon…"]),
    after=st.lists(st.sampled_from(AROUND_LINKS), max_size=3).map("".join),
)
def test_link_of_a_comment_leads_where_it_led_whatever_it_touches(before: str, words: str, after: str) -> None:
    link = f'<a href="https://example.org/a/long_address">{words}</a>'
    page = render(to_markdown(f"{before}{link}{after}{link}{after}", Target.COMMENT).markdown)
    assert re.findall(r'<a href="([^"]*)"', page) == ["https://example.org/a/long_address"] * 2
    assert "](" not in page


@given(text=st.text() | st.lists(st.sampled_from(WORDS)).map(" ".join))
def test_plain_text_is_shown_as_it_is(text: str) -> None:
    html = text.replace("&", "&amp;").replace("<", "&lt;")
    for target in Target:
        assert squeeze(shown(to_markdown(html, target).markdown, target)) == squeeze(clean(text))


def clean(text: str) -> str:
    return re.sub("[\ud800-\udfff]", "\ufffd", text)


@pytest.mark.parametrize(
    ("html", "markdown"),
    [
        ("<p>One.</p>\n<p>Two<br>lines.</p>", "One.\n\nTwo\nlines."),
        ("One.<br><br>Two.<br /><br />\n<br />Three.", "One.\n\nTwo.\n\nThree."),
        ("<b>Bold</b>, <i>leaning</i> and <b><i>both</i></b>.", "**Bold**, *leaning* and ***both***."),
        ("<strong> spaced </strong>words", "**spaced** words"),
        ("<b>one</b><b>two</b>", "**onetwo**"),
        ("in<b>side</b> a word", "inside a word"),
        ("<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>", "- a\n  - b\n- c"),
        ("<ul><li>a</li><ul><li>b</li></ul><li>c</li></ul>", "- a\n  - b\n- c"),
        ("<ul><li>a</li></ul><ul><li>b</li></ul>", "- a\n\n+ b"),
        ('<ol start="7"><li>a<li value="12">b<li>c</ol>', "7. a\n12. b\n13. c"),
        ("<ol><li><p>a</p><p>b</p></li><li>c</li></ol>", "1. a\n\n   b\n2. c"),
        ("<blockquote>a<blockquote>b<br>c</blockquote></blockquote>d", "> a\n>\n> > b\n> > c\n\nd"),
        ("1999. I had a stroke<br>- and # this", "1999\\. I had a stroke\n\\- and # this"),
        ("a*b_c [d] `e` \\ &lt;f&gt;", "a\\*b\\_c \\[d\\] \\`e\\` \\\\ \\<f\\>"),
        ("10<sup>6</sup> and H<sub>2</sub>O", "10⁶ and H₂O"),
        ('<p>See <a href="https://example.org/x_(y)?a=1&amp;b=2">the study</a>.</p>', "See [the study](https://example.org/x_%28y%29?a=1&b=2)."),
        ('<a href="https://example.org/a_long_address">https://example.org/a_lo...</a>', "https://example.org/a\\_long\\_address"),
        ('<a href="https://example.org/x">example.org/x</a> and', "https://example.org/x and"),
        ('(<a href="https://example.org/a/long">https://example.org/a/...</a>).', "(https://example.org/a/long)."),
        ('例如<a href="https://example.org/x">example.org/x</a>，等等', "例如 https://example.org/x ，等等"),
        ('un<a href="https://example.org/x">touch</a>able', "un [touch](https://example.org/x) able"),
        ('<a href="/node/7">here</a>', "[here](https://old.example.org/node/7)"),
        ('<a href="javascript:alert(1)">press</a><a href="#top">top</a>', "presstop"),
        ('<img src="smile.gif" alt=":-)"> yes', ":-) yes"),
        ("<table><tr><th>Dose<th>Effect<tr><td>5 mg<td>none</table>", "Dose | Effect\n\n5 mg | none"),
        ('<iframe src="https://video.example.org/v/1">no frames</iframe>', "https://video.example.org/v/1"),
        ("<script>alert('x')</script><style>p {}</style>words", "words"),
        ("<p>unclosed <b>bold", "unclosed **bold**"),
        ("<li>an item of no list", "- an item of no list"),
    ],
)  # fmt: skip
def test_comments_keep_what_comments_can_hold(html: str, markdown: str) -> None:
    assert to_markdown(html, Target.COMMENT, base_url="https://old.example.org/a/").markdown == markdown


@pytest.mark.parametrize(
    ("html", "markdown"),
    [
        ("<h1>A *title* #</h1><p>a<br>b</p><hr>c", "# A \\*title\\* \\#\n\na\\\nb\n\n***\n\nc"),
        ("<h2>###</h2><h3>#######</h3>", "## \\###\n\n### \\#######"),
        ("<pre>if x:\n    y = `1`\n</pre>", "```\nif x:\n    y = `1`\n```"),
        ("<pre>```</pre>", "````\n```\n````"),
        ("Call <code>a `b`</code> now", "Call `` a `b` `` now"),
        ("in<b>side</b> a word", "in**side** a word"),
        ("<b><tt>one</tt></b><tt>two</tt>", "`onetwo`"),
        ("<ol><li>a</li><li value=5>b</li></ol>", "1. a\n\n5) b"),
        ('<img src="/f/plan.png" alt="The plan">', "[The plan](https://old.example.org/f/plan.png)"),
        ('<a href="mailto:a@example.org">write</a>', "[write](mailto:a@example.org)"),
    ],
)
def test_articles_keep_headings_code_and_rules(html: str, markdown: str) -> None:
    assert to_markdown(html, Target.ARTICLE, base_url="https://old.example.org/a/").markdown == markdown


def test_what_is_lost_is_counted_by_kind() -> None:
    html = (
        '<table><tr><td>a</table><img src="x.gif"><img src="y.gif"><h2>b</h2><s>c</s><iframe src="//x.example"></iframe>'
        '<font color="red">d</font><a href="vbscript:x">e</a><script>f</script><p style="color:red">g</p><code>h</code>'
    )
    assert to_markdown(html, Target.COMMENT).lost == {
        "tables": 1, "images": 2, "headings": 1, "strike-throughs": 1, "embedded pages": 1, "styles": 2,
        "links that lead nowhere": 1, "scripts": 1, "code": 1,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("href", "markdown"),
    [("/node/7", "[x](/node/7)"), ("//evil.example", "x"), ("/\\evil.example", "x"), ("node/7", "x"), ("data:x", "x")],
)
def test_path_of_a_site_that_moves_as_a_whole_is_kept_in_articles(href: str, markdown: str) -> None:
    assert to_markdown(f'<a href="{href}">x</a>', Target.ARTICLE).markdown == markdown
    assert to_markdown(f'<a href="{href}">x</a>', Target.COMMENT).markdown == "x"


def test_line_breaks_of_the_source_are_kept_where_the_old_site_showed_them() -> None:
    html = "One\ntwo<br />\nthree\n\nfour <b>five\n\nsix</b>\n<ul>\n<li>seven</li>\n</ul>\n"
    markdown = "One\ntwo\nthree\n\nfour **five**\n\n**six**\n\n- seven"
    assert to_markdown(html, Target.COMMENT, keeps_newlines=True).markdown == markdown
    assert to_markdown("a\n\nb\nc", Target.COMMENT, keeps_newlines=True).markdown == "a\n\nb\nc"
    table = "<table>\n<tr>\n<td>a</td>\n\n<td>b\nc</td>\n</tr>\n</table>"
    assert to_markdown(table, Target.COMMENT, keeps_newlines=True).markdown == "a | b\nc"
    assert to_markdown("a\n\nb\nc", Target.COMMENT).markdown == "a b c"


@pytest.mark.parametrize("tag", ["div", "blockquote", "ul><li", "b", "span", "table><tr><td"])
def test_text_nested_ten_thousand_deep_is_read(tag: str) -> None:
    converted = to_markdown(f"<{tag}>" * 10_000 + "deep down", Target.COMMENT)
    assert "deep down" in to_plain(render(converted.markdown))


def test_script_in_a_title_is_words_at_most() -> None:
    assert to_plain_text("<b>A</b> &amp; B <script>alert(1)</script>\n C") == "A & B C"
    assert "li" in BLOCKS


@given(html=st.text(alphabet="<>/abpi \"'=&;!-\n", max_size=60))
def test_no_tag_of_the_source_reaches_the_page(html: str) -> None:
    for target in Target:
        markdown = to_markdown(html, target).markdown
        page = render(markdown) if target is Target.COMMENT else render_article(markdown)
        assert not re.findall(r"<(?!/?(?:p|br|em|strong|a|ul|ol|li|blockquote|h[1-6]|hr|pre|code)\b)", page)
