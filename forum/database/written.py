"""Rows written with statements that are put together once: Django takes longer to write the SQL than a database to run it.

For what is written with every comment. Nothing is validated, and the signals of models (``pre_save`` and the like) are not sent.
Everything here belongs in the caller's transaction. What nothing in it reads again can be noted (``together``).
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, lru_cache
from operator import attrgetter
from typing import Any, NamedTuple

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import Field, Model

from .bulk import Changes, Values, change_values, find_changes
from .compiled import find_cursor, find_vendor


class _Statement(NamedTuple):
    sql: str
    read: Callable[[Any], Values]  # the values of a row
    changes: Changes


class _Call(NamedTuple):
    sql: str
    params: Values


_noted: ContextVar[list[_Call] | None] = ContextVar("noted", default=None)  # within a block; on SQLite nothing waits


def insert(row: Model) -> None:
    """Store a new row and give it its id."""
    with_id = row.pk is None
    statement = _insertion(type(row), find_vendor(), with_id)
    cursor = find_cursor(connection)
    cursor.execute(statement.sql, change_values(statement.read(row), statement.changes))
    if with_id:
        row.pk = cursor.fetchall()[0][0]
    row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS


def insert_all(model: type[Model], names: tuple[str, ...], rows: Sequence[Values]) -> None:
    """Store rows of values in one statement, in the order of ``names``: all columns but the id, as objects have them."""
    if rows:
        execute(*_insert_many(model, names, rows))


def save(row: Model, names: tuple[str, ...]) -> None:
    """Store the fields ``names`` of a row that is there."""
    execute(*_change(row, names))


def execute(sql: str, params: Values) -> None:
    """Send a statement that gives no rows."""
    find_cursor(connection).execute(sql, params)


@contextmanager
def together() -> Iterator[None]:
    """Send what is noted within the block as one statement, at its end: each costs a way to the server and back.

    What was noted first is done first, as far as locks are concerned: that PostgreSQL keeps to it is tested, not promised.
    SQLite is within the process: there all is written at once, as it is outside of such a block.
    """
    if _noted.get() is not None or find_vendor() == "sqlite":
        yield
        return
    noted: list[_Call] = []
    token = _noted.set(noted)
    try:
        yield
    finally:
        _noted.reset(token)
    if noted:
        noted.reverse()  # PostgreSQL happens to run the last part first, and the first one last: the row that all wait for
        sql = _write_in_one(tuple(call.sql for call in noted))
        execute(sql, [value for call in noted for value in call.params])


def note(row: Model) -> None:
    """Store a new row of which nothing in this transaction needs the id."""
    statement = _insertion(type(row), find_vendor(), False)
    note_statement(statement.sql, change_values(statement.read(row), statement.changes))
    row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS


def note_all(model: type[Model], names: tuple[str, ...], rows: Sequence[Values]) -> None:
    """Store rows as ``insert_all`` does."""
    if rows:
        note_statement(*_insert_many(model, names, rows))


def note_changes(row: Model, names: tuple[str, ...]) -> None:
    """Store fields as ``save`` does. No row is changed twice in one block."""
    note_statement(*_change(row, names))


def note_statement(sql: str, params: Values) -> None:
    """Send a statement that writes, and neither looks at what others in the block write nor changes the same rows.

    Not within a savepoint that may be undone: it is sent all the same.
    """
    noted = _noted.get()
    if noted is None:
        execute(sql, params)
    else:
        noted.append(_Call(sql, params))


@lru_cache(maxsize=256)
def _write_in_one(statements: tuple[str, ...]) -> str:
    *others, last = statements
    parts = ", ".join(f"part_{number} AS ({sql})" for number, sql in enumerate(others))
    return f"WITH {parts} {last}" if others else last


def _insert_many(model: type[Model], names: tuple[str, ...], rows: Sequence[Values]) -> _Call:
    sql, changes = _insertion_of_many(model, names, find_vendor(), len(rows))
    return _Call(sql, [value for row in rows for value in change_values(row, changes)])


def _change(row: Model, names: tuple[str, ...]) -> _Call:
    statement = _update(type(row), names, find_vendor())
    return _Call(statement.sql, [*change_values(statement.read(row), statement.changes), row.pk])


@cache
def _insertion(model: type[Model], vendor: str, with_id: bool) -> _Statement:
    fields = [field for field in model._meta.concrete_fields if not _is_given_by_database(field)]
    sql = _write_insertion(model, fields, 1)
    if with_id:
        sql += f" RETURNING {_column(model._meta.pk)}"
    return _Statement(sql, _reader_of(fields), find_changes(fields, vendor))


@cache
def _insertion_of_many(model: type[Model], names: tuple[str, ...], vendor: str, count: int) -> tuple[str, Changes]:
    by_name = {field.attname: field for field in model._meta.concrete_fields if not _is_given_by_database(field)}
    assert by_name.keys() == set(names), "no column has a default of its own"
    fields = [by_name[name] for name in names]
    return _write_insertion(model, fields, count), find_changes(fields, vendor)


def _write_insertion(model: type[Model], fields: Sequence["Field[Any, Any]"], count: int) -> str:
    row = f"({', '.join(['%s'] * len(fields))})"
    columns = ", ".join(map(_column, fields))
    return f"INSERT INTO {model._meta.db_table} ({columns}) VALUES {', '.join([row] * count)}"  # noqa: S608


@cache
def _update(model: type[Model], names: tuple[str, ...], vendor: str) -> _Statement:
    by_name = {field.name: field for field in model._meta.concrete_fields}
    fields = [by_name[name] for name in names]
    changes = ", ".join(f"{_column(field)} = %s" for field in fields)
    sql = f"UPDATE {model._meta.db_table} SET {changes} WHERE {_column(model._meta.pk)} = %s"  # noqa: S608
    return _Statement(sql, _reader_of(fields), find_changes(fields, vendor))


def _reader_of(fields: Iterable["Field[Any, Any]"]) -> Callable[[Any], Values]:
    names = [field.attname for field in fields]
    read = attrgetter(*names)
    return read if len(names) > 1 else lambda row: (read(row),)


def _is_given_by_database(field: "Field[Any, Any]") -> bool:
    return field.get_internal_type() in ("AutoField", "BigAutoField")


def _column(field: "Field[Any, Any]") -> str:
    return f'"{field.column}"'
