"""What is near to each thread is stored, follows every change, and leaves nothing of what was taken out."""

from collections.abc import Callable
from io import StringIO

import pytest
from django.core.management import call_command

from forum.accounts.people import Person
from forum.discussion.correcting import redact_comment
from forum.discussion.erasing import forget_writer
from forum.discussion.models import ActorKind, Comment
from forum.discussion.placing import reattach_comment
from forum.discussion.services import Actor, keep_comment, transition
from forum.related import neighbours
from forum.related.models import ChangedComment, Neighbour
from forum.related.nearest import Near, find_nearest
from forum.related.neighbours import begin_again, follow_changes, renew, walk_on
from forum.related.personal_data import export
from forum.search.vocabulary import learn
from forum.topics.mentions import correct_comment
from forum.topics.models import By
from tests.factories import CommentFactory, GuestFactory, ModeratorFactory
from tests.topics.vocabularies import make_topic, make_vocabulary, search

pytestmark = pytest.mark.django_db

BODY = "A stroke, then splints."


def work() -> None:
    """Do what the worker does each minute."""
    learn()
    assert follow_changes(seconds=60)


def stored() -> dict[int, list[int]]:
    """Return by thread the neighbours that are stored, the nearest first."""
    found: dict[int, list[int]] = {}
    for thread, comment in Neighbour.objects.order_by("thread", "rank").values_list("thread", "comment"):
        found.setdefault(thread, []).append(comment)
    return found


@pytest.fixture
def moderator() -> Actor:
    """Return somebody who decides."""
    return Actor(ActorKind.MODERATOR, ModeratorFactory())


@pytest.fixture
def pair() -> tuple[Comment, Comment]:
    """Return two conversations that are near to each other, with what is stored of that."""
    make_vocabulary()
    one, other = CommentFactory(body=BODY, guest=GuestFactory()), CommentFactory(body=BODY)
    work()
    assert stored() == {one.pk: [other.pk], other.pk: [one.pk]}
    return one, other


def test_new_comment_is_a_neighbour_of_old_threads_too(pair: tuple[Comment, Comment]) -> None:
    new = CommentFactory(body=BODY)
    reply = CommentFactory(parent=CommentFactory(body="Something else."), body=BODY)
    work()
    assert all({new.pk, reply.pk} <= set(stored()[comment.pk]) for comment in pair)
    assert set(stored()[new.pk]) == {pair[0].pk, pair[1].pk, reply.pk}
    assert reply.pk not in stored()
    assert not ChangedComment.objects.exists()


def test_other_words_take_away_at_once_what_was_found_by_the_old_ones(pair: tuple[Comment, Comment], moderator: Actor) -> None:
    redact_comment(pair[1], body="Nothing more to say.", actor=moderator)
    assert stored() == {}
    work()
    assert stored() == {}
    redact_comment(Comment.objects.get(pk=pair[1].pk), body="Splints and a stroke.", actor=moderator)
    work()
    assert stored() == {pair[0].pk: [pair[1].pk], pair[1].pk: [pair[0].pk]}


def test_removed_comment_may_come_back_and_an_erased_one_leaves_nothing(pair: tuple[Comment, Comment], moderator: Actor) -> None:
    one, other = pair
    transition(other, "removed", actor=moderator, reason="other")
    assert stored()[one.pk] == [other.pk]
    forget_writer(Person(guest=one.guest), keep_words=False)
    assert stored() == {}


def test_writer_who_leaves_the_words_is_looked_at_anew(pair: tuple[Comment, Comment]) -> None:
    one, other = pair
    forget_writer(Person(guest=one.guest), keep_words=True)
    assert stored() == {}
    work()
    assert stored() == {one.pk: [other.pk], other.pk: [one.pk]}


def test_corrected_topics_take_away_what_was_found_by_them(pair: tuple[Comment, Comment]) -> None:
    correct_comment(pair[1], topic_ids=[], by=By.WRITER)
    assert stored() == {}
    work()
    assert all(not topics for topics in Neighbour.objects.values_list("topics", flat=True))


def test_thread_that_becomes_part_of_another_has_no_neighbours(pair: tuple[Comment, Comment], moderator: Actor) -> None:
    one, other = pair
    host = CommentFactory(article=one.discussion.article, body="Something else.")
    reattach_comment(one, parent=host, actor=moderator)
    assert stored() == {other.pk: [one.pk]}
    reattach_comment(Comment.objects.get(pk=one.pk), parent=None, actor=moderator)
    work()
    assert stored()[one.pk] == [other.pk]


def look_while(monkeypatch: pytest.MonkeyPatch, thread: Comment, act: Callable[[], object]) -> None:
    """Look for what is near to ``thread``; ``act`` happens after that is found and before it is stored."""

    def find_slowly(comment: Comment) -> list[Near]:
        near = find_nearest(comment)
        act()
        return near

    with monkeypatch.context() as patched:
        patched.setattr(neighbours, "find_nearest", find_slowly)
        renew(Comment.objects.select_related("discussion__article", "parent").get(pk=thread.pk))


def test_nothing_is_stored_for_words_that_changed_meanwhile(
    pair: tuple[Comment, Comment], moderator: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = pair
    Neighbour.objects.all().delete()
    look_while(monkeypatch, one, lambda: redact_comment(other, body="Nothing more to say.", actor=moderator))
    assert stored() == {}


def test_nothing_is_stored_for_topics_that_were_taken_off_meanwhile(
    pair: tuple[Comment, Comment], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = pair
    Neighbour.objects.all().delete()
    look_while(monkeypatch, one, lambda: correct_comment(other, topic_ids=[], by=By.WRITER))
    assert stored() == {}
    work()
    assert all(not topics for topics in Neighbour.objects.values_list("topics", flat=True))


@pytest.mark.parametrize("touched", [0, 1])
def test_change_of_something_else_in_the_same_moment_costs_no_neighbour(
    pair: tuple[Comment, Comment], moderator: Actor, monkeypatch: pytest.MonkeyPatch, touched: int
) -> None:
    one, other = pair
    third = CommentFactory(body=BODY)
    learn()
    ChangedComment.objects.all().delete()
    look_while(monkeypatch, one, lambda: keep_comment(pair[touched], actor=moderator))
    assert stored()[one.pk]  # whichever of them still hold
    work()
    assert set(stored()[one.pk]) == {other.pk, third.pk}


def test_rows_stay_as_they_are_where_nothing_is_new(pair: tuple[Comment, Comment]) -> None:
    before = list(Neighbour.objects.order_by("pk").values_list("pk", flat=True))
    begin_again()
    assert walk_on()
    assert list(Neighbour.objects.order_by("pk").values_list("pk", flat=True)) == before


def test_change_of_the_vocabulary_leads_through_all_threads_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(neighbours, "THREADS_AT_ONCE", 2)
    comments = [CommentFactory(body="A massage.") for _ in range(5)]
    others = {CommentFactory(body="Of other things.").pk for _ in range(15)}
    work()
    assert walk_on()
    assert stored() == {}
    make_topic("massage")
    assert walk_on()
    assert stored() == {}  # texts are not searched for it yet
    search()
    assert not walk_on(seconds=0)
    assert walk_on()
    assert set(stored()) == {comment.pk for comment in comments}
    assert not others & set(stored())


def test_command_finds_all_anew(pair: tuple[Comment, Comment]) -> None:
    Neighbour.objects.all().delete()
    out = StringIO()
    call_command("rebuild_related", stdout=out)
    assert out.getvalue() == "Done: every conversation knows who else wrote about the same.\n"
    assert stored() == {pair[0].pk: [pair[1].pk], pair[1].pk: [pair[0].pk]}


def test_person_is_given_what_is_kept(pair: tuple[Comment, Comment]) -> None:
    one, other = pair
    assert export(Person(guest=one.guest)) == {
        "others_shown_below_comments": [{"thread_id": one.pk, "comment_id": other.pk, "words": []}]
    }
