"""Topics of comments that were posted a moment ago: the worker finds them, once, whatever happens meanwhile."""

from typing import Any

import pytest
from django.db import connection

from forum.discussion.editing import edit_comment
from forum.discussion.models import ActorKind, Comment
from forum.discussion.posting import post_comment
from forum.discussion.services import Actor, transition
from forum.related.models import ChangedComment
from forum.site.models import SiteVersion
from forum.topics.arrivals import search_new
from forum.topics.correcting import CorrectionForm
from forum.topics.events import new_comments_searched
from forum.topics.jobs import search_new_comments
from forum.topics.models import By, Mention, NewComment
from tests.factories import ArticleFactory, GuestFactory, ModeratorFactory
from tests.topics.vocabularies import make_vocabulary, stored_counts, topics_of, true_counts

pytestmark = pytest.mark.django_db
BODY = "After his stroke my son had baclofen."
TOPICS = {"stroke", "a son or daughter", "baclofen"}


@pytest.fixture(autouse=True)
def _vocabulary() -> None:
    make_vocabulary()


def _post(body: str = BODY) -> Comment:
    return post_comment(discussion=ArticleFactory().discussion, body=body, author=ModeratorFactory())


def test_the_worker_finds_them_and_looks_for_what_is_near_after_that() -> None:
    comments = [_post(), _post("It went well.")]
    assert topics_of(comments[0]) == set()
    assert not ChangedComment.objects.exists()
    before = SiteVersion.objects.current()
    search_new_comments.func()
    assert (topics_of(comments[0]), topics_of(comments[1])) == (TOPICS, set())
    assert stored_counts() == true_counts() != {}
    assert SiteVersion.objects.current() > before
    assert set(ChangedComment.objects.values_list("comment", flat=True)) == {comment.pk for comment in comments}
    assert not NewComment.objects.exists()


def test_one_who_is_cut_short_does_the_same_again() -> None:
    comment = _post()

    def fail(**kwargs: object) -> None:
        raise InterruptedError

    new_comments_searched.connect(fail)
    try:
        with pytest.raises(InterruptedError):
            search_new()
    finally:
        new_comments_searched.disconnect(fail)
    for _time in range(2):
        search_new()
        assert topics_of(comment) == TOPICS
        assert stored_counts() == true_counts()
    assert ChangedComment.objects.count() == 1


def test_what_waits_is_searched_by_whoever_publishes_it() -> None:
    comment = post_comment(discussion=ArticleFactory().discussion, body=BODY, guest=GuestFactory())
    assert comment.held
    assert not NewComment.objects.exists()
    transition(comment, "published", actor=Actor(ActorKind.MODERATOR, ModeratorFactory()))
    assert topics_of(comment) == TOPICS


def test_what_was_hidden_or_changed_meanwhile_is_as_it_is_now() -> None:
    moderator = Actor(ActorKind.MODERATOR, ModeratorFactory())
    hidden, changed = _post(), _post()
    transition(hidden, "hidden", actor=moderator)
    edit_comment(changed, body="It was the splints.", subject="", relation="", actor=Actor(ActorKind.WRITER))
    search_new()
    assert (topics_of(hidden), topics_of(changed)) == (set(), {"splints"})
    assert stored_counts() == true_counts()
    transition(hidden, "published", actor=moderator)
    assert topics_of(hidden) == TOPICS


def test_what_changed_while_it_was_searched_is_searched_again() -> None:
    comment, other = _post(), _post()
    edits = iter([comment])

    def change(execute: Any, sql: str, *rest: Any) -> Any:
        if "topics_mention" in sql and (edited := next(edits, None)):
            edit_comment(edited, body=BODY, subject="", relation="carer", actor=Actor(ActorKind.WRITER))
        return execute(sql, *rest)

    with connection.execute_wrapper(change):
        assert search_new()
    assert Comment.objects.get(pk=comment.pk).relation == "carer"
    assert topics_of(comment) == topics_of(other) == TOPICS
    assert not NewComment.objects.exists()


@pytest.mark.parametrize("by", list(By))
def test_whoever_corrects_it_sees_them_at_once(by: By) -> None:
    comment = _post()
    form = CorrectionForm(comment=comment, by=by)
    assert {str(label).partition(" (")[0] for _pk, label in form.fields["about"].choices} == TOPICS
    assert topics_of(comment) == TOPICS
    search_new()
    assert stored_counts() == true_counts()
    assert ChangedComment.objects.count() == 1


def test_no_more_is_done_than_there_is_time_for() -> None:
    _post()
    assert not search_new(seconds=0)
    assert Mention.objects.exists()
    assert search_new(seconds=0)
