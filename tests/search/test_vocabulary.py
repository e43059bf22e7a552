"""The words the site knows: counted after a change, gone with the last text that has them."""

import pytest
from django.db import connection

from articles.services import unpublish_article
from forum.discussion.correcting import redact_comment
from forum.discussion.models import ActorKind
from forum.discussion.services import Actor, transition
from forum.search import jobs
from forum.search.models import ChangedText, IndexState, Word
from forum.search.vocabulary import count_uses, find_endings, find_near, learn
from tests.factories import ArticleFactory, CommentFactory, ModeratorFactory

from .asking import find

pytestmark = pytest.mark.django_db

WRITER = Actor(ActorKind.WRITER)


def known() -> dict[str, int]:
    """Return how often each word is used."""
    return dict(Word.objects.values_list("text", "uses"))


@pytest.fixture
def article():
    """Return an article whose words are not counted: what is counted in a test comes from its comments."""
    found = ArticleFactory()
    ChangedText.objects.all().delete()
    return found


def test_each_text_counts_a_word_once(article) -> None:
    CommentFactory(article=article, body="Muscles, muscles! A muscle.")
    CommentFactory(article=article, body="My muscle.")
    assert learn() == 2
    assert known() == {"muscles": 1, "muscle": 2, "a": 1, "my": 1}
    assert count_uses(["muscl", "zebra"]) == {"muscl": 3}
    assert IndexState.load().comment_count == 2
    assert learn() == 0


def test_words_of_articles_are_counted_as_if_two_had_used_them() -> None:
    ArticleFactory(title="Baclofen")
    learn()
    assert known()["baclofen"] == 2


def test_beginning_finds_the_stems_of_the_most_used_words(article) -> None:
    for body in ("relaxing relations", "relaxing", "relate reach"):
        CommentFactory(article=article, body=body)
    learn()
    assert find_endings("rela") == ["relax", "relat"]
    assert find_endings("relaxi") == ["relax"]
    assert find_endings("zz") == []


def test_nearest_spelling_is_that_of_fewest_errors_and_most_uses(article) -> None:
    for body in ["baclofen"] * 4 + ["baclofin"] * 2 + ["botulinum"]:
        CommentFactory(article=article, body=body)
    learn()
    assert find_near({"bacolfen": 0, "botulinun": 0, "zebra": 0, "leg": 0}) == {"bacolfen": "baclofen"}
    assert find_near({"baclofin": 3}) == {"baclofin": "baclofen"}
    assert find_near({"baclofin": 4}) == {}
    assert find_near({"baclofen": 0}) == {"baclofen": "baclofin"}  # never the word itself
    assert find_near({}) == {}


def test_changed_text_brings_new_words_and_counts_no_old_one_twice(article) -> None:
    comment = CommentFactory(article=article, body="zygote pump")
    CommentFactory(article=article, body="pump")
    learn()
    redact_comment(comment, body="quokka pump", actor=Actor(ActorKind.MODERATOR, ModeratorFactory()))
    learn()
    assert known() == {"pump": 2, "quokka": 1}
    assert IndexState.load().comment_count == 2


def test_word_leaves_with_the_last_text_that_has_it(article) -> None:
    first = CommentFactory(article=article, body="zygote quokka pump")
    second = CommentFactory(article=article, body="zygote wombat pump")
    about = ArticleFactory(title="A pump")
    learn()
    transition(first, "withdrawn", actor=WRITER)
    learn()
    assert {"zygote", "wombat", "pump"} <= known().keys()
    assert "quokka" not in known()
    transition(second, "withdrawn", actor=WRITER)
    learn()
    assert not {"zygote", "wombat", "quokka"} & known().keys()
    assert "pump" in known()
    unpublish_article(about)
    learn()
    assert "pump" not in known()


def test_word_is_not_kept_by_a_text_that_only_has_another_form_of_it(article) -> None:
    gone = CommentFactory(article=article, body="Baclofens")
    CommentFactory(article=article, body="Baclofen")
    learn()
    transition(gone, "withdrawn", actor=WRITER)
    learn()
    assert known() == {"baclofen": 1}


@pytest.mark.django_db(transaction=True)
def test_nothing_of_an_erased_comment_is_left_in_the_index(article) -> None:
    comment = CommentFactory(article=article, body="A zygotequokka.")
    kept = CommentFactory(article=article, body="A wombatquokka.")
    learn()
    transition(comment, "erased", actor=WRITER)
    jobs.learn_words.call()
    jobs.compact_index.call()
    assert not IndexState.load().has_gaps
    tables = ["search_word"]
    if connection.vendor == "sqlite":
        tables += [f"search_indexedcomment_{part}" for part in ("data", "content")]
    else:
        tables += ["search_indexedcomment"]
    with connection.cursor() as cursor:
        held = b""
        for table in tables:
            cursor.execute(f"SELECT * FROM {table}")
            held += b" ".join(
                value if isinstance(value, bytes) else str(value).encode() for row in cursor.fetchall() for value in row
            )
    assert b"zygotequokka" not in held
    assert b"ygotequokka" not in held
    assert b"wombatquokka" in held
    assert kept.public


@pytest.mark.django_db(transaction=True)
def test_pieces_that_single_comments_leave_in_the_index_wait_for_the_worker(article) -> None:
    def count_pieces() -> int:
        if connection.vendor == "postgresql":  # which merges by itself
            return 0
        with connection.cursor() as cursor:
            cursor.execute("SELECT COUNT(DISTINCT segid) FROM search_indexedcomment_idx")
            return cursor.fetchone()[0]

    jobs.learn_words.call()  # and what earlier tests left
    before = count_pieces()
    for number in range(20):  # more than SQLite itself leaves
        CommentFactory(article=article, body=f"Baclofen, for the {number}. time.")
    assert count_pieces() == before + (20 if connection.vendor == "sqlite" else 0)
    assert len(find("baclofen")) == 20
    jobs.learn_words.call()
    assert count_pieces() < 4
    assert len(find("baclofen")) == 20
