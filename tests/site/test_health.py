"""/healthz and /readyz."""

import pytest
from django.db import connection
from django.test import Client


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
