"""What words can mean: found in seven languages, left alone where they mean nothing of the kind."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forum.care.concerns import Concern, find_concerns, make_phrases
from forum.care.vocabulary import read_starting_set
from forum.discussion.patterns import parse_pattern
from tests.care.sentences import AT_RISK, NOT_AT_RISK, OVER

pytestmark = pytest.mark.one_database

PHRASES = make_phrases((parse_pattern(phrase), concern) for _language, concern, phrase in read_starting_set())


def read(text, **about):
    return [
        (finding.concern.value, text[finding.start : finding.end], finding.is_past)
        for finding in find_concerns(text, PHRASES, **about)
    ]


@pytest.mark.parametrize(("concern", "text"), AT_RISK)
def test_words_of_somebody_at_risk_are_found(concern, text):
    assert (concern, False) in [(found, is_past) for found, _words, is_past in read(text)]


@pytest.mark.parametrize("text", NOT_AT_RISK)
def test_words_that_mean_nothing_of_the_kind_are_left_alone(text):
    assert read(text) == []


@pytest.mark.parametrize("text", OVER)
def test_what_is_told_of_the_past_is_found_as_past(text):
    assert [is_past for _concern, _words, is_past in read(text)] == [True]


@pytest.mark.parametrize(
    "text",
    [
        "Years ago I wanted to die and I still want to die",
        "I wanted to die years ago, and again today",
        "I used to think about killing myself and now I think about killing myself",
        "Years ago my husband died. I want to die",
        "20 years ago my wife left and I want to die",
    ],
)
def test_a_past_that_goes_on_is_not_over(text):
    assert False in [is_past for _concern, _words, is_past in read(text)]


def test_only_what_the_writer_quotes_from_others_is_left_out():
    text = "You wrote “I want to die some nights” and I cried. Please stay."
    assert read(text, quoted="...and I want to die some nights, really") == []
    assert read(text) == [("despair", "want to die", False)]
    assert read('My husband says "I want to die" every night', quoted="I want to go home") == [("despair", "want to die", False)]
    assert read("> I want to die\nme too") == []


def test_in_every_language_there_are_phrases_for_each_concern():
    found = {}
    for language, concern, phrase in read_starting_set():
        parse_pattern(phrase)
        found.setdefault(language, []).append((concern, phrase))
    assert set(found) == {"en", "de", "fr", "es", "pt", "it", "nl"}
    for phrases in found.values():
        assert {concern for concern, _phrase in phrases} == {concern.value for concern in Concern}
        assert len(phrases) == len(set(phrases))


def test_stopping_a_pump_or_a_medicine_is_no_word_of_despair():
    assert read("I stopped my baclofen pump overnight and I stopped taking the tablets too, it was the end of me") == []


@given(
    st.lists(
        st.sampled_from(["I", "never", "want to", "die", "not", "kill myself", "but", ".", "years ago", "“", "”", "still"]),
        max_size=14,
    )
)
def test_any_order_of_words_can_be_read(words):
    text = " ".join(words)
    for finding in find_concerns(text, PHRASES, quoted="I want to die"):
        assert 0 <= finding.start < finding.end <= len(text)
