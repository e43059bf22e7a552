"""What may be stored on the way: an answer to somebody known, or to be known, never. And which methods pages take."""

import pytest
from django.conf import settings
from django.test import Client

from tests.discussion.visiting import visit_as
from tests.factories import ArticleFactory, CommentFactory, MemberFactory
from tests.pages import Sample

pytestmark = pytest.mark.django_db


def test_page_of_somebody_known_is_kept_by_their_browser_only() -> None:
    comment = CommentFactory(state="held")
    path = comment.discussion.article.get_absolute_url()
    member, reading = Client(), Client()
    member.force_login(MemberFactory())
    reading.cookies[settings.READING_COOKIE_NAME] = "anything"
    for visitor in (visit_as(comment.guest), member, reading):
        for address in (path, f"{path}comments/{comment.pk}/", "/", "/mine/", "/there-is-no-such-page/"):
            directives = visitor.get(address).get("Cache-Control", "").split(", ")
            assert {"private", "no-cache"} <= set(directives)


def test_page_that_sets_a_cookie_is_kept_by_the_browser_only(client: Client) -> None:
    response = client.get(f"{ArticleFactory().get_absolute_url()}comment/")
    assert response.cookies
    assert "private" in response["Cache-Control"]


def test_page_that_a_stranger_reads_says_nothing_of_the_kind(client: Client) -> None:
    response = client.get(ArticleFactory().get_absolute_url())
    assert not response.cookies
    assert "private" not in response.get("Cache-Control", "")
    assert "Cookie" in response["Vary"]


def test_every_page_tells_which_methods_it_takes(client: Client) -> None:
    paths = Sample.load().paths()
    without = []
    for path in paths:
        answer = client.options(path)
        if answer.status_code in (200, 204) and "OPTIONS" not in answer.get("Allow", ""):
            without.append(path)
    assert without == []
    answer = client.options(next(path for path in paths if path.startswith("/articles/")))
    assert (answer.status_code, answer.content, answer["Allow"]) == (204, b"", "GET, HEAD, OPTIONS")


def test_article_takes_nothing_but_reading(client: Client) -> None:
    article = ArticleFactory()
    assert client.post(article.get_absolute_url()).status_code == 405
