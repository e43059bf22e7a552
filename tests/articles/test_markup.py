import re
from dataclasses import dataclass
from datetime import date

import html5lib
import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.markup import (
    TAGS,
    Problem,
    check_article,
    count_citations,
    count_minutes,
    list_sections,
    render_article,
)


@dataclass
class Remark:
    text: str = "It was wrong."
    quote: str = ""
    made_on: date = date(2010, 3, 15)


def elements(html):
    """Return all elements as a browser sees them, without the frame that the parser adds."""
    tree = html5lib.parse(html, treebuilder="etree", namespaceHTMLElements=False)
    return list(tree.find("body").iter())[1:]


def test_citation_links_to_its_source_and_can_be_linked_back_to():
    html = render_article("First.[^1] Again.[^1] Second.[^2]", source_numbers=[1, 2])

    assert 'First.<a class="cite" href="#source-1" id="cite-1-1"><span class="vh">Source </span>1</a>' in html
    assert 'href="#source-1" id="cite-1-2"' in html
    assert 'href="#source-2" id="cite-2-1"' in html
    assert count_citations(html) == {1: 2, 2: 1}


def test_citation_without_a_source_stays_as_typed():
    assert render_article("Said.[^7]", source_numbers=[1]) == "<p>Said.[^7]</p>\n"


@pytest.mark.parametrize("body", ["`[^1]`", "```\n[^1]\n```", "    [^1]", r"\[^1]"])
def test_citation_mark_is_literal_in_code_and_when_escaped(body):
    html = render_article(body, source_numbers=[1])
    assert "[^1]" in html
    assert not count_citations(html)


def test_footnote_typed_as_a_link_definition_does_not_vanish():
    html = render_article("[^1]: http://example.org a book", source_numbers=[1])
    assert "http://example.org a book" in html
    assert count_citations(html) == {1: 1}


def test_text_that_looks_like_a_citation_in_html_is_not_counted():
    html = render_article('`<a class="cite" id="cite-1-1">x</a>`', source_numbers=[1])
    assert not count_citations(html)


def test_headings_begin_at_two_skip_no_level_and_have_ids_of_their_own():
    html = render_article("# Tablets[^1]\n\n#### Deep\n\n##\n\n# Tablets\n\n# ***\n\n# 手", source_numbers=[1])
    headings = [(element.tag, element.get("id")) for element in elements(html) if re.fullmatch(r"h\d", element.tag)]

    assert headings == [
        ("h2", "part-tablets"),
        ("h3", "part-deep"),
        ("h2", "part-tablets-2"),
        ("h2", "part-1"),
        ("h2", "part-手"),
    ]
    assert list_sections(html) == [
        ("part-tablets", "Tablets"),
        ("part-tablets-2", "Tablets"),
        ("part-1", "***"),
        ("part-手", "手"),
    ]


def test_section_titles_are_plain_text():
    assert list_sections(render_article("## *Salt* & `<b>`")) == [("part-salt-b", "Salt & <b>")]


def test_correction_stands_after_the_paragraph_of_its_quote():
    body = "One paragraph.\n\n- first\n- the **second** item[^1] here\n\nLast."
    html = render_article(
        body, source_numbers=[1], corrections=[Remark(quote="second item here", text="No: <third>.\n\nReally.")]
    )

    assert (
        '</ul>\n<aside class="note correction" aria-label="Correction, 15 March 2010">'
        '<p><strong>Correction, <time datetime="2010-03-15">15 March 2010</time>.</strong> No: &lt;third&gt;.</p><p>Really.</p>'
        "</aside><p>Last.</p>"
    ) in html


@pytest.mark.parametrize("quote", ["the “big” day", 'the "big" day', "the  “big”\nday", "the “*big*” day"])
def test_quote_is_found_as_shown_and_as_typed(quote):
    html = render_article("Before.\n\nIt was the “*big*” day.", corrections=[Remark(quote=quote)])
    assert html.endswith("</aside>")
    assert check_article("It was the “*big*” day.", (), [quote]) == []


def test_corrections_without_a_place_stand_at_the_top_by_date():
    later, earlier = Remark(text="Later.", quote="not there"), Remark(text="Earlier.", made_on=date(2009, 1, 1))
    html = render_article("Text.", corrections=[later, earlier])
    assert html.index("Earlier.") < html.index("Later.") < html.index("<p>Text.</p>")


def test_raw_html_is_text_and_an_image_is_a_link():
    html = render_article("<b onclick=x>hi</b> ![a chart](https://example.org/chart.png)")
    assert "&lt;b onclick=x&gt;hi&lt;/b&gt;" in html
    assert '<a href="https://example.org/chart.png">a chart</a>' in html


def test_check_names_what_does_not_fit_together():
    findings = check_article("Cites [^7] and [^1] and [^7].", [1, 3], ["never said", ""])

    assert [(finding.problem, finding.about) for finding in findings] == [
        (Problem.MISSING_SOURCE, 7),
        (Problem.UNCITED_SOURCE, 3),
        (Problem.LOST_QUOTE, "never said"),
    ]
    assert findings[0].sentence == "The text cites source 7, but there is no source 7. Add it or remove [^7]."


def test_reading_time_is_two_hundred_words_a_minute_and_at_least_one():
    assert count_minutes(render_article("one two")) == 1
    assert count_minutes(render_article("word " * 790)) == 4


PIECES = [
    *("[^1]", "[^2]", "[^99]", "[^1]: http://x.org", "# ", "\n\n", "\n", "- ", "> ", "`", "```\n", "    ", "**", "\\", "&lt;"),
    *("[", "](", ")", "<!--", '" onmouseover="', "<script>", "<a href=x onclick=y>", "<javascript:1>", "![i](x)", "[b](tel:123)"),
    *("[x](javascript:alert(1))", "[a](data:text/html,x)", "[c]: javascript:1\n"),
]
MARKDOWN = st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=12)), max_size=25).map("".join)


@given(body=MARKDOWN, quote=st.text(max_size=6))
def test_nothing_in_an_article_can_be_executed(body, quote):
    html = render_article(body, source_numbers=[1, 2], corrections=[Remark(text=body, quote=quote)])

    for element in elements(html):
        assert element.tag in TAGS
        assert not [name for name in element.attrib if name.startswith("on") or name in ("style", "src")]
        assert not re.match(r"\s*(javascript|data|vbscript|file):", element.get("href", ""), re.IGNORECASE)


@given(body=MARKDOWN)
def test_every_citation_resolves_and_ids_are_unique(body):
    html = render_article(body, source_numbers=[1, 2])
    ids = [element.get("id") for element in elements(html) if element.get("id")]
    cites = [element for element in elements(html) if element.get("class") == "cite"]

    assert len(ids) == len(set(ids))
    assert {element.get("href") for element in cites} <= {"#source-1", "#source-2"}
    assert sum(count_citations(html).values()) == len(cites)
    assert {f"cite-{number}-{nth + 1}" for number, total in count_citations(html).items() for nth in range(total)} <= set(ids)


@given(body=MARKDOWN)
def test_levels_of_headings_never_skip(body):
    levels = [int(element.tag[1]) for element in elements(render_article(body)) if re.fullmatch(r"h\d", element.tag)]
    assert all(level <= before + 1 for before, level in zip([1, *levels], levels, strict=False))
    assert 1 not in levels
