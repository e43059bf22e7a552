"""What Django calls between tests that commit: every table holds again what it held before the first of them.

Django's own ``flush`` empties all tables and lets every app fill its own anew, which takes far longer than most tests.
"""

from typing import Any

from django.core.management.commands import flush
from django.db import connection

from forum.discussion.append_only import TABLE, opened_decisions

# Rows of the tables that are not empty in a database that has just been migrated.
_migrated: dict[str, list[tuple[Any, ...]]] = {}


class Command(flush.Command):
    """Writes nothing where nothing was changed."""

    def handle(self, **options: Any) -> None:
        """Put the rows back."""
        with opened_decisions(), connection.cursor() as cursor:
            # Decisions first, while they may go.
            for table in sorted(_find_filled(cursor) - set(_migrated), key=lambda table: table != TABLE):
                cursor.execute(f'DELETE FROM "{table}"')
            for table, rows in _migrated.items():
                if _read(cursor, table) != rows:
                    cursor.execute(f'DELETE FROM "{table}"')
                    cursor.executemany(f'INSERT INTO "{table}" VALUES ({", ".join(["%s"] * len(rows[0]))})', rows)


def remember_rows() -> None:
    """Remember what the tables of a new test database hold."""
    with connection.cursor() as cursor:
        _migrated.update((table, _read(cursor, table)) for table in sorted(_find_filled(cursor)))


def _find_filled(cursor: Any) -> set[str]:
    tables = connection.introspection.django_table_names(only_existing=True, include_views=False)
    cursor.execute(" UNION ALL ".join(f"SELECT '{table}' WHERE EXISTS (SELECT 1 FROM \"{table}\")" for table in tables))
    return {table for (table,) in cursor.fetchall()}


def _read(cursor: Any, table: str) -> list[tuple[Any, ...]]:
    cursor.execute(f'SELECT * FROM "{table}" ORDER BY 1')
    return cursor.fetchall()
