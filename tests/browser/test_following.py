"""An answer finds whoever asked, a year later; they answer it from the mail, and stop with one click."""

import re
from collections.abc import Iterator
from datetime import timedelta
from email.message import Message
from urllib.request import Request, urlopen

import pytest
import time_machine
from django.utils import timezone
from playwright.sync_api import expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from forum.accounts.models import Guest
from forum.discussion.models import Comment
from forum.jobs.worker import Worker
from forum.subscriptions.models import Subscription
from tests.conftest import NARROW, Visitors
from tests.factories import ArticleFactory
from tests.mail.smtp import MailServer
from tests.subscriptions.people import decide, guest_person, write

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def mail_server(settings: Settings) -> Iterator[MailServer]:
    """Listen, as the server that EMAIL_URL would name; mail is really queued and sent."""
    server = MailServer()
    server.start()
    settings.EMAIL_BACKEND = "forum.mail.backend.QueueingBackend"
    settings.MAIL_TRANSPORT = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
    yield server
    server.stop()


def _text_of(message: Message) -> str:
    part = next(part for part in message.walk() if part.get_content_type() == "text/plain")
    return bytes(part.get_payload(decode=True)).decode().replace("\r\n", "\n")  # type: ignore[arg-type]


def _link(message: Message, words: str) -> str:
    found = re.search(rf"^{re.escape(words)}:\nhttp://localhost:8000(/\S+)$", _text_of(message), re.MULTILINE)
    assert found, _text_of(message)
    return found[1]


def _work(minutes: int = 11) -> None:
    with time_machine.travel(timezone.now() + timedelta(minutes=minutes)):
        Worker(rhythms=()).run_due()


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_answer_finds_who_asked_a_year_later(
    visitors: Visitors, live_server: LiveServer, mail_server: MailServer, scripts: bool
) -> None:
    article = ArticleFactory(slug="stiff")
    page = visitors.open(java_script_enabled=scripts)
    page.goto(f"{live_server.url}/articles/stiff/comment/")
    page.fill("#f-body", "Does warm water help?")
    page.fill("#f-name", "Joan")
    page.fill("#f-email", "joan@example.org")
    page.click("button[name=post]")
    expect(page.locator(".comment__state")).to_contain_text("is waiting for a moderator")

    _work()
    ((_, way_back),) = mail_server.received
    phone = visitors.open(java_script_enabled=scripts, viewport=NARROW)
    phone.goto(live_server.url + _link(way_back, "Confirm that this is your address"))
    phone.click("text=Yes, it is my address")
    expect(phone.locator("[role=status]").first).to_contain_text("Your address is confirmed")
    assert Guest.objects.get(email="joan@example.org").proven_at

    question = decide(Comment.objects.get(), "published")
    _work()
    public = mail_server.received[-1][1]
    assert "Your comment is public. Thank you for writing it." in _text_of(public)
    phone.goto(live_server.url + _link(public, "See it in its place"))
    expect(phone.locator(f"#comment-{question.pk}")).to_contain_text("Does warm water help?")

    with time_machine.travel(timezone.now() + timedelta(days=366)):
        write(
            guest_person(display_name="Marit"), discussion=article.discussion, parent=question, body="It does.", wants_mail=False
        )
        _work()
        address, answer = mail_server.received[-1]
        assert address == "joan@example.org"
        assert "1 year later, Marit has answered what you wrote here." in _text_of(answer)
    with time_machine.travel(timezone.now() + timedelta(days=800)):
        later = visitors.open(java_script_enabled=scripts, viewport=NARROW)
        later.goto(live_server.url + _link(answer, "Read it and answer Marit"))
        expect(later.locator(".comment__words", has_text="It does.")).to_be_visible()
        later.click("a:has-text('Reply to Marit')")
        expect(later.locator("#f-name")).to_have_value("Joan")
        later.fill("#f-body", "Thank you, after all this time.")
        later.click("button[name=post]")
        expect(later.locator("h1")).to_have_text("Your reply is waiting for a moderator")
        assert Comment.objects.get(body="Thank you, after all this time.").guest == question.guest

        stop = _link(answer, "Stop emails about this conversation")
        later.goto(live_server.url + stop)
        replies = Subscription.objects.filter(guest=question.guest, kind="replies", stopped_at=None)
        assert replies.exists()
        later.click("button:has-text('Stop emails about this conversation')")
        expect(later.locator("[role=status]")).to_have_text("Stopped. You will get no more emails about this conversation.")
        assert not replies.exists()
        later.click("text=Undo")
        expect(later.locator("[role=status]")).to_have_count(0)
        assert replies.exists()
        # As a mail program does it: no cookie, no referer, nothing but the address in the header.
        request = Request(live_server.url + stop, data=b"List-Unsubscribe=One-Click", method="POST")
        with urlopen(request) as response:
            assert response.status == 200
        assert not replies.exists()
