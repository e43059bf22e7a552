"""Once a week, all in one, and nothing where nothing is new."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from forum.jobs.schedule import RHYTHMS, take_turn
from forum.mail.models import OutgoingMessage
from forum.subscriptions import digest
from forum.subscriptions.jobs import send_digests
from forum.subscriptions.models import Delivery, Subscription
from forum.subscriptions.services import Choice, choose, stop, subscribe
from tests.factories import ArticleFactory
from tests.subscriptions.people import decide, guest_person, links_in, mails, member_person, recipients, work, work_later, write

pytestmark = pytest.mark.django_db
Kind = Subscription.Kind


@pytest.fixture
def article():
    return ArticleFactory(title="Stiff muscles")


@pytest.fixture
def joan(article):
    person = guest_person("joan@example.org")
    subscribe(person, Kind.DISCUSSION, discussion=article.discussion)
    choose([person], Choice(pace="weekly"))
    return person


def post(article, name="Marit", **fields):
    comment = write(guest_person(display_name=name), discussion=article.discussion, wants_mail=False, **fields)
    work_later()
    return comment


def end_week():
    send_digests.enqueue()
    work_later()


def test_week_comes_in_one_mail_and_then_nothing_until_something_is_new(article, joan):
    question = write(joan, discussion=article.discussion)
    post(article, "Marit", parent=question, body="It helped us.")
    post(article, "Tomasz", body="A walk helps too.")
    post(article, "Dee", body="Or a bath.")
    assert mails() == []
    end_week()
    (mail,) = mails("digest")
    assert (mail.recipient, mail.content["subject"]) == ("joan@example.org", "This week Marit and 2 others wrote")
    body = mail.content["body"]
    assert body.index("It helped us.") < body.index("A walk helps too.") < body.index("Or a bath.")
    assert "Marit answered you on" in body
    assert "List-Unsubscribe" in mail.content["headers"]
    assert set(Delivery.objects.values_list("message", flat=True)) == {mail.pk}
    end_week()
    assert len(mails("digest")) == 1
    post(article, "Ana")
    end_week()
    assert len(mails("digest")) == 2


def test_nothing_is_sent_where_nothing_is_new(article, joan):
    end_week()
    assert not OutgoingMessage.objects.exists()


def test_each_weekly_reader_gets_one_also_members_and_also_over_several_jobs(article, joan, monkeypatch):
    monkeypatch.setattr(digest, "PEOPLE_IN_A_JOB", 2)
    people = [guest_person(), member_person(), guest_person(), member_person()]
    for person in people:
        subscribe(person, Kind.DISCUSSION, discussion=article.discussion)
        choose([person], Choice(pace="weekly"))
    post(article)
    end_week()
    assert sorted(recipients("digest")) == sorted(["joan@example.org", *(person.row.email for person in people)])


def test_what_went_out_of_sight_or_was_stopped_is_left_out(article, joan):
    gone = post(article, "Marit")
    decide(gone, "removed", reason="unkind")
    other = ArticleFactory()
    row = subscribe(joan, Kind.DISCUSSION, discussion=other.discussion)
    post(other, "Tomasz")
    stop([joan], [row.pk])
    end_week()
    assert mails("digest") == []
    assert not Delivery.objects.filter(waits_for_digest=True).exists()


def test_who_goes_back_to_mail_as_it_comes_still_gets_what_waited(article, joan):
    post(article)
    choose([joan], Choice(pace="at_once"))
    end_week()
    assert recipients("digest") == ["joan@example.org"]


def test_text_is_left_out_where_it_is_not_wanted(article, joan):
    choose([joan], Choice("weekly", with_text=False))
    post(article, body="Zanzoquux helped.")
    end_week()
    (mail,) = mails("digest")
    assert "Zanzoquux" not in str(mail.content)
    assert article.title not in str(mail.content)
    assert "Read it and answer Marit" in links_in(mail)


def test_long_week_is_cut_and_counted(article, joan, monkeypatch):
    monkeypatch.setattr(digest, "MOST_SHOWN", 2)
    for number in range(4):
        post(article, f"Name {'abcd'[number]}")
    end_week()
    assert "And 2 more comments." in mails("digest")[0].content["body"]


def test_another_worker_with_the_same_reader_writes_no_second_mail(article, joan, monkeypatch):
    post(article)
    rows = list(Delivery.objects.all())
    original = digest._write

    def write_while_another_worker_does(person, news):
        monkeypatch.setattr(digest, "_write", original)
        digest._send_to(person, timezone.now())
        return original(person, news)

    monkeypatch.setattr(digest, "_write", write_while_another_worker_does)
    digest._send_to(joan, timezone.now())
    assert len(rows) == len(mails("digest")) == 1


def test_its_turn_comes_once_a_week(article, joan):
    (rhythm,) = [found for found in RHYTHMS if found.job is send_digests]
    assert rhythm.period == timedelta(weeks=1)
    start = timezone.now()
    take_turn(rhythm, start)
    post(article)
    for day in range(1, 8):
        take_turn(rhythm, start + timedelta(days=day))
    with time_machine.travel(start + timedelta(days=8)):
        work()
    assert len(mails("digest")) == 1
