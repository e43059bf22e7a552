"""Connections of the pool: asked seldom whether they live, and not given out once they were found dead."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import DEFAULT_DB_ALIAS, connection, connections

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has no connections that another machine could end"),
]


@pytest.fixture
def other() -> Iterator[Any]:
    """Give a second connection of this process, as another thread would have it."""
    connection.ensure_connection()  # so that it is not the one that is given back
    wrapper = connections.create_connection(DEFAULT_DB_ALIAS)
    yield wrapper
    wrapper.close()


def take(wrapper: Any) -> int:
    """Let a request begin and end; return which process of the server answered."""
    with wrapper.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        pid: int = cursor.fetchone()[0]
    wrapper.close()
    return pid


def end_all() -> int:
    """End all connections to this database but the own one, as a server does that stops; return how many there were."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        return len(cursor.fetchall())


def test_a_connection_is_asked_once_a_second_at_most(other: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from psycopg_pool import ConnectionPool

    from forum.database.postgresql import base

    asked = []
    ask = ConnectionPool.check_connection
    monkeypatch.setattr(ConnectionPool, "check_connection", lambda raw: (asked.append(raw), ask(raw)))
    monkeypatch.setattr(base, "TRUSTED_SECONDS", 3600)
    take(other)
    before = len(asked)
    for _turn in range(other.pool.max_size):
        take(other)
    assert len(asked) == before
    monkeypatch.setattr(base, "TRUSTED_SECONDS", 0)
    take(other)
    assert len(asked) == before + 1
    assert other.pool._check is None  # or Django would ask as well


def test_the_connection_that_was_given_back_last_is_given_out_first(other: Any) -> None:
    third = connections.create_connection(DEFAULT_DB_ALIAS)
    for wrapper in (other, third):
        wrapper.ensure_connection()
    pids = [wrapper.connection.info.backend_pid for wrapper in (other, third)]
    assert pids[0] != pids[1]
    for first, last in ((other, third), (third, other)):
        first.close()
        last.close()
        for wrapper in (last, first):
            wrapper.ensure_connection()
        assert last.connection.info.backend_pid == pids[1]
        assert first.connection.info.backend_pid == pids[0]
        pids.reverse()
    for wrapper in (other, third):
        wrapper.close()


def test_a_connection_that_died_is_replaced(other: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from forum.database.postgresql import base

    monkeypatch.setattr(base, "TRUSTED_SECONDS", 0)
    pid = take(other)
    assert end_all()
    assert take(other) != pid


def test_whoever_is_cut_off_in_between_fails_once(other: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.db import OperationalError

    from forum.database.postgresql import base

    monkeypatch.setattr(base, "TRUSTED_SECONDS", 3600)
    take(other)
    ended = end_all()
    failed = 0
    while failed < ended:
        try:
            take(other)
            break
        except OperationalError:
            failed += 1
            other.close()
    assert failed
    take(other)


def test_where_nothing_answers_a_request_fails_in_the_end_and_no_place_is_lost(
    other: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from psycopg import OperationalError
    from psycopg_pool import ConnectionPool

    from forum.database.postgresql import base

    monkeypatch.setattr(base, "TRUSTED_SECONDS", 0)
    for error in (OperationalError("no answer"), KeyboardInterrupt()):

        def fail(raw: Any, error: BaseException = error) -> None:
            raise error

        with monkeypatch.context() as patched:
            patched.setattr(ConnectionPool, "check_connection", fail)
            if isinstance(error, KeyboardInterrupt):
                with pytest.raises(KeyboardInterrupt):
                    take(other)
            else:
                assert take(other)  # not asked at last: the server is there after all
    assert {take(other) for _turn in range(other.pool.max_size * 2)}
