"""Mail that is really queued, and waits: the mail server is away unless a test starts one."""

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from tests.mail.smtp import MailServer, closed_port
from tests.workers import PATIENCE_SECONDS


@pytest.fixture(autouse=True)
def _queue(settings: Settings) -> Iterator[None]:
    """Use the site's own backend; Django's test runner puts another in its place."""
    settings.EMAIL_BACKEND = "forum.mail.backend.QueueingBackend"
    settings.MAIL_TRANSPORT = "django.core.mail.backends.smtp.EmailBackend"
    with closed_port() as port:
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", port, PATIENCE_SECONDS
        yield


@pytest.fixture
def mail_server(settings: Settings) -> Iterator[MailServer]:
    """Listen, as the server that EMAIL_URL would name."""
    server = MailServer()
    settings.EMAIL_PORT = server.port
    server.start()
    yield server
    server.is_silent_after_data = False
    server.stop()
