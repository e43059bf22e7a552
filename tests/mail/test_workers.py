"""Real workers and a real mail server: killed in the middle, and two at once."""

from collections import Counter
from datetime import timedelta

from django.utils import timezone

from forum.mail.jobs import deliver_mail
from forum.mail.letters import Letter, Paragraph
from forum.mail.models import OutgoingMessage
from forum.mail.sending import send_letters, write_letter
from tests.mail.smtp import MailServer
from tests.workers import Workers, wait_until

State = OutgoingMessage.State


def _queue(count: int, group: str = "p") -> list[str]:
    addresses = [f"{group}{number}@example.org" for number in range(count)]
    letter = Letter("Hello", [Paragraph("Words.")])
    send_letters(write_letter(letter, to=address, kind="test") for address in addresses)
    return addresses


def _let_claims_end() -> None:
    """Do what ten minutes do: a mail that a dead worker had in hand is due again."""
    OutgoingMessage.objects.filter(state=State.WAITING, is_in_flight=True).update(due_at=timezone.now() - timedelta(seconds=1))
    deliver_mail.enqueue()


def test_worker_killed_after_the_text_sends_again_and_records_once(mail_server: MailServer, workers: Workers) -> None:
    mail_server.is_silent_after_data = True
    _queue(1)
    first = workers.start(SMTP_PORT=str(mail_server.port))
    wait_until(mail_server.has_text.is_set)
    first.kill()
    first.wait()
    mail_server.is_silent_after_data = False
    row = OutgoingMessage.objects.get()
    assert (row.state, row.is_in_flight) == (State.WAITING, True)
    _let_claims_end()
    workers.start(SMTP_PORT=str(mail_server.port))
    wait_until(lambda: OutgoingMessage.objects.filter(state=State.SENT).exists())
    row.refresh_from_db()
    assert (row.may_have_arrived, row.attempts, row.recipient) == (True, 2, "")
    assert len({message["Message-ID"] for _, message in mail_server.received}) == 1
    assert mail_server.recipients == ["p0@example.org"] * 2


def test_two_workers_send_each_mail_once(mail_server: MailServer, workers: Workers) -> None:
    addresses = _queue(60, "a") + _queue(60, "b")
    for _ in range(2):
        workers.start(SMTP_PORT=str(mail_server.port))
    wait_until(lambda: not OutgoingMessage.objects.exclude(state=State.SENT).exists())
    assert Counter(mail_server.recipients) == Counter(addresses)
