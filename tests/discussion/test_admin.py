"""Moderating in the administration: the list of comments and the page of one."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from forum.accounts.models import User
from forum.discussion.admin.verbs import VERBS
from forum.discussion.models import ActorKind, Comment, Decision, Revision
from forum.discussion.services import TRANSITIONS, Actor, transition
from tests.discussion.moderating import LIST, LOG, page_of, send, sign_in
from tests.factories import ArticleFactory, CommentFactory, GuestFactory, MemberFactory, ModeratorFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def moderator() -> User:
    return ModeratorFactory(display_name="Ines")


@pytest.fixture
def client(moderator: User) -> Client:
    return sign_in(moderator)


# -- one comment


@pytest.mark.parametrize(
    ("state", "verb", "becomes"),
    [
        ("held", "publish", "published"),
        ("held", "reject", "rejected"),
        ("published", "hide", "hidden"),
        ("published", "remove", "removed"),
        ("hidden", "restore", "published"),
        ("hidden", "remove", "removed"),
        ("removed", "restore", "published"),
        ("rejected", "publish", "published"),
    ],
)
def test_each_button_makes_its_decision(client: Client, moderator: User, state: str, verb: str, becomes: str) -> None:
    comment = CommentFactory(state=state)
    assert f'value="{verb}"' in client.get(page_of(comment)).content.decode()
    answer = send(client, comment, verb, reason="unkind", note="read twice")
    comment.refresh_from_db()
    decision = comment.decisions.first()
    assert decision is not None
    assert (comment.state, comment.seen_by_human) == (becomes, True)
    assert (decision.who, decision.from_state, decision.to_state, decision.note) == (moderator, state, becomes, "read twice")
    assert decision.reason == comment.reason == ("unkind" if VERBS[verb].takes_reason else "")
    assert str(VERBS[verb].done) in answer.content.decode()


def test_buttons_are_all_that_the_table_of_states_gives_a_moderator() -> None:
    of_moderators = {change for change, actors in TRANSITIONS.items() if ActorKind.MODERATOR in actors}
    of_buttons = {(origin, verb.to) for verb in VERBS.values() for origin in verb.origins}
    assert of_buttons == of_moderators


@pytest.mark.parametrize("state", ["withdrawn", "erased"])
def test_comment_taken_back_or_erased_has_no_buttons(client: Client, state: str) -> None:
    comment = CommentFactory(state=state)
    assert "Nothing can be decided about it now." in client.get(page_of(comment)).content.decode()
    for verb in VERBS:
        assert send(client, comment, verb, reason="other").status_code == 409
    comment.refresh_from_db()
    assert comment.state == state


@pytest.mark.parametrize("verb", ["reject", "remove"])
def test_decision_that_the_writer_is_told_needs_a_reason(client: Client, verb: str) -> None:
    comment = CommentFactory(state="held" if verb == "reject" else "published")
    before = comment.state
    answer = send(client, comment, verb, note="my words stay")
    comment.refresh_from_db()
    assert (answer.status_code, comment.state) == (400, before)
    assert "Choose a reason. The writer is told it." in answer.content.decode()
    assert "my words stay" in answer.content.decode()


def test_second_moderator_is_told_and_does_not_overwrite(client: Client) -> None:
    comment = CommentFactory(state="held")
    transition(comment, "published", actor=Actor(ActorKind.MODERATOR, ModeratorFactory(display_name="Tomas")))
    answer = send(client, comment, "reject", reason="off_topic", note="typed with care")
    comment.refresh_from_db()
    page = answer.content.decode()
    assert (answer.status_code, comment.state, comment.decisions.filter(to_state="rejected").exists()) == (
        409,
        "published",
        False,
    )
    assert "Tomas decided this less than a minute ago: public." in page
    assert "typed with care" in page


def test_after_a_decision_the_list_comes_back_with_its_filters(client: Client) -> None:
    comment = CommentFactory()
    address = reverse("admin:discussion_comment_decide", args=[comment.pk]) + "?_changelist_filters=state%3Dpublished"
    answer = client.post(address, {"verb": "hide", "version": comment.version})
    assert answer["Location"] == f"{LIST}?state=published"


def test_removing_a_parent_leaves_its_replies_alone(client: Client) -> None:
    root = CommentFactory()
    reply, held = CommentFactory(parent=root), CommentFactory(parent=root, state="held")
    root.refresh_from_db()
    assert "1 reply stands below it and stays." in client.get(page_of(root)).content.decode()
    send(client, root, "remove", reason="harmful")
    for row, state in ((reply, "published"), (held, "held")):
        row.refresh_from_db()
        assert row.state == state


def test_details_are_taken_out_and_the_earlier_text_is_kept(client: Client) -> None:
    comment = CommentFactory(body="Miss Field at Hill Road School helped us.")
    answer = send(client, comment, "", step="redact", body="[a teacher] at [a school] helped us.", note="a child")
    comment.refresh_from_db()
    assert (comment.body, comment.state) == ("[a teacher] at [a school] helped us.", "published")
    assert Revision.objects.get(comment=comment).body == "Miss Field at Hill Road School helped us."
    assert comment.decisions.first().kind == Decision.Kind.REDACTION
    assert "Miss Field" in answer.content.decode()


def test_details_taken_out_by_one_do_not_come_back_through_another(client: Client) -> None:
    comment = CommentFactory(body="Miss Field helped us at Hill Road.")
    send(client, comment, "", step="redact", body="[a teacher] helped us at Hill Road.")
    answer = send(client, comment, "", step="redact", body="Miss Field helped us at [a school].")
    comment.refresh_from_db()
    assert (answer.status_code, comment.body) == (409, "[a teacher] helped us at Hill Road.")
    assert "Ines took details out" in answer.content.decode()
    assert "Miss Field helped us at [a school]." in answer.content.decode()


@pytest.mark.parametrize("body", ["", "   ", "The same words."])
def test_text_without_words_or_without_change_is_not_stored(client: Client, body: str) -> None:
    comment = CommentFactory(body="The same words.")
    assert send(client, comment, "", step="redact", body=body).status_code == 400
    comment.refresh_from_db()
    assert (comment.body, comment.revisions.count()) == ("The same words.", 0)


def test_question_is_corrected_both_ways(client: Client) -> None:
    comment = CommentFactory(body="It went well.")
    for answer, waits in (("yes", True), ("no", False)):
        send(client, comment, "", step="question", is_question=answer)
        comment.refresh_from_db()
        assert (comment.is_question, comment.waiting, comment.is_question_fixed) == (waits, waits, True)


def test_page_shows_the_context_and_the_history(client: Client) -> None:
    root = CommentFactory(name="Marit", body="Does warm water help?")
    comment = CommentFactory(parent=root, body="**Yes**, it did. <b>x</b>", state="removed", reason="advertising")
    page = client.get(page_of(comment)).content.decode()
    for part in (
        "Marit",
        "Does warm water help?",
        root.discussion.article.title,
        "<strong>Yes</strong>",
        "**Yes**",
        "advertising",
    ):
        assert part in page
    assert "Waiting → Public" in page
    assert "<b>x</b>" not in page


def test_address_of_a_writer_is_for_the_operator_only(client: Client) -> None:
    guest, member = GuestFactory(email="quiet@example.org"), MemberFactory(email="calm@example.org")
    for comment, address in ((CommentFactory(guest=guest), guest.email), (CommentFactory(author=member), member.email)):
        assert address not in client.get(page_of(comment)).content.decode()
        assert address in sign_in(ModeratorFactory(role="operator")).get(page_of(comment)).content.decode()


# -- the list


def test_list_shows_what_waits_oldest_first(client: Client) -> None:
    CommentFactory(body="already public")
    newer, older = CommentFactory(state="held", body="the newer one"), CommentFactory(state="held", body="the older one")
    Comment.objects.filter(pk=older.pk).update(created_at=timezone.now() - timedelta(hours=9))
    page = client.get(LIST).content.decode()
    assert "2 comments are waiting. The oldest has waited 9\xa0hours." in page
    assert "already public" not in page
    assert page.index("the older one") < page.index("the newer one")
    assert newer.name in page


def test_list_says_whom_a_reply_answers(client: Client) -> None:
    root = CommentFactory(name="Marit", body="Does warm water help?")
    Comment.objects.filter(pk=root.pk).update(posted_at=datetime(2010, 2, 3, tzinfo=UTC))
    CommentFactory(parent=root, state="held")
    assert "to Marit, 2010: “Does warm water help?”" in client.get(LIST).content.decode()


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("state=published", {"open question", "imported story"}),
        ("state=removed", {"removed words"}),
        ("state=all", {"open question", "imported story", "removed words", "waiting words"}),
        ("state=nonsense", {"waiting words"}),
        ("state=all&imported=yes", {"imported story"}),
        ("state=published&imported=no", {"open question"}),
        ("state=all&question=yes", {"open question"}),
        ("state=all&question=waiting", {"open question"}),
        ("state=all&question=no", {"imported story", "removed words", "waiting words"}),
        ("state=all&article=far-away", {"removed words"}),
        ("state=all&article=AWAY far", {"removed words"}),
        ("state=all&article=nowhere", set()),
        ("state=all&q=WORDS removed", {"removed words"}),
        ("state=all&q=Halima", {"waiting words"}),
        ("q=story", set()),
    ],
)
def test_filters_and_search_narrow_the_list(client: Client, query: str, found: set[str]) -> None:
    here, away = ArticleFactory(), ArticleFactory(slug="far-away", title="Far away")
    CommentFactory(article=here, body="open question?")
    CommentFactory(article=here, body="imported story", origin="serendip")
    CommentFactory(article=away, body="removed words", state="removed")
    CommentFactory(article=here, body="waiting words", name="Halima", state="held")
    answer = client.get(f"{LIST}?{query}")
    assert {row.excerpt.rstrip("?") for row in answer.context["cl"].result_list} == found


@pytest.mark.parametrize("path", [LIST, f"{LIST}?state=all&q=water&article=living", LOG])
def test_lists_cost_the_same_for_one_comment_and_for_many(client: Client, path: str) -> None:
    root = CommentFactory()
    CommentFactory(parent=root, state="held", body="warm water")
    few = count_queries(client, path)
    for _ in range(60):
        CommentFactory(parent=root, state="held", body="warm water")
    assert count_queries(client, path) == few <= 14


def test_page_of_a_comment_costs_the_same_after_many_decisions(client: Client, moderator: User) -> None:
    comment = CommentFactory(parent=CommentFactory())
    few = count_queries(client, page_of(comment))
    for state in ["hidden", "published"] * 10:
        comment = transition(comment, state, actor=Actor(ActorKind.MODERATOR, moderator))
        CommentFactory(parent=comment, guest=comment.guest)
    assert count_queries(client, page_of(comment)) == few <= 14


def count_queries(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200
    return len(captured)
