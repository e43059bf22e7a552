"""Every mail as its reader sees it: light and dark, 320 px wide, and with styles off.

LETTER_SHEETS names a folder into which a sheet of each is drawn, for people to look at.
"""

import os
import re
from collections.abc import Iterator
from html import escape
from pathlib import Path

import pytest
from playwright.sync_api import Page
from pytest_django import Settings

from tests.conftest import Visitors
from tests.mail.every_letter import Sheet, write_every_letter
from tests.mail.smtp import closed_port
from tests.pages import find_faults_in_all_lights

pytestmark = [pytest.mark.browser, pytest.mark.one_database, pytest.mark.django_db]

DARK = "@media (prefers-color-scheme: dark)"


@pytest.fixture(autouse=True)
def _queue(settings: Settings) -> Iterator[None]:
    """Let mail wait: there is no mail server."""
    settings.EMAIL_BACKEND = "forum.mail.backend.QueueingBackend"
    settings.MAIL_TRANSPORT = "django.core.mail.backends.smtp.EmailBackend"
    with closed_port() as port:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
        yield


@pytest.mark.long
def test_every_letter_can_be_read_in_light_and_dark_and_on_a_narrow_screen(visitors: Visitors) -> None:
    page = visitors.open()
    folder = os.environ.get("LETTER_SHEETS")
    faults: list[str] = []
    for sheet in write_every_letter():
        if folder:
            _draw(visitors, sheet, Path(folder))
        page.set_content(sheet.html)
        faults += [f"{sheet.name}: {fault}" for fault in find_faults_in_all_lights(page, 320)]
    assert faults == []


def _draw(visitors: Visitors, sheet: Sheet, folder: Path) -> None:
    """Draw one mail beside itself: light, dark and narrow, its text, and what is left without styles."""
    bare = re.sub(r"<style>.*?</style>", "", sheet.html, flags=re.DOTALL)
    bare = re.sub(r' style="[^"]*"', "", bare)
    frames = [(660, sheet.html), (320, sheet.html.replace(DARK, "@media all")), (420, bare)]
    parts = [f'<iframe width="{width}" srcdoc="{escape(html)}"></iframe>' for width, html in frames]
    parts.insert(2, f'<pre style="width:520px;white-space:pre-wrap;overflow-wrap:anywhere">{escape(sheet.text)}</pre>')
    row = f'<div style="display:flex;gap:10px;align-items:start">{"".join(parts)}</div>'
    page: Page = visitors.open(viewport={"width": 1990, "height": 600})
    page.set_content(f"<title>{escape(sheet.name)}</title><h1>{escape(sheet.kind)}: {escape(sheet.subject)}</h1>{row}")
    page.evaluate(
        """() => document.querySelectorAll('iframe').forEach(frame => {
            frame.height = frame.contentDocument.documentElement.scrollHeight + 4
        })"""
    )
    folder.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=folder / f"{sheet.kind}-{sheet.name}.png", full_page=True)
    page.context.close()
