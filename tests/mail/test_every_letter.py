"""Every mail, as it is written: the same words in both of its parts, none that hurts, and no kind without an example."""

import re
from collections.abc import Iterator

import html5lib
import pytest
from pytest_django import Settings

from tests.mail.every_letter import Sheet, write_every_letter
from tests.mail.smtp import closed_port
from tests.mail.test_letters import read_html

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]

NEVER_SAID = re.compile(r"\b(reject|violat|spam|invalid|illegal|denied|failed)", re.IGNORECASE)


@pytest.fixture
def sheets(settings: Settings) -> Iterator[list[Sheet]]:
    """Write every mail; none leaves."""
    settings.MAIL_TRANSPORT = "django.core.mail.backends.smtp.EmailBackend"
    with closed_port() as port:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
        yield list(write_every_letter())


def test_every_letter_says_the_same_twice_in_kind_words(sheets: list[Sheet], root) -> None:
    table = (root / "README.md").read_text().split("### Mail and background work")[1].split("\n### ")[0]
    kinds = re.findall(r"`([\w-]+)`", " ".join(line.split("|")[1] for line in table.splitlines() if line.startswith("| `")))
    assert {sheet.kind for sheet in sheets} == set(kinds)
    for sheet in sheets:
        html5lib.HTMLParser(strict=True).parse(sheet.html)
        html = read_html(sheet.html)
        text = [word for word in sheet.text.split() if word not in {">", "*", *html.links}]
        assert html.words[0] == "Understory"
        assert [word.rstrip(":") for word in html.words[1:]] == [word.rstrip(":") for word in text], sheet.name
        assert set(re.findall(r"^http\S+", sheet.text, re.MULTILINE)) == set(html.links)
        assert not NEVER_SAID.search(sheet.text), sheet.name
        assert len(sheet.subject) < 80
