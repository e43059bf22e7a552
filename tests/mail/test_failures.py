"""What the answers of mail servers mean."""

import smtplib

import pytest

from forum.mail.failures import Failure, read_failure


def _at_recipient(code: int, words: str) -> Exception:
    return smtplib.SMTPRecipientsRefused({"marit@example.org": (code, words.encode())})


@pytest.mark.parametrize(
    ("error", "failure"),
    [
        (_at_recipient(550, "5.1.1 <marit@example.org> unknown"), Failure("550 5.1.1 … unknown", True, True)),
        (_at_recipient(550, "no such user"), Failure("550 no such user", True, True)),
        (_at_recipient(554, "5.2.1 closed"), Failure("554 5.2.1 closed", True, True)),
        (_at_recipient(552, "5.2.2 mailbox full"), Failure("552 5.2.2 mailbox full", True)),
        (_at_recipient(550, "5.2.2 over quota"), Failure("550 5.2.2 over quota", True)),
        (_at_recipient(550, "5.7.1 you are on a block list"), Failure("550 5.7.1 you are on a block list", True)),
        (_at_recipient(450, "4.2.1 try later"), Failure("450 4.2.1 try later")),
        (_at_recipient(421, "4.3.2 closing"), Failure("421 4.3.2 closing", is_server_down=True)),
        (smtplib.SMTPDataError(554, b"5.6.0 no"), Failure("554 5.6.0 no", True)),
        (smtplib.SMTPDataError(451, b"4.3.0 disk full"), Failure("451 4.3.0 disk full")),
        (smtplib.SMTPSenderRefused(550, b"not you", "x@y.z"), Failure("550 not you", is_server_down=True)),
        (smtplib.SMTPAuthenticationError(535, b"wrong password"), Failure("535 wrong password", is_server_down=True)),
        (TimeoutError("timed out"), Failure("TimeoutError: timed out", is_server_down=True, may_have_arrived=True)),
        (
            ConnectionResetError("gone"),
            Failure("ConnectionResetError: gone", is_server_down=True, may_have_arrived=True),
        ),
        (KeyError("marit@example.org"), Failure("KeyError")),
    ],
)
def test_answer_is_sorted(error: Exception, failure: Failure) -> None:
    assert read_failure(error) == failure
