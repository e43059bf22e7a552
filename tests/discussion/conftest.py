"""Mail that is really queued."""

import pytest
from pytest_django import Settings


@pytest.fixture(autouse=True)
def _queue(settings: Settings) -> None:
    """Use the site's own backend; Django's test runner puts another in its place."""
    settings.EMAIL_BACKEND = "forum.mail.backend.QueueingBackend"
