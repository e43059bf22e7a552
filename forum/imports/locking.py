"""One import at a time: two that write at once would give out the same places. The lock goes with its process."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db import connection

from .records import ImportFileError

PG_LOCK = 7_316_020_007  # a number of ours among the advisory locks of PostgreSQL
BUSY = "Another import is running on this site. Wait until it is done, and try again."


class ImportBusyError(ImportFileError):
    """Somebody else imports at this moment."""


def work_folder() -> Path:
    """Return the folder for what imports need beside the database."""
    folder = Path(settings.DATA_DIR) / "imports"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


@contextmanager
def the_only_import() -> Iterator[None]:
    """Hold the lock. Raises ImportBusyError."""
    with (work_folder() / "lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ImportBusyError(BUSY) from None
        with _database_lock():
            yield


@contextmanager
def _database_lock() -> Iterator[None]:
    """Hold the lock of the database, which imports on other machines see; SQLite is on one machine."""
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [PG_LOCK])
        if not cursor.fetchone()[0]:
            raise ImportBusyError(BUSY)
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [PG_LOCK])
