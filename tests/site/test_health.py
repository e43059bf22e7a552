"""/healthz and /readyz."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from tests.factories import MemberFactory
from tests.sites import Site


def test_process_answers_without_a_database(client: Client) -> None:
    assert client.get("/healthz").content == b"ok\n"


@pytest.mark.django_db
def test_site_is_ready_when_all_migrations_are_applied(client: Client) -> None:
    response = client.get("/readyz")
    assert (response.status_code, response.content) == (200, b"ok\n")


@pytest.mark.django_db
def test_missing_migration_is_named(client: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE name = (SELECT MAX(name) FROM django_migrations WHERE app = 'site')")
    response = client.get("/readyz")
    assert (response.status_code, response.content) == (503, b"migrations: 1 not applied\n")


@pytest.mark.django_db
def test_a_cache_that_is_away_is_named_and_stops_nobody(client: Client, settings: Any) -> None:
    here = Site(settings.DATA_DIR / "cache-away")
    here.environment["CACHE_URL"] = "redis://127.0.0.1:1/0"
    told = here.run("from django.conf import settings; import json; print(json.dumps(settings.CACHES))")
    settings.CACHES = json.loads(told)
    settings.ACCOUNT_RATE_LIMITS = {"request_login_code": "20/m/ip,10/h/key"}
    assert client.get("/readyz").content == b"ok\ncache: cannot be reached, the database counts in its stead\n"
    asked = client.post("/accounts/login/", {"login": MemberFactory().email})
    assert asked.status_code == 302


@pytest.mark.django_db
def test_what_watches_the_site_past_the_proxy_is_not_sent_to_https(client: Client, settings: Any) -> None:
    settings.SECURE_SSL_REDIRECT = True
    assert [client.get(path).status_code for path in ("/healthz", "/readyz", "/metrics")] == [200, 200, 200]
    assert client.get("/guidelines/").status_code == 301


def test_command_on_a_database_that_is_not_prepared_is_one_sentence(tmp_path: Path, new_database: Callable[[], str]) -> None:
    done = Site(tmp_path, new_database()).manage("rebuild_counts")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("The database is not prepared for this release; migrations are missing: ")
    assert done.stderr.endswith(". Run: manage.py prepare\n")
