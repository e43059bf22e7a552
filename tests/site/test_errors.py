"""Pages for what went wrong: same frame, one way on, the writer's text given back."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import OperationalError, connection
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path

from forum import urls
from tests.factories import ArticleFactory


def break_down(request: HttpRequest) -> HttpResponse:
    """Fail as a mistake in the code would."""
    raise ZeroDivisionError


def refuse(request: HttpRequest) -> HttpResponse:
    """Refuse as a page that is not for everybody does."""
    raise PermissionDenied


urlpatterns = [path("breaks/", break_down), path("refuses/", refuse), *urls.urlpatterns]
handler400, handler500 = urls.handler400, urls.handler500

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]


@pytest.fixture
def visitor() -> Client:
    """Return a browser that gets what a visitor gets, not the exception."""
    return Client(raise_request_exception=False)


def no_answer(*args: Any) -> Any:
    """Fail as every query does when the database server is away."""
    raise OperationalError("server closed the connection unexpectedly")


def test_unknown_address_is_shown_kindly_and_escaped(visitor: Client) -> None:
    response = visitor.get("/spasticity/<b>pumps</b>/")
    page = response.content.decode()
    assert response.status_code == 404
    assert "<h1>This page is not here</h1>" in page
    assert "<bdi>/spasticity/&lt;b&gt;pumps&lt;/b&gt;/</bdi>" in page
    assert 'href="/"' in page


def test_page_that_is_not_for_everybody_says_so(visitor: Client) -> None:
    response = visitor.get("/refuses/")
    assert response.status_code == 403
    assert "<h1>You cannot see this page</h1>" in response.content.decode()


def test_mistake_of_ours_has_a_page_in_the_chosen_colours(visitor: Client) -> None:
    visitor.cookies["reading"] = "normal-normal-dark"
    response = visitor.get("/breaks/")
    page = response.content.decode()
    assert response.status_code == 500
    assert "<h1>Something broke on our side</h1>" in page
    assert '<a href="/accounts/login/' in page  # the frame, too, without what context processors give
    assert 'data-theme="dark"' in page
    assert "site.css" in page
    assert "ZeroDivisionError" not in page
    assert "unsafe" not in response["Content-Security-Policy"]


def test_mistake_of_ours_gives_the_text_back(visitor: Client) -> None:
    page = visitor.post("/breaks/", {"body": "\nMy knee </textarea> &amp; me"}).content.decode()
    assert "Your text is below." in page
    assert ">\n\nMy knee &lt;/textarea&gt; &amp;amp; me</textarea>" in page


def test_comment_sent_while_the_database_is_away_comes_back(visitor: Client) -> None:
    article = ArticleFactory()
    with connection.execute_wrapper(no_answer):
        response = visitor.post(f"{article.get_absolute_url()}comment/", {"body": "It took me an hour to type this."})
    page = response.content.decode()
    assert response.status_code == 503
    assert response["Retry-After"] == "120"
    assert "Your text is below. Copy it, and try again in a few minutes." in page
    assert "It took me an hour to type this.</textarea>" in page


@pytest.mark.parametrize("address", ["/guidelines/", "/help-now/", "/nothing/is/here/", "/refuses/"])
def test_page_that_needs_the_database_while_it_is_away_is_503(visitor: Client, address: str) -> None:
    with connection.execute_wrapper(no_answer):
        response = visitor.get(address)
    assert response.status_code == 503
    assert "We should be back in a few minutes." in response.content.decode()


def test_page_of_a_failure_asks_the_database_nothing(visitor: Client, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        visitor.get("/breaks/")
