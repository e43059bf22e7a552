"""Statements of PostgreSQL that are prepared are sent without detours, and fail as others do."""

import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import wraps
from typing import Any

import pytest
from django.db import DEFAULT_DB_ALIAS, OperationalError, connection, connections, transaction
from django.db.utils import DataError, NotSupportedError
from django.test.utils import CaptureQueriesContext

from forum.database.compiled import Compiled, find_cursor
from forum.discussion.models import Comment
from tests.factories import CommentFactory

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has no server that prepares anything"),
]

find = Compiled(lambda pk, name: Comment.objects.filter(pk=pk, name=name).values_list("pk", "name", "posted_at"))


def as_the_web_does(test: Callable[..., None]) -> Callable[..., None]:
    """Run a test in another thread than the main one, with a connection of its own."""

    @wraps(test)
    def run(*args: Any, **options: Any) -> None:
        def whole() -> None:
            try:
                test(*args, **options)
            finally:
                connection.close()

        with ThreadPoolExecutor(1) as pool:
            pool.submit(whole).result()

    return run


@pytest.fixture
def detours(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Note what psycopg sends in its own way."""
    from psycopg import Cursor

    noted: list[str] = []
    execute = Cursor.execute

    def note(cursor: Any, query: Any, *args: Any, **options: Any) -> Any:
        noted.append(str(query))
        return execute(cursor, query, *args, **options)

    monkeypatch.setattr(Cursor, "execute", note)
    return noted


@pytest.fixture
def other() -> Iterator[Any]:
    """Give a second connection, to disturb the first one from."""
    wrapper = connections.create_connection(DEFAULT_DB_ALIAS)
    wrapper.inc_thread_sharing()
    yield wrapper
    wrapper.close()


@as_the_web_does
def test_a_prepared_statement_is_sent_directly(detours: list[str]) -> None:
    comment = CommentFactory(name="100 %s $1 'Ó")
    row = (comment.pk, comment.name, comment.posted_at)
    assert find(comment.pk, comment.name) == [row]
    detours.clear()
    assert find(comment.pk, comment.name) == [row]
    assert find(comment.pk + 1, comment.name) == find(comment.pk, "") == []
    with transaction.atomic():  # the first one begins it
        assert find(comment.pk, comment.name) == [row]
        Comment.objects.update(name="Nobody")
        assert find(comment.pk, "Nobody") == [(comment.pk, "Nobody", comment.posted_at)]
        assert [statement.partition(" ")[0] for statement in detours] == ["UPDATE"]
        transaction.set_rollback(True)
    assert find(comment.pk, comment.name) == [row]


@as_the_web_does
def test_what_was_asked_is_noted() -> None:
    for _time in range(2):
        with CaptureQueriesContext(connection) as captured:
            find(1, "nobody")
        assert [query["sql"].count("FROM") for query in captured] == [1]


@as_the_web_does
def test_a_transaction_that_was_undone_leaves_nothing_that_is_gone(detours: list[str]) -> None:
    comment = CommentFactory()
    row = (comment.pk, comment.name, comment.posted_at)
    for _time in range(2):
        with transaction.atomic():
            find(comment.pk, comment.name)
            try:
                with transaction.atomic():
                    Comment.objects.update(name="Nobody")
                    raise ZeroDivisionError
            except ZeroDivisionError:
                pass
            assert find(comment.pk, comment.name) == [row]
        assert find(comment.pk, comment.name) == [row]
    assert any("ROLLBACK" in statement for statement in detours)


@as_the_web_does
def test_number_of_rows_is_told() -> None:
    comments = [CommentFactory(name="One") for _time in range(3)]
    for count in (3, 3, 0):
        cursor = find_cursor(connection)
        cursor.execute("UPDATE discussion_comment SET relation = 'self' WHERE name = %s", ["One" if count else "Two"])
        assert cursor.rowcount == count
    assert Comment.objects.filter(relation="self").count() == len(comments)


@as_the_web_does
def test_an_error_is_that_of_the_database() -> None:
    for divisor in (1, 1, 0):
        cursor = find_cursor(connection)
        if divisor:
            cursor.execute("SELECT 1 / %s::int", [divisor])
            assert cursor.fetchall() == [(1,)]
            continue
        with pytest.raises(DataError, match="division by zero"):
            cursor.execute("SELECT 1 / %s::int", [divisor])


@as_the_web_does
def test_a_connection_that_is_lost_is_an_error_of_its_own(other: Any) -> None:
    comment = CommentFactory()
    for _time in range(2):
        find(comment.pk, comment.name)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        pid = cursor.fetchone()[0]
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
    with pytest.raises(OperationalError):
        find(comment.pk, comment.name)
    with pytest.raises(OperationalError):
        find(comment.pk, comment.name)
    connection.close()
    assert len(find(comment.pk, comment.name)) == 1


@as_the_web_does
def test_a_connection_that_breaks_without_a_word_is_an_error_of_its_own() -> None:
    for _time in range(2):
        assert find(1, "nobody") == []
    with socket.socket(fileno=os.dup(connection.connection.pgconn.socket)) as line:
        line.shutdown(socket.SHUT_RDWR)
    with pytest.raises(OperationalError):
        find(1, "nobody")
    connection.close()
    assert find(1, "nobody") == []


@as_the_web_does
def test_a_column_that_became_another_is_read_as_it_is_now(other: Any) -> None:
    ask = "SELECT word FROM widened WHERE word = %s"

    def alter(statement: str) -> None:
        with other.cursor() as cursor:
            cursor.execute(statement)

    def read() -> list[tuple[str]]:
        cursor = find_cursor(connection)
        cursor.execute(ask, ["one"])
        return list(cursor.fetchall())

    alter("CREATE TABLE widened (word varchar(5))")
    try:
        alter("INSERT INTO widened VALUES ('one')")
        assert [read() for _time in range(3)] == [[("one",)]] * 3
        alter("ALTER TABLE widened ALTER word TYPE varchar(9)")
        assert [read() for _time in range(3)] == [[("one",)]] * 3
        alter("ALTER TABLE widened ALTER word TYPE text")
        with transaction.atomic():
            find(1, "nobody")
            with pytest.raises(NotSupportedError):  # what the transaction has done is lost
                read()
            transaction.set_rollback(True)
        assert [read() for _time in range(3)] == [[("one",)]] * 3
    finally:
        alter("DROP TABLE widened")


def test_a_signal_ends_a_statement_in_the_main_thread() -> None:
    assert threading.current_thread() is threading.main_thread()

    def interrupt(_number: int, _frame: Any) -> None:
        raise KeyboardInterrupt

    usual = signal.signal(signal.SIGALRM, interrupt)
    try:
        cursor = find_cursor(connection)
        for seconds in (0.0, 0.0):
            cursor.execute("SELECT pg_sleep(%s)", [seconds])
        began = time.monotonic()
        signal.setitimer(signal.ITIMER_REAL, 0.3)
        with pytest.raises(KeyboardInterrupt):
            cursor.execute("SELECT pg_sleep(%s)", [30.0])
        assert time.monotonic() - began < 15
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, usual)
        connection.close()


def test_a_server_that_vanishes_is_given_up() -> None:
    connection.ensure_connection()
    asked = connection.connection.info.get_parameters()
    assert 0 < int(asked["tcp_user_timeout"]) <= 10_000
    assert 0 < int(asked["keepalives_idle"]) < 10
    assert 0 < int(asked["connect_timeout"]) < 10
