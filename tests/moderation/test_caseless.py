"""Patterns for which capitals make no difference."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forum.moderation.caseless import Caseless

PATTERNS = [r"\b(?:kiss|is) (?:us|it)\b", r"[\w.+-]{1,9}@[a-z]{2,5}", r"\.[a-z]{2}", r"\b\d+\s*(?:mg|weeks?)\b"]
TEXTS = st.text(st.sampled_from("KISSkissſıİéiu .@59mgMGwWeEkK+-\n"), max_size=40)


def spans(matches: object) -> list[tuple[int, int]]:
    return [match.span() for match in matches]


@pytest.mark.parametrize("pattern", PATTERNS)
@given(text=TEXTS, start=st.integers(0, 10), end=st.integers(0, 40))
def test_finds_what_ignoring_case_finds(pattern: str, text: str, start: int, end: int) -> None:
    ours, theirs = Caseless(pattern), re.compile(pattern, re.IGNORECASE)
    assert spans(ours.finditer(text)) == spans(theirs.finditer(text))
    for found, wanted in [
        (ours.search(text), theirs.search(text)),
        (ours.search(text, start, end), theirs.search(text, start, end)),
    ]:
        assert (found and found.span()) == (wanted and wanted.span())


def test_a_pattern_with_capitals_is_refused() -> None:
    assert Caseless(r"\W\S").search("A ! ")
    with pytest.raises(AssertionError, match="capital"):
        Caseless("Dr")
