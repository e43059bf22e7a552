"""Who is told of a new comment, when, and that nobody is told twice."""

from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from forum.accounts.addresses import set_address
from forum.accounts.guests import change_address
from forum.accounts.ignoring import ignore
from forum.accounts.models import Guest
from forum.accounts.people import Person
from forum.discussion.closing import set_discussion_state
from forum.discussion.correcting import redact_comment
from forum.discussion.erasing import forget_writer
from forum.discussion.models import ActorKind, Comment
from forum.discussion.placing import reattach_comment
from forum.discussion.posting import post_comment
from forum.discussion.services import Actor, transition
from forum.jobs.worker import Worker
from forum.mail.models import OutgoingMessage
from forum.subscriptions import alerts
from forum.subscriptions.models import Delivery, MailChoice, Subscription
from forum.subscriptions.services import Choice, choose, stop, subscribe
from tests.factories import ArticleFactory, CommentFactory, GuestFactory, MemberFactory, ModeratorFactory
from tests.subscriptions.people import (
    decide,
    guest_person,
    mails,
    member_person,
    publish,
    recipients,
    work,
    work_later,
    write,
)

pytestmark = pytest.mark.django_db
Kind = Subscription.Kind


@pytest.fixture
def article():
    return ArticleFactory()


@pytest.fixture
def marit():
    return guest_person(display_name="Marit")


def ask(article, person, **fields):
    return write(person, discussion=article.discussion, **fields)


def answer(question, person, **fields):
    return write(person, discussion=question.discussion, parent=question, body="Yes, it does.", wants_mail=False, **fields)


def test_answer_is_told_ten_minutes_after_it_is_public_and_not_before(article, marit):
    joan = guest_person()
    question = ask(article, joan)
    held = post_comment(discussion=article.discussion, parent=question, body="Yes.", guest=marit.guest, name="Marit")
    assert held.state == "held"
    work(timezone.now() + timedelta(days=5))
    assert mails() == []
    publish(held)
    work_later(timedelta(minutes=9))
    assert mails() == []
    work_later()
    assert recipients() == [joan.guest.email]
    work_later(timedelta(days=1))
    assert len(mails()) == 1


def test_delay_is_a_setting(article, marit, settings):
    settings.ALERT_DELAY_SECONDS = 0
    question = ask(article, guest_person())
    answer(question, marit)
    work()
    assert len(mails()) == 1


def test_members_are_told_too(article, marit):
    joan = member_person()
    answer(ask(article, joan), marit)
    work_later()
    assert recipients() == [joan.user.email]


def test_nobody_is_told_who_did_not_ask(article, marit):
    question = ask(article, guest_person(), wants_mail=False)
    answer(question, marit)
    work_later()
    assert mails() == []
    assert not Delivery.objects.exists()


def test_beginning_of_a_conversation_hears_of_every_reply_in_it_and_a_reply_of_its_own_only(article, marit):
    joan, tom = guest_person(), guest_person()
    question = ask(article, joan)
    first = write(tom, discussion=article.discussion, parent=question)
    answer(first, marit)
    answer(question, marit)
    work_later()
    assert sorted(recipients()) == sorted([joan.guest.email] * 3 + [tom.guest.email])


def test_follower_of_a_conversation_and_of_an_article_are_told_of_what_concerns_them(article, marit):
    thread, everything = guest_person(), guest_person()
    question = ask(article, marit)
    subscribe(thread, Kind.THREAD, root=question)
    subscribe(everything, Kind.DISCUSSION, discussion=article.discussion)
    ask(article, guest_person(), wants_mail=False)
    work_later()
    assert recipients("followed") == [everything.guest.email]
    answer(question, guest_person())
    work_later()
    assert sorted(recipients("followed")) == sorted([everything.guest.email] * 2 + [thread.guest.email])


def test_several_reasons_make_one_mail_that_names_the_first(article, marit):
    joan = guest_person()
    question = ask(article, joan)
    subscribe(joan, Kind.THREAD, root=question)
    subscribe(joan, Kind.DISCUSSION, discussion=article.discussion)
    answer(question, marit)
    work_later()
    (mail,) = mails()
    assert (mail.kind, mail.recipient) == ("reply", joan.guest.email)
    assert Delivery.objects.get().reason == "replies"


def test_writer_is_not_told_of_their_own_words_under_whatever_name(article):
    joan = guest_person("joan@example.org")
    elsewhere = guest_person("Joan@example.org")
    member = member_person(email="joan@example.org")
    for person in (joan, elsewhere, member):
        subscribe(person, Kind.DISCUSSION, discussion=article.discussion)
    question = ask(article, joan)
    answer(question, elsewhere)
    work_later()
    assert mails() == []


def test_one_mailbox_gets_one_mail_for_all_its_guests_and_its_member(article, marit):
    for person in (guest_person("joan@example.org"), guest_person("JOAN@example.org"), member_person(email="joan@example.org")):
        subscribe(person, Kind.DISCUSSION, discussion=article.discussion)
    ask(article, marit)
    work_later()
    assert len(mails()) == 1


def test_address_that_somebody_only_typed_keeps_no_mail_from_its_owner(article, marit):
    typed = Person(guest=GuestFactory(email="joan@example.org"))
    subscribe(typed, Kind.DISCUSSION, discussion=article.discussion)
    subscribe(guest_person("joan@example.org"), Kind.DISCUSSION, discussion=article.discussion)
    ask(article, marit)
    work_later()
    assert recipients() == ["joan@example.org"]


def test_who_ignores_the_writer_is_not_told(article, marit):
    joan, tom = member_person(), member_person()
    for person in (joan, tom):
        subscribe(person, Kind.DISCUSSION, discussion=article.discussion)
    ignore(joan.user, guest=marit.guest)
    ask(article, marit)
    work_later()
    assert recipients() == [tom.user.email]


def test_without_proof_nobody_gets_mail_but_the_answer_is_kept_for_them(article, marit):
    guest = GuestFactory(email="joan@example.org")
    member = MemberFactory()
    set_address(member, is_proven=False)
    member.emailaddress_set.update(verified=False)
    for person in (Person(guest=guest), Person(user=member)):
        answer(ask(article, person), marit)
        subscribe(person, Kind.DISCUSSION, discussion=article.discussion)
    work_later()
    assert mails() == []
    assert set(Delivery.objects.values_list("guest", "user", "reason")) == {
        (guest.pk, None, "replies"),
        (None, member.pk, "replies"),
    }


def test_closed_account_and_stopped_subscription_get_nothing(article, marit):
    closed, stopped = member_person(is_active=False), guest_person()
    for person in (closed, stopped):
        subscribe(person, Kind.DISCUSSION, discussion=article.discussion)
    stop([stopped])
    ask(article, marit)
    work_later()
    assert mails() == []


def test_who_begins_to_follow_after_it_is_public_is_not_told(article, marit):
    ask(article, marit)
    with time_machine.travel(timezone.now() + timedelta(minutes=1)):
        subscribe(guest_person(), Kind.DISCUSSION, discussion=article.discussion)
    work_later()
    assert mails() == []


@pytest.mark.parametrize("state", ["hidden", "removed", "withdrawn"])
def test_what_is_out_of_sight_in_time_is_told_once_after_its_return(article, marit, state):
    joan = guest_person()
    reply = answer(ask(article, joan), marit)
    gone = decide(reply, state, reason="" if state == "withdrawn" else "unkind")
    work_later(timedelta(days=2))
    assert mails() == []
    with time_machine.travel(timezone.now() + timedelta(days=29)):
        decide(gone, "published")
        work_later(timedelta(minutes=9))
        assert mails() == []
        work_later()
        assert recipients() == [joan.guest.email]


def test_what_returns_after_thirty_days_is_no_news(article, marit):
    reply = answer(ask(article, guest_person()), marit)
    gone = decide(reply, "removed", reason="unkind")
    with time_machine.travel(timezone.now() + timedelta(days=31)):
        decide(gone, "published")
        work_later(timedelta(days=1))
    assert mails() == []


def test_restored_comment_is_not_told_again(article, marit):
    reply = answer(ask(article, guest_person()), marit)
    work_later()
    Worker(rhythms=[])
    OutgoingMessage.objects.update(state="sent", recipient="", content={})
    decide(decide(reply, "removed", reason="unkind"), "published")
    work_later()
    assert OutgoingMessage.objects.filter(kind="reply").count() == 1


def test_mail_that_waits_goes_with_the_comment_and_comes_again_with_it(article, marit):
    joan = guest_person()
    reply = answer(ask(article, joan), marit)
    work_later()
    gone = decide(reply, "removed", reason="unkind")
    work_later()
    assert mails() == []
    assert not Delivery.objects.exists()
    decide(gone, "published")
    work_later(timedelta(hours=1))
    assert recipients() == [joan.guest.email]


def test_mail_in_a_workers_hand_counts_as_told(article, marit):
    reply = answer(ask(article, guest_person()), marit)
    work_later()
    OutgoingMessage.objects.filter(kind="reply").update(is_in_flight=True)
    assert alerts.drop_waiting(reply.pk)
    assert mails() == []
    assert Delivery.objects.get().message is None
    work_later(timedelta(hours=1))
    assert mails() == []


def test_words_that_are_taken_out_are_taken_out_of_waiting_mail_too(article, marit):
    reply = answer(ask(article, guest_person()), marit)
    work_later()
    assert "Yes, it does" in mails()[0].content["body"]
    redact_comment(reply, body="It does.", actor=Actor(ActorKind.MODERATOR, ModeratorFactory()))
    work_later(timedelta(hours=1))
    (mail,) = mails()
    assert "Yes" not in mail.content["body"]
    assert "It does." in mail.content["body"]


def test_name_of_an_erased_writer_leaves_waiting_mail(article, marit):
    answer(ask(article, guest_person()), marit)
    work_later()
    forget_writer(marit, keep_words=True)
    work_later(timedelta(hours=1))
    (mail,) = mails()
    assert "Marit" not in str(mail.content)


def test_change_between_writing_the_mail_and_storing_it_is_noticed(article, marit):
    reply = answer(ask(article, guest_person()), marit)
    comment = alerts.find_announced(reply.pk, timezone.now())
    Comment.objects.filter(pk=reply.pk).update(version=99)
    with pytest.raises(alerts.CommentChangedError):
        alerts.tell_batch(comment, alerts.Place(), timezone.now(), lambda place: None)
    assert not Delivery.objects.exists()
    assert mails() == []


def test_second_worker_with_the_same_batch_stores_nothing(article, marit):
    joan = guest_person()
    reply = answer(ask(article, joan), marit)
    comment = alerts.find_announced(reply.pk, timezone.now())
    readers = alerts.find_readers(comment, list(alerts._find_rows(comment, alerts.Place())))
    alerts.tell_batch(comment, alerts.Place(), timezone.now(), lambda place: None)
    with pytest.raises(IntegrityError), transaction.atomic():
        alerts._store(comment, [(reader, None) for reader in readers], iter(()), timezone.now())
    alerts.tell_batch(comment, alerts.Place(), timezone.now(), lambda place: None)
    assert len(mails()) == Delivery.objects.count() == 1


def test_hidden_conversation_is_told_of_when_it_opens_again(article, marit):
    joan = guest_person()
    answer(ask(article, joan), marit)
    moderator = Actor(ActorKind.MODERATOR, ModeratorFactory())
    set_discussion_state(article.discussion, state="hidden", actor=moderator)
    work_later(timedelta(hours=1))
    assert mails() == []
    set_discussion_state(article.discussion, state="open", actor=moderator)
    work_later(timedelta(days=1, hours=2))
    assert recipients() == [joan.guest.email]


def test_imported_comments_cause_no_mail_not_even_when_a_moderator_publishes_them(article):
    joan = guest_person()
    question = ask(article, joan)
    subscribe(joan, Kind.DISCUSSION, discussion=article.discussion)
    work_later()
    held = CommentFactory(parent=question, state="held")
    Comment.objects.filter(pk=held.pk).update(origin="serendip")
    held.refresh_from_db()
    transition(held, "published", actor=Actor(ActorKind.MODERATOR, ModeratorFactory()))
    decide(decide(held, "removed", reason="unkind"), "published")
    work_later(timedelta(days=1))
    assert mails() == []


def test_pause_keeps_answers_and_drops_what_is_only_followed(article, marit):
    joan = guest_person()
    question = ask(article, joan)
    subscribe(joan, Kind.DISCUSSION, discussion=article.discussion)
    choose([joan], Choice(pace=MailChoice.Pace.PAUSED))
    answer(question, marit)
    ask(article, marit)
    work_later()
    assert mails() == []
    assert [row.reason for row in Delivery.objects.all()] == ["replies"]


def test_answer_to_a_comment_that_was_given_to_a_member_reaches_them(article, marit):
    guest = guest_person("joan@example.org")
    question = ask(article, guest)
    member = member_person(email="joan@example.org")
    Comment.objects.filter(pk=question.pk).update(guest=None, author=member.user)
    answer(Comment.objects.get(pk=question.pk), marit)
    work_later()
    assert recipients("reply") == ["joan@example.org"]


def test_changed_address_of_a_guest_gets_nothing_until_proven(article, marit):
    joan = guest_person()
    question = ask(article, joan)
    change_address(joan.guest, "new@example.org")
    answer(question, marit)
    work_later()
    assert mails() == []
    assert Guest.objects.get(pk=joan.guest.pk).proven_at is None


def test_people_of_several_batches_are_each_told_once(article, marit, monkeypatch):
    monkeypatch.setattr(alerts, "BATCH_PEOPLE", 3)
    question = ask(article, guest_person())
    everybody = [guest_person() for _ in range(8)]
    for person in everybody:
        subscribe(person, Kind.DISCUSSION, discussion=article.discussion)
        subscribe(person, Kind.THREAD, root=question)
    work_later()
    OutgoingMessage.objects.all().delete()
    Delivery.objects.all().delete()
    answer(question, marit)
    work_later()
    assert len(recipients("followed")) == len(set(recipients("followed"))) == 8
    assert len(recipients("reply")) == 1


def test_publishing_costs_the_same_with_one_and_with_a_thousand_followers(article, marit):
    def count_queries() -> int:
        held = CommentFactory(article=article, state="held")
        moderator = Actor(ActorKind.MODERATOR, ModeratorFactory())
        with CaptureQueriesContext(
            connection,
        ) as found:
            transition(held, "published", actor=moderator)
        return len(found)

    ask(article, marit)
    few = count_queries()
    guests = Guest.objects.bulk_create(Guest(email=f"g{n}@example.org", proven_at=timezone.now()) for n in range(1000))
    Subscription.objects.bulk_create(
        Subscription(kind=Kind.DISCUSSION, guest=guest, discussion=article.discussion) for guest in guests
    )
    assert count_queries() == few


def test_batch_costs_the_same_with_one_and_with_two_hundred_followers(article, marit):
    counts = []
    for count in (1, 200):
        guests = Guest.objects.bulk_create(
            Guest(email=f"g{count}-{n}@example.org", proven_at=timezone.now()) for n in range(count)
        )
        Subscription.objects.bulk_create(
            Subscription(kind=Kind.DISCUSSION, guest=guest, discussion=article.discussion) for guest in guests
        )
        comment = alerts.find_announced(ask(article, marit).pk, timezone.now())
        with CaptureQueriesContext(connection) as found:
            alerts.tell_batch(comment, alerts.Place(is_article=True), timezone.now(), lambda place: None)
        counts.append(sum(query["sql"].startswith("SELECT") for query in found))  # SQLite inserts a hundred rows at a time
    assert counts[0] == counts[1] <= 9


def test_answer_that_stood_in_the_wrong_place_is_told_once_it_is_moved(article, marit):
    joan, tom = guest_person(), guest_person()
    question, other = ask(article, joan), ask(article, tom)
    lost = answer(other, marit)
    work_later()
    assert recipients() == [tom.guest.email]
    reattach_comment(lost, parent=question, actor=Actor(ActorKind.MODERATOR, ModeratorFactory()))
    work_later(timedelta(hours=1))
    assert joan.guest.email in recipients()


def test_who_wrote_what_was_moved_hears_of_replies_where_it_stands_now(article, marit):
    joan, follower = guest_person(), guest_person()
    root, question = ask(article, guest_person()), ask(article, joan)
    subscribe(follower, Kind.THREAD, root=question)
    moved = reattach_comment(question, parent=root, actor=Actor(ActorKind.MODERATOR, ModeratorFactory()))
    work_later()
    answer(moved, marit)
    work_later(timedelta(hours=1))
    assert {joan.guest.email, follower.guest.email} <= set(recipients())


def test_mail_calls_nobody_by_the_words_for_a_visitor_without_a_name(article, marit):
    with time_machine.travel(timezone.now() - timedelta(days=400)):
        question = ask(article, marit)
    answer(question, guest_person(display_name=""))
    work_later()
    (mail,) = mails()
    assert mail.content["subject"] == "A reader answered your question"
    assert "1 year and 1 month later, somebody has answered what you wrote here." in mail.content["body"]
    assert "\nRead it and answer:\n" in mail.content["body"]


def test_mail_without_text_announces_none(article, marit):
    with time_machine.travel(timezone.now() - timedelta(days=400)):
        question = ask(article, marit)
    choose([marit], Choice(with_text=False))
    answer(question, guest_person(display_name="Joan"))
    work_later()
    assert ":\n\n" not in mails()[0].content["body"]


def test_title_of_a_comment_is_quoted_with_it(article, marit):
    subscribe(marit, Kind.DISCUSSION, discussion=article.discussion)
    ask(article, guest_person(display_name="Joan"), subject="Thirty years", body="It helps.")
    work_later()
    (mail,) = mails()
    assert f", under “{article.title}”.\n\n> Thirty years\n>\n> It helps.\n" in mail.content["body"]
