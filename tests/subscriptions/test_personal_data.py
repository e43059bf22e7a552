"""What is held on somebody here is given to them and erased, also from mail that is on its way to others."""

from datetime import timedelta

import pytest

from forum.discussion.erasing import forget_writer
from forum.mail.models import OutgoingMessage
from forum.mail.personal_data import erase as erase_mail
from forum.subscriptions.models import Delivery, MailChoice, Subscription
from forum.subscriptions.personal_data import erase, export
from forum.subscriptions.services import Choice, choose, subscribe
from tests.factories import ArticleFactory
from tests.subscriptions.people import guest_person, mails, recipients, work_later, write

pytestmark = pytest.mark.django_db


@pytest.fixture
def article():
    return ArticleFactory(title="Stiff muscles")


@pytest.fixture
def joan():
    return guest_person("joan@example.org", display_name="Joan")


def test_export_names_what_is_followed_and_what_was_told(article, joan):
    question = write(joan, discussion=article.discussion)
    reply = write(guest_person(), discussion=article.discussion, parent=question, wants_mail=False)
    choose([joan], Choice("weekly", with_text=False))
    work_later()
    found = export(joan)
    assert [(row["what"], row["article"]) for row in found["followed"]] == [
        ("what becomes of my comments", ""),
        ("replies to me in a conversation", "Stiff muscles"),
    ]
    assert found["emails"] == {"when": "Once a week, all in one", "with_text": False}
    assert [row["comment_id"] for row in found["told_of"]] == [reply.pk]


def test_erasing_leaves_no_row(article, joan):
    question = write(joan, discussion=article.discussion)
    write(guest_person(), discussion=article.discussion, parent=question, wants_mail=False)
    choose([joan], Choice(with_text=False))
    work_later()
    erase(joan, keep_words=False)
    for model in (Subscription, MailChoice, Delivery):
        assert not model.objects.filter(joan.rows()).exists()


@pytest.mark.parametrize("keep_words", [True, False])
def test_words_and_name_leave_mail_to_others_at_once(article, joan, keep_words):
    reader = guest_person()
    subscribe(reader, "discussion", discussion=article.discussion)
    write(joan, discussion=article.discussion, body="Zanzoquux helped.", wants_mail=False)
    work_later()
    assert "Zanzoquux" in str(mails()[0].content)
    erase(joan, keep_words=keep_words)
    assert mails() == []
    forget_writer(joan, keep_words=keep_words)
    work_later(timedelta(hours=1))
    assert recipients() == ([reader.guest.email] if keep_words else [])
    assert "Joan" not in str([mail.content for mail in mails()])


def test_subscriber_erased_between_queue_and_sending_gets_nothing(article, joan, mail_server):
    mail_server.stop()
    question = write(joan, discussion=article.discussion)
    write(guest_person(), discussion=article.discussion, parent=question, wants_mail=False)
    work_later()
    assert recipients() == ["joan@example.org"]
    erase(joan, keep_words=True)
    erase_mail(joan, keep_words=True)
    mail_server.start()
    work_later(timedelta(days=1))
    assert mail_server.recipients == []
    assert not OutgoingMessage.objects.filter(kind="reply").exists()
