"""Counts and places over random histories: always what a plain count of the rows says."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import Phase, given, note, settings
from hypothesis import strategies as st

from forum.accounts.models import Guest, User
from forum.discussion.correcting import mark_question
from forum.discussion.models import ActorKind, Comment, Discussion
from forum.discussion.posting import post_comment
from forum.discussion.services import TRANSITIONS, Actor, transition
from tests.discussion.naive import expected, places, stored
from tests.factories import ArticleFactory, CommentFactory, GuestFactory, MemberFactory

pytestmark = pytest.mark.django_db

START = datetime(2010, 12, 28, tzinfo=UTC)
PEOPLE = 3

WHICH = st.integers(0, 30)  # of the comments so far, counted round
POSTS = st.tuples(st.just("post"), st.integers(0, PEOPLE - 1), st.none() | WHICH, st.booleans())
MOVES = st.tuples(st.just("move"), WHICH, st.integers(0, 9))  # a change that its state allows; half publish
MARKS = st.tuples(st.just("mark"), WHICH, st.booleans())


@pytest.mark.long
@given(history=st.lists(POSTS | POSTS | MOVES | MOVES | MOVES | MARKS, min_size=15, max_size=40))
@settings(max_examples=25, deadline=None, phases=[Phase.generate])
def test_counts_and_places_are_right_after_any_history(history: list[tuple[Any, ...]]) -> None:
    world = World()
    for step in history:
        note(str(step))
        before, states = places(world.discussion), world.states()
        touched = world.play(step)
        assert stored(world.discussion) == expected(world.discussion)
        after = places(world.discussion)
        for pk, (position, reply_index) in before.items():
            now = after[pk]
            assert position in (None, now[0]), "a position never changes"
            assert reply_index in (None, now[1]), "a reply number never changes"
        assert {pk: state for pk, state in world.states().items() if pk in states and pk != touched} == {
            pk: state for pk, state in states.items() if pk != touched
        }, "a decision changes one comment's state"


class World:
    """A discussion, a few people, and a clock that goes on by half a day with each step."""

    def __init__(self) -> None:
        self.discussion = Discussion.objects.get(article=ArticleFactory())
        self.guests: list[Guest] = [GuestFactory() for _ in range(PEOPLE - 1)]
        self.member: User = MemberFactory()
        self.now = START
        self.comments: list[int] = []

    def states(self) -> dict[int, str]:
        return dict(Comment.objects.filter(discussion=self.discussion).values_list("pk", "state"))

    def find(self, number: int) -> Comment:
        return Comment.objects.get(pk=self.comments[number % len(self.comments)])

    def before_withdrawal(self, comment: Comment) -> str:
        """Return the state that ``comment`` was taken back from, to which alone it may return."""
        return comment.decisions.filter(kind="state", to_state="withdrawn").latest("pk").from_state

    def play(self, step: tuple[Any, ...]) -> int | None:
        """Do one thing that may happen, and return the id of the comment that it may change."""
        self.now += timedelta(hours=12)
        kind, *rest = step
        if kind == "post":
            return self.post(*rest)
        if not self.comments:
            return None
        comment = self.find(rest[0])
        if kind == "move":
            options = sorted(to for before, to in TRANSITIONS if before == comment.state)
            to = options[rest[1] % len(options)] if options else ""
            to = "published" if rest[1] < 5 and "published" in options else to
            if to and (comment.state != "withdrawn" or to in ("erased", self.before_withdrawal(comment))):
                transition(comment, to, actor=Actor(min(TRANSITIONS[comment.state, to])), now=self.now)
        elif comment.state != "erased":
            mark_question(comment, is_question=rest[1], actor=Actor(ActorKind.MODERATOR), now=self.now)
        return comment.pk

    def post(self, person: int, parent: int | None, asks: bool) -> int:
        writer = {"author": self.member} if person == 0 else {"guest": self.guests[person - 1]}
        comment = post_comment(
            discussion=self.discussion,
            body="Does it help?" if asks else "It helps.",
            parent=self.find(parent) if parent is not None and self.comments else None,
            now=self.now,
            **writer,
        )
        self.comments.append(comment.pk)
        return comment.pk


def test_reply_approved_late_does_not_make_its_thread_older() -> None:
    root = CommentFactory(posted_at=START)
    early = CommentFactory(parent=root, state="held", posted_at=START + timedelta(days=1))
    CommentFactory(parent=root, posted_at=START + timedelta(days=9))
    transition(early, "published", actor=Actor(ActorKind.MODERATOR))
    root.refresh_from_db()
    assert root.last_reply_at == root.active_at == START + timedelta(days=9)


def test_places_are_given_in_the_order_of_first_publication() -> None:
    first = CommentFactory(state="held")
    article = first.discussion.article
    second = CommentFactory(article=article)
    transition(first, "published", actor=Actor(ActorKind.MODERATOR))
    replies = [CommentFactory(parent=second, state="held") for _ in range(3)]
    for reply in reversed(replies):
        transition(reply, "published", actor=Actor(ActorKind.MODERATOR))
    for row in (first, second, *replies):
        row.refresh_from_db()
    assert (second.position, first.position) == (1, 2)
    assert [reply.reply_index for reply in replies] == [3, 2, 1]


def test_held_root_gets_a_place_with_its_first_published_reply() -> None:
    root = CommentFactory(state="held")
    assert (root.position, root.listed) == (None, False)
    reply = CommentFactory(parent=root)
    root.refresh_from_db()
    assert (root.position, root.listed, root.public, reply.reply_index) == (1, True, False, 1)


def test_comment_that_vanished_leaves_its_number_free_for_its_return() -> None:
    root = CommentFactory()
    gone, stays = CommentFactory(parent=root), CommentFactory(parent=root)
    gone = transition(gone, "removed", actor=Actor(ActorKind.MODERATOR))
    root.refresh_from_db()
    assert (gone.listed, root.preview1_id, root.reply_count) == (False, stays.pk, 1)
    gone = transition(gone, "published", actor=Actor(ActorKind.MODERATOR))
    root.refresh_from_db()
    assert (gone.reply_index, root.preview1_id, root.preview2_id) == (1, gone.pk, stays.pk)


def test_years_count_only_dates_that_are_known() -> None:
    article = ArticleFactory()
    CommentFactory(article=article, posted_at=datetime(2005, 7, 1, tzinfo=UTC))
    CommentFactory(article=article, posted_at=datetime(2005, 8, 1, tzinfo=UTC), posted_precision="year")
    CommentFactory(article=article, posted_at=datetime(2005, 8, 1, tzinfo=UTC), posted_precision="before")
    CommentFactory(article=article, posted_precision="unknown")
    assert stored(article.discussion)["years"] == {2005: 2}


def test_imported_question_is_not_answered_by_the_same_name() -> None:
    asks = CommentFactory(body="Does it help?", name="Luz", origin="serendip")
    CommentFactory(parent=asks, name="luz", origin="serendip")
    asks.refresh_from_db()
    assert asks.waiting
    CommentFactory(parent=asks, name="Rachael", origin="serendip")
    asks.refresh_from_db()
    assert not asks.waiting
