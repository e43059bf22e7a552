"""Many rows into a table at once: what ``bulk_create`` does for each value is done once a column.

Nothing is validated, no default is filled in, no key is given back, and a row that is there already is an error.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
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
    values = [_change(row, changes) for row in rows]
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
        cursor.executemany(statement, [_change(read(one), changes) for one in objects])


@cache
def _prepare_update(model: type[models.Model], names: tuple[str, ...], vendor: str) -> tuple[str, Changes]:
    fields = {field.attname: field for field in model._meta.concrete_fields}
    columns = ", ".join(f'"{fields[name].column}" = %s' for name in names)
    key = model._meta.pk
    assert key is not None
    statement = f'UPDATE "{model._meta.db_table}" SET {columns} WHERE "{key.column}" = %s'  # noqa: S608 - of our models
    return statement, _find_changes([fields[name] for name in names], vendor)


@cache
def _prepare(model: type[models.Model], names: tuple[str, ...], vendor: str) -> tuple[str, Changes]:
    """Return the statement, and by column what makes its values those of the database."""
    fields = {field.attname: field for field in model._meta.concrete_fields}
    columns = ", ".join(f'"{fields[name].column}"' for name in names)
    table = f'"{model._meta.db_table}"'
    changes = _find_changes([fields[name] for name in names], vendor)
    if vendor == "postgresql":
        return f"COPY {table} ({columns}) FROM STDIN", changes
    marks = ", ".join(["%s"] * len(names))
    return f"INSERT INTO {table} ({columns}) VALUES ({marks})", changes  # noqa: S608 - of our models


def _find_changes(fields: Iterable[Any], vendor: str) -> Changes:
    return tuple((index, change) for index, field in enumerate(fields) if (change := _find_change(field, vendor)))


def _find_change(field: Any, vendor: str) -> Callable[[Any], Any] | None:
    if isinstance(field, models.JSONField):
        return json.dumps
    if vendor == "postgresql":
        return None
    if isinstance(field, models.DateTimeField):
        return _as_text
    if isinstance(field, models.UUIDField):
        return lambda value: value and value.hex
    return None


def _as_text(moment: datetime | None) -> str | None:
    """Return a moment as SQLite keeps it: in UTC, without saying so."""
    return None if moment is None else (moment if moment.tzinfo is UTC else moment.astimezone(UTC)).isoformat(" ")[:-6]


def _change(row: Values, changes: Changes) -> Values:
    if not changes:
        return row
    values = list(row)
    for index, change in changes:
        values[index] = change(values[index])
    return values
