"""From an answer to the mailbox with a real mail server in every mood, odd clocks and odd addresses."""

import re
from datetime import timedelta
from email.header import decode_header, make_header

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from forum.accounts.models import Guest
from forum.accounts.people import Person
from forum.mail.delivery import CLAIM, LONGEST_DELAY
from forum.mail.jobs import deliver_mail
from forum.mail.models import OutgoingMessage
from forum.subscriptions.jobs import ask_for_outcomes
from forum.subscriptions.models import Delivery, Subscription
from forum.subscriptions.outcomes import ASKED_AFTER
from forum.subscriptions.services import subscribe
from tests.discussion.visiting import words_of
from tests.factories import ArticleFactory, GuestFactory
from tests.subscriptions.people import decide, guest_person, work, work_later, write
from tests.workers import PATIENCE_SECONDS

pytestmark = pytest.mark.django_db
State = OutgoingMessage.State
HOUR = timedelta(hours=1)
SITE = "http://localhost:8000"


@pytest.fixture
def article():
    return ArticleFactory()


def answered(article, person, *, name="Marit", body="Yes, it does."):
    question = write(person, discussion=article.discussion)
    writer = guest_person(display_name=name)
    return write(writer, discussion=article.discussion, parent=question, body=body, wants_mail=False)


def work_for(span):
    """Work each half hour for so long, beginning in ten minutes."""
    start = timezone.now() + timedelta(minutes=10)
    for turn in range(span // (HOUR / 2)):
        with time_machine.travel(start + turn * HOUR / 2, tick=False):
            deliver_mail.enqueue()  # as the schedule does each minute
            work()


def sent_to(server):
    return [address for address, message in server.received if message["List-Id"] and "<reply." in message["List-Id"]]


def test_server_that_is_away_for_a_day_gets_each_answer_once(article, mail_server):
    mail_server.stop()
    people = [guest_person() for _ in range(3)]
    for person in people:
        answered(article, person)
    work_for(24 * HOUR)
    assert Delivery.objects.count() == 3
    mail_server.start()
    with time_machine.travel(timezone.now() + 24 * HOUR, tick=False):
        work_for(3 * HOUR)
    assert sorted(sent_to(mail_server)) == sorted(person.guest.email for person in people)


@pytest.mark.parametrize(
    ("mood", "answer", "state"),
    [
        ("answer_recipient", "550 5.1.1 no such user", State.REFUSED),
        ("answer_recipient", "451 4.2.0 later", State.WAITING),
        ("answer_data", "554 5.6.0 not this text", State.FAILED),
        ("answer_data", "451 4.3.0 later", State.WAITING),
    ],
)
def test_refused_answer_is_kept_or_given_up_as_its_server_says_and_waits_on_the_page(article, mail_server, mood, answer, state):
    joan = guest_person()
    setattr(mail_server, mood, lambda address: answer)
    answered(article, joan)
    work_later()
    work_later(HOUR)
    rows = OutgoingMessage.objects.filter(kind="reply")
    assert [row.state for row in rows] == [state]
    assert Delivery.objects.get().seen_at is None


def test_server_silent_after_the_text_gets_the_same_mail_again_with_the_same_id(article, mail_server, settings):
    answered(article, guest_person())
    settings.EMAIL_TIMEOUT = 3
    mail_server.is_silent_after_data = True
    work_later()
    mail_server.is_silent_after_data = False
    settings.EMAIL_TIMEOUT = PATIENCE_SECONDS
    work_for(2 * HOUR)
    replies = [message["Message-ID"] for _, message in mail_server.received if "<reply." in str(message["List-Id"])]
    assert len(replies) >= 2
    assert len(set(replies)) == 1
    assert Delivery.objects.count() == 1
    assert OutgoingMessage.objects.get(kind="reply").may_have_arrived


def test_clock_set_back_by_years_keeps_no_answer(article, mail_server):
    joan = guest_person()
    question = write(joan, discussion=article.discussion)
    with time_machine.travel(timezone.now() + timedelta(days=3650), tick=False):
        write(guest_person(), discussion=article.discussion, parent=question, wants_mail=False)
    work()
    with time_machine.travel(timezone.now() + LONGEST_DELAY + CLAIM, tick=False):
        work()
    assert sent_to(mail_server) == [joan.guest.email]


def test_comment_removed_in_the_ten_minutes_reaches_nobody(article, mail_server):
    decide(answered(article, guest_person()), "removed", reason="unkind")
    work_for(2 * HOUR)
    assert sent_to(mail_server) == []


@pytest.mark.parametrize(
    ("typed", "envelope"),
    [
        ("Joan.Doe@Example.ORG", "Joan.Doe@example.org"),
        ("joan@bücher.example", "joan@xn--bcher-kva.example"),
        ("joan+site@example.org", "joan+site@example.org"),
    ],
)
def test_address_is_used_as_its_server_knows_it(article, mail_server, typed, envelope):
    answered(article, guest_person(typed))
    work_later()
    assert sent_to(mail_server) == [envelope]


def test_address_that_no_mail_can_go_to_keeps_none_from_the_others(article, mail_server):
    """No form lets one in; a row of an older release might hold one."""
    for address in ("joan@example.org\nBcc: all@example.org", "jöan@example.org", "nobody"):
        broken = Person(guest=GuestFactory(email=address, proven_at=timezone.now()))
        subscribe(broken, Subscription.Kind.DISCUSSION, discussion=article.discussion)
    good = guest_person()
    subscribe(good, Subscription.Kind.DISCUSSION, discussion=article.discussion)
    write(guest_person(), discussion=article.discussion, wants_mail=False)
    work_later()
    assert mail_server.recipients == [good.guest.email]


def test_name_and_words_of_a_writer_make_no_header_and_no_markup(article, mail_server):
    answered(article, guest_person(), name="Bo <script>", body="<b>Yes</b> & no\n\nBcc: all@example.org")
    work_later()
    ((_, message),) = [pair for pair in mail_server.received if "<reply." in str(pair[1]["List-Id"])]
    assert str(make_header(decode_header(message["Subject"]))) == "Bo <script> answered your question"
    assert message["Bcc"] is None
    html = next(part for part in message.walk() if part.get_content_type() == "text/html").get_payload(decode=True).decode()
    assert "<script>" not in html
    assert "&lt;b&gt;Yes&lt;/b&gt; &amp; no" in html


def test_scanner_that_opens_every_link_changes_nothing(article, mail_server):
    Client().post(f"/articles/{article.slug}/comment/", {"body": "Does it help?", "email": "joan@example.org", "post": ""})
    joan = Guest.objects.get(comments__isnull=False)
    work()
    _open_all(mail_server)
    joan.refresh_from_db()
    assert joan.proven_at is None
    joan.proven_at = timezone.now()
    joan.save()
    question = decide(joan.comments.get(), "published")
    write(guest_person(), discussion=article.discussion, parent=question, wants_mail=False)
    work_later()
    before = list(Subscription.objects.values_list("pk", "stopped_at"))
    _open_all(mail_server)
    assert list(Subscription.objects.values_list("pk", "stopped_at")) == before
    assert Delivery.objects.get(reason="replies").seen_at is None
    assert len(mail_server.received) == 3  # the way back, the news, the answer


def _open_all(server):
    for path in _paths_in(server):
        for method in ("head", "get"):
            getattr(Client(), method)(path.partition("#")[0], follow=True)


def _paths_in(server):
    for _, message in server.received:
        for part in message.walk():
            if part.get_content_maintype() == "text":
                text = part.get_payload(decode=True).decode()
                yield from re.findall(r"http://localhost:8000(/[^\s\"<>]*)", text)


@pytest.mark.parametrize("kept", [-1, -5, -30, 76], ids=["all but one", "all but five", "all but thirty", "one line of a mail"])
def test_link_that_a_mail_program_cut_off_opens_nothing_and_says_what_to_do(article, mail_server, kept):
    typed = {"body": "Does it help?", "email": "joan@example.org", "ask_later": "1", "post": ""}
    Client().post(f"/articles/{article.slug}/comment/", typed)
    joan = Guest.objects.get(comments__isnull=False)
    work()
    Guest.objects.filter(pk=joan.pk).update(proven_at=timezone.now())
    question = decide(joan.comments.get(), "published")
    write(guest_person(), discussion=article.discussion, parent=question, wants_mail=False)
    work_later()
    with time_machine.travel(timezone.now() + ASKED_AFTER + timedelta(days=1), tick=False):
        ask_for_outcomes.call()
        work()
    links = {f"{SITE}{path.partition('#')[0]}" for path in _paths_in(mail_server) if ":" in path}
    assert {link.split("/")[3] for link in links} == {"mine", "answers", "emails", "updates"}
    before = _what_can_be_changed()
    for link in links:
        cut = link[:kept].removeprefix(SITE)
        for path in {cut, f"{cut.rstrip('/')}/"} - {link.removeprefix(SITE)}:
            for answer in (Client().get(path, follow=True), Client().post(path, {"List-Unsubscribe": "One-Click"}, follow=True)):
                is_whole = link.removeprefix(SITE) in dict(answer.redirect_chain)  # but for the last stroke
                assert is_whole or answer.status_code in (403, 404), path
                assert is_whole or "Does it help?" not in words_of(answer)
        assert "cut off its end" in words_of(Client().get(f"{link.removeprefix(SITE)[:-6]}/"))
    assert _what_can_be_changed() == before


def _what_can_be_changed():
    people = list(Guest.objects.order_by("pk").values_list("pk", "email", "proven_at"))
    return people, list(Subscription.objects.order_by("pk").values_list("pk", "stopped_at", "done_at"))


def test_server_takes_the_headers_that_mail_programs_need(article, mail_server):
    joan = guest_person()
    reply = answered(article, joan)
    work_later()
    ((_, message),) = [pair for pair in mail_server.received if "<reply." in str(pair[1]["List-Id"])]
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["References"] == message["In-Reply-To"] == f"<thread-{reply.root_id}@localhost>"
    assert message["Message-ID"] == f"<comment-{reply.pk}.guest-{joan.guest.pk}@localhost>"
    path = re.fullmatch(r"<http://localhost:8000(/emails/\S+)>", message["List-Unsubscribe"].strip())[1]
    answer = Client(enforce_csrf_checks=True).post(
        path, "List-Unsubscribe=One-Click", content_type="application/x-www-form-urlencoded"
    )
    assert answer.status_code == 200
    assert not Subscription.objects.filter(guest=joan.guest, kind="replies", stopped_at=None).exists()
