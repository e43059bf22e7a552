"""How much a reader has to load: the budgets of the first view of an article and of a whole page, compressed."""

import gzip
import re
from pathlib import Path

import brotli
import pytest
from django.test import Client

from articles.models import Article
from bench.reading import first_view_kb
from forum.imports.sample import load_sample

KB = 1024
THREADS_ON_A_PAGE = 20

pytestmark = pytest.mark.django_db


def compressed(*parts: bytes) -> int:
    """Return how many bytes ``parts`` are on the wire, each sent by itself."""
    return sum(len(gzip.compress(part, 9)) for part in parts)


@pytest.fixture
def sheet(root: Path) -> bytes:
    """Return the style sheet."""
    return (root / "static" / "site.css").read_bytes()


@pytest.fixture
def sample() -> Article:
    """Return the sample article with its conversation."""
    article = load_sample()
    assert article
    return article


def test_first_view_of_an_article_is_at_most_14_kb(client: Client, sample: Article, sheet: bytes) -> None:
    page = client.get(sample.get_absolute_url()).content
    assert first_view_kb(page, sheet) <= 14


def test_page_of_an_article_with_its_conversation_is_at_most_40_kb(client: Client, sample: Article, sheet: bytes) -> None:
    page = client.get(sample.get_absolute_url()).content
    assert page.count(b'class="sheet ') >= THREADS_ON_A_PAGE - 5
    assert compressed(page, sheet) <= 40 * KB


def test_page_is_compressed_on_its_way(client: Client, sample: Article) -> None:
    answer = client.get(sample.get_absolute_url(), headers={"accept-encoding": "gzip, br"})
    assert answer["Content-Encoding"] == "br"
    assert b"</html>" in brotli.decompress(answer.content)


def test_page_loads_nothing_but_itself_and_the_sheet(client: Client, sample: Article) -> None:
    page = client.get(sample.get_absolute_url()).content.decode()
    # Addresses for feed readers and search engines are named, not loaded.
    loads = r'<(?:link rel="(?!alternate|canonical)|script|img|iframe|source|object|embed)\b[^>]*(?:href|src)="([^"]*)"'
    loaded = re.findall(loads, page)
    assert [re.sub(r"\.[0-9a-f]{12}\.", ".", address) for address in loaded] == ["/static/site.css", "/static/favicon.svg"]


def test_scripts_of_public_pages_are_at_most_20_kb(root: Path) -> None:
    assert compressed(*(path.read_bytes() for path in (root / "static").glob("*.js"))) <= 20 * KB
