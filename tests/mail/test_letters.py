"""One set of words, as text and as HTML."""

from html.parser import HTMLParser

import html5lib
import pytest
from django.core import mail
from django.utils import translation
from pytest_django import Settings

from forum.mail.letters import Aside, Code, Letter, Link, Links, Paragraph, Quote, Reminder
from forum.mail.sending import MailingList, write_letter

STOP = "http://localhost:8000/emails/token/"
LETTER = Letter(
    subject="Marit replied to you",
    blocks=[
        Aside("25 November 2026, 3 days after your comment."),
        Quote("Joan, I am <b>still</b> reading.\nEvery day.\n\n> What is he most afraid of?"),
        Link("Read it and answer Marit", "http://localhost:8000/comments/4/?a=1&b=2"),
        Paragraph("There is no hurry."),
        Code("123456"),
        Reminder("It has been years.", title="What you wrote"),
    ],
    footer=[Aside("You asked to hear about replies."), Links([Link("Stop all emails", STOP)])],
)


class _Words(HTMLParser):
    """Collects what a reader of the HTML sees, and where links lead."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.links: list[str] = []
        self.feed(html.partition("<body>")[2])

    def handle_data(self, data: str) -> None:
        self.words += data.split()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.links += [value or "" for name, value in attrs if name == "href"]


def read_html(html: str) -> _Words:
    """Return what a reader of the HTML part sees, and where its links lead."""
    return _Words(html)


def test_text_and_html_say_the_same_in_the_same_order() -> None:
    html = _Words(LETTER.as_html())
    text = [word for word in LETTER.as_text().split() if word not in {">", "*", *html.links}]
    assert [word.rstrip(":") for word in text] == [word for word in html.words if word not in {"Understory", ">"}]
    assert html.links == ["http://localhost:8000/comments/4/?a=1&b=2", STOP]
    assert all(link in LETTER.as_text() for link in html.links)


def test_html_is_valid_and_typed_words_do_not_become_markup() -> None:
    html = LETTER.as_html()
    html5lib.HTMLParser(strict=True).parse(html)
    assert "I am &lt;b&gt;still&lt;/b&gt; reading.<br>Every day." in html
    assert max(map(len, html.splitlines())) < 900  # mail servers cut lines at 998


def test_quotation_marks_every_line() -> None:
    assert Quote("one\ntwo\n\nthree").as_text() == "> one\n> two\n>\n> three"


def test_html_says_its_language_and_direction() -> None:
    with translation.override("ar"):
        assert '<html lang="ar" dir="rtl">' in LETTER.as_html()


def test_message_has_the_headers_of_a_list_and_of_its_conversation(settings: Settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    message = write_letter(
        LETTER,
        to="joan@bücher.example",
        name="Joan Ålund",
        kind="reply",
        message_id="delivery-77",
        conversation="thread-12",
        mailing_list=MailingList("replies", STOP),
    )
    message.send()
    sent = mail.outbox[0].message()
    assert dict(sent.items()) | {"Content-Type": "", "Date": ""} == {
        "Content-Type": "",
        "MIME-Version": "1.0",
        "Subject": "Marit replied to you",
        "From": "Understory <noreply@localhost>",
        "To": "=?utf-8?q?Joan_=C3=85lund?= <joan@xn--bcher-kva.example>",
        "Date": "",
        "Message-ID": "<delivery-77@localhost>",
        "In-Reply-To": "<thread-12@localhost>",
        "References": "<thread-12@localhost>",
        "List-Id": "<replies.localhost>",
        "List-Unsubscribe": f"<{STOP}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


@pytest.mark.parametrize("field", ["subject", "name", "stop_url"])
def test_line_break_begins_no_header(field: str) -> None:
    words = {"subject": "Hello", "name": "Joan", "stop_url": STOP} | {field: "Hello\r\nBcc: all@example.org\n\nwords"}
    message = write_letter(
        Letter(words["subject"], [Paragraph("Words.")]),
        to="joan@example.org",
        name=words["name"],
        kind="reply",
        mailing_list=MailingList("replies", words["stop_url"]),
    )
    assert "Bcc" not in message.message()
    assert message.message().get_payload(0).get_payload().startswith("Hello")
