"""Phrases of the site's rules: what they find, and which are refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forum.discussion.patterns import PatternError, PatternSet, Tokens, find_in_text, normalise, parse_pattern, tokens_of


@pytest.mark.parametrize(
    ("phrase", "text", "found"),
    [
        ("cheap loan", "Get a CHEAP  loan, now", ["CHEAP  loan"]),
        ("cheap loan*", "cheap loans", ["cheap loans"]),
        ("*coin", "Bitcoin and coin", ["Bitcoin", "coin"]),
        ("*asino*", "onlinecasinos", ["onlinecasinos"]),
        ("loan", "alone and loans", []),
        ("don't", "I don’t", ["don’t"]),
        ("dont", "I don't and DON`T", ["don't", "DON`T"]),
        ("loan", "> a loan\nno", []),
        ("loan", "https://loan.example and me@loan.example", []),
        ("não", "Nao! não. na\u0303o", ["Nao", "não", "na\u0303o"]),
        ("straße", "STRASSE", ["STRASSE"]),
        ("self-harm", "self harm, self-harm", ["self harm", "self-harm"]),
        ("self harm", "self-harm", ["self-harm"]),
        ("pump/pumpe off", "pump off, PUMPE off, pumps off", ["pump off", "PUMPE off"]),
        ("stop*/quit … pump", "we stopped his old pump", ["stopped his old pump"]),
        ("stop* ... pump", "stopped. The pump", []),
        ("stop* … pump", "stopped 1 2 3 4 5 6 pump", ["stopped 1 2 3 4 5 6 pump"]),
        ("stop* … pump", "stopped 1 2 3 4 5 6 7 pump", []),
        ("stop* … the … pump", "stopped the 10.5 mg, the small pump", ["stopped the 10.5 mg, the small pump"]),
        ("stop* … pump", "stopped... my pump", ["stopped... my pump"]),
    ],
)
def test_phrases_find_whole_words(phrase, text, found):
    assert [text[start:end] for start, end in find_in_text(parse_pattern(phrase), text)] == found


@pytest.mark.parametrize(
    "phrase",
    [
        "",
        "  ",
        "*",
        "* *",
        "**",
        "a*",
        "*it*",
        "lo*an",
        "(a+)+$",
        "[abc]",
        "loan *",
        "… loan",
        "loan …",
        "a//b",
        "a/",
        "/",
        "lo/*",
    ],
)
def test_a_phrase_that_is_broken_or_finds_everything_is_refused_in_words(phrase):
    with pytest.raises(PatternError) as caught:
        parse_pattern(phrase)
    assert caught.value.sentence.endswith(".")


@given(st.text(max_size=60), st.text(max_size=200))
def test_any_phrase_is_refused_or_can_be_looked_for(phrase, text):
    try:
        pattern = parse_pattern(phrase)
    except PatternError:
        return
    for start, end in find_in_text(pattern, text):
        assert 0 <= start < end <= len(text)


LETTERS = st.sampled_from([*"aZé9'`’ʼ-_ .!?\n>@", "www.", "https://", "・", "痛", "e\u0301", "\u00a0", "İ", "ß", "\x1c"])


@given(st.one_of(st.text(max_size=200), st.lists(LETTERS, max_size=40).map("".join), st.text(st.characters(max_codepoint=127))))
def test_words_alone_are_those_that_stand_somewhere(text):
    tokens = Tokens(text)
    assert tokens.words == [normalise(text[token.start : token.end]) for token in tokens]
    assert [token.start for token in tokens] == sorted({token.start for token in tokens})
    part = tokens[1:-1]
    assert (part.words, list(part)) == (tokens.words[1:-1], list(tokens)[1:-1])


@given(st.lists(st.sampled_from(["stop*", "pump", "*ump", "a/b", "stop … pump", "b … a … b"]), max_size=6), st.lists(
    st.sampled_from(["stop", "stopped", "pump", "a", "b", "x", "x. y"]), max_size=20))  # fmt: skip
def test_many_phrases_at_once_find_what_each_finds_alone(phrases, words):
    text = " ".join(words)
    tokens = tokens_of(text)
    patterns = [(parse_pattern(phrase), phrase) for phrase in dict.fromkeys(phrases)]
    alone = {(place, phrase) for pattern, phrase in patterns for place in find_in_text(pattern, text)}
    together = {
        ((tokens[match.first].start, tokens[match.last - 1].end), phrase) for match, phrase in PatternSet(patterns).find(tokens)
    }
    assert together == alone


@pytest.mark.parametrize(
    ("phrase", "text", "found"),
    [
        ("łodz", "Łódź", ["Łódź"]),
        ("smorrebrod", "Smørrebrød", ["Smørrebrød"]),
        ("coeur", "cœur", ["cœur"]),
        ("泵", "我有一个泵。", ["泵"]),
        ("ポンプ", "バクロフェンポンプです", ["ポンプ"]),
        ("ポンプ*", "新しいポンプです", ["ポンプ"]),
    ],
)
def test_letters_of_other_languages_are_words_too(phrase, text, found):
    assert [text[start:end] for start, end in find_in_text(parse_pattern(phrase), text)] == found
