"""Rows written with statements that are put together once: Django takes longer to write the SQL than a database to run it.

For what is written with every comment. Values go through the fields of the model, as in ``save``; the signals of models
(``pre_save`` and the like) are not sent. Everything here belongs in the caller's transaction.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any

from django.db import connections, router
from django.db.models import Field, Model

from .compiled import find_cursor


def insert(row: Model) -> None:
    """Store a new row and give it its id."""
    alias = router.db_for_write(type(row))
    connection = connections[alias]
    fields, sql = _insertion(type(row), connection.vendor, 1)
    key = row._meta.pk
    with_id = row.pk is None
    cursor = find_cursor(connection)
    cursor.execute(f"{sql} RETURNING {_column(key)}" if with_id else sql, _values(row, fields, connection, add=True))
    if with_id:
        row.pk = cursor.fetchone()[0]
    row._state.adding, row._state.db = False, alias


def insert_all(rows: Sequence[Model]) -> None:
    """Store new rows of one model in one statement; nobody needs their ids."""
    if not rows:
        return
    connection = connections[router.db_for_write(type(rows[0]))]
    fields, sql = _insertion(type(rows[0]), connection.vendor, len(rows))
    find_cursor(connection).execute(sql, [value for row in rows for value in _values(row, fields, connection, add=True)])


def save(row: Model, names: tuple[str, ...]) -> None:
    """Store the fields ``names`` of a row that is there."""
    connection = connections[router.db_for_write(type(row))]
    fields, sql = _change(type(row), names)
    find_cursor(connection).execute(sql, [*_values(row, fields, connection, add=False), row.pk])


def _values(row: Model, fields: Sequence["Field[Any, Any]"], connection: Any, *, add: bool) -> list[Any]:
    return [field.get_db_prep_save(field.pre_save(row, add), connection=connection) for field in fields]


@cache
def _insertion(model: type[Model], vendor: str, count: int) -> tuple[Sequence["Field[Any, Any]"], str]:
    fields = [field for field in model._meta.concrete_fields if not _is_given_by_database(field)]
    columns = ", ".join(_column(field) for field in fields)
    row = f"({', '.join(['%s'] * len(fields))})"
    return fields, f"INSERT INTO {model._meta.db_table} ({columns}) VALUES {', '.join([row] * count)}"  # noqa: S608


def _is_given_by_database(field: "Field[Any, Any]") -> bool:
    return field.get_internal_type() in ("AutoField", "BigAutoField")


@cache
def _change(model: type[Model], names: tuple[str, ...]) -> tuple[Sequence["Field[Any, Any]"], str]:
    by_name = {field.name: field for field in model._meta.concrete_fields}
    fields = [by_name[name] for name in names]
    changes = ", ".join(f"{_column(field)} = %s" for field in fields)
    return fields, f"UPDATE {model._meta.db_table} SET {changes} WHERE {_column(model._meta.pk)} = %s"  # noqa: S608


def _column(field: "Field[Any, Any]") -> str:
    return f'"{field.column}"'
