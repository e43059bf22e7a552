"""Phrases of the site's rules: what they find, and which are refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forum.moderation.patterns import PatternError, find_in_text, parse_pattern


@pytest.mark.parametrize(
    ("phrase", "text", "found"),
    [
        ("cheap loan", "Get a CHEAP  loan, now", ["CHEAP  loan"]),
        ("cheap loan*", "cheap loans", ["cheap loans"]),
        ("*coin", "Bitcoin and coin", ["Bitcoin", "coin"]),
        ("*asino*", "onlinecasinos", ["onlinecasinos"]),
        ("loan", "alone and loans", []),
        ("don't", "I don’t", ["don’t"]),
        ("loan", "> a loan\nno", []),
    ],
)
def test_phrases_find_whole_words(phrase, text, found):
    assert [text[start:end] for start, end in find_in_text(parse_pattern(phrase), text)] == found


@pytest.mark.parametrize("phrase", ["", "  ", "*", "* *", "**", "a*", "*it*", "lo*an", "(a+)+$", "[abc]", "loan *"])
def test_a_phrase_that_is_broken_or_finds_everything_is_refused_in_words(phrase):
    with pytest.raises(PatternError) as caught:
        parse_pattern(phrase)
    assert caught.value.sentence.endswith(".")


def test_phrase_of_many_stars_is_looked_for_in_a_long_text_that_nearly_has_it():
    # A search that tries every way to split the text would never come to an end here.
    text = "aaaa " * 4000 + "a" * 20_000
    assert find_in_text(parse_pattern("*aaa* *aaa* *aaa* *aab*"), text) == []


@given(st.text(max_size=60), st.text(max_size=200))
def test_any_phrase_is_refused_or_can_be_looked_for(phrase, text):
    try:
        pattern = parse_pattern(phrase)
    except PatternError:
        return
    for start, end in find_in_text(pattern, text):
        assert 0 <= start < end <= len(text)
