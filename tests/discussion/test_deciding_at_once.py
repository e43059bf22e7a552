"""People who decide and write at the same moment, each on a connection of its own."""

from collections.abc import Callable, Sequence
from threading import Barrier, Thread

import pytest
from django.db import connection

from forum.accounts.models import Guest
from forum.discussion.editing import edit_comment
from forum.discussion.models import ActorKind, Comment, Discussion, PendingChange
from forum.discussion.posting import post_comment
from forum.discussion.recount import recount_discussion
from forum.discussion.services import Actor, StaleVersionError, transition
from tests.discussion.naive import expected, stored
from tests.factories import ArticleFactory, CommentFactory, GuestFactory, MemberFactory, ModeratorFactory
from tests.workers import PATIENCE_SECONDS

pytestmark = pytest.mark.django_db(transaction=True)

WRITERS = 8


def at_once(acts: Sequence[Callable[[], object]]) -> list[object]:
    """Do all of ``acts`` at the same moment; return what each returned or raised."""
    start = Barrier(len(acts))
    outcomes: list[object] = [None] * len(acts)

    def run(number: int, act: Callable[[], object]) -> None:
        try:
            start.wait(PATIENCE_SECONDS)
            outcomes[number] = act()
        except Exception as error:  # the test looks at it
            outcomes[number] = error
        finally:
            connection.close()

    threads = [Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_SECONDS)
    assert not any(thread.is_alive() for thread in threads), "somebody waits for ever"
    return outcomes


@pytest.mark.parametrize("attempt", range(3))
def test_of_two_moderators_one_decides_and_the_other_is_told(attempt: int) -> None:
    comment = CommentFactory(state="held")
    moderators = [ModeratorFactory(), ModeratorFactory()]
    outcomes = at_once(
        [
            lambda: transition(
                comment, "published", actor=Actor(ActorKind.MODERATOR, moderators[0]), expected_version=comment.version
            ),
            lambda: transition(
                comment, "rejected", actor=Actor(ActorKind.MODERATOR, moderators[1]), expected_version=comment.version
            ),
        ]
    )
    won = [outcome for outcome in outcomes if isinstance(outcome, Comment)]
    told = [outcome for outcome in outcomes if isinstance(outcome, StaleVersionError)]
    assert (len(won), len(told)) == (1, 1), outcomes
    comment.refresh_from_db()
    assert comment.state == won[0].state == told[0].comment.state
    assert comment.decisions.filter(actor_kind="moderator").count() == 1


@pytest.mark.parametrize("attempt", range(3))
def test_writer_changes_the_words_in_the_moment_of_the_decision(attempt: int) -> None:
    comment = CommentFactory(state="held", body="Old words.")
    moderator = Actor(ActorKind.MODERATOR, ModeratorFactory())
    change = {"body": "New words.", "subject": "", "relation": "", "actor": Actor(ActorKind.WRITER)}
    edited, decided = at_once(
        [
            lambda: edit_comment(comment, **change),
            lambda: transition(comment, "published", actor=moderator, expected_version=comment.version),
        ]
    )
    assert isinstance(edited, Comment), edited
    comment.refresh_from_db()
    if isinstance(decided, StaleVersionError):
        assert (comment.state, comment.body) == ("held", "New words.")
        assert comment.decisions.filter(actor_kind="moderator").count() == 0
    else:
        assert (comment.state, comment.body) == ("published", "Old words."), "what nobody has read is not public"
        assert PendingChange.objects.get(comment=comment).body == "New words."


def test_many_reply_to_one_thread_while_a_moderator_decides_on_it() -> None:
    root = CommentFactory(body="Does it help?")
    moderator = Actor(ActorKind.MODERATOR, ModeratorFactory())
    regulars = [_member_who_is_published_at_once() for _ in range(WRITERS // 2)]
    guests: list[Guest] = [GuestFactory() for _ in range(WRITERS // 2)]

    def write(**writer: object) -> None:
        for _ in range(4):
            comment = post_comment(discussion=root.discussion, parent=root, body="It did for us.", **writer)
            post_comment(discussion=root.discussion, parent=comment, body="And so on.", **writer)

    def decide() -> None:
        for state in ("hidden", "published", "removed", "published") * 2:
            transition(root, state, actor=moderator)

    outcomes = at_once(
        [
            *[lambda member=member: write(author=member) for member in regulars],
            *[lambda guest=guest: write(guest=guest) for guest in guests],
            decide,
            lambda: recount_discussion(root.discussion_id),
        ]
    )
    assert [outcome for outcome in outcomes if isinstance(outcome, Exception)] == []
    assert Comment.objects.filter(root=root).count() == WRITERS * 8
    assert Comment.objects.get(pk=root.pk).reply_count == WRITERS // 2 * 8
    assert stored(root.discussion) == expected(root.discussion)


def test_decisions_on_many_threads_of_one_discussion_count_exactly() -> None:
    article = ArticleFactory()
    comments = [CommentFactory(article=article, state="held") for _ in range(WRITERS)]
    comments += [CommentFactory(parent=comment, state="held") for comment in comments]
    moderator = Actor(ActorKind.MODERATOR, ModeratorFactory())
    acts = [lambda comment=comment: transition(comment, "published", actor=moderator) for comment in comments]
    outcomes = at_once(acts)
    assert [outcome for outcome in outcomes if isinstance(outcome, Exception)] == []
    discussion = Discussion.objects.get(article=article)
    assert discussion.comment_count == discussion.people_count == 2 * WRITERS
    assert stored(discussion) == expected(discussion)
    assert sorted(Comment.objects.filter(root=None).values_list("position", flat=True)) == list(range(1, WRITERS + 1))


def _member_who_is_published_at_once() -> object:
    member = MemberFactory()
    for _ in range(2):
        CommentFactory(author=member)
    return member
