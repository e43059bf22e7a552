"""Mail that is really queued, and a mail server that really takes it."""

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from tests.mail.smtp import MailServer
from tests.workers import PATIENCE_SECONDS


@pytest.fixture(autouse=True)
def _queue(settings: Settings) -> None:
    """Use the site's own backend; Django's test runner puts another in its place."""
    settings.EMAIL_BACKEND = "forum.mail.backend.QueueingBackend"


@pytest.fixture
def mail_server(settings: Settings) -> Iterator[MailServer]:
    """Listen, as the server that EMAIL_URL would name."""
    server = MailServer()
    server.start()
    settings.MAIL_TRANSPORT = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", server.port, PATIENCE_SECONDS
    yield server
    server.is_silent_after_data = False
    server.stop()
