"""Reports that arrive in the same moment, each over a connection of its own."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connections

from forum.accounts.models import User
from forum.discussion.models import ActorKind, Comment, Signal
from forum.moderation.flags import AlreadyFlaggedError, NotShownError, Reporter, flag_comment
from forum.moderation.models import Flag, QueueItem
from forum.moderation.services import remove_comment
from tests.factories import CommentFactory, MemberFactory
from tests.moderation.queueing import moderator
from tests.workers import PATIENCE_SECONDS

pytestmark = pytest.mark.django_db(transaction=True)


def _at_once(*acts: Callable[[], Any]) -> list[str]:
    """Do all of ``acts`` in the same moment; return what became of each, sorted."""
    start = Barrier(len(acts))

    def do(act: Callable[[], Any]) -> str:
        try:
            start.wait(PATIENCE_SECONDS)
            act()
        except (AlreadyFlaggedError, NotShownError) as error:
            return type(error).__name__
        finally:
            connections.close_all()
        return "done"

    with ThreadPoolExecutor(len(acts)) as pool:
        return sorted(pool.map(do, acts))


def _flag_by(comment: Comment, member: User) -> Callable[[], Flag]:
    return lambda: flag_comment(comment, reporter=Reporter(member=member), reason="unkind")


@pytest.fixture
def unread(settings: Any) -> Comment:
    """Return a public comment that no person has read."""
    settings.HOLD_FIRST_COMMENTS = 0
    return CommentFactory(author=MemberFactory())


def test_reports_of_many_hide_it_once_and_are_one_entry(unread: Comment) -> None:
    told = _at_once(*[_flag_by(unread, MemberFactory()) for _ in range(5)])
    unread.refresh_from_db()
    assert unread.state == "hidden"
    assert unread.decisions.filter(actor_kind=ActorKind.SOFTWARE, to_state="hidden").count() == 1
    assert Flag.objects.count() == told.count("done") >= 3
    assert told.count("done") + told.count("NotShownError") == 5
    assert QueueItem.objects.count() == Signal.objects.filter(code="reported").count() == 1


def test_two_presses_of_one_person_are_one_report(unread: Comment) -> None:
    member = MemberFactory()
    assert _at_once(*[_flag_by(unread, member)] * 3) == ["AlreadyFlaggedError"] * 2 + ["done"]
    assert Flag.objects.count() == 1


def test_report_meets_the_decision_of_a_moderator_and_is_settled_or_told(unread: Comment) -> None:
    actor = moderator()
    told = _at_once(
        _flag_by(unread, MemberFactory()),
        _flag_by(unread, MemberFactory()),
        lambda: remove_comment(unread, actor=actor, reason="unkind"),
    )
    assert set(told) <= {"done", "NotShownError"}
    assert set(Flag.objects.values_list("was_right", flat=True)) <= {True}
    assert not QueueItem.objects.exists()
