"""Settings of a worker that a test starts as a process of its own: the sample jobs, and the mail server of the test."""

import os
from pathlib import Path

from tests.settings import *  # noqa: F403
from tests.settings import DATABASES, INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "tests.jobs.sample"]
DATABASES["default"]["NAME"] = os.environ["TEST_DATABASE_NAME"]
DATA_DIR = Path(os.environ["TEST_DATA_DIR"])
if port := os.environ.get("SMTP_PORT"):
    MAIL_TRANSPORT = "django.core.mail.backends.smtp.EmailBackend"
    EMAIL_HOST, EMAIL_PORT = "127.0.0.1", int(port)
