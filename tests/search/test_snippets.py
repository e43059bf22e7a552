"""The part of a text that shows why it was found."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forum.search.query import parse
from forum.search.snippets import SNIPPET_WORDS, make_snippet, mark

pytestmark = pytest.mark.one_database


def shown(pieces) -> str:
    """Return the pieces with the found ones in brackets."""
    return "".join(f"[{piece.text}]" if piece.is_found else piece.text for piece in pieces)


def looked_for(typed: str):
    return [term.ways(["en"], {}) for term in parse(typed).wanted]


@pytest.mark.parametrize(
    ("typed", "text", "marked"),
    [
        ("muscle", "My MUSCLES, and Éva’s muscle.", "My [MUSCLES], and Éva’s [muscle]."),
        ("naive", "so naïve!", "so [naïve]!"),
        ('"muscle pain"', "pain, muscle pain and muscle", "pain, [muscle pain] and muscle"),
        ('"a b" a', "a b a", "[a b] [a]"),
        ("<b>", "1 < 2 <b>bold</b>", "1 < 2 <[b]>bold</[b]>"),
        ("zebra", "no such animal", "no such animal"),
        ("zebra", "", ""),
    ],
)
def test_found_words_are_marked(typed, text, marked):
    assert shown(mark(text, looked_for(typed), "en-GB")) == marked


def test_snippet_is_where_most_of_what_was_looked_for_stands_together():
    text = f"The pump. {'Nothing here. ' * 40}My dose of the pump was low.\n\n{'Then more. ' * 40}Another dose."
    pieces = make_snippet(text, looked_for("dose pump"), "en")
    assert "My [dose] of the [pump] was low. Then more." in shown(pieces)
    assert shown(pieces).startswith("… ")
    assert shown(pieces).endswith(" …")
    assert len("".join(piece.text for piece in pieces).split()) <= SNIPPET_WORDS + 2


def test_snippet_without_a_found_word_is_the_beginning():
    pieces = make_snippet("one " * 100, looked_for("zebra"), "en")
    assert shown(pieces) == ("one " * SNIPPET_WORDS).strip() + " …"


def test_short_text_is_shown_whole():
    assert shown(make_snippet("(It took\nus a year!)", looked_for("year"), "en")) == "(It took us a [year]!)"


def test_text_without_words_is_shown_as_it_is():
    assert shown(make_snippet("👍 !!", looked_for("year"), "en")) == "👍 !!"


@given(st.text(), st.text())
def test_pieces_hold_the_text_and_nothing_else(text, typed):
    assert "".join(piece.text for piece in mark(text, looked_for(typed), "en")) == text
    snippet = "".join(piece.text for piece in make_snippet(text, looked_for(typed), "en"))
    assert snippet.removeprefix("… ").removesuffix(" …") in " ".join(text.split())
