"""What counts as a question, by the rule that a person may correct."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forum.discussion.questions import EXCERPT_CHARS, is_question, question_excerpt, shorten


@pytest.mark.parametrize(
    "text",
    [
        "Does warm water help?",
        "i want to know if the pump is loud",
        "has anyone tried this",
        "Has anybody had the pump for ten years",
        "Please help. My leg does not bend.",
        "any advice for the nights",
        "I was wondering if it gets better.",
        "we are looking for information about splints",
        "let me know",
        "kindly tell me more",
        "Is it safe？",
        "هل يساعد الماء؟",
        "It hurt.\nwhat can we do about it",
        "How do you sleep",
        "See http://a.example/?q=1 . Did it work for you?",
    ],
)
def test_asking_is_recognised(text: str) -> None:
    assert is_question(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "It helped us a lot.",
        "My brother, who was there, said so.",
        "We know what to do now.",
        "Read http://a.example/?page=2",
        "I would like to thank you.",
        "She asked me and I told her.",
        "...",
    ],
)
def test_telling_is_not_taken_for_asking(text: str) -> None:
    assert not is_question(text)


def test_excerpt_is_the_sentence_that_asks() -> None:
    assert question_excerpt("We tried it. Does it help? It hurt.") == "Does it help?"
    assert question_excerpt("No question here, but marked as one.") == "No question here, but marked as one."


@given(text=st.text(max_size=400), limit=st.integers(2, 60))
def test_excerpt_fits_and_holds_only_words_of_the_text(text: str, limit: int) -> None:
    short = shorten(text, limit)
    assert len(short) <= limit
    assert "\n" not in short
    assert " ".join(text.split()).startswith(short.removesuffix("…"))
    assert len(question_excerpt(text)) <= EXCERPT_CHARS
