"""What is typed is read as words, phrases, beginnings and what must not be there; whatever else is in it is left out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forum.search.query import MAX_WORDS, parse

pytestmark = pytest.mark.one_database


def written(typed: str) -> list[str]:
    """Return the terms of ``typed`` in one way of writing."""
    return [
        ("-" if term.is_excluded else "") + " ".join(word.text for word in term.words) + ("*" if term.is_beginning else "")
        for term in parse(typed).terms
    ]


@pytest.mark.parametrize(
    ("typed", "terms"),
    [
        ("baclofen pump", ["baclofen", "pump"]),
        ('"muscle relaxants" -pump relax*', ["muscle relaxants", "-pump", "relax*"]),
        ("“curly phrase” –not «autre phrase» „noch eine“", ["curly phrase", "-not", "autre phrase", "noch eine"]),
        ('-"two words" one', ["-two words", "one"]),
        ("x-ray mg/ml", ["x ray", "mg ml"]),  # joined by a sign: they stand together
        ('"unbalanced quote', ["unbalanced", "quote"]),
        ("a* ab*", ["a", "ab*"]),  # one letter begins too many words
        ("re*lax *lax", ["re lax", "lax"]),
        ("- foo", ["foo"]),
        ("a-b* c", ["a b", "c"]),
        ("NEAR(a b) OR AND NOT ^:{}", ["near a", "b", "or", "and", "not"]),
        ("'; DROP TABLE words; --", ["drop", "table", "words"]),
        ("-", []),
        ('""', []),
        ("👍", []),
        ("\0", []),
        ("", []),
    ],
)
def test_terms(typed, terms):
    assert written(typed) == terms


def test_many_words_are_cut_and_it_is_said():
    query = parse("word " * 5_000)
    assert len(query.terms) == MAX_WORDS
    assert query.is_cut
    assert not parse("word " * MAX_WORDS).is_cut
    long_phrase = parse(f'one "{"word " * 100}"')
    assert sum(len(term.words) for term in long_phrase.terms) == MAX_WORDS
    assert long_phrase.is_cut


def test_words_are_respelled_where_they_stand():
    query = parse('the "Bacolfen pumpe" -zebra and bacolfen')
    respelled = query.respell({"bacolfen": "baclofen", "zebra": "horse"})
    assert respelled.typed == 'the "baclofen pumpe" -zebra and baclofen'
    assert [word.text for word in respelled.words()] == ["the", "baclofen", "pumpe", "and", "baclofen"]


@given(st.text(alphabet=st.one_of(st.characters(), st.sampled_from(list("\"“”«»-–*'\\/:()&|!<>\0 ab")))))
def test_any_input_is_read(typed):
    query = parse(typed)
    for term in query.terms:
        assert term.words
        for word in term.words:
            assert query.typed[word.start : word.end].strip()
    assert parse(query.typed).terms == query.terms
