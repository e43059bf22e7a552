"""Mail that is really queued, and a worker's turn."""

import pytest
from pytest_django import Settings


@pytest.fixture(autouse=True)
def _queue(settings: Settings) -> None:
    """Use the site's own backend; what the worker sends is kept in memory."""
    settings.EMAIL_BACKEND = "forum.mail.backend.QueueingBackend"
    settings.MAIL_TRANSPORT = "django.core.mail.backends.locmem.EmailBackend"
