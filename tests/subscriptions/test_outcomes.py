"""Asking once how it went: allowed on the form, half a year later, one mail, one link; and telling those who follow."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from forum.accounts.models import Guest
from forum.accounts.people import Person
from forum.discussion.erasing import erase_comment
from forum.discussion.models import ActorKind, Comment
from forum.discussion.services import Actor
from forum.discussion.updates import post_update
from forum.jobs.schedule import RHYTHMS, take_turn
from forum.mail.models import OutgoingMessage
from forum.subscriptions.jobs import ask_for_outcomes
from forum.subscriptions.models import MailChoice, Subscription
from forum.subscriptions.outcomes import ASKED_AFTER, WAITED_FOR
from forum.subscriptions.personal_data import erase
from forum.subscriptions.services import Choice, choose, stop, subscribe
from tests.discussion.visiting import visit_as, words_of
from tests.factories import ArticleFactory, GuestFactory, MemberFactory
from tests.subscriptions.people import (
    decide,
    guest_person,
    links_in,
    mails,
    member_person,
    publish,
    recipients,
    work,
    work_later,
    write,
)

pytestmark = pytest.mark.django_db
KIND = "how-it-went"
DAY = timedelta(days=1)
Kind = Subscription.Kind


@pytest.fixture
def article():
    return ArticleFactory(title="Stiff muscles")


@pytest.fixture
def joan():
    return guest_person("joan@example.org", display_name="Joan")


def asked(person, article, **fields):
    return write(person, discussion=article.discussion, wants_asking=True, **fields)


def after(span, times=1):
    with time_machine.travel(timezone.now() + span, tick=False):
        for _ in range(times):
            ask_for_outcomes.call()
        work()


def wishes():
    return Subscription.objects.filter(kind=Kind.OUTCOME)


@pytest.mark.parametrize("make", [guest_person, member_person])
def test_who_allowed_it_is_asked_once_half_a_year_later(article, make):
    person = make()
    comment = asked(person, article, body="Do warm baths help?")
    after(ASKED_AFTER - DAY)
    assert mails(KIND) == []
    after(ASKED_AFTER, times=3)
    after(ASKED_AFTER + DAY, times=2)
    (mail,) = mails(KIND)
    assert mail.recipient == person.proven_address
    assert mail.content["subject"] == "May we ask you how it went?"
    assert "Do warm baths help?" in mail.content["body"]
    client = Client()
    if person.user:
        client.force_login(person.user)
    path = links_in(mail)["Tell how it went"]
    assert "Do warm baths help?" in words_of(client.get(path))
    client.post(path, {"body": "They did."})
    assert Comment.objects.get(parent=comment).is_update


def test_form_asks_and_keeps_the_answer(article):
    path = reverse("discussion:comment-new", args=[article.slug])
    client = Client()
    assert "May we ask you in 6 months how it went?" in words_of(client.get(path))
    typed = {"body": "Do warm baths help?", "email": "joan@example.org", "ask_later": "on", "post": "1"}
    assert 'name="ask_later" value="on" checked' not in client.get(path).content.decode()
    bad = client.post(path, typed | {"email": "joan"}).content.decode()
    assert 'id="f-ask_later" checked' in bad
    client.post(path, typed)
    assert wishes().get().root == Comment.objects.get()
    assert "May we ask you in 6 months" not in words_of(client.get(path))
    assert "May we ask you in 6 months" in words_of(client.get(reverse("discussion:comment-new", args=[ArticleFactory().slug])))


def test_who_gives_no_address_or_no_tick_is_not_asked(article):
    path = reverse("discussion:comment-new", args=[article.slug])
    Client().post(path, {"body": "Do warm baths help?", "ask_later": "on", "post": "1"})
    Client().post(path, {"body": "Do cold baths help?", "email": "bo@example.org", "post": "1"})
    assert not wishes().exists()


def test_member_is_offered_it_too(article, client):
    member = MemberFactory()
    client.force_login(member)
    path = reverse("discussion:comment-new", args=[article.slug])
    client.post(path, {"body": "Do warm baths help?", "ask_later": "on", "post": "1"})
    assert wishes().get().user == member
    assert "May we ask you in 6 months" not in words_of(client.get(path))


def test_guest_who_has_not_proven_the_address_is_asked_once_they_have_and_not_for_ever(article):
    guests = [GuestFactory(email=f"guest{number}@example.org") for number in range(2)]
    for guest in guests:
        asked(Person(guest=guest), article)
    after(ASKED_AFTER)
    assert mails(KIND) == []
    Guest.objects.filter(pk=guests[0].pk).update(proven_at=timezone.now())
    after(ASKED_AFTER + 10 * DAY)
    assert recipients(KIND) == ["guest0@example.org"]
    after(ASKED_AFTER + WAITED_FOR)
    Guest.objects.filter(pk=guests[1].pk).update(proven_at=timezone.now())
    after(ASKED_AFTER + WAITED_FOR + DAY)
    assert recipients(KIND) == ["guest0@example.org"]


@pytest.mark.parametrize("state", ["removed", "withdrawn", "erased"])
def test_nobody_is_asked_about_what_is_gone(article, joan, state):
    comment = asked(joan, article)
    if state == "erased":
        erase_comment(comment, actor=Actor(ActorKind.WRITER))
    else:
        decide(comment, state, reason="other" if state == "removed" else "")
    after(ASKED_AFTER)
    assert mails(KIND) == []


def test_comment_that_is_being_checked_is_asked_about_when_it_is_back(article, joan):
    comment = decide(asked(joan, article), "hidden")
    after(ASKED_AFTER)
    decide(comment, "published")
    after(ASKED_AFTER + DAY)
    assert recipients(KIND) == ["joan@example.org"]


@pytest.mark.parametrize("ids", ["this", "all"])
def test_who_stopped_it_is_not_asked(article, joan, ids):
    asked(joan, article)
    stop([joan], [wishes().get().pk] if ids == "this" else None)
    after(ASKED_AFTER)
    assert mails(KIND) == []


def test_who_is_erased_is_not_asked(article, joan):
    asked(joan, article)
    erase(joan, keep_words=True)
    after(ASKED_AFTER)
    assert mails(KIND) == []
    assert not wishes().exists()


def test_pause_puts_it_off(article, joan):
    asked(joan, article)
    choose([joan], Choice(MailChoice.Pace.PAUSED, with_text=True))
    after(ASKED_AFTER)
    assert mails(KIND) == []
    choose([joan], Choice(MailChoice.Pace.WEEKLY, with_text=False))
    after(ASKED_AFTER + DAY)
    (mail,) = mails(KIND)
    assert "Does warm water help?" not in mail.content["body"]


def test_several_of_one_person_come_a_day_apart(article, joan):
    for place in (article, ArticleFactory()):
        asked(joan, place)
    after(ASKED_AFTER, times=2)
    assert len(mails(KIND)) == 1
    after(ASKED_AFTER + 2 * DAY)
    assert len(mails(KIND)) == 2


def test_who_told_already_is_not_asked(article, joan):
    comment = asked(joan, article)
    post_update(Comment.objects.select_related("discussion__article", "guest", "author").get(pk=comment.pk), body="It helped.")
    after(ASKED_AFTER)
    assert mails(KIND) == []


def test_clock_that_was_ahead_keeps_no_question_for_years(article, joan):
    with time_machine.travel(timezone.now() + timedelta(days=3650), tick=False):
        asked(joan, article)
    after(timedelta(0))
    after(ASKED_AFTER + DAY)
    assert recipients(KIND) == ["joan@example.org"]


def test_its_turn_comes_once_a_day_for_all_workers_and_goes_on_in_several_jobs(article, monkeypatch):
    monkeypatch.setattr("forum.subscriptions.outcomes.ROWS_IN_A_JOB", 2)
    people = [guest_person() for _ in range(5)]
    for person in people:
        asked(person, article)
    (rhythm,) = [found for found in RHYTHMS if found.job is ask_for_outcomes]
    now = timezone.now() + ASKED_AFTER
    take_turn(rhythm, now)
    assert [take_turn(rhythm, now + DAY) for _worker in range(2)] == [True, False]
    work(now + DAY)
    assert sorted(recipients(KIND)) == sorted(person.proven_address for person in people)


def test_question_stops_with_one_click_and_is_listed_until_then(article, joan):
    asked(joan, article)
    own = visit_as(joan.guest)
    assert "A question: how did it go? Once, half a year after what you wrote on" in words_of(own.get("/emails/"))
    after(ASKED_AFTER)
    assert "A question: how did it go?" not in words_of(own.get("/emails/"))
    (mail,) = mails(KIND)
    path = mail.content["headers"]["List-Unsubscribe"].strip("<>").removeprefix("http://localhost:8000")
    answer = Client(enforce_csrf_checks=True).post(
        path, "List-Unsubscribe=One-Click", content_type="application/x-www-form-urlencoded"
    )
    assert answer.status_code == 200
    assert wishes().get().stopped_at is not None


def test_wish_to_be_asked_is_no_wish_to_be_told(article, joan):
    comment = asked(joan, article, wants_mail=False)
    write(guest_person(), discussion=article.discussion, parent=comment, wants_mail=False)
    work_later()
    assert mails() == []


def test_followers_and_those_who_had_answered_hear_how_it_went(article, joan):
    question = asked(joan, article)
    marit, bo, member = guest_person(display_name="Marit"), guest_person(), member_person()
    write(marit, discussion=article.discussion, parent=question, body="They helped us.")
    subscribe(bo, Kind.THREAD, root=question)
    subscribe(member, Kind.DISCUSSION, discussion=article.discussion)
    work_later()
    OutgoingMessage.objects.all().delete()
    with time_machine.travel(timezone.now() + ASKED_AFTER, tick=False):
        fresh = Comment.objects.select_related("discussion__article", "guest", "author").get(pk=question.pk)
        publish(post_update(fresh, body="The warm baths helped."))
        work_later()
        work_later()
    told = {row.recipient: row.content["subject"] for row in mails()}
    assert told == dict.fromkeys((marit.proven_address, bo.proven_address, member.proven_address), "Joan tells how it went")
    for mail in mails():
        assert "The warm baths helped." in mail.content["body"]
        assert "What Joan wrote on" in mail.content["body"]
        assert "Joan writes now:\n\n> The warm baths helped." in mail.content["body"]
    assert "has answered what you wrote" not in mails("reply")[0].content["body"]
    assert "under “Stiff muscles”." in mails("followed")[0].content["body"]
