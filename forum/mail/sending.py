"""Sending letters: the headers around one, and the call that queues it in the caller's transaction."""

from collections.abc import Iterable
from dataclasses import dataclass
from email.utils import formataddr

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection

from .addresses import clean_address
from .letters import Letter, one_line


@dataclass(frozen=True)
class MailingList:
    """What kind of mail it is that comes unasked, and how it stops: RFC 2919 (List-Id), RFC 8058 (one click)."""

    name: str  # "replies", "digest": letters, digits and hyphens
    stop_url: str  # takes a POST without a cookie, and a GET that changes nothing
    is_urgent: bool = False  # goes out before what nobody waits for, as mail does that belongs to no list

    def headers(self) -> dict[str, str]:
        """Return the headers, for mail programs to show a Stop button of their own."""
        named = {} if self.is_urgent else {"List-Id": f"<{self.name}.{settings.MAIL_DOMAIN}>"}
        return named | {
            "List-Unsubscribe": f"<{one_line(self.stop_url)}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        }


class LetterMessage(EmailMultiAlternatives):
    """A message with a word for what it is, by which sent mail is counted."""

    kind = "other"


def thread_id(conversation: str) -> str:
    """Return the Message-ID by which mail programs gather all mail on one conversation ("thread-12"); no mail bears it itself."""
    return f"<{conversation}@{settings.MAIL_DOMAIN}>"


def write_letter(
    letter: Letter,
    *,
    to: str,
    kind: str,
    name: str = "",
    message_id: str = "",
    conversation: str = "",
    mailing_list: MailingList | None = None,
) -> LetterMessage:
    """Return ``letter`` as a message to the address ``to``, not yet sent.

    ``kind`` is a word such as "reply", kept for counting when the rest is forgotten. ``message_id`` ("delivery-77") makes that
    header the same whenever this letter is written again; ``conversation`` ("thread-12") puts it with other mail on it. With a
    ``mailing_list`` it is mail that nobody waits for at the screen: unless urgent, it goes out after all else, and not to a
    refused address.
    Raises InvalidAddressError.
    """
    address = clean_address(to)
    headers = mailing_list.headers() if mailing_list else {}
    if message_id:
        headers["Message-ID"] = thread_id(message_id)
    if conversation:
        headers["In-Reply-To"] = headers["References"] = thread_id(conversation)
    message = LetterMessage(
        one_line(letter.subject),
        letter.as_text(),
        to=[formataddr((one_line(name), address)) if name else address],
        headers=headers,
        alternatives=[(letter.as_html(), "text/html")],
    )
    message.kind = kind
    return message


def send_letters(messages: Iterable[LetterMessage]) -> int:
    """Queue messages in the caller's transaction with a constant number of queries for each five hundred; return their number."""
    return get_connection().send_messages(list(messages)) or 0
