"""What is found for what was typed, the best first, on both databases alike."""

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.db.models import Q
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from articles.models import Source
from articles.services import save_article, unpublish_article
from forum.discussion.closing import set_discussion_state
from forum.discussion.models import Comment, Discussion
from forum.discussion.services import SOFTWARE
from forum.search import services
from forum.search.indexing import index_comment
from forum.search.models import IndexState, Word
from forum.search.vocabulary import learn
from tests.factories import ArticleFactory, CommentFactory

from .asking import ask, find, find_articles

pytestmark = pytest.mark.django_db

BODY = "The doctor’s pump: my muscles relaxed, don't ask. An x-ray was naïve. 筋肉 מוּסקל 10mg"


@pytest.mark.parametrize(
    ("typed", "is_found"),
    [
        ("pump", True),
        ("pumps", True),
        ("PÚMP", True),
        ("relax muscles", True),
        ('"muscles relaxed"', True),
        ('"muscle relaxing"', True),
        ('"relaxed muscles"', False),
        ('"ask. An x"', True),
        ("musc*", True),
        ("relaxe*", True),
        ("relaxat*", False),
        ("doctors", True),
        ("dont", True),
        ("don’t", True),
        ("x-ray", True),
        ("x ray", True),
        ('"ray x"', False),
        ("naive", True),
        ("pump zebra", False),
        ("pump -ray", False),
        ("pump -zebra", True),
        ('pump -"muscles relaxed"', False),
        ('pump -"relaxed muscles"', True),
        ("pump -musc*", False),
        ("-zebra", False),
        ("筋肉", True),
        ("肉筋", False),
        ("מוסקל", True),
        ("10mg", True),
        ("mg", False),
    ],
)
def test_words_phrases_beginnings_and_what_must_not_be_there(typed: str, is_found: bool) -> None:
    CommentFactory(body=BODY)
    learn()
    assert find(typed) == ([BODY] if is_found else [])


def test_words_are_found_in_the_language_of_their_article() -> None:
    CommentFactory(article=ArticleFactory(language="de-DE"), body="Die Krämpfe kamen nachts.")
    CommentFactory(body="Cramps at night.")
    assert find("krampf") == ["Die Krämpfe kamen nachts."]
    assert find("cramp") == ["Cramps at night."]
    index_comment(CommentFactory(body="Les chevaux l'ont aidé.", language="fr"))
    assert find("cheval") == ["Les chevaux l'ont aidé."]


def test_title_weighs_more_than_text() -> None:
    in_text = CommentFactory(body="The baclofen pump helped. Baclofen, every day, and we were glad of it.")
    in_title = CommentFactory(subject="Baclofen pump", body="We have had it for a year, and the nights are better than before.")
    CommentFactory(body="Nothing to do with it.")
    assert find("baclofen pump") == [in_title.body, in_text.body]
    article_text = ArticleFactory(title="On stretching", body="Some words on baclofen, among a good many others.")
    article_lead = ArticleFactory(title="On tablets", standfirst="Baclofen and others.", body="Many words.")
    article_title = ArticleFactory(title="Baclofen", body="Many words.")
    assert find_articles("baclofen") == [article_title.pk, article_lead.pk, article_text.pk]


def test_text_that_speaks_of_it_more_comes_first() -> None:
    once = CommentFactory(body=f"A splint. {'And then we talked of other things for a while. ' * 5}")
    often = CommentFactory(body=f"Splints, night splints, day splints. {'And then we talked of other things for a while. ' * 5}")
    assert find("splint") == [often.body, once.body]


def test_phrase_does_not_reach_from_title_into_text() -> None:
    CommentFactory(subject="Night pain", body="splints hurt")
    assert find('"pain splints"') == []
    assert len(find("pain splints")) == 1


def test_article_is_found_by_its_byline_and_not_by_the_numbers_of_its_sources() -> None:
    article = ArticleFactory(byline="Ada Lindqvist", body="It is known[^7].")
    save_article(article, sources=[Source(number=7, title="A source")])
    assert find_articles("lindqvist") == [article.pk]
    assert find_articles("7") == []


def test_comment_is_not_found_by_the_name_of_its_writer() -> None:
    CommentFactory(name="Marit", body="It took a year.")
    assert find("Marit") == []


def test_narrowing() -> None:
    old = CommentFactory(body="How long does the pump last?", posted_at=datetime(2005, 7, 1, tzinfo=UTC))
    other = CommentFactory(article=old.discussion.article, body="My pump was new.", posted_at=datetime(2010, 7, 1, tzinfo=UTC))
    elsewhere = CommentFactory(body="No pump for me.", posted_at=datetime(2010, 7, 1, tzinfo=UTC))
    CommentFactory(body="An undated pump.", posted_precision="unknown")
    assert find("pump", year=2005) == [old.body]
    assert set(find("pump", year=2010)) == {other.body, elsewhere.body}
    assert find("pump", year=2010, discussion_id=old.discussion_id) == [other.body]
    assert find("pump", is_unanswered=True) == [old.body]
    assert find("pump", conditions=(Q(pk=elsewhere.pk),)) == [elsewhere.body]
    assert find("pump", conditions=(Q(pk=elsewhere.pk),), is_unanswered=True) == []
    CommentFactory(parent=old, body="Five years.")
    assert find("pump", is_unanswered=True) == []
    article = ArticleFactory(title="The pump", published_on=datetime(2010, 1, 1, tzinfo=UTC).date())
    assert find_articles("pump", year=2010) == [article.pk]
    assert find_articles("pump", year=2005) == find_articles("pump", is_unanswered=True) == []


def test_comments_out_of_sight_are_not_found() -> None:
    comment = CommentFactory(body="A rare zygote of a word.")
    unpublish_article(CommentFactory(body="A zygote.").discussion.article)
    set_discussion_state(comment.discussion, state="hidden", actor=SOFTWARE)
    assert find("zygote") == []
    set_discussion_state(comment.discussion, state="closed", actor=SOFTWARE)
    assert find("zygote") == [comment.body]


def test_many_comments_out_of_sight_do_not_hide_those_that_can_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = CommentFactory(body="A zygote that can be read.")
    article = ArticleFactory()
    for number in range(6):
        CommentFactory(article=article, body=f"zygote {number}")
    set_discussion_state(article.discussion, state="hidden", actor=SOFTWARE)
    monkeypatch.setattr(services, "MOST_RANKED", 4)
    assert find("zygote") == [shown.body]


def test_mistyped_word_is_taken_for_the_one_that_is_used_here() -> None:
    for _ in range(3):
        CommentFactory(body="Baclofen helped.")
    learn()
    outcome = ask("bacolfen HELPS")
    assert outcome.is_respelled
    assert outcome.query.typed == "baclofen HELPS"
    assert len(outcome.comments.matches) == 3
    assert ask("qwertzuiop").is_empty
    assert not ask("qwertzuiop").is_respelled


def test_spelling_that_is_found_seldom_offers_the_usual_one() -> None:
    CommentFactory(body="Bacolfen it was.")
    for _ in range(30):
        CommentFactory(body="Baclofen helped.")
    learn()
    outcome = ask("bacolfen")
    assert not outcome.is_respelled
    assert len(outcome.comments.matches) == 1
    assert outcome.suggestion is not None
    assert outcome.suggestion.typed == "baclofen"
    assert ask("baclofen").suggestion is None


def test_spelling_is_offered_only_where_readers_can_find_it() -> None:
    hidden = CommentFactory(body="Zolpidemix helped.")
    CommentFactory(article=hidden.discussion.article, body="Zolpidemix again.")
    learn()
    set_discussion_state(hidden.discussion, state="hidden", actor=SOFTWARE)
    outcome = ask("zolpidemx")
    assert outcome.is_empty
    assert outcome.suggestion is None


def test_word_that_is_not_in_the_list_yet_is_found_all_the_same() -> None:
    comment = CommentFactory(body="A zygote.")
    assert not Word.objects.exists()
    assert find("zygotes") == [comment.body]


def test_where_no_text_has_all_words_those_with_the_rarest_are_found() -> None:
    for _ in range(5):
        CommentFactory(body="It took my son a long time.")
    rare = CommentFactory(body="Dantrolene was long.")
    CommentFactory(body="Nothing.")
    learn()
    outcome = ask("how long does dantrolene take for my son")
    assert outcome.is_loose
    assert outcome.comments.matches[0].pk == rare.pk
    assert len(outcome.comments.matches) == 6
    assert ask("dantrolene zzzzz").is_loose
    assert ask("zzzzz qqqqq").is_empty
    assert ask("how long does dantrolene take", year=1999).is_empty  # narrowed: nothing is nothing


def test_words_that_everybody_uses_may_be_missing_on_a_big_site() -> None:
    CommentFactory(body="pump at last")
    for _ in range(3):
        CommentFactory(body="the legs")
    learn()
    assert find("the pump") == []
    IndexState.objects.update(comment_count=1_000)
    Word.objects.filter(text="the").update(uses=900)
    assert find("the pump") == ["pump at last"]
    assert len(find("the")) == 3
    assert find('"the pump"') == []


def test_of_very_many_matches_the_latest_are_ranked_and_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    article = ArticleFactory()
    for number in range(12):
        CommentFactory(article=article, body=f"pump number {number}")
    learn()
    monkeypatch.setattr(services, "MOST_RANKED", 5)
    outcome = ask("pump")
    assert outcome.comments.is_partial
    latest = set(Comment.objects.order_by("-pk").values_list("pk", flat=True)[:5])
    assert {match.pk for match in outcome.comments.matches} == latest
    monkeypatch.setattr(services, "MOST_RANKED", 5_000)
    monkeypatch.setattr(services, "MOST_LOOKED_AT", 6)
    outcome = ask("pump")
    assert outcome.comments.is_partial
    assert 0 < len(outcome.comments.matches) < 12


@pytest.mark.parametrize(
    "typed",
    [
        "'", '"', '""', "*", "-", "a*", "* *", "AND", "NOT", "NEAR(", "(", ")", "^a", "{a}:b", "title:pump", "a:b*", "\\", "%s %",
        "\0", "a\0b", "&", "|", "!", "<->", "a<2>b", "'; DROP TABLE search_word; --", "👍", "👩‍👩‍👧", "עברית “اقتباس” -لا",
        "\u202epump\u202c", "ﷺ", "½", "x" * 10_000, "word " * 2_000, '"' * 10_000, "-a " * 3_000, "a* " * 3_000, "/d1", "/y2010",
        "\ud7ff\ue000\uffff", "e\u0301" * 300,
    ],
)  # fmt: skip
def test_any_input_is_safe(typed: str) -> None:
    comment = CommentFactory(body="A pump.")
    learn()
    ask(typed)
    ask(f"pump {typed}")
    assert comment.body in find("pump")


@given(st.text(alphabet=st.one_of(st.characters(), st.sampled_from(list("\"“”«»-–*'\\/:()&|!<>\0 abpum"))), max_size=60))
@hypothesis_settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_typed_is_answered(typed: str) -> None:
    assert not ask(typed).comments.matches
    ask(f'pump "{typed}" {typed}*')


@pytest.mark.parametrize("has_extension", [False, True])
def test_mistyped_words_need_no_extension_of_the_database(has_extension: bool) -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("DROP EXTENSION IF EXISTS pg_trgm CASCADE")
            cursor.execute("SELECT count(*) FROM pg_available_extensions WHERE name = 'pg_trgm'")
            if has_extension and cursor.fetchone()[0]:  # a server may come without it
                cursor.execute("CREATE EXTENSION pg_trgm")
    for _ in range(3):
        CommentFactory(body="Baclofen helped.")
    learn()
    assert ask("bacolfen").query.typed == "baclofen"
    assert len(ask("bacl*").comments.matches) == 3


def test_no_article_is_read_to_know_which_cannot_be_opened() -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")  # of a handful of rows it reads all
    plan = Discussion.objects.out_of_sight().values_list("pk", flat=True).explain()
    assert "discussion_by_state" in plan
    if connection.vendor == "sqlite":  # PostgreSQL takes any index where there are a handful of rows
        assert "article_by_status" in plan
        assert "SCAN" not in plan
