"""The numbers about moderation."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from forum.accounts import roles
from forum.discussion.models import Lane
from forum.discussion.services import transition
from forum.moderation import services
from forum.moderation.dashboard import read_dashboard, wait_words
from forum.moderation.reason_names import name_reason
from forum.moderation.waiting import Waiting, count_waiting
from tests.factories import CommentFactory, MemberFactory, ModeratorFactory
from tests.moderation.queueing import moderator, suspect

pytestmark = pytest.mark.django_db
DASHBOARD = reverse("moderation:dashboard")


def test_waits_are_those_of_comments_that_were_decided() -> None:
    now = timezone.now()
    actor = moderator()
    for hours in (1, 3, 50):
        comment = CommentFactory(state="held", posted_at=now - timedelta(hours=hours))
        transition(comment, "published", actor=actor, now=now)
    CommentFactory(state="held", posted_at=now - timedelta(hours=9))
    numbers = read_dashboard(actor.user, now)
    assert (numbers.waiting, numbers.oldest) == (1, now - timedelta(hours=9))
    assert (numbers.median_wait, numbers.slowest_wait) == (timedelta(hours=3), timedelta(hours=50))
    assert numbers.days[-1].count == 3


def test_reasons_say_what_became_of_the_comments() -> None:
    actor = moderator()
    comments = [CommentFactory(state="held") for _ in range(4)]
    for comment in comments:
        suspect(comment, Lane.ADVERTISING, code="ad_praise")
    services.publish_comment(comments[0], actor=actor)
    services.remove_comment(comments[1], actor=actor, reason="advertising")
    services.remove_comment(comments[2], actor=actor, reason="advertising")
    (row,) = read_dashboard(actor.user, timezone.now()).reasons
    assert (row.code, row.held, row.removed, row.published, row.waiting) == ("ad_praise", 4, 2, 1, 1)
    assert row.words == "Praise that would fit under any page"


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("details_school", "The name of a school"),
        ("honeypot", "A field filled in that people do not see"),
        ("our_own", "Our own"),
    ],
)
def test_code_of_a_signal_has_words(code: str, words: str) -> None:
    assert name_reason(code) == words


def test_questions_of_these_days_are_counted_with_those_that_were_answered() -> None:
    question = CommentFactory(body="What helped you?")
    CommentFactory(body="And what did not?")
    CommentFactory(parent=question, body="Warm water.")
    CommentFactory(body="Who knows?", posted_at=timezone.now() - timedelta(days=40))
    numbers = read_dashboard(moderator().user, timezone.now())
    assert (numbers.asked, numbers.answered, numbers.questions) == (2, 1, 2)


def test_what_waits_is_counted_in_one_query(django_assert_num_queries) -> None:
    with django_assert_num_queries(1):
        assert count_waiting() == Waiting(0, None)
    oldest = CommentFactory(state="held", posted_at=timezone.now() - timedelta(hours=31))
    CommentFactory(state="held")
    assert count_waiting() == Waiting(2, oldest.created_at)


def test_honest_posts_that_waited_are_counted_of_a_hundred() -> None:
    actor = moderator()
    member = MemberFactory()
    for _ in range(4):  # the first two wait, the others are public at once
        CommentFactory(author=member)
    services.remove_comment(CommentFactory(state="held"), actor=actor, reason="advertising")
    numbers = read_dashboard(actor.user, timezone.now())
    assert (numbers.honest, numbers.honest_held, numbers.held_per_hundred) == (4, 2, 50.0)


def test_decisions_undone_are_counted() -> None:
    actor = moderator()
    comment = services.publish_comment(CommentFactory(state="held"), actor=actor)
    services.undo(comment.decisions.first(), actor=actor)
    numbers = read_dashboard(actor.user, timezone.now())
    assert (numbers.decided, numbers.undone) == (1, 1)
    assert numbers.median_wait is None


def test_load_is_shown_to_each_and_to_the_operator() -> None:
    ines, tomas = ModeratorFactory(display_name="Ines Reads"), ModeratorFactory(display_name="Tomas")
    operator = ModeratorFactory(role=roles.OPERATOR)
    for user in (ines, tomas, tomas):
        services.publish_comment(CommentFactory(state="held"), actor=type(moderator())("moderator", user))
    now = timezone.now()
    assert [(load.name, load.count) for load in read_dashboard(ines, now).loads] == [("Ines Reads", 1)]
    assert [(load.name, load.count) for load in read_dashboard(operator, now).loads] == [("Tomas", 2), ("Ines Reads", 1)]


def test_page_has_a_picture_and_the_same_numbers_in_a_table(client: Client) -> None:
    services.publish_comment(CommentFactory(state="held"), actor=moderator())
    page = client.get(DASHBOARD).content.decode()
    assert page.count("<rect ") == 30
    assert page.count('<th scope="row">') >= 30
    assert "How much you decided" in page


def test_page_costs_the_same_whatever_was_decided(client: Client) -> None:
    counts = []
    for size in (1, 8):
        for _ in range(size):
            comment = CommentFactory(state="held")
            suspect(comment, Lane.ADVERTISING, code=f"code-{comment.pk}")
            services.publish_comment(comment, actor=moderator())
        with CaptureQueriesContext(connection) as queries:
            client.get(DASHBOARD)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 14


def test_what_is_older_than_thirty_days_is_left_out() -> None:
    with time_machine.travel(timezone.now() - timedelta(days=40)):
        actor = moderator()
        services.publish_comment(CommentFactory(state="held"), actor=actor)
    assert read_dashboard(actor.user, timezone.now()).decided == 0


@pytest.mark.parametrize(
    ("wait", "words"),
    [(None, "–"), (timedelta(minutes=40), "40 min"), (timedelta(hours=9.5), "9 h"), (timedelta(days=4), "4 days")],
)
def test_waits_are_told_in_one_unit(wait: timedelta | None, words: str) -> None:
    assert wait_words(wait) == words
