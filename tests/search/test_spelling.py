"""How near two spellings are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forum.search.spelling import allowed_distance, distance, near_skeletons, skeleton

pytestmark = pytest.mark.one_database


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("bacolfen", "baclofen"),
        ("baclofin", "baclofen"),
        ("backlofen", "baclofen"),
        ("bakloven", "baclofen"),
        ("aclofen", "baclofen"),
        ("vaclofen", "baclofen"),
        ("baclofenn", "baclofen"),
        ("baclfen", "baclofen"),
        ("spasticty", "spasticity"),
        ("tizandine", "tizanidine"),
        ("butolinum", "botulinum"),
        ("splnts", "splints"),
        ("fysiotherapy", "physiotherapy"),
        ("streching", "stretching"),
    ],
)
def test_misspelling_is_near(typed, meant):
    assert skeleton(meant) in near_skeletons(typed)
    assert 0 < distance(typed, meant, 3) <= allowed_distance(typed)


@pytest.mark.parametrize(("typed", "other"), [("splint", "stroke"), ("baclofen", "gabapentin"), ("pain", "plan")])
def test_other_words_are_not(typed, other):
    assert distance(typed, other, 3) > allowed_distance(typed)


@pytest.mark.parametrize("word", ["leg", "10mg", "ab"])
def test_short_words_and_numbers_are_never_respelled(word):
    assert allowed_distance(word) == 0


words = st.text(alphabet="abcdefgh", max_size=8)


@given(words, words)
def test_distance_is_symmetric_and_right_up_to_its_limit(one, other):
    whole = distance(one, other, 99)
    assert whole == distance(other, one, 99)
    assert (whole == 0) == (one == other)
    assert distance(one, other, 2) == (whole if whole <= 2 else 3)
