"""Text to words and stems: case, accents and apostrophes do not count, and nothing breaks whatever is typed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forum.search.words import _ASCII_WORD, _SPACED_WORD, MAX_WORD_CHARS, read_words, stem, stems_of

pytestmark = pytest.mark.one_database


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Don’t stop the BACLOFEN pump", ["dont", "stop", "the", "baclofen", "pump"]),
        ("Éva's naïve co-operation", ["evas", "naive", "co", "operation"]),
        ("e\u0301te\u0301", ["ete"]),
        ("Größe Straße œuvre Øre Łódź İstanbul", ["grosse", "strasse", "oeuvre", "ore", "lodz", "istanbul"]),
        ("ёлка Йод", ["елка", "йод"]),  # another letter, not an accent
        ("मांसपेशी दर्द", ["मांसपेशी", "दर्द"]),
        ("筋肉の痛み muscle", ["筋", "肉", "の", "痛", "み", "muscle"]),
        ("שָׁלוֹם مُحَمَّد", ["שלום", "محمد"]),
        ("100mg x_ray ｆｕｌｌ", ["100mg", "x", "ray", "full"]),
        ("👍 \0 ... -- ''", []),
        ("y" * 100, ["y" * MAX_WORD_CHARS]),
    ],
)
def test_words_of_a_text(text, words):
    assert [word.text for word in read_words(text)] == words


@pytest.mark.parametrize(
    ("language", "forms"),
    [
        ("en-GB", ["muscle", "muscles", "MUSCLE'S"]),
        ("en", ["relaxed", "relaxing", "relaxation"]),
        ("de-DE", ["Krämpfe", "krampfe", "Krampf"]),
        ("fr", ["opéré", "operé", "opere"]),
    ],
)
def test_forms_of_a_word_have_one_stem(language, forms):
    assert len({tuple(stems_of(form, language)) for form in forms}) == 1


def test_language_without_a_stemmer_keeps_its_words():
    assert stems_of("muscles väga", "xx") == ["muscles", "vaga"]


def test_words_with_digits_are_kept():
    assert stem("10mgs", "en") == "10mgs"


@given(st.text())
def test_words_hold_nothing_that_a_database_could_take_for_a_sign(text):
    for word in read_words(text):
        assert text[word.start : word.end]
        for found in (word.text, stem(word.text, "en")):
            assert 0 < len(found) <= MAX_WORD_CHARS
            assert not set(found) & set("\0 '\"\\/:*()&|!<>-\t\n\r")
            assert found == found.lower()


@given(st.text("abcXYZ019_'-. \n", max_size=60))
def test_short_way_for_ascii_finds_the_words_of_the_long_way(text):
    assert _ASCII_WORD.findall(text) == _SPACED_WORD.findall(text)
