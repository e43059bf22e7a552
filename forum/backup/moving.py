"""From SQLite to PostgreSQL: every row of every table, as it is, into tables made by the same migrations."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from django.apps import apps
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import DEFAULT_DB_ALIAS, connections, models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.utils import load_backend

SOURCE = "moved_from"  # the alias of the other database while rows are copied
ROWS_AT_ONCE = 1000
KEPT_TABLES = {"django_migrations"}  # each database has its own
MADE_ANEW = {"search"}  # apps whose rows follow from others, in the manner of each kind of database
Row = tuple[Any, ...]


def move_rows(dump: Path) -> None:
    """Copy all rows of the SQLite database at ``dump`` into the default database, which has the tables and loses what is in them.

    ``dump`` is brought to this release's migrations first. All or nothing: one transaction.
    """
    settings = connections[DEFAULT_DB_ALIAS].settings_dict | {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(dump),
        "OPTIONS": {},
    }
    source = load_backend(settings["ENGINE"]).DatabaseWrapper(settings, SOURCE)
    connections[SOURCE] = source
    try:
        call_command("migrate", database=SOURCE, interactive=False, verbosity=0)
        _copy(source, connections[DEFAULT_DB_ALIAS])
    finally:
        source.close()
        del connections[SOURCE]


def _copy(source: BaseDatabaseWrapper, target: BaseDatabaseWrapper) -> None:
    tables = [model for model in apps.get_models(include_auto_created=True) if _is_stored(model)]
    with transaction.atomic(), target.cursor() as cursor:
        names = ", ".join(target.ops.quote_name(model._meta.db_table) for model in tables)
        # Migrations have written rows too (roles, kinds of content): the ids of the other database count.
        cursor.execute(f"TRUNCATE {names} CASCADE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        for model in tables:
            if model._meta.app_label in MADE_ANEW:
                continue
            fields = _fields_of(model)
            columns = ", ".join(target.ops.quote_name(str(field.column)) for field in fields)
            places = ", ".join(["%s"] * len(fields))
            insert = f"INSERT INTO {target.ops.quote_name(model._meta.db_table)} ({columns}) VALUES ({places})"  # noqa: S608
            for rows in _batches(_read(model, source, target)):
                cursor.executemany(insert, rows)
        for statement in target.ops.sequence_reset_sql(no_style(), tables):
            cursor.execute(statement)


def _is_stored(model: type[models.Model]) -> bool:
    meta = model._meta
    return meta.managed and not meta.proxy and meta.db_table not in KEPT_TABLES


def _fields_of(model: type[models.Model]) -> list[Any]:
    """Return the fields that are stored as they are given; a database computes the others by itself."""
    return [field for field in model._meta.local_concrete_fields if not field.generated]


def _read(model: type[models.Model], source: BaseDatabaseWrapper, target: BaseDatabaseWrapper) -> Iterator[Row]:
    fields = _fields_of(model)
    names = [field.attname for field in fields]
    found = model._base_manager.using(source.alias).order_by("pk").values_list(*names).iterator(ROWS_AT_ONCE)
    for row in found:
        yield tuple(field.get_db_prep_save(value, target) for field, value in zip(fields, row, strict=True))


def _batches(rows: Iterator[Row]) -> Iterator[list[Row]]:
    while batch := list(islice(rows, ROWS_AT_ONCE)):
        yield batch
