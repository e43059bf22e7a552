"""What the operator sees of mail, and may do."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from forum.mail.models import OutgoingMessage
from tests.factories import ModeratorFactory

pytestmark = pytest.mark.django_db

PAGE = "/admin/mail/outgoingmessage/"
State = OutgoingMessage.State


@pytest.fixture
def operator(client: Client) -> Client:
    """Sign in as an operator."""
    client.force_login(ModeratorFactory(role="operator"))
    return client


def test_operator_sees_what_failed_and_why_but_no_address_and_no_words(operator: Client) -> None:
    message = OutgoingMessage.objects.create(
        kind="reply",
        recipient="marit@example.org",
        content={"subject": "Joan replied to you"},
        state=State.FAILED,
        last_error="554 no",
    )
    for address in (PAGE, f"{PAGE}{message.pk}/change/"):
        page = operator.get(address).content.decode()
        assert "554 no" in page
        assert "example.org" in page
        assert "marit" not in page
        assert "Joan" not in page


def test_operator_tries_again_what_was_given_up(operator: Client) -> None:
    long_ago = timezone.now() - timedelta(days=9)
    given_up = OutgoingMessage.objects.create(kind="reply", recipient="a@example.org", state=State.FAILED, created_at=long_ago)
    sent = OutgoingMessage.objects.create(kind="reply", state=State.SENT)
    operator.post(PAGE, {"action": "try_again", "_selected_action": [given_up.pk, sent.pk]})
    given_up.refresh_from_db()
    sent.refresh_from_db()
    assert (given_up.state, given_up.attempts, sent.state) == (State.WAITING, 0, State.SENT)
    assert timezone.now() - given_up.created_at < timedelta(minutes=1)


def test_mail_cannot_be_written_or_deleted_by_hand(operator: Client) -> None:
    message = OutgoingMessage.objects.create(kind="reply")
    assert operator.get(f"{PAGE}add/").status_code == 403
    assert operator.post(f"{PAGE}{message.pk}/delete/", {"post": "yes"}).status_code == 403
