"""Sections of XML that hold the mark of their own end: a parser reads on to where the element ends."""

from xml.etree.ElementTree import fromstring

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forum.imports.readers.cdata import SectionMender

WORDS = ["word", " ", "\n", "<p>", "</p>", "<script>//", "</script>", "<![CDATA[", "]]>", "]]", "]", ">", "&amp;", "<", "日"]


def mend(text: str, size: int) -> str:
    mender = SectionMender()
    pieces = [mender.mend(text[at : at + size]) for at in range(0, len(text), size)]
    return "".join(pieces) + mender.end()


@pytest.mark.parametrize("size", [1, 7, 10_000])
def test_script_of_an_old_export_stays_inside_its_text(size: int) -> None:
    script = "<script>// <![CDATA[\nads();\n// ]]></script>"
    inner = f"One {script} two {script} three"
    text = f'<item><body a="b">\n<![CDATA[{inner}]]></body><title><![CDATA[A]]> &amp; B</title></item>'
    item = fromstring(mend(text, size))
    assert (item.findtext("body"), item.findtext("title")) == (f"\n{inner}", "A & B")


@given(words=st.lists(st.sampled_from(WORDS), max_size=20), size=st.integers(1, 40))
def test_what_a_parser_reads_already_stays_as_it_is(words: list[str], size: int) -> None:
    inner = "".join(words).replace("]]>", "]]]]><![CDATA[>")
    text = f"<x><![CDATA[{inner}]]></x>"
    assert fromstring(mend(f"<a>{text}{text}</a>", size)).findall("x")[1].text == fromstring(text).text


@given(
    words=st.lists(st.sampled_from(["]]>", "<![CDATA[", "</x>", "<x>", "<", ">", "w", "\n"]), max_size=30), size=st.integers(1, 9)
)
def test_pieces_of_any_size_are_mended_alike(words: list[str], size: int) -> None:
    text = "".join(words)
    assert mend(text, size) == mend(text, 10_000)


def test_section_without_an_end_is_given_back_whole() -> None:
    text = "<x><![CDATA[words ]]>" + " " * 3_000_000 + "</y>"
    assert mend(text, 65_536).replace("]]]]><![CDATA[>", "]]>") == text
