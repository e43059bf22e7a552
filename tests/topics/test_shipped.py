"""The vocabulary that comes with the site: what is in it, and that it is added once, never over what the operator changed."""

from collections import Counter
from io import StringIO

import pytest
from django.core.management import call_command

from forum.discussion.patterns import parse_pattern
from forum.topics.matching import Matcher, Term
from forum.topics.models import Kind, Spelling, Topic, Vocabulary
from forum.topics.shipped import MOVEMENT_DISORDERS, list_vocabularies, load_vocabulary, read_file, read_spellings, slug_of

TOPICS = read_file(MOVEMENT_DISORDERS)


@pytest.fixture(scope="module")
def matcher():
    return Matcher(
        Term(number, spelling.text, spelling.language, spelling.is_exact)
        for number, described in enumerate(TOPICS)
        for spelling in read_spellings(described)
    )


def names_in(matcher: Matcher, text: str, language: str = "") -> set[str]:
    return {TOPICS[number]["name"] for number in matcher.find(text, language)}


def test_it_has_topics_of_every_kind_enough_to_start_with():
    kinds = Counter(described["kind"] for described in TOPICS)
    assert set(kinds) == set(Kind.values)
    assert sum(kinds.values()) >= 60


@pytest.mark.parametrize("described", TOPICS, ids=lambda described: described["name"])
def test_each_topic_can_be_stored_and_found(described):
    assert set(described) <= {"kind", "name", "help", "all", "words", "brands", "errors", "exact"}
    spellings = list(read_spellings(described))
    keys = [(spelling.text, spelling.language) for spelling in spellings]
    assert keys
    assert len(keys) == len(set(keys))
    for spelling in spellings:
        assert parse_pattern(spelling.text)
        spelling.clean()
        assert len(spelling.language) in (0, 2)
    assert len(described.get("help", "")) <= 300


def test_names_and_addresses_differ():
    assert (
        len({slug_of(described["name"]) for described in TOPICS})
        == len({described["name"] for described in TOPICS})
        == len(TOPICS)
    )


def test_no_words_are_of_two_topics():
    owners = {}
    for described in TOPICS:
        for spelling in read_spellings(described):
            words = tuple(place.parts[0].text for place in parse_pattern(spelling.text))
            owners.setdefault((words, spelling.language, spelling.is_exact), set()).add(described["name"])
    assert {words: names for words, names in owners.items() if len(names) > 1} == {}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("I have been on Lioresal for ten years because of my MS.", {"baclofen", "multiple sclerosis"}),
        ("Botox every three months, and it wore off sooner each time.", {"botulinum toxin", "wearing off"}),
        ("my wife had a stroke and wears an AFO", {"a husband, wife or partner", "stroke", "splints and braces"}),
        ("The intrathecal pump made him so drowsy.", {"baclofen pump", "sleepiness"}),
        ("Dear Ms Brown, falls die Pumpe kommt und das ist nicht sicher", set()),
        ("Ich hatte einen Schlaganfall und die Spastik ist nachts nicht gut.", {"stroke", "spasticity", "sleep and nights"}),
        ("Mon fils est en fauteuil roulant et la douleur ne passe pas.", {"a son or daughter", "wheelchair", "pain"}),
        ("Il pane è nel forno e non so che cosa ha fatto il cane.", set()),
        ("Je mange du pain et il est bon pour nous.", set()),
        ("Falls du das liest, und ich weiß es nicht, ist es gut.", set()),
    ],
)
def test_sentences_are_understood(matcher, text, names):
    assert names_in(matcher, text) == names


@pytest.mark.django_db
def test_loading_adds_it_once(django_assert_num_queries):
    output = StringIO()
    call_command("load_topics", stdout=output)
    assert f"Added {len(TOPICS)} topics" in output.getvalue()
    assert Topic.objects.count() == len(TOPICS)
    stamp = Vocabulary.objects.get().stamp
    output = StringIO()
    call_command("load_topics", stdout=output)
    assert "Nothing was changed" in output.getvalue()
    assert Vocabulary.objects.get().stamp == stamp


@pytest.mark.django_db
def test_loading_again_leaves_alone_what_the_operator_has_changed():
    load_vocabulary(MOVEMENT_DISORDERS)
    Topic.objects.filter(slug="baclofen").update(slug="lioresal", name="Lioresal", is_active=False)
    Topic.objects.filter(slug="stroke").update(name="stroke or bleed", help_line="Ours.")
    Spelling.objects.filter(topic__slug="stroke").delete()
    before = (list(Topic.objects.order_by("pk").values()), list(Spelling.objects.order_by("pk").values()))
    assert load_vocabulary(MOVEMENT_DISORDERS).topics == 0
    assert before == (list(Topic.objects.order_by("pk").values()), list(Spelling.objects.order_by("pk").values()))


@pytest.mark.django_db
def test_what_is_new_in_a_later_vocabulary_is_added(monkeypatch):
    from forum.topics import shipped

    older = [{**described, "brands": []} for described in TOPICS if described["name"] != "stroke"]
    monkeypatch.setattr(shipped, "read_file", lambda name: older)
    load_vocabulary(MOVEMENT_DISORDERS)
    monkeypatch.undo()
    own = Topic.objects.get(slug="baclofen")
    Spelling.objects.create(topic=own, text="Lioresal", sort="misspelling")
    loaded = load_vocabulary(MOVEMENT_DISORDERS)
    assert loaded.topics == 1
    assert Spelling.objects.filter(topic__slug="stroke").exists()
    assert Spelling.objects.get(topic=own, text="Lioresal").sort == "misspelling"
    assert Spelling.objects.filter(topic=own, text="Ozobax", sort="brand").exists()


@pytest.mark.django_db
def test_topic_that_the_operator_made_first_takes_the_spellings():
    own = Topic.objects.create(name="Baclofen tablets", slug="baclofen", kind=Kind.TREATMENT)
    load_vocabulary(MOVEMENT_DISORDERS)
    own.refresh_from_db()
    assert own.name == "Baclofen tablets"
    assert own.spellings.filter(text="Lioresal").exists()


def test_every_vocabulary_can_be_chosen():
    assert MOVEMENT_DISORDERS in list_vocabularies()
