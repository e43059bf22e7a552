"""EMAIL_URL, and the checks of what it says."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from pytest_django import Settings

from forum.mail.checks import check_mail_settings

PARTS = ["HOST", "PORT", "HOST_USER", "HOST_PASSWORD", "USE_TLS", "USE_SSL", "TIMEOUT"]
NAMES = ["MAIL_TRANSPORT", *(f"EMAIL_{part}" for part in PARTS)]
SMTP = "django.core.mail.backends.smtp.EmailBackend"


def _start(root: Path, tmp_path: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    script = f"import json; from forum import settings; print(json.dumps([getattr(settings, name) for name in {NAMES!r}]))"
    return subprocess.run(
        [sys.executable, "-c", script],
        cwd=root,
        env=os.environ | {"DATA_DIR": str(tmp_path)} | environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("url", "values"),
    [
        ("smtp://mail.example.org", [SMTP, "mail.example.org", 25, "", "", False, False, 30]),
        ("smtp+tls://me:pa%40ss@mail.example.org", [SMTP, "mail.example.org", 587, "me", "pa@ss", True, False, 30]),
        ("smtp+ssl://me:pass@mail.example.org", [SMTP, "mail.example.org", 465, "me", "pass", False, True, 30]),
        ("smtp+tls://mail.example.org:2525/?timeout=5", [SMTP, "mail.example.org", 2525, "", "", True, False, 5]),
        ("anymail.backends.test.EmailBackend", ["anymail.backends.test.EmailBackend", "localhost", 25, "", "", False, False, 30]),
        ("", ["forum.mail.outbox.EmailBackend", "localhost", 25, "", "", False, False, 30]),
    ],
)
def test_email_url_is_read(root: Path, tmp_path: Path, url: str, values: list[object]) -> None:
    started = _start(root, tmp_path, EMAIL_URL=url)
    assert json.loads(started.stdout) == values


@pytest.mark.parametrize(
    "url",
    ["mail.example.org", "mail.example.org:25", "smtps://h", "smtp://", "smtp://me:secret@host:many", "smtp://h/?timeout=secret"],
)
def test_wrong_email_url_stops_the_start_without_telling_the_password(root: Path, tmp_path: Path, url: str) -> None:
    started = _start(root, tmp_path, EMAIL_URL=url)
    assert started.returncode != 0
    assert "EMAIL_URL: " in started.stderr
    assert "secret" not in started.stderr


def test_check_names_a_transport_that_is_not_installed_and_a_sender_that_is_no_address(settings: Settings) -> None:
    settings.MAIL_TRANSPORT, settings.DEFAULT_FROM_EMAIL = "not.installed.EmailBackend", "nobody"
    assert [found.id for found in check_mail_settings()] == ["mail.E001", "mail.E002"]


def test_check_warns_a_public_site_that_sends_no_mail(settings: Settings) -> None:
    assert check_mail_settings() == []
    settings.SITE_URL = "https://example.org"
    assert [found.id for found in check_mail_settings()] == ["mail.W001"]
