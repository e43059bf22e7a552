"""Searching all texts again after a change of the vocabulary: what it finds, that it goes on where it stopped."""

import pytest

from forum.discussion.models import Comment
from forum.jobs.worker import Worker
from forum.topics import searching
from forum.topics.articles import correct_article
from forum.topics.editing import change_vocabulary
from forum.topics.mentions import correct_comment
from forum.topics.models import ArticleMention, By, Mention, Spelling, Topic, Vocabulary
from forum.topics.searching import search_all
from tests.factories import ArticleFactory, CommentFactory
from tests.topics.vocabularies import make_topic, make_vocabulary, search, stored_counts, topics_of, true_counts

pytestmark = pytest.mark.django_db


def article_topics(article):
    return dict(
        ArticleMention.objects.filter(article=article).exclude(standing="denied").values_list("topic__name", "place_count")
    )


def test_new_words_are_found_in_what_was_there_before():
    article = ArticleFactory(title="Massage", body="A massage, and [massage](https://a.example/massage).")
    comments = [CommentFactory(article=article, body="A massage.") for _ in range(3)]
    make_topic("massage")
    search()
    assert [topics_of(comment) for comment in comments] == [{"massage"}] * 3
    assert article_topics(article) == {"massage": 3}
    assert stored_counts() == true_counts() != {}


def test_words_that_are_no_longer_in_the_vocabulary_are_forgotten():
    make_vocabulary()
    article = ArticleFactory(body="Splints, mostly.")
    comment = CommentFactory(article=article, body="My son had splints.")
    Spelling.objects.filter(topic__name="splints").delete()
    change_vocabulary()
    search()
    assert topics_of(comment) == {"a son or daughter"}
    assert article_topics(article) == {}
    assert stored_counts() == true_counts()


def test_topic_out_of_use_shows_nothing_and_comes_back_with_what_people_said():
    topics = make_vocabulary()
    comment = CommentFactory(body="My son had splints.")
    correct_comment(comment, topic_ids=[topics["stroke"].pk], by=By.WRITER)
    for is_active, shown in ((False, set()), (True, {"stroke"})):
        Topic.objects.update(is_active=is_active)
        change_vocabulary()
        search()
        assert topics_of(comment) == shown
        assert stored_counts() == true_counts()


def test_search_goes_on_where_it_stopped(monkeypatch):
    monkeypatch.setattr(searching, "BATCH", 2)
    monkeypatch.setattr(searching, "LOOK_BACK", 0)
    comments = [CommentFactory(body="A massage.") for _ in range(5)]
    make_topic("massage")
    seen = []
    while not search_all(seconds=0):  # one step each
        seen.append(Mention.objects.count())
        assert len(seen) < 50
    assert seen == sorted(seen)
    assert {1, 3}.isdisjoint(seen)
    assert {2, 4} <= set(seen)
    assert all(topics_of(comment) == {"massage"} for comment in comments)
    vocabulary = Vocabulary.objects.get()
    assert vocabulary.searched == vocabulary.stamp
    assert search_all(seconds=0)


def test_change_in_the_middle_starts_the_search_anew(monkeypatch):
    monkeypatch.setattr(searching, "BATCH", 1)
    comments = [CommentFactory(body="A massage and a walk.") for _ in range(3)]
    make_topic("massage")
    while Mention.objects.count() < 2:
        search_all(seconds=0)
    make_topic("walking", "walk")
    search()
    assert [topics_of(comment) for comment in comments] == [{"massage", "walking"}] * 3


def test_what_was_stored_while_the_search_ran_is_found_at_its_end(monkeypatch):
    early = CommentFactory(body="A massage.")
    late = CommentFactory(body="A massage.")
    make_topic("massage")
    Vocabulary.objects.update(searching=Vocabulary.objects.get().stamp, cursor=late.pk, article_cursor=10**6)
    search()
    assert topics_of(early) == topics_of(late) == {"massage"}


def test_worker_searches_after_a_change():
    comment = CommentFactory(body="A massage.")
    make_topic("massage")
    from datetime import timedelta

    import time_machine
    from django.utils import timezone

    with time_machine.travel(timezone.now() + timedelta(minutes=1)):
        Worker(rhythms=[]).run_due()
    assert topics_of(comment) == {"massage"}


def test_without_a_vocabulary_there_is_nothing_to_search():
    assert search_all()
    assert not Vocabulary.objects.exists()


# -- articles


def test_article_is_searched_when_it_is_stored_and_corrected_by_its_editors():
    topics = make_vocabulary()
    article = ArticleFactory(title="Splints after a stroke", standfirst="For my son.", body="Baclofen first[^1].")
    assert article_topics(article) == {"splints": 1, "stroke": 1, "a son or daughter": 1, "baclofen": 1}
    version = type(article).objects.get(pk=article.pk).version
    correct_article(article, topic_ids=[topics["splints"].pk, topics["baclofen pump"].pk])
    assert set(article_topics(article)) == {"splints", "baclofen pump"}
    assert type(article).objects.get(pk=article.pk).version == version + 1
    make_topic("walking")
    search()
    assert set(article_topics(article)) == {"splints", "baclofen pump"}


def test_article_whose_topics_change_gets_a_new_version_and_others_do_not():
    changed, same = ArticleFactory(body="A massage."), ArticleFactory(body="A walk.")
    before = {article.pk: type(article).objects.get(pk=article.pk).version for article in (changed, same)}
    make_topic("massage")
    search()
    after = {article.pk: type(article).objects.get(pk=article.pk).version for article in (changed, same)}
    assert after == {changed.pk: before[changed.pk] + 1, same.pk: before[same.pk]}


def test_comments_that_nobody_sees_are_left_until_they_are_public():
    comment = CommentFactory(body="A massage.", state="held")
    make_topic("massage")
    search()
    assert not Mention.objects.filter(comment=comment).exists()
    assert Comment.objects.get(pk=comment.pk).state == "held"
