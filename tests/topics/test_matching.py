"""Finding words of a vocabulary in texts."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forum.discussion.patterns import parse_pattern, tokens_of
from forum.topics.languages import guess_language
from forum.topics.matching import Matcher, Term

BACLOFEN, PUMP, STROKE, MS, FALLS, SON = range(1, 7)
MATCHER = Matcher(
    [
        Term(BACLOFEN, "baclofen"), Term(BACLOFEN, "Lioresal"), Term(PUMP, "baclofen pump*"), Term(PUMP, "intrathecal baclofen"),
        Term(STROKE, "stroke", "en"), Term(STROKE, "Schlaganfall*", "de"), Term(STROKE, "udar*", "pl"),
        Term(MS, "MS", is_exact=True), Term(MS, "ms", is_exact=True), Term(MS, "sclérose en plaques", "fr"),
        Term(FALLS, "falls", "en"), Term(SON, "mein* Sohn*", "de"), Term(SON, "Parkinson's"),
    ]
)  # fmt: skip


def found(text: str, language: str = "") -> dict[int, list[str]]:
    return {topic: [text[start:end] for start, end in spans] for topic, spans in MATCHER.find(text, language).items()}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I take Baclofen, and again BACLOFEN.", {BACLOFEN: ["Baclofen", "BACLOFEN"]}),
        ("They call it lioresal.", {BACLOFEN: ["lioresal"]}),
        ("The baclofen pump is loud", {PUMP: ["baclofen pump"]}),  # the longest alone
        ("baclofen pumps and baclofen", {PUMP: ["baclofen pumps"], BACLOFEN: ["baclofen"]}),
        ("the baclofen\npump", {PUMP: ["baclofen\npump"]}),
        ("the baclofen-pump", {PUMP: ["baclofen-pump"]}),
        ("*Baclofen* pump", {PUMP: ["Baclofen* pump"]}),
        ("I stopped baclofen. Pump trials came later", {BACLOFEN: ["baclofen"]}),
        ("baclofen\n\npump", {BACLOFEN: ["baclofen"], }),
        ("intrathecal and oral baclofen", {BACLOFEN: ["baclofen"]}),
        ("See https://a.example/baclofen-pump for more", {}),
        ("> I had baclofen\nI had not", {}),
        ("We tried baclofen, pump and all", {BACLOFEN: ["baclofen"]}),
        ("unbaclofened", {}),
        ("I have MS, or ms", {MS: ["MS", "ms"]}),
        ("Dear Ms Jones", {}),
        ("une sclerose en plaques", {MS: ["sclerose en plaques"]}),
        ("Parkinson’s, parkinson's and Parkinsons", {SON: ["Parkinson’s", "parkinson's", "Parkinsons"]}),
        ("", {}),
    ],
)  # fmt: skip
def test_words_are_found_where_they_stand(text: str, expected: dict[int, list[str]]) -> None:
    assert found(text) == expected


def test_words_of_a_language_are_found_in_texts_of_it_and_in_those_too_short_to_tell() -> None:
    german = "Ich hatte einen Schlaganfall und das ist nicht gut, falls es wieder kommt"
    assert found(german) == {STROKE: ["Schlaganfall"]}
    assert found("The stroke was in May and he has falls") == {STROKE: ["stroke"], FALLS: ["falls"]}
    assert found("Schlaganfall, falls") == {STROKE: ["Schlaganfall"], FALLS: ["falls"]}
    assert found("Schlaganfall, falls", "en-GB") == {FALLS: ["falls"]}
    assert found("mit meinem Sohn und der Tochter auf dem Weg ist es nicht") == {SON: ["meinem Sohn"]}


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("He was in the hospital and it was not good for us", "en"),
        ("Wir waren mit der Mutter im Krankenhaus und das war nicht gut", "de"),
        ("Il est dans le lit et je ne sais pas ce que nous avons", "fr"),
        ("Mi marido no puede caminar y los medicos que lo ven no saben", "es"),
        ("O meu filho não consegue andar e a dor é muito forte para ele", "pt"),
        ("Mio figlio non cammina e il medico che ha visto non sa", "it"),
        ("Mijn man heeft het zwaar en ik weet niet wat ik voor hem kan doen", "nl"),
        ("Min man har det svårt och jag vet inte vad som är bäst för honom", "sv"),
        ("Mój syn nie chodzi i nie wiem co z tym zrobić, bo to już trwa", "pl"),
        ("Botox!", ""),
        ("", ""),
    ],
)
def test_language_is_guessed_from_small_words(text: str, language: str) -> None:
    assert guess_language(token.text for token in tokens_of(text)) == language


@given(
    text=st.text(alphabet="ab é-.\n*", max_size=60),
    spellings=st.lists(st.lists(st.sampled_from(["a", "b", "é", "ab", "a-b"]), min_size=1, max_size=3).map(" ".join), max_size=6),
)
def test_spans_are_in_order_apart_and_hold_the_words(text: str, spellings: list[str]) -> None:
    matcher = Matcher(Term(number, spelling) for number, spelling in enumerate(spellings))
    spans = sorted({span for places in matcher.find(text).values() for span in places})
    for (_start, end), (start, _end) in pairwise(spans):
        assert end <= start
    for topic, places in matcher.find(text).items():
        for start, end in places:
            words = [token.text for token in tokens_of(text[start:end])]
            assert words == [place.parts[0].text for place in parse_pattern(spellings[topic])]


@given(before=st.text(max_size=80), after=st.text(max_size=80))
def test_what_stands_around_hides_nothing(before: str, after: str) -> None:
    assert BACLOFEN in MATCHER.find(f"{before}\n\nbaclofen\n\n{after}") or "@" in before + after or "://" in before
