"""What is sent through django.core.mail waits in rows of the caller's transaction."""

import pytest
from django.core.mail import EmailMessage, EmailMultiAlternatives, send_mail
from django.core.mail.message import BadHeaderError
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django_tasks_db.models import DBTaskResult

from forum.mail.letters import Letter, Paragraph
from forum.mail.models import OutgoingMessage
from forum.mail.packing import unpack
from forum.mail.sending import MailingList, send_letters, write_letter

LETTER = Letter("A subject", [Paragraph("Some words.")])


@pytest.mark.django_db(transaction=True)
def test_mail_is_queued_with_its_callers_transaction() -> None:
    with transaction.atomic():
        send_mail("Hello", "words", None, ["marit@example.org"])
        transaction.set_rollback(True)
    assert not OutgoingMessage.objects.exists()
    with transaction.atomic():
        send_mail("Hello", "words", None, ["marit@example.org"])
    assert OutgoingMessage.objects.get().recipient == "marit@example.org"
    assert DBTaskResult.objects.get().task_path == "forum.mail.jobs.deliver_mail"


@pytest.mark.django_db
def test_message_comes_back_whole() -> None:
    message = EmailMultiAlternatives("Ünï", "words", "From <a@example.org>", ["To <b@example.org>"], reply_to=["c@example.org"])
    message.attach_alternative("<p>words</p>", "text/html")
    message.attach("list.csv", "a,b\n", "text/csv")
    message.attach("raw.bin", b"\x00\xff", "application/octet-stream")
    message.extra_headers["X-Test"] = "yes"
    message.send()
    sent = unpack(OutgoingMessage.objects.get().content)
    assert (sent.subject, sent.body, sent.from_email, sent.to, sent.reply_to) == (
        "Ünï",
        "words",
        "From <a@example.org>",
        ["To <b@example.org>"],
        ["c@example.org"],
    )
    assert [tuple(alternative) for alternative in sent.alternatives] == [("<p>words</p>", "text/html")]
    assert [tuple(attachment) for attachment in sent.attachments] == [
        ("list.csv", "a,b\n", "text/csv"),
        ("raw.bin", b"\x00\xff", "application/octet-stream"),
    ]
    headers = sent.message()
    assert (headers["X-Test"], headers["Auto-Submitted"]) == ("yes", "auto-generated")
    assert sent.message()["Message-ID"] == headers["Message-ID"]  # the same at every attempt


@pytest.mark.django_db
def test_everybody_gets_a_mail_of_their_own() -> None:
    EmailMessage("Hello", "words", to=["a@example.org"], cc=["b@example.org"], bcc=["c@example.org"]).send()
    rows = OutgoingMessage.objects.order_by("recipient")
    assert [row.recipient for row in rows] == ["a@example.org", "b@example.org", "c@example.org"]
    assert [unpack(row.content).message()["To"] for row in rows] == ["a@example.org", "b@example.org", "c@example.org"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "message",
    [
        EmailMessage("Hello\nBcc: x@example.org", "words", to=["a@example.org"]),
        EmailMessage("Hello", "words", to=["a@example.org\nBcc: x@example.org"]),
        EmailMessage("Hello", "words", to=["a@example.org"], headers={"X-Test": "a\r\nBcc: x@example.org"}),
        EmailMessage("Hello", "words", "me@example.org\nBcc: x@example.org", ["a@example.org"]),
    ],
)
def test_line_break_in_a_header_is_refused_where_it_is_sent(message: EmailMessage) -> None:
    with pytest.raises((BadHeaderError, ValueError)):
        message.send()
    assert not OutgoingMessage.objects.exists()


@pytest.mark.django_db
def test_many_letters_cost_few_queries() -> None:
    stop = MailingList("replies", "http://localhost:8000/emails/x/")
    letters = [write_letter(LETTER, to=f"p{n}@example.org", kind="reply", mailing_list=stop) for n in range(450)]
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert send_letters(letters) == 450
    writes = [query for query in queries.captured_queries if query["sql"].startswith("INSERT")]
    assert len(writes) <= 8  # one job, and rows in as few statements as the database takes
    assert DBTaskResult.objects.count() == 1
    assert OutgoingMessage.objects.filter(is_bulk=True, kind="reply").count() == 450
