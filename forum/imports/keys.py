"""Keys of rows, given out before the rows are written: so what a stopped import writes later is what it would have written."""

from django.db import connection, models


def reserve(model: type[models.Model], count: int, *, above: int = 0) -> int:
    """Set ``count`` keys of ``model`` aside that nobody else will get, and return the number below the first; at least ``above``.

    Called inside a transaction.
    """
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # Whoever is in the middle of an insert is waited for.
            cursor.execute(f'LOCK TABLE "{table}" IN SHARE ROW EXCLUSIVE MODE')
            cursor.execute("SELECT pg_get_serial_sequence(%s, 'id')", [table])
            (sequence,) = cursor.fetchone()
            cursor.execute(f"SELECT last_value, is_called FROM {sequence}")  # noqa: S608 - as the database names it
            last, is_called = cursor.fetchone()
            base = max(last if is_called else last - 1, above)
            if base + count:
                cursor.execute("SELECT setval(%s, %s)", [sequence, base + count])
            return base
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        row = cursor.fetchone()
        base = max(row[0] if row else 0, above)
        if row:
            cursor.execute("UPDATE sqlite_sequence SET seq = %s WHERE name = %s", [base + count, table])
        else:
            cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [table, base + count])
        return base
