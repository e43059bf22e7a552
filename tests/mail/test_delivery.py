"""From the queue to a real mail server in every mood."""

import ssl
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from django.core.mail import send_mail
from django.utils import timezone
from pytest_django import Settings

from forum.mail.addresses import forget_addresses, is_refused
from forum.mail.delivery import CLAIM, LONGEST_DELAY, TRIED_FOR, deliver_due
from forum.mail.letters import Letter, Paragraph
from forum.mail.models import OutgoingMessage
from forum.mail.sending import MailingList, send_letters, write_letter
from tests.mail.smtp import MailServer
from tests.workers import PATIENCE_SECONDS

pytestmark = pytest.mark.django_db

State = OutgoingMessage.State
MINUTE = timedelta(minutes=1)


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """Stop the clock; the test moves it."""
    with time_machine.travel(timezone.now(), tick=False) as stopped:
        yield stopped


def _send(*addresses: str, is_bulk: bool = False) -> None:
    stop = MailingList("replies", "http://localhost:8000/emails/x/") if is_bulk else None
    letter = Letter("Hello", [Paragraph("Words that nobody else may read.")])
    send_letters(write_letter(letter, to=address, kind="test", mailing_list=stop) for address in addresses)


def _deliver() -> None:
    deliver_due(MINUTE)


def test_mail_is_sent_once_and_forgotten(mail_server: MailServer) -> None:
    _send("a@example.org", "b@example.org")
    _deliver()
    _deliver()
    assert mail_server.recipients == ["a@example.org", "b@example.org"]
    for row in OutgoingMessage.objects.all():
        assert (row.state, row.recipient, row.content, row.attempts, row.may_have_arrived) == (State.SENT, "", {}, 1, False)


def test_what_somebody_waits_for_overtakes_bulk(mail_server: MailServer) -> None:
    _send(*(f"bulk{n}@example.org" for n in range(30)), is_bulk=True)
    _send("code@example.org")
    _deliver()
    assert mail_server.recipients[0] == "code@example.org"
    assert len(mail_server.recipients) == 31


def test_server_down_for_a_day_loses_and_repeats_nothing(mail_server: MailServer, clock: time_machine.Traveller) -> None:
    mail_server.stop()
    _send("a@example.org", "b@example.org", "c@example.org")
    for _ in range(24 * 12):
        _deliver()
        clock.shift(5 * MINUTE)
    assert set(OutgoingMessage.objects.values_list("state", "may_have_arrived")) == {(State.WAITING, False)}
    assert OutgoingMessage.objects.filter(last_error__startswith="ConnectionRefusedError").exists()
    mail_server.start()
    for _ in range(13):
        _deliver()
        clock.shift(5 * MINUTE)
    assert sorted(mail_server.recipients) == ["a@example.org", "b@example.org", "c@example.org"]


def test_server_that_is_down_is_asked_once_and_not_for_every_mail(mail_server: MailServer) -> None:
    mail_server.stop()
    _send(*(f"p{n}@example.org" for n in range(10)))
    _deliver()
    assert sorted(OutgoingMessage.objects.values_list("attempts", flat=True)) == [0] * 9 + [1]


def test_server_that_hangs_up_after_some_mails_is_asked_again_at_once(mail_server: MailServer) -> None:
    mail_server.answer_recipient = lambda address: "421 enough for now" if len(mail_server.received) == 3 else "250 OK"
    _send(*(f"p{n}@example.org" for n in range(6)))
    assert deliver_due(MINUTE)
    assert len(mail_server.received) == 3
    assert not deliver_due(MINUTE)
    mail_server.answer_recipient = lambda address: "250 OK"
    _deliver()
    assert len(mail_server.received) == 4  # those that were turned away wait their minute


def test_dead_address_is_marked_and_gets_no_more_mail_that_nobody_waits_for(mail_server: MailServer) -> None:
    mail_server.answer_recipient = lambda address: "550 5.1.1 <a@example.org> unknown" if address == "a@example.org" else "250 OK"
    _send("a@example.org", "b@example.org", is_bulk=True)
    _deliver()
    row = OutgoingMessage.objects.get(state=State.REFUSED)
    assert (row.recipient, row.content, row.last_error) == ("", {}, "550 5.1.1 … unknown")
    assert mail_server.recipients == ["b@example.org"]
    _send("A@example.org", is_bulk=True)
    _deliver()
    assert mail_server.attempts == ["a@example.org", "b@example.org"]
    assert OutgoingMessage.objects.filter(state=State.REFUSED).count() == 2


def test_mail_that_somebody_asked_for_is_tried_at_a_dead_address_and_revives_it(mail_server: MailServer) -> None:
    mail_server.answer_recipient = lambda address: "550 no such user"
    _send("a@example.org", is_bulk=True)
    _deliver()
    assert is_refused("a@example.org")
    mail_server.answer_recipient = lambda address: "250 OK"
    _send("a@example.org")
    _deliver()
    assert mail_server.recipients == ["a@example.org"]
    assert not is_refused("a@example.org")


def test_temporary_refusal_is_tried_again_later_each_time_for_four_days(
    mail_server: MailServer, clock: time_machine.Traveller
) -> None:
    mail_server.answer_recipient = lambda address: "451 4.7.1 greylisted" if address == "a@example.org" else "250 OK"
    _send("a@example.org", "b@example.org")
    begin = timezone.now()
    waits = []
    row = OutgoingMessage.objects.get(recipient="a@example.org")
    while row.state == State.WAITING:
        _deliver()
        row.refresh_from_db()
        waits.append(row.due_at - timezone.now())
        clock.move_to(max(row.due_at, timezone.now()))
    assert timedelta(seconds=30) <= waits[0] <= MINUTE < waits[2] <= 4 * MINUTE
    assert max(waits[:-1]) <= LONGEST_DELAY
    assert TRIED_FOR < timezone.now() - begin < TRIED_FOR + 2 * LONGEST_DELAY
    assert (row.state, row.last_error) == (State.FAILED, "451 4.7.1 greylisted")
    assert mail_server.recipients == ["b@example.org"]
    assert not is_refused("a@example.org")


@pytest.mark.parametrize(("answer", "state"), [("554 5.6.0 not like this", State.FAILED), ("452 4.3.1 full", State.WAITING)])
def test_refusal_of_the_text_says_nothing_about_the_address(mail_server: MailServer, answer: str, state: str) -> None:
    mail_server.answer_data = lambda address: answer if address == "a@example.org" else "250 OK"
    _send("a@example.org", "b@example.org")
    _deliver()
    assert OutgoingMessage.objects.get(last_error=answer).state == state
    assert mail_server.recipients == ["b@example.org"]
    assert not is_refused("a@example.org")


def test_server_silent_after_the_text_counts_as_perhaps_sent_and_is_tried_again(
    mail_server: MailServer, clock: time_machine.Traveller, settings: Settings
) -> None:
    settings.EMAIL_TIMEOUT = 3
    mail_server.is_silent_after_data = True
    _send("a@example.org")
    _deliver()
    row = OutgoingMessage.objects.get()
    assert (row.state, row.may_have_arrived, row.attempts) == (State.WAITING, True, 1)
    mail_server.is_silent_after_data = False
    settings.EMAIL_TIMEOUT = PATIENCE_SECONDS
    clock.shift(MINUTE)
    _deliver()
    row.refresh_from_db()
    assert (row.state, row.may_have_arrived, row.attempts) == (State.SENT, True, 2)
    first, second = (message for _, message in mail_server.received)
    assert first["Message-ID"] == second["Message-ID"]


@pytest.mark.parametrize("moved", [timedelta(days=-400), timedelta(minutes=-5), timedelta(days=2)])
def test_clock_that_was_moved_neither_repeats_nor_keeps_mail(
    mail_server: MailServer, clock: time_machine.Traveller, moved: timedelta
) -> None:
    mail_server.answer_recipient = lambda address: "451 later" if address == "b@example.org" else "250 OK"
    _send("a@example.org", "b@example.org")
    _deliver()
    mail_server.answer_recipient = lambda address: "250 OK"
    clock.shift(moved)
    for _ in range(int((LONGEST_DELAY + CLAIM) / (5 * MINUTE)) + 1):
        _deliver()
        clock.shift(5 * MINUTE)
    assert mail_server.recipients == ["a@example.org", "b@example.org"]


def test_person_erased_between_queue_and_sending_gets_nothing(mail_server: MailServer) -> None:
    _send("a@example.org", "b@example.org")
    forget_addresses(["b@example.org"])
    _deliver()
    assert mail_server.attempts == ["a@example.org"]


def test_development_site_writes_files(settings: Settings, caplog: pytest.LogCaptureFixture) -> None:
    _send("a@example.org")
    _deliver()
    (path,) = settings.MAIL_OUTBOX.glob("*.eml")
    assert f"E-mail written to {path}" in caplog.text
    assert "Words that nobody else may read." in path.read_text()
    path.unlink()


def test_log_holds_no_address(mail_server: MailServer, caplog: pytest.LogCaptureFixture) -> None:
    mail_server.answer_recipient = lambda address: f"550 5.1.1 <{address}>: no {address} here"
    _send("a@example.org")
    _deliver()
    assert "was not sent" in caplog.text
    assert "a@example.org" not in caplog.text


def test_transport_that_breaks_on_one_mail_does_not_keep_the_others(mail_server: MailServer) -> None:
    _send("a@example.org", "b@example.org")
    broken = OutgoingMessage.objects.get(recipient="a@example.org")
    OutgoingMessage.objects.filter(pk=broken.pk).update(content={"written by": "another release"})
    _deliver()
    broken.refresh_from_db()
    assert (broken.state, broken.last_error) == (State.WAITING, "KeyError")
    assert mail_server.recipients == ["b@example.org"]


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """Make a certificate for localhost, signed by nobody but itself, with its key in the same file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name, now = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")]), timezone.now()
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now - MINUTE, now + 60 * MINUTE)
    builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path = tmp_path / "certificate.pem"
    path.write_bytes(builder.sign(key, SHA256()).public_bytes(Encoding.PEM) + secret)
    return path


def test_server_that_wants_tls_gets_the_password_only_once_its_certificate_is_trusted(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, certificate: Path
) -> None:
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(certificate)
    server = MailServer(tls=tls)
    server.start()
    settings.MAIL_TRANSPORT = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_USE_TLS = "localhost", server.port, True
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "me", "secret"
    _send("a@example.org")
    _deliver()
    row = OutgoingMessage.objects.get()
    assert (row.state, row.may_have_arrived, server.logins, server.received) == (State.WAITING, False, [], [])
    assert row.last_error.startswith("SSLCertVerificationError")
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    OutgoingMessage.objects.update(due_at=timezone.now())
    _deliver()
    server.stop()
    assert (server.logins, server.recipients) == ([(b"me", b"secret")], ["a@example.org"])


def test_mail_of_django_itself_is_sent_too(mail_server: MailServer) -> None:
    send_mail("Hello", "words", None, ["Marit <a@example.org>"])
    _deliver()
    ((_, message),) = mail_server.received
    assert (message["Subject"], message["To"], message["Auto-Submitted"]) == ("Hello", "Marit <a@example.org>", "auto-generated")
