"""Small questions that are asked together."""

from uuid import uuid4

import pytest

from forum.database.asked import Asked, AskedTogether
from forum.discussion.models import Comment, Discussion
from tests.factories import CommentFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def names() -> Asked:
    return Asked(lambda: Comment.objects.order_by("pk").values_list("pk", "name"))


@pytest.fixture
def state() -> Asked:
    return Asked(lambda pk: Discussion.objects.filter(pk=pk).values_list("state", "article__status"))


def test_question_asks_for_itself_each_time(names, state, django_assert_num_queries):
    assert names() == []
    one = CommentFactory(name='A “name”, with "quotes" and 100 %')
    other = CommentFactory(name="B")
    with django_assert_num_queries(3):
        assert sorted(names()) == [[one.pk, one.name], [other.pk, "B"]]
        assert state(one.discussion_id) == [["open", "published"]]
        assert state(0) == []


def test_all_are_asked_at_the_first_and_stand_until_the_end(names, state, django_assert_num_queries):
    comment = CommentFactory(name="A")
    key = uuid4()
    by_key = Asked(lambda value: Comment.objects.filter(form_key=value).values_list("pk"))
    expected = (state, (comment.discussion_id,)), (by_key, (key,))
    together = AskedTogether()
    with together.at_once():  # from which it is known that this one is asked here
        names()
    with django_assert_num_queries(1), together.at_once(*expected):
        assert state(comment.discussion_id) == [["open", "published"]]
        assert by_key(key) == []
        assert names() == [[comment.pk, "A"]]
    with together.at_once(*expected):
        assert by_key(key) == []
        Comment.objects.filter(pk=comment.pk).update(name="B", form_key=key)
        assert (names(), by_key(key)) == ([[comment.pk, "A"]], [])
    assert (names(), by_key(key)) == ([[comment.pk, "B"]], [[comment.pk]])


def test_values_that_nobody_expected_are_asked_about_too(state, django_assert_num_queries):
    one, other = CommentFactory(), CommentFactory()
    with django_assert_num_queries(2), AskedTogether().at_once((state, (one.discussion_id,))):
        assert state(one.discussion_id) == state(other.discussion_id) == [["open", "published"]]


def test_block_within_a_block_has_answers_of_its_own(names):
    outer, inner = AskedTogether(), AskedTogether()
    with outer.at_once():
        assert names() == []
        comment = CommentFactory(name="A")
        with inner.at_once():
            assert names() == [[comment.pk, "A"]]
        assert names() == []


def test_block_within_one_for_the_same_work_has_its_answers(names, django_assert_num_queries):
    together = AskedTogether()
    with together.at_once():
        with django_assert_num_queries(1), together.at_once():
            assert names() == []
        assert together.is_open()
        with AskedTogether().at_once():
            assert not together.is_open()
        comment = CommentFactory(name="A")
        assert names() == []
    assert not together.is_open()
    assert names() == [[comment.pk, "A"]]


def test_nothing_is_asked_where_no_question_comes(names, django_assert_num_queries):
    together = AskedTogether()
    with together.at_once():
        names()
    with django_assert_num_queries(0), together.at_once():
        pass
