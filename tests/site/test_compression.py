"""How pages are packed that are made for one request."""

import gzip

import brotli
import pytest
from django.test import Client

from tests.factories import ArticleFactory, MemberFactory

pytestmark = pytest.mark.django_db
BROWSER = {"Accept-Encoding": "gzip, deflate, br"}


def test_people_of_whom_nothing_is_known_get_brotli():
    path = f"{ArticleFactory().get_absolute_url()}?since=2009-01-01"
    plain, packed = Client().get(path), Client().get(path, headers=BROWSER)
    assert packed["Content-Encoding"] == "br"
    assert "Accept-Encoding" in packed["Vary"]
    assert int(packed["Content-Length"]) == len(packed.content)
    assert brotli.decompress(packed.content) == plain.content


def test_somebody_known_gets_gzip_whose_length_tells_nothing():
    client = Client()
    client.force_login(MemberFactory())
    packed = client.get("/settings/", headers=BROWSER)
    assert packed["Content-Encoding"] == "gzip"
    assert b"</html>" in gzip.decompress(packed.content)


def test_who_takes_no_brotli_gets_gzip_or_the_page_itself():
    assert Client().get("/help/", headers={"Accept-Encoding": "gzip"})["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in Client().get("/help/")
    assert "Content-Encoding" not in Client().get("/healthz", headers=BROWSER)
