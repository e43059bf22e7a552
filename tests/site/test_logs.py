"""The log says what went wrong and where in the code, and nothing about anybody."""

import io
import logging
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path

from forum.site.logs import DiscreetFormatter

NAME, ADDRESS, WORDS = "Qwyzzla", "qwyzzla@mail.example", "zanzoquux"


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Return what the handlers of the settings write."""
    stream = io.StringIO()
    handlers = [handler for name in ("django", "forum") for handler in logging.getLogger(name).handlers]
    handlers = [handler for handler in handlers if isinstance(handler.formatter, DiscreetFormatter)]
    before = [handler.setStream(stream) for handler in handlers]
    yield stream
    for handler, old in zip(handlers, before, strict=True):
        handler.setStream(old)


def fail(error: BaseException) -> None:
    raise error


def break_down(request: HttpRequest, token: str) -> None:
    """Break as a view does, with an error that quotes what was typed."""
    raise RuntimeError(f"{NAME} wrote {WORDS} at {token}")


def say_sorry(request: HttpRequest) -> HttpResponse:
    """Answer in place of the page of the site, which links to addresses that are not here."""
    return HttpResponse("Something broke.", status=500)


handler500 = say_sorry
urlpatterns = [path("mine/<str:token>/", break_down)]


def test_every_handler_is_discreet() -> None:
    assert {handler["formatter"] for handler in settings.LOGGING["handlers"].values()} == {"discreet"}


def test_an_error_is_logged_by_its_class_and_its_lines(log: io.StringIO) -> None:
    try:
        try:
            fail(KeyError(f"{NAME} wrote {WORDS}"))
        except KeyError:
            fail(ValueError(f"Key (email)=({ADDRESS}) already exists."))
    except ValueError:
        logging.getLogger("forum.discussion").exception("It failed")
    text = log.getvalue()
    assert all(part in text for part in ("It failed", "builtins.ValueError", "builtins.KeyError", "test_logs.py", "in fail"))
    assert not any(part in text for part in (NAME, ADDRESS, WORDS))


@pytest.mark.urls(__name__)
def test_a_page_that_breaks_is_logged_by_the_pattern_of_its_address(log: io.StringIO) -> None:
    token = signing.dumps(["guest", 1, 0], salt="x")
    answer = Client(raise_request_exception=False).get(f"/mine/{token}/?q={WORDS}")
    assert answer.status_code == 500
    text = log.getvalue()
    assert text.startswith("Internal Server Error: /mine/<str:token>/\n")
    assert text.endswith("builtins.RuntimeError\n")
    assert not any(part in text for part in (NAME, WORDS, token))


def test_addresses_and_secret_links_are_left_out_of_messages(log: io.StringIO) -> None:
    token = signing.dumps(["guest", 12, 0], salt="x")
    logging.getLogger("forum.mail").warning("%s for %s at /privacy/files/%s/", token, ADDRESS, "x" * 43)
    assert log.getvalue() == "… for … at /privacy/files/…/\n"
