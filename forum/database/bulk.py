"""Many rows into a table at once: what ``bulk_create`` does for each value is done once a column.

Nothing is validated, no default is filled in, no key is given back, and a row that is there already is an error.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime
from enum import Enum
from functools import cache
from operator import attrgetter
from typing import Any

from django.db import connection, models

Values = Sequence[Any]
Changes = tuple[tuple[int, Callable[[Any], Any]], ...]  # what makes values those of the database, by column


def insert_objects(objects: Sequence[models.Model]) -> None:
    """Store objects of one model. Either all have keys, or the database gives them out."""
    if not objects:
        return
    model = type(objects[0])
    names = [field.attname for field in model._meta.concrete_fields if not field.primary_key or objects[0].pk is not None]
    read = attrgetter(*names)
    insert_rows(model, names, map(read, objects) if len(names) > 1 else ((read(one),) for one in objects))


def insert_rows(model: type[models.Model], names: Sequence[str], rows: Iterable[Values]) -> None:
    """Store rows of values in the order of ``names``, which are those of columns as objects have them (``comment_id``)."""
    statement, changes = _prepare(model, tuple(names), connection.vendor)
    values = [change_values(row, changes) for row in rows]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with connection.wrap_database_errors, cursor.copy(statement) as copy:
                for row in values:
                    copy.write_row(row)
        else:
            cursor.executemany(statement, values)


def update_objects(objects: Sequence[models.Model], names: Sequence[str]) -> None:
    """Store these fields of objects of one model, which are there."""
    if not objects:
        return
    model = type(objects[0])
    statement, changes = _prepare_update(model, tuple(names), connection.vendor)
    read = attrgetter(*names, "pk")
    with connection.cursor() as cursor:
        cursor.executemany(statement, [change_values(read(one), changes) for one in objects])


@cache
def _prepare_update(model: type[models.Model], names: tuple[str, ...], vendor: str) -> tuple[str, Changes]:
    fields = {field.attname: field for field in model._meta.concrete_fields}
    columns = ", ".join(f'"{fields[name].column}" = %s' for name in names)
    key = model._meta.pk
    assert key is not None
    statement = f'UPDATE "{model._meta.db_table}" SET {columns} WHERE "{key.column}" = %s'  # noqa: S608 - of our models
    return statement, find_changes([fields[name] for name in names], vendor)


@cache
def _prepare(model: type[models.Model], names: tuple[str, ...], vendor: str) -> tuple[str, Changes]:
    """Return the statement, and by column what makes its values those of the database."""
    fields = {field.attname: field for field in model._meta.concrete_fields}
    columns = ", ".join(f'"{fields[name].column}"' for name in names)
    table = f'"{model._meta.db_table}"'
    changes = find_changes([fields[name] for name in names], vendor)
    if vendor == "postgresql":
        return f"COPY {table} ({columns}) FROM STDIN", changes
    marks = ", ".join(["%s"] * len(names))
    return f"INSERT INTO {table} ({columns}) VALUES ({marks})", changes  # noqa: S608 - of our models


def find_changes(fields: Iterable[Any], vendor: str) -> Changes:
    """Return what makes values of these fields those of the database, in their order."""
    return tuple((index, change) for index, field in enumerate(fields) if (change := _find_change(field, vendor)))


def _find_change(field: Any, vendor: str) -> Callable[[Any], Any] | None:
    if isinstance(field, models.JSONField):
        return _as_json
    if vendor == "postgresql":
        return _without_name if field.choices else None
    if isinstance(field, models.DateTimeField):
        return _as_text
    if isinstance(field, models.DateField):
        return _day_as_text
    if isinstance(field, models.UUIDField):
        return lambda value: value and value.hex
    return None


def _as_json(value: Any) -> str | None:
    return None if value is None else json.dumps(value)


def _as_text(moment: datetime | None) -> str | None:
    """Return a moment as SQLite keeps it: in UTC, without saying so."""
    return None if moment is None else (moment if moment.tzinfo is UTC else moment.astimezone(UTC)).isoformat(" ")[:-6]


def _day_as_text(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _without_name(value: Any) -> Any:
    """Return what a member of an enumeration stands for: psycopg would write its name."""
    return value.value if isinstance(value, Enum) else value


def change_values(row: Values, changes: Changes) -> Values:
    """Return the values of a row as the database takes them."""
    if not changes:
        return row
    values = list(row)
    for index, change in changes:
        values[index] = change(values[index])
    return values
