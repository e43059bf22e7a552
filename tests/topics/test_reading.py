"""What other apps ask about topics: what comments are about, which comments are about something, how many."""

import pytest

from forum.topics.models import Topic
from forum.topics.reading import comments_naming, count_comments, count_together, find_topic, topics_of
from tests.factories import CommentFactory
from tests.topics.vocabularies import make_vocabulary

pytestmark = pytest.mark.django_db


@pytest.fixture
def topics():
    return make_vocabulary()


def test_topics_of_a_comment_are_those_that_everybody_may_read(topics, django_assert_num_queries):
    both = CommentFactory(body="After his stroke my son had splints.")
    one, none, held = CommentFactory(body="A splint."), CommentFactory(), CommentFactory(body="A splint.", state="held")
    with django_assert_num_queries(1):
        found = topics_of(both.pk)
    assert [topic.name for topic in found] == ["a son or daughter", "splints", "stroke"]
    assert [topic.name for topic in topics_of(one.pk)] == ["splints"]
    assert topics_of(none.pk) == topics_of(held.pk) == []


def test_comments_naming_topics_are_the_latest_of_each(topics, django_assert_num_queries):
    splints = [CommentFactory(body="A splint.") for _ in range(3)]
    stroke = CommentFactory(body="A stroke, and a splint.")
    CommentFactory(body="A stroke.", state="removed")
    with django_assert_num_queries(1):
        found = comments_naming([topics["splints"].pk, topics["stroke"].pk, topics["baclofen"].pk], limit_each=2)
    assert sorted(found) == sorted(
        [(stroke.pk, topics["stroke"].pk), (stroke.pk, topics["splints"].pk), (splints[2].pk, topics["splints"].pk)]
    )
    assert comments_naming([], limit_each=2) == []


def test_counts_are_of_comments_alone_and_together(topics):
    for body in ("A splint.", "A splint after the stroke.", "A splint after the stroke, for my son."):
        CommentFactory(body=body)
    splints, stroke, baclofen = topics["splints"], topics["stroke"], topics["baclofen"]
    assert count_comments([splints.pk, stroke.pk, baclofen.pk]) == {splints.pk: 3, stroke.pk: 2}
    assert count_together(splints) == [(stroke, 2), (topics["a son or daughter"], 1)]
    Topic.objects.filter(pk=stroke.pk).update(is_active=False)
    assert count_together(splints) == [(topics["a son or daughter"], 1)]


def test_topic_out_of_use_is_not_found(topics):
    assert find_topic("splints") == topics["splints"]
    Topic.objects.update(is_active=False)
    assert find_topic("splints") is None
    assert find_topic("a\0b") is None
