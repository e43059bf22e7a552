"""What an attempt that ended in an exception means: for the mail, for its address, for the connection. Pure."""

import re
import smtplib
from dataclasses import dataclass

from .addresses import without_addresses

# RFC 3463: 5.1.x speaks of the address, 5.2.1 of a mailbox that was shut. 5.2.2 (full), 5.3 (their system), 5.4 (the way there)
# and 5.7 (they do not want *us*: a block list) say nothing about the person; marking those would silence all after one bad day.
_ENHANCED_CODE = re.compile(r"\b5\.(\d{1,3})\.(\d{1,3})\b")


@dataclass(frozen=True)
class Failure:
    """How an attempt failed."""

    note: str  # the server's words, without an address
    is_permanent: bool = False  # this mail will never be taken
    is_address_dead: bool = False  # no mail to this address will
    is_server_down: bool = False  # the next mail would fare no better
    may_have_arrived: bool = False  # the text was perhaps handed over; only the answer is missing


def read_failure(error: Exception) -> Failure:
    """Sort what the transport raised. An exception that nobody foresaw counts as temporary: giving up too late loses nothing."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, words = next(iter(error.recipients.values()))
        note = _note(code, words)
        return Failure(
            note, is_permanent=code >= 500, is_address_dead=_says_address_is_dead(code, note), is_server_down=code == 421
        )
    if isinstance(error, smtplib.SMTPDataError):
        is_permanent = error.smtp_code >= 500
        return Failure(_note(error.smtp_code, error.smtp_error), is_permanent=is_permanent, is_server_down=error.smtp_code == 421)
    if isinstance(error, smtplib.SMTPResponseException):  # greeting, password, sender: nothing to do with this mail
        return Failure(_note(error.smtp_code, error.smtp_error), is_server_down=True)
    name = type(error).__name__
    if isinstance(error, (OSError, smtplib.SMTPServerDisconnected)):
        return Failure(without_addresses(f"{name}: {error}"), is_server_down=True, may_have_arrived=True)
    return Failure(name)


def _note(code: int, words: bytes | str) -> str:
    return without_addresses(f"{code} {words.decode(errors='replace') if isinstance(words, bytes) else words}")


def _says_address_is_dead(code: int, note: str) -> bool:
    if code not in (550, 551, 553, 554):  # 552 is a full mailbox; 500 to 504 quarrel about the protocol
        return False
    enhanced = _ENHANCED_CODE.search(note)
    return enhanced is None or enhanced[1] == "1" or enhanced.groups() == ("2", "1")
