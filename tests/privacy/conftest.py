"""Mail that is really queued, and a folder for files of its own: other tests of the same process leave theirs."""

from pathlib import Path

import pytest
from pytest_django import Settings


@pytest.fixture(autouse=True)
def _queue(settings: Settings) -> None:
    """Use the site's own backend; what the worker sends is kept in memory."""
    settings.EMAIL_BACKEND = "forum.mail.backend.QueueingBackend"
    settings.MAIL_TRANSPORT = "django.core.mail.backends.locmem.EmailBackend"


@pytest.fixture(autouse=True)
def _folder(settings: Settings, tmp_path: Path) -> None:
    """Keep the files of one test out of the sight of the next."""
    settings.DATA_DIR = tmp_path
