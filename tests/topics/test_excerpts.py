"""The part of a text that names a topic."""

from hypothesis import given
from hypothesis import strategies as st

from forum.topics.excerpts import EXCERPT_WORDS, make_excerpt, mark_words


def written(pieces):
    return "".join(f"[{piece.text}]" if piece.is_found else piece.text for piece in pieces)


def test_words_are_marked_wherever_they_stand_and_however_they_are_typed():
    assert written(mark_words("The pump.\nA PUMP, not pumpkin or pump-bag", ["pump"])) == (
        "The [pump]. A [PUMP], not pumpkin or [pump]-bag"
    )
    assert written(mark_words("a baclofen  pump and a pump", ["pump", "baclofen pump"])) == "a [baclofen pump] and a [pump]"
    assert written(mark_words("<b>pump</b> (pump)", ["pump"])) == "<b>[pump]</b> ([pump])"
    assert mark_words("", ["pump"]) == mark_words("", []) == []


def test_excerpt_is_around_the_first_place_and_whole_where_the_text_is_short():
    far = " ".join(["so"] * 60)
    assert written(make_excerpt(f"{far} the pump {far}", ["pump"])) == f"… {'so ' * 11}the [pump] {'so ' * 26}so …"
    assert written(make_excerpt(f"{far} the pump.", ["pump"])) == f"… {'so ' * 38}the [pump]."
    assert written(make_excerpt("The pump.", ["pump"])) == "The [pump]."


def test_excerpt_is_the_beginning_where_no_word_stands_in_it():
    text = " ".join(str(number) for number in range(60))
    assert written(make_excerpt(text, [])) == written(make_excerpt(text, ["pump"])) == " ".join(text.split()[:40]) + " …"


@given(text=st.text(max_size=300), words=st.lists(st.text(min_size=1, max_size=6).filter(str.strip), max_size=3))
def test_no_letter_is_lost_or_added(text, words):
    line = " ".join(text.split())
    assert "".join(piece.text for piece in mark_words(text, words)) == line
    shown = "".join(piece.text for piece in make_excerpt(text, words)).removeprefix("… ").removesuffix(" …")
    assert shown in line or shown == line
    assert len(shown.split()) <= EXCERPT_WORDS
