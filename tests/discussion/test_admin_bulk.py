"""Deciding on many comments at once in the administration."""

from typing import Any

import pytest
from django.test import Client

from forum.accounts.models import User
from forum.discussion.admin import forms
from forum.discussion.models import ActorKind, Comment, Decision
from forum.discussion.services import Actor, transition
from tests.discussion.moderating import BULK, LIST, sign_in
from tests.factories import CommentFactory, ModeratorFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    return sign_in(ModeratorFactory(display_name="Ines"))


def choose(client: Client, action: str, *comments: Comment) -> Any:
    """Choose lines of the list and an action for them."""
    chosen = [comment.pk for comment in comments]
    return client.post(f"{LIST}?state=all", {"action": action, "_selected_action": chosen}, follow=True)


def confirm(client: Client, asked: Any, **typed: Any) -> Any:
    """Press the button of the page that asks once more."""
    return client.post(BULK, asked.context["form"].initial | typed, follow=True)


@pytest.mark.parametrize(
    ("action", "state", "becomes"),
    [
        ("publish_chosen", "held", "published"),
        ("reject_chosen", "held", "rejected"),
        ("remove_chosen", "published", "removed"),
        ("restore_chosen", "removed", "published"),
    ],
)
def test_many_are_decided_on_as_one_batch(client: Client, action: str, state: str, becomes: str) -> None:
    comments = [CommentFactory(state=state) for _ in range(3)]
    asked = choose(client, action, *comments)
    assert all(comment.name in asked.content.decode() for comment in comments)
    assert not Comment.objects.filter(state=becomes).exists()
    confirm(client, asked, reason="advertising", note="one raid")
    assert Comment.objects.filter(state=becomes).count() == 3
    decisions = Decision.objects.filter(batch__isnull=False)
    assert decisions.count() == 3
    assert decisions.values("batch", "note", "who", "to_state").distinct().count() == 1


def test_page_that_asks_counts_the_replies_below_and_they_stay(client: Client) -> None:
    root = CommentFactory()
    replies = [CommentFactory(parent=root) for _ in range(2)]
    asked = choose(client, "remove_chosen", root)
    assert "2 replies stand below and stay as they are." in asked.content.decode()
    confirm(client, asked, reason="unkind")
    root.refresh_from_db()
    assert root.state == "removed"
    assert {Comment.objects.get(pk=reply.pk).state for reply in replies} == {"published"}


def test_those_that_cannot_be_changed_so_are_named_and_left(client: Client) -> None:
    held, removed = CommentFactory(state="held", name="Joan"), CommentFactory(state="removed", name="Bo")
    asked = choose(client, "publish_chosen", held, removed)
    assert "Bo (removed)" in asked.content.decode()
    confirm(client, asked)
    removed.refresh_from_db()
    assert removed.state == "removed"
    answer = choose(client, "publish_chosen", removed)
    assert "Left as they are: Bo (removed)." in answer.content.decode()


def test_those_that_somebody_else_decided_meanwhile_are_named_and_left(client: Client) -> None:
    mine, theirs = CommentFactory(state="held"), CommentFactory(state="held", name="Bo")
    asked = choose(client, "publish_chosen", mine, theirs)
    transition(theirs, "rejected", actor=Actor(ActorKind.MODERATOR, ModeratorFactory()), reason="unkind")
    answer = confirm(client, asked)
    assert "Published: 1 comment." in answer.content.decode()
    assert "Left as they are: Bo (not published)." in answer.content.decode()
    theirs.refresh_from_db()
    assert theirs.state == "rejected"


def test_missing_reason_asks_again_and_keeps_what_was_typed(client: Client) -> None:
    comment = CommentFactory(state="held")
    answer = confirm(client, choose(client, "reject_chosen", comment), note="typed with care")
    page = answer.content.decode()
    assert (answer.status_code, Comment.objects.get(pk=comment.pk).state) == (400, "held")
    assert "Choose a reason. The writer is told it." in page
    assert "typed with care" in page
    assert comment.name in page


@pytest.mark.parametrize("chosen", ["", "nonsense", "1:1:1", "x:1", "1"])
def test_broken_choice_is_refused_in_words(client: Client, chosen: str) -> None:
    answer = client.post(BULK, {"verb": "publish", "chosen": chosen}, follow=True)
    assert "Choose the comments again." in answer.content.decode()


def test_no_more_than_the_limit_is_taken_at_once(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    comments = [CommentFactory(state="held") for _ in range(3)]
    monkeypatch.setattr("forum.discussion.admin.bulk.MAX_CHOSEN", 2)
    asked = choose(client, "publish_chosen", *comments)
    assert "Only the first 2 are taken at once." in asked.content.decode()
    confirm(client, asked)
    assert Comment.objects.filter(state="published").count() == 2
    too_many = " ".join(f"{pk}:1" for pk in range(forms.MAX_CHOSEN + 1))
    answer = client.post(BULK, {"verb": "publish", "chosen": too_many}, follow=True)
    assert "Choose the comments again." in answer.content.decode()


def test_confirmation_by_somebody_without_the_right_is_refused(client: Client) -> None:
    comment = CommentFactory(state="held")
    asked = choose(client, "publish_chosen", comment)
    assert confirm(sign_in(User.objects.create_user("a@example.org", "Ada", is_staff=True)), asked).status_code == 403
    comment.refresh_from_db()
    assert comment.state == "held"
