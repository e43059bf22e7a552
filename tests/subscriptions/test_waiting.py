"""Answers wait on their reader's own page, mail or no mail, until they are opened from there."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from forum.discussion.letters import mine_path
from forum.mail.models import OutgoingMessage
from forum.subscriptions.models import Delivery
from forum.subscriptions.services import Choice, choose
from tests.discussion.visiting import visit_as, words_of
from tests.factories import ArticleFactory, GuestFactory
from tests.subscriptions.people import Person, decide, guest_person, member_person, work_later, write

pytestmark = pytest.mark.django_db


@pytest.fixture
def article():
    return ArticleFactory(title="Stiff muscles")


def answered(person, article, *, count=1, body="Yes, it does."):
    """Return the last of so many answers, each to a question of its own, once ``person`` has been told of them."""
    marit = guest_person(display_name="Marit")
    for _ in range(count):
        question = write(person, discussion=article.discussion)
        reply = write(marit, discussion=article.discussion, parent=question, body=body, wants_mail=False)
    work_later()
    return reply


def test_answer_waits_until_it_is_opened_and_opening_the_page_does_not_take_it_off(article):
    joan = guest_person()
    reply = answered(joan, article)
    client = visit_as(joan.guest)
    for _ in range(2):
        page = words_of(client.get("/mine/"))
        assert "Waiting for you Marit answered you" in page
        assert "Yes, it does." in page
    opened = client.post("/mine/answers/", {"answer": Delivery.objects.get().pk}, follow=True)
    assert opened.redirect_chain[-1][0].endswith(f"#comment-{reply.pk}")
    assert "Waiting for you" not in words_of(client.get("/mine/"))


@pytest.mark.parametrize("days", [1, 400])
def test_answer_is_shown_by_the_link_too_however_old(article, days):
    joan = guest_person()
    reply = answered(joan, article)
    path = mine_path(joan.guest)
    with time_machine.travel(timezone.now() + timedelta(days=days), tick=False):
        client = Client()
        page = client.get(path)
        assert "Waiting for you Marit answered you" in words_of(page)
        token = path.split("/")[2]
        Client().post("/mine/answers/", {"answer": Delivery.objects.get().pk, "token": token})
        assert Delivery.objects.get().seen_at
        assert reply.body not in words_of(Client().get(path))


@pytest.mark.parametrize("failing", ["refused", "failed"])
def test_answer_waits_where_the_mail_failed(article, failing):
    joan = guest_person()
    answered(joan, article)
    OutgoingMessage.objects.filter(kind="reply").update(state=failing, recipient="", content={})
    assert "Waiting for you" in words_of(visit_as(joan.guest).get("/mine/"))
    OutgoingMessage.objects.all().delete()
    assert "Waiting for you" in words_of(visit_as(joan.guest).get("/mine/"))


def test_answer_waits_where_no_mail_was_wanted_or_possible(article):
    paused, unproven = guest_person(), GuestFactory(email="typed@example.org")
    choose([paused], Choice(pace="paused"))
    for person in (paused, Person(guest=unproven)):
        answered(person, article)
        assert "Waiting for you" in words_of(visit_as(person.guest).get("/mine/"))
    assert not OutgoingMessage.objects.filter(kind="reply").exists()


def test_members_see_theirs(article, client):
    joan = member_person()
    answered(joan, article)
    client.force_login(joan.user)
    assert "Waiting for you" in words_of(client.get("/mine/"))
    client.post("/mine/answers/", {"answer": Delivery.objects.get().pk})
    assert "Waiting for you" not in words_of(client.get("/mine/"))


def test_who_writes_on_in_the_conversation_has_read_it(article):
    joan = guest_person()
    reply = answered(joan, article)
    write(joan, discussion=article.discussion, parent=reply, body="Thank you.")
    assert "Waiting for you" not in words_of(visit_as(joan.guest).get("/mine/"))


def test_what_is_out_of_sight_is_not_shown(article):
    joan = guest_person()
    gone = decide(answered(joan, article), "removed", reason="unkind")
    assert "Waiting for you" not in words_of(visit_as(joan.guest).get("/mine/"))
    decide(gone, "published")
    assert "Waiting for you" in words_of(visit_as(joan.guest).get("/mine/"))


def test_answers_of_others_cannot_be_taken_off(article):
    joan, other = guest_person(), guest_person()
    answered(joan, article)
    for client in (Client(), visit_as(other.guest)):
        for value in (str(Delivery.objects.get().pk), "x", ""):
            assert client.post("/mine/answers/", {"answer": value, "token": "x"}).status_code in (302, 404)
    assert Delivery.objects.get().seen_at is None
    assert Client().get("/mine/answers/").status_code == 405


def test_list_costs_the_same_with_one_and_with_twenty(article, django_assert_num_queries, django_assert_max_num_queries):
    joan = guest_person()
    answered(joan, article)
    client = visit_as(joan.guest)
    with django_assert_max_num_queries(30) as few:
        client.get("/mine/")
    answered(joan, article, count=24)
    with django_assert_num_queries(len(few)):
        page = client.get("/mine/")
    assert page.content.decode().count('name="answer"') == 20
