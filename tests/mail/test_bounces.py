"""Bounces that a mail provider reports, through django-anymail's own events."""

from base64 import b64encode

import pytest
from anymail.signals import AnymailTrackingEvent, EventType, RejectReason
from django.core.mail import send_mail
from django.test import Client
from pytest_django import Settings

from forum.mail.addresses import is_refused
from forum.mail.bounces import note_bounce
from forum.mail.delivery import deliver_due
from forum.mail.jobs import SENT_IN_ONE_GO
from forum.mail.letters import Letter, Paragraph
from forum.mail.models import OutgoingMessage, RefusedAddress
from forum.mail.sending import MailingList, write_letter

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("event_type", "reason", "is_marked"),
    [
        (EventType.BOUNCED, RejectReason.BOUNCED, True),
        (EventType.BOUNCED, RejectReason.INVALID, True),
        (EventType.BOUNCED, RejectReason.BLOCKED, False),
        (EventType.DEFERRED, None, False),
        (EventType.COMPLAINED, RejectReason.SPAM, False),
    ],
)
def test_bounce_marks_the_address(event_type: str, reason: str | None, is_marked: bool) -> None:
    event = AnymailTrackingEvent(event_type=event_type, reject_reason=reason, recipient="Marit@example.org")
    note_bounce(sender=None, event=event)
    assert is_refused("marit@example.org") == is_marked


def test_bounce_of_what_is_no_address_is_ignored() -> None:
    event = AnymailTrackingEvent(event_type=EventType.BOUNCED, reject_reason=RejectReason.BOUNCED, recipient="?")
    note_bounce(sender=None, event=event)
    assert not RefusedAddress.objects.exists()


def test_webhook_of_a_provider_marks_the_address_with_the_secret_only(settings: Settings, client: Client) -> None:
    settings.INSTALLED_APPS = [*settings.INSTALLED_APPS, "anymail"]
    settings.ANYMAIL = {"WEBHOOK_SECRET": "name:password"}
    settings.ROOT_URLCONF = "anymail.urls"
    report = {"RecordType": "Bounce", "Type": "HardBounce", "Email": "marit@example.org", "MessageID": "1", "Description": "no"}
    for login, status, is_marked in (("name:wrong", 400, False), ("name:password", 200, True)):
        headers = {"Authorization": f"Basic {b64encode(login.encode()).decode()}"}
        answer = client.post("/postmark/tracking/", report, content_type="application/json", headers=headers)
        assert (answer.status_code, is_refused("marit@example.org")) == (status, is_marked)


def test_letter_reaches_a_provider_whole(settings: Settings) -> None:
    settings.MAIL_TRANSPORT = "anymail.backends.test.EmailBackend"
    stop = MailingList("replies", "http://localhost:8000/emails/x/")
    write_letter(Letter("Hello", [Paragraph("Words.")]), to="a@example.org", kind="reply", mailing_list=stop).send()
    send_mail("Plain", "words", None, ["b@example.org"])
    deliver_due(SENT_IN_ONE_GO)
    assert set(OutgoingMessage.objects.values_list("state", flat=True)) == {OutgoingMessage.State.SENT}
