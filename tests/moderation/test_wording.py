"""Signs of advertising in a text, and what is never one."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forum.moderation.advertising import STRONG_AT, find_signs, weigh
from forum.moderation.links import find_links
from forum.moderation.management.commands.measure_moderation import read_file
from forum.moderation.measuring import learning_curve
from forum.moderation.wording import find_words, list_words, read, without_familiar

LABELLED = Path(__file__).parent.parent / "data" / "labelled_comments.jsonl"
TOPIC = frozenset(["spasticity", "muscles", "stroke", "baclofen", "surgery", "pump", "injections", "stretching"])


def points(text: str) -> int:
    reading = read(text, topic=TOPIC)
    return weigh(find_signs(reading, links=find_links(text)), reading)


@pytest.fixture(scope="module")
def examples():
    with LABELLED.open(encoding="utf-8") as lines:
        return list(read_file(lines))


def test_fixed_checks_find_most_advertisements_and_hold_no_honest_comment(examples):
    assert len(examples) >= 200
    assert [example for example in examples if example.by_rule and not example.is_spam] == []
    spam = [example for example in examples if example.is_spam]
    assert sum(example.by_rule for example in spam) >= 0.75 * len(spam)


def test_the_filter_finds_more_with_every_decision_and_holds_few_honest_comments(examples):
    curve = learning_curve(examples, (0, 50, 150), rounds=30)
    assert curve[0].learned.recall == 0
    assert 0.4 < curve[50].learned.recall < curve[150].learned.recall
    assert curve[50].both.recall > curve[0].both.recall
    assert all(report.learned.honest_held <= 0.01 for report in curve.values())


@pytest.mark.parametrize(
    "text",
    [
        "my muscels is very tite pls what i can do sory for english",
        "I HAVE SPASTICITY... SINCE 2004... IT HURTS",
        "thank you for this blog it give me lot of information. my father have stroke, what exercise is good",
        "ok",
        "My insurance refuses the pump. My lawyer says wait. Has anyone won against them?",
    ],
)
def test_how_people_write_is_never_a_sign(text):
    assert points(text) < STRONG_AT


@pytest.mark.parametrize(
    "change", [str.lower, str.upper, lambda text: text.replace(".", ""), lambda text: text.replace(".", "...")]
)
def test_capitals_and_punctuation_change_nothing_for_honest_texts(change):
    for line in LABELLED.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if not row["spam"]:
            assert points(change(row["text"])) < STRONG_AT, row["text"]


def test_the_phrase_is_pointed_at_where_it_stands():
    text = "My aunt walks badly. She may need a zorvex knee recall lawsuit one day. Very nice blog."
    (phrase,) = read(text, topic=TOPIC).phrases
    assert text[phrase.start : phrase.end] == phrase.text == "zorvex knee recall lawsuit"


def test_address_in_praise_is_not_cut_in_two():
    text = "Great post! Visit my site for amazing reviews https://mattress.example/sale now."
    places = [text[start:end] for start, end in read(text, topic=TOPIC).praise]
    assert places == ["Great post", "Visit my site for amazing reviews https://mattress.example/sale now"]


def test_words_that_site_and_article_use_are_no_sign():
    text = "the zorvex knee replacement clinic"
    assert read(text, topic=TOPIC).phrases
    assert not read(text, topic=TOPIC | frozenset({"replacement", "clinic"})).phrases
    (phrase,) = read(text, topic=TOPIC).phrases
    (familiar,) = without_familiar(read(text, topic=TOPIC), {"zorvex"}).phrases
    assert familiar.weight == phrase.weight - 1


def test_quoted_lines_say_nothing_about_who_quotes():
    quoted = "> Buy cheap zorvex recall lawsuit settlement now, contact us, nice blog\nPlease do not believe this."
    assert points(quoted) <= 0


@given(st.text(max_size=300))
def test_any_text_can_be_read_and_spans_lie_in_it(text):
    reading = read(text, topic=TOPIC)
    for start, end in [*reading.praise, *reading.sells, *reading.sends, *((p.start, p.end) for p in reading.phrases)]:
        assert 0 <= start < end <= len(text)


@given(st.text(max_size=200) | st.text("aßİΣς’'-_ \n>1", max_size=60))
def test_words_without_their_places_are_the_same(text):
    assert list_words(text) == tuple(word.text for word in find_words(text))
