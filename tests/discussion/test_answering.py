"""The button of a mail about an answer: its guest is known in that conversation for ever, to write there and no more."""

from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from django.utils import timezone

from forum.accounts.guests import change_address
from forum.accounts.links import Purpose, make_link
from forum.discussion.answering import answer_path
from forum.discussion.models import ActorKind, Comment, Draft
from forum.discussion.services import Actor, transition
from forum.mail.models import OutgoingMessage
from tests.discussion.visiting import visit_as, words_of
from tests.factories import ArticleFactory, CommentFactory, GuestFactory, MemberFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def guest():
    return GuestFactory(display_name="Joan", email="joan@example.org", proven_at=timezone.now())


@pytest.fixture
def question(guest):
    return CommentFactory(guest=guest, name="Joan", body="Does warm water help?")


@pytest.fixture
def reply(question):
    return CommentFactory(parent=question, name="Marit", body="It does.")


@pytest.fixture
def path(guest, reply):
    return answer_path(guest, reply)


def later(days=400):
    return time_machine.travel(timezone.now() + timedelta(days=days), tick=False)


def arrive(path):
    client = Client()
    client.get(path)
    return client


def test_button_leads_to_the_answer_in_its_place(path, reply):
    for days in (1, 4000):
        with later(days):
            answer = Client().get(path, follow=True)
        assert answer.redirect_chain[-1][0].endswith(f"#comment-{reply.pk}")
        assert "It does." in words_of(answer)


def test_opening_it_makes_the_browser_nobodys_but_for_answering_here(path, reply, guest):
    client = arrive(path)
    assert settings.GUEST_COOKIE_NAME not in client.cookies
    assert client.cookies[settings.ANSWERING_COOKIE_NAME]["httponly"]
    assert not Comment.objects.filter(state="held").exists()
    for address in (f"/comments/{reply.parent_id}/edit/", f"/comments/{reply.parent_id}/withdraw/"):
        assert client.get(address).status_code == 403
    assert "Does warm water help?" not in words_of(client.get("/mine/"))


@pytest.mark.parametrize("days", [1, 4000])
def test_guest_is_known_by_it_and_nobody_learns_the_address(path, reply, guest, days):
    with later(days):
        client = arrive(path)
        form = client.get(f"/comments/{reply.pk}/reply/").content.decode()
        assert 'value="Joan"' in form
        assert "joan@example.org" not in form
        assert 'name="email"' not in form
        client.post(f"/comments/{reply.pk}/reply/", {"body": "Thank you!", "name": "Joan", "post": ""})
    written = Comment.objects.get(body="Thank you!")
    assert written.guest == guest
    guest.refresh_from_db()
    assert guest.email == "joan@example.org"
    assert guest.proven_at


def test_fresh_link_makes_the_browser_theirs_once_they_have_written(path, reply):
    client = arrive(path)
    answer = client.post(f"/comments/{reply.pk}/reply/", {"body": "Thank you!", "post": ""}, follow=True)
    assert "Your reply is waiting for a moderator" in words_of(answer)
    assert client.get(f"/comments/{Comment.objects.latest('pk').pk}/edit/").status_code == 200


def test_old_link_writes_and_no_more(path, reply):
    with later():
        client = arrive(path)
        answer = client.post(f"/comments/{reply.pk}/reply/", {"body": "Thank you!", "post": ""}, follow=True)
        assert "Your reply is waiting for a moderator" in words_of(answer)
        assert settings.GUEST_COOKIE_NAME not in client.cookies
        assert client.get(f"/comments/{Comment.objects.latest('pk').pk}/edit/").status_code == 403
        asked = client.post(answer.redirect_chain[-1][0], follow=True)
        assert "A mail with a fresh link is on its way" in words_of(asked)
        assert OutgoingMessage.objects.filter(kind="way_back").count() == 1


def test_old_link_leads_to_what_is_public_at_once(path, reply, guest):
    CommentFactory(guest=guest)
    with later():
        answer = arrive(path).post(f"/comments/{reply.pk}/reply/", {"body": "Thank you!", "post": ""}, follow=True)
    assert "Thank you!" in words_of(answer)


def test_draft_of_an_old_link_waits_for_the_next_opening(path, reply):
    with later():
        client = arrive(path)
        kept = client.post(f"/comments/{reply.pk}/reply/", {"body": "I begin", "name": "Joan", "save": "1"})
        assert "Saved. You can close this page and finish later." in words_of(kept)
        assert settings.GUEST_COOKIE_NAME not in client.cookies
        again = arrive(path).get(f"/comments/{reply.pk}/reply/")
    assert "I begin" in again.content.decode()
    assert Draft.objects.count() == 1


def test_other_conversations_do_not_know_the_guest(path, reply):
    other = CommentFactory(article=ArticleFactory())
    client = arrive(path)
    assert 'value="Joan"' not in client.get(f"/comments/{other.pk}/reply/").content.decode()
    assert 'value="Joan"' not in client.get(f"/articles/{reply.discussion.article.slug}/comment/").content.decode()


def test_browser_of_the_guest_and_a_member_stay_who_they_are(path, reply, guest):
    client = visit_as(guest)
    client.get(path)
    assert "joan@example.org" in client.get(f"/comments/{reply.pk}/reply/").content.decode()
    member = Client()
    member.force_login(MemberFactory(display_name="Tomasz"))
    member.get(path)
    assert "You write as Tomasz" in words_of(member.get(f"/comments/{reply.pk}/reply/"))


def test_browser_of_another_guest_answers_as_the_one_the_mail_went_to_and_stays_the_others(path, reply, guest):
    other = GuestFactory(display_name="Bo")
    client = visit_as(other)
    client.get(path)
    with later():
        client.post(f"/comments/{reply.pk}/reply/", {"body": "Thank you!", "post": ""})
    assert Comment.objects.get(body="Thank you!").guest == guest
    assert f"as {other.display_name}" not in words_of(client.get("/mine/"))
    assert client.get("/mine/").status_code == 200


@pytest.mark.parametrize("purpose", [Purpose.MINE, Purpose.EMAILS])
def test_link_for_another_purpose_cut_off_or_revoked_opens_nothing(guest, path, purpose):
    paths = [f"/answers/{make_link(guest, purpose)}/", path[:-6] + "/"]
    change_address(guest, "new@example.org")
    for wrong in [*paths, path]:
        answer = Client().get(wrong)
        assert answer.status_code == 404
        assert "Perhaps the mail program cut off its end" in words_of(answer)


def test_answer_that_is_gone_says_what_readers_are_told(path, reply):
    transition(reply, "withdrawn", actor=Actor(ActorKind.WRITER))
    assert Client().get(path, follow=True).status_code == 410
