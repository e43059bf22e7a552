"""A real mail server on loopback whose moods a test chooses."""

import asyncio
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import Message

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.workers import PATIENCE_SECONDS


def free_port() -> int:
    """Return a port on loopback that nobody listens on."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


@contextmanager
def closed_port() -> Iterator[int]:
    """Give a port on loopback where nobody listens nor will: it is taken for the time of the block."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        yield sock.getsockname()[1]


class MailServer:
    """Takes mail, or does not: what it answers at RCPT and DATA are functions of the address.

    One with ``tls`` takes nothing before STARTTLS and a login.
    """

    def __init__(self, *, tls: ssl.SSLContext | None = None) -> None:
        self.port = free_port()
        self.logins: list[tuple[bytes, bytes]] = []
        private = {"tls_context": tls, "require_starttls": True, "authenticator": self._log_in, "auth_required": True}
        self._options = private if tls else {}
        self.received: list[tuple[str, Message]] = []
        self.attempts: list[str] = []
        self.answer_recipient: Callable[[str], str] = lambda address: "250 OK"
        self.answer_data: Callable[[str], str] = lambda address: "250 OK"
        self.is_silent_after_data = False
        self.has_text = threading.Event()
        self._controller: Controller | None = None

    @property
    def recipients(self) -> list[str]:
        """The addresses that have been sent something, in order."""
        return [address for address, _ in self.received]

    def start(self) -> None:
        """Begin to listen."""
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port, ready_timeout=PATIENCE_SECONDS, **self._options)
        self._controller.start()

    def stop(self) -> None:
        """Hang up."""
        if self._controller:
            self._controller.stop()
        self._controller = None

    def _log_in(self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, typed: LoginPassword) -> AuthResult:
        self.logins.append((typed.login, typed.password))
        return AuthResult(success=True)

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]) -> str:  # noqa: N802
        """Answer as the test wants it."""
        self.attempts.append(address)
        answer = self.answer_recipient(address)
        if answer.startswith("2"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Keep the mail, and answer, or never."""
        (address,) = envelope.rcpt_tos
        answer = self.answer_data(address)
        if answer.startswith("2"):
            self.received.append((address, message_from_bytes(bytes(envelope.content or b""))))
        self.has_text.set()
        while self.is_silent_after_data:
            await asyncio.sleep(0.02)
        return answer
