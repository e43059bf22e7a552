"""Few fixtures: what must hold for every test, and a browser."""

import ipaddress
import os
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
import pytest
from hypothesis import HealthCheck, settings
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.chromium import CHROMIUM_FLAGS, find_chromium
from tests.migrated import copy_migrated, migrated_template, shared_folder
from tests.workers import Workers

WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 390, "height": 844}


# Fixtures by which a test reaches a database: the test's own, or that of a site of its own.
DATABASE_FIXTURES = {"db", "transactional_db", "live_server", "new_database", "environment"}


def pytest_configure(config: pytest.Config) -> None:
    """Keep a folder that the processes of this run share; those that xdist starts find it in their environment."""
    if not hasattr(config, "workerinput"):
        shared = ExitStack()
        shared.enter_context(shared_folder())
        config.add_cleanup(shared.close)


@pytest.hookimpl(wrapper=True)  # marked before pytest leaves out what ``-m`` does not ask for; sorted after all is shuffled
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> Iterator[None]:
    """Mark what reaches no database, leave out what needs a page that is not there, and begin with what takes long."""
    _mark_one_database(items)
    _leave_out_saved_page(config, items)
    yield
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


def _mark_one_database(items: list[pytest.Item]) -> None:
    for item in items:
        fixtures = set(getattr(item, "fixturenames", ()))
        if not item.get_closest_marker("django_db") and fixtures.isdisjoint(DATABASE_FIXTURES):
            item.add_marker("one_database")


def _leave_out_saved_page(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out tests marked ``saved_page`` unless there is such a page.

    SAVED_PAGE names the file and SAVED_PAGE_TRUTH the JSON in the form of tests/data/saved_page.json.
    """
    if os.environ.get("SAVED_PAGE") and os.environ.get("SAVED_PAGE_TRUTH"):
        return
    deselected = [item for item in items if item.get_closest_marker("saved_page")]
    if deselected:
        config.hook.pytest_deselected(items=deselected)
        items[:] = [item for item in items if not item.get_closest_marker("saved_page")]


def _refuse_other_machines(event: str, arguments: tuple[Any, ...]) -> None:
    """Stop a connection to any address but this machine's own; nothing that runs in a test can get round an audit hook."""
    if event != "socket.connect" or not isinstance(arguments[1], tuple):
        return
    host = str(arguments[1][0])
    if host != "localhost" and not ipaddress.ip_address(host.split("%")[0]).is_loopback:
        raise PermissionError(f"a test wanted to connect to {host}; the network is off")


# A busy machine is slow; that says nothing of the property.
settings.register_profile("suite", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("suite")

sys.addaudithook(_refuse_other_machines)


@pytest.fixture(scope="session")
def django_db_keepdb() -> bool:
    """Let Django take the SQLite file that is there, migrated; it goes with its folder."""
    return not os.environ["DATABASE_URL"].startswith("postgres")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None, django_db_keepdb: bool) -> None:
    """Begin with a copy of the database that all processes share."""
    from django.conf import settings

    test = settings.DATABASES["default"].setdefault("TEST", {})
    if django_db_keepdb:
        copy_migrated(Path(test["NAME"]))
    else:
        test["TEMPLATE"] = migrated_template(os.environ["DATABASE_URL"])


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Remember what the database holds, and keep one connection to a SQLite file open while tests last.

    The last one to close takes the write-ahead log away: else a worker that ends and a test that begins would take it away and
    make it anew at the same moment, over and over.
    """
    with django_db_blocker.unblock():
        from django.db import connection

        from tests.flushing.management.commands.flush import remember_rows

        remember_rows()
        name = str(connection.settings_dict["NAME"])
    if connection.vendor != "sqlite":
        yield
        return
    keeper = sqlite3.connect(name)
    keeper.execute("SELECT count(*) FROM sqlite_master").fetchone()
    yield
    keeper.close()


@pytest.fixture(autouse=True)
def _forget_articles() -> None:
    """Let no test find an article that another one read: in each of them the numbers of rows begin again."""
    from articles import pages

    pages._kept.clear()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests of this process."""
    # Playwright runs an event loop in this thread, which Django would take for asynchronous code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=str(find_chromium()), args=CHROMIUM_FLAGS)
        yield chromium
        chromium.close()


class Visitors:
    """Opens browsers of their own for people of a test, and remembers what no page may do."""

    def __init__(self, browser: Browser) -> None:
        self.browser = browser
        self.contexts: list[BrowserContext] = []
        self.faults: list[str] = []

    def open(self, **options: Any) -> Page:
        """Return a page of somebody new, with cookies of their own; ``options`` are those of Playwright's ``new_context``."""
        context = self.browser.new_context(**({"viewport": WIDE} | options))
        self.contexts.append(context)
        context.set_default_timeout(10_000)
        context.on("console", lambda message: self._note(message.type == "error", f"console: {message.text}"))
        context.on("weberror", lambda error: self._note(True, f"script: {error.error}"))
        context.on("request", lambda sent: self._note(not _is_here(sent.url), f"asked another host: {sent.url}"))
        return context.new_page()

    def _note(self, is_fault: bool, sentence: str) -> None:
        # A page that answers 4xx or 5xx is itself reported as an error by Chromium; the status is the test's own matter.
        if is_fault and "Failed to load resource: the server responded with a status of" not in sentence:
            self.faults.append(sentence)

    def leave(self) -> None:
        """Close every browser window; fail for what pages did behind the test's back."""
        for context in self.contexts:
            context.close()
        assert self.faults == []


def _is_here(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme in ("data", "about", "blob") or parts.hostname in ("localhost", "127.0.0.1")


@pytest.fixture
def visitors(browser: Browser) -> Iterator[Visitors]:
    """Open pages as several people; fails on console errors and on requests to another host."""
    people = Visitors(browser)
    yield people
    people.leave()


@pytest.fixture
def page(visitors: Visitors) -> Page:
    """Show the site in a window 1280 px wide."""
    return visitors.open()


@pytest.fixture
def narrow_page(visitors: Visitors) -> Page:
    """Show the site on a phone, 390 px wide."""
    return visitors.open(viewport=NARROW)


@pytest.fixture
def workers(transactional_db: None, tmp_path: Path) -> Iterator[Workers]:
    """Start workers as processes of their own, on the database of the test."""
    started = Workers(tmp_path)
    yield started
    started.kill()


@pytest.fixture(scope="session")
def root() -> Path:
    """Return the folder of the project."""
    return Path(__file__).resolve().parent.parent


@pytest.fixture
def new_database() -> Iterator[Callable[[], str]]:
    """Give a function that makes a new PostgreSQL database and returns its address; "" where tests run on SQLite."""
    server = os.environ["DATABASE_URL"]
    if not server.startswith("postgres"):
        yield lambda: ""
        return
    names: list[str] = []
    with psycopg.connect(server, autocommit=True) as administrator:

        def make() -> str:
            names.append(f"backup_{uuid4().hex}")
            administrator.execute(f"CREATE DATABASE {names[-1]}")
            return urlsplit(server)._replace(path=f"/{names[-1]}").geturl()

        yield make
        for name in names:
            administrator.execute(f"DROP DATABASE {name} WITH (FORCE)")
