"""What is told of requests and of the site: numbers, lines, the number of a request; never a person."""

import json
import logging
import re
from collections.abc import Callable, Iterator
from io import StringIO
from typing import Any

import pytest
from django.db import connection, connections
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from forum.moderation.waiting import count_waiting
from forum.site.logs import JSONFormatter
from forum.site.metrics import PAGE_CACHE_ANSWERS, REQUEST_SECONDS
from forum.site.observing import current_request_id, observed, watch_queries
from tests.factories import CommentFactory, GuestFactory

Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def lines() -> Iterator[Lines]:
    """Give a function that reads what was logged as JSON, an object a line."""
    stream = StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JSONFormatter())
    logger = logging.getLogger("forum")
    requests = logging.getLogger("forum.requests")
    level = requests.level
    logger.addHandler(handler)
    requests.setLevel(logging.INFO)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    logger.removeHandler(handler)
    requests.setLevel(level)


def read_numbers(client: Client, **headers: str) -> dict[str, float]:
    response = client.get("/metrics", headers=headers)
    assert response.status_code == 200
    found = re.findall(r"^(\w+(?:\{.*\})?) (\S+)$", response.content.decode(), re.MULTILINE)
    return {name: float(value) for name, value in found}


@pytest.mark.django_db
def test_metrics_tell_what_waits_and_how_long_requests_took(client: Client) -> None:
    CommentFactory(state="held")
    CommentFactory()
    client.get("/guidelines/")
    numbers = read_numbers(client)
    assert numbers["understory_database_up"] == 1
    assert numbers["understory_waiting_comments"] == count_waiting().count
    assert {
        "understory_waiting_oldest_seconds",
        "understory_due_jobs",
        "understory_waiting_mail",
        "understory_failed_mail",
    } <= set(numbers)
    assert numbers['understory_request_seconds_count{method="GET",route="/guidelines/",status="200"}'] >= 1
    assert any(name.startswith("understory_page_cache_answers_total") for name in numbers)


@pytest.mark.django_db
def test_metrics_are_for_this_machine_or_with_the_token(client: Client, settings: Any) -> None:
    assert client.get("/metrics", REMOTE_ADDR="203.0.113.7").status_code == 403
    assert client.get("/metrics", headers={"X-Forwarded-For": "203.0.113.7"}).status_code == 403
    assert client.get("/metrics", REMOTE_ADDR="203.0.113.7", headers={"Authorization": "Bearer "}).status_code == 403
    settings.METRICS_TOKEN = "a-long-secret"
    assert client.get("/metrics", REMOTE_ADDR="203.0.113.7", headers={"Authorization": "Bearer wrong"}).status_code == 403
    asked = client.get("/metrics", REMOTE_ADDR="203.0.113.7", headers={"Authorization": "Bearer a-long-secret"})
    assert asked.status_code == 200


@pytest.mark.django_db
def test_metrics_name_nobody(client: Client) -> None:
    guest = GuestFactory(display_name="Zanzoquux", email="qwyzzla@mail.example")
    comment = CommentFactory(guest=guest, name="Zanzoquux", state="held")
    client.get(f"/comments/{comment.pk}/")
    text = client.get("/metrics").content.decode()
    assert "anzoquux" not in text
    assert "qwyzzla" not in text
    assert f"/comments/{comment.pk}/" not in text


def test_a_request_keeps_the_number_of_a_proxy_and_gets_one_without() -> None:
    seen = []

    def view(request: HttpRequest) -> HttpResponse:
        seen.append(current_request_id())
        return HttpResponse("ok")

    answer = observed(view)
    given = answer(RequestFactory().get("/", headers={"X-Request-ID": "proxy-0123456789"}))
    assert (given["X-Request-ID"], seen[-1]) == ("proxy-0123456789", "proxy-0123456789")
    odd = answer(RequestFactory().get("/", headers={"X-Request-ID": 'a b" {}'}))
    assert re.fullmatch(r"[0-9a-f]{32}", odd["X-Request-ID"])
    assert current_request_id() == ""


@pytest.mark.django_db
def test_each_request_has_a_line_that_says_where_but_not_who(client: Client, lines: Lines) -> None:
    comment = CommentFactory()
    response = client.get(f"/comments/{comment.pk}/?q=Zanzoquux", headers={"X-Request-ID": "abcdefgh-1"})
    line = lines()[-1]
    assert (line["request"], line["method"], line["status"]) == ("abcdefgh-1", "GET", response.status_code)
    assert line["route"] == "/comments/<int:pk>/"
    assert "Zanzoquux" not in json.dumps(line)
    assert str(line["at"]).endswith("+00:00")


@pytest.mark.django_db
def test_a_slow_query_is_written_down_without_its_values(client: Client, lines: Lines, settings: Any) -> None:
    settings.SLOW_QUERY_MS = 1
    sleep = "SELECT pg_sleep(0.005), %s" if connection.vendor == "postgresql" else _SLOW_ON_SQLITE
    watch_queries(connections["default"])
    try:
        with connection.cursor() as cursor:
            cursor.execute(sleep, ["Zanzoquux"])
    finally:
        connection.execute_wrappers.clear()
    line = lines()[-1]
    assert line["logger"] == "forum.queries"
    assert float(str(line["ms"])) >= 1
    assert "%s" in str(line["statement"])
    assert "Zanzoquux" not in json.dumps(line)


_SLOW_ON_SQLITE = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200000) SELECT max(i), %s FROM n"


def test_an_error_in_json_names_class_and_lines_only(lines: Lines) -> None:
    try:
        raise ValueError("Zanzoquux wrote something")
    except ValueError:
        logging.getLogger("forum.discussion").exception("It failed")
    line = lines()[-1]
    assert (line["level"], line["message"]) == ("error", "It failed")
    assert "builtins.ValueError" in str(line["error"])
    assert "Zanzoquux" not in json.dumps({**line, "error": str(line["error"]).replace('raise ValueError("Zanzoquux', "")})


def test_numbers_of_processes_have_names_of_one_family() -> None:
    assert {metric._name for metric in (REQUEST_SECONDS, PAGE_CACHE_ANSWERS)} == {
        "understory_request_seconds",
        "understory_page_cache_answers",
    }
