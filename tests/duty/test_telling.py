"""Mail to staff: each of them once a day of what waits, at once of somebody at risk; never a name, never a word of anybody."""

import shutil
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from forum.accounts.models import User
from forum.accounts.people import Person
from forum.care.jobs import purge_closed_marks
from forum.care.marks import close_mark
from forum.care.models import CareMark
from forum.discussion.editing import edit_comment
from forum.discussion.models import ActorKind, Claim, Comment
from forum.discussion.posting import post_comment
from forum.discussion.services import Actor, transition
from forum.duty.jobs import prune_notices, remind_staff, tell_of_care
from forum.duty.models import Kind, Notice
from forum.duty.personal_data import erase, export
from forum.duty.services import NOTICES_KEPT, stop
from forum.imports.services import import_file
from forum.jobs.schedule import RHYTHMS, take_turn
from forum.mail.models import OutgoingMessage
from tests.care.test_marks import DESPAIR
from tests.factories import ArticleFactory, CommentFactory, GuestFactory, MemberFactory, ModeratorFactory
from tests.subscriptions.people import links_in, mails, recipients, work

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def moderator():
    return ModeratorFactory(email="ines@example.org")


def subject_of(message):
    return message.content["subject"]


def held(age, **fields):
    with time_machine.travel(timezone.now() - age, tick=False):
        return CommentFactory(state="held", **fields)


def remind(times=1):
    for _ in range(times):
        remind_staff.call()


def despair(**fields):
    guest = GuestFactory(display_name="Leonora")
    return post_comment(discussion=ArticleFactory().discussion, body=DESPAIR, guest=guest, name="Leonora", **fields)


def test_moderator_is_told_once_a_day_how_much_waits_and_how_long(moderator):
    held(31 * HOUR, name="Leonora", body="Does heat help the knees?")
    held(2 * HOUR)
    remind(3)
    (mail,) = mails("queue-waiting")
    assert subject_of(mail) == "2 wait for a moderator, the oldest 31 hours"
    assert "First comments: 2" in mail.content["body"]
    assert links_in(mail)["Open the queue"] == "/admin/moderation/queue/"
    for words in (mail.content["body"], mail.content["alternatives"][0][0], subject_of(mail)):
        assert "Leonora" not in words
        assert "knees" not in words
    with time_machine.travel(timezone.now() + timedelta(days=1), tick=False):
        remind(2)
    assert [subject_of(row) for row in mails("queue-waiting")][1:] == ["2 wait for a moderator, the oldest 55 hours"]


def test_nobody_is_told_where_nothing_waits(moderator):
    transition(held(31 * HOUR), "published", actor=Actor(ActorKind.MODERATOR, moderator))
    remind()
    assert mails("queue-waiting") == []


def test_operator_is_told_too_once_something_has_waited_for_three_days(moderator):
    operator = ModeratorFactory(role="operator")
    held(71 * HOUR)
    remind()
    assert recipients("queue-waiting") == [moderator.email]
    held(74 * HOUR)
    with time_machine.travel(timezone.now() + timedelta(days=1), tick=False):
        remind()
    assert recipients("queue-waiting")[1:] == [moderator.email, operator.email]
    assert "for more than three days" in mails("queue-waiting")[-1].content["body"]


def test_where_nobody_is_a_moderator_the_operator_is_told():
    operator = ModeratorFactory(role="operator")
    held(HOUR)
    remind()
    assert recipients("queue-waiting") == [operator.email]


def test_who_is_no_staff_any_more_or_has_not_proven_the_address_is_not_told(moderator):
    User.objects.filter(pk=ModeratorFactory().pk).update(is_staff=False)
    User.objects.filter(pk=ModeratorFactory().pk).update(is_active=False)
    ModeratorFactory().emailaddress_set.update(verified=False)
    MemberFactory()
    held(HOUR)
    remind()
    assert recipients("queue-waiting") == [moderator.email]


def test_other_lists_are_counted_too(moderator):
    comment = CommentFactory(name="Leonora")
    Claim.objects.create(comment=comment, member=MemberFactory(), evidence="I was there.", made_at=timezone.now() - 5 * HOUR)
    remind()
    (mail,) = mails("queue-waiting")
    assert subject_of(mail) == "1 waits for a moderator, for 5 hours now"
    assert links_in(mail)["“I wrote this comment”"] == "/admin/discussion/claim/"


def test_clock_set_back_tells_nobody_twice_and_counts_no_time_below_nought(moderator):
    held(HOUR)
    remind()
    with time_machine.travel(timezone.now() - timedelta(days=30), tick=False):
        remind(2)
    assert [subject_of(row) for row in mails("queue-waiting")][1:] == ["1 waits for a moderator, for less than an hour now"]
    remind()
    assert len(mails("queue-waiting")) == 2


def test_its_turn_comes_each_day_once_for_all_workers(moderator):
    (rhythm,) = [found for found in RHYTHMS if found.job is remind_staff]
    now = timezone.now()
    take_turn(rhythm, now)
    held(HOUR)
    assert [take_turn(rhythm, now + timedelta(days=1)) for _worker in range(3)] == [True, False, False]
    work(now + timedelta(days=1))
    assert recipients("queue-waiting") == [moderator.email]


def test_many_comments_cost_the_same_queries(moderator):
    def cost():
        with CaptureQueriesContext(
            connection,
        ) as queries:
            remind()
        return len(queries)

    held(HOUR)
    first = cost()
    Notice.objects.all().delete()
    article = ArticleFactory()
    for _ in range(30):
        held(HOUR, article=article)
    assert cost() == first


def test_somebody_at_risk_is_told_of_at_once_and_the_mail_says_nothing_of_them(moderator):
    comment = despair()
    work()
    (mail,) = mails("care-needed")
    assert mail.recipient == moderator.email
    assert not mail.is_bulk
    assert subject_of(mail) == "Please read a comment now"
    assert links_in(mail)["Read it now"] == f"/admin/care/caremark/{CareMark.objects.get(comment=comment).pk}/change/"
    for words in (mail.content["body"], mail.content["alternatives"][0][0]):
        assert "Leonora" not in words
        assert "die" not in words.split()
        assert "Some nights" not in words
    for _worker in range(3):
        tell_of_care.call()
    assert len(mails("care-needed")) == 1


def test_alarm_goes_out_before_the_mail_of_ten_thousand_followers(moderator):
    despair()
    OutgoingMessage.objects.create(kind="followed", is_bulk=True, due_at=timezone.now() - HOUR, recipient="x@example.org")
    tell_of_care.call()
    assert OutgoingMessage.objects.order_by("is_bulk", "due_at")[0].kind == "care-needed"


def test_what_comes_up_within_a_quarter_of_an_hour_is_one_mail(moderator):
    despair()
    work()
    for _ in range(3):
        despair()
    work()
    assert len(mails("care-needed")) == 1
    work(timezone.now() + timedelta(minutes=16))
    assert [subject_of(row) for row in mails("care-needed")] == ["Please read a comment now", "Please read 3 comments now"]


def test_new_words_in_a_marked_comment_are_told_again(moderator):
    comment = despair()
    work()
    more = f"{DESPAIR} I have hurt myself again and I want to kill myself."
    edit_comment(comment, body=more, subject="", relation="", actor=Actor(ActorKind.WRITER))
    work(timezone.now() + timedelta(minutes=16))
    assert len(mails("care-needed")) == 2


def test_what_somebody_has_looked_after_is_not_told_any_more(moderator):
    despair()
    close_mark(CareMark.objects.get(), moderator=moderator, note="I wrote to them.")
    work()
    assert mails("care-needed") == []
    purge_closed_marks.call()


def test_import_and_what_is_past_alarm_nobody(moderator, root, tmp_path):
    import_file(Path(shutil.copy(root / "tests" / "data" / "saved_page.txt", tmp_path)))
    guest = GuestFactory()
    post_comment(discussion=ArticleFactory().discussion, body="Years ago I wanted to die. That is over.", guest=guest)
    work()
    assert mails("care-needed") == []


def test_alarm_reaches_the_operator_where_every_moderator_has_stopped_it(moderator):
    operator = ModeratorFactory(role="operator")
    stop(moderator, [Kind.CARE], timezone.now())
    despair()
    work()
    assert recipients("care-needed") == [operator.email]


def test_person_can_have_and_erase_it(moderator):
    person = Person(user=moderator)
    held(HOUR)
    remind()
    stop(moderator, [Kind.CARE], timezone.now())
    found = export(person)
    assert [row["what"] for row in found["mail_to_staff"]] == ["What waits for a moderator"]
    assert [row["what"] for row in found["mail_to_staff_stopped"]] == ["Somebody may be at risk"]
    erase(person, keep_words=False)
    assert export(person) == {"mail_to_staff_stopped": [], "mail_to_staff": []}
    assert export(Person(guest=GuestFactory())) == {}


def test_old_notices_are_forgotten(moderator):
    held(HOUR)
    remind()
    prune_notices.call()
    assert Notice.objects.exists()
    with time_machine.travel(timezone.now() + NOTICES_KEPT + HOUR, tick=False):
        prune_notices.call()
    assert not Notice.objects.exists()
    assert Comment.objects.exists()
