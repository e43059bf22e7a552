"""One import at a time: two that write at once would give out the same places. The lock goes with its process.

And what the connection of the one that runs is given: room for many rows.
"""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db import connection

from .records import ImportFileError

# SQLite keeps so much of the file in memory, and copies its journal into it after so many pages of 4 KB: an import writes all
# over its indexes, and would else read, and copy, the same pages for every batch. Nothing is less safe by it.
SQLITE_ROOM = {"cache_size": -49_152, "wal_autocheckpoint": 16_384}
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


def is_running() -> bool:
    """Tell whether an import is at work at this moment."""
    try:
        with the_only_import():
            return False
    except ImportBusyError:
        return True


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


@contextmanager
def much_to_write() -> Iterator[None]:
    """Give the connection to SQLite more room within the block."""
    if connection.vendor != "sqlite":
        yield
        return
    kept = {name: _set(name, value) for name, value in SQLITE_ROOM.items()}
    try:
        yield
    finally:
        for name, value in kept.items():
            _set(name, value)


def _set(name: str, value: int) -> int:
    """Set a PRAGMA, and return what it was."""
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA {name}")
        (former,) = cursor.fetchone()
        cursor.execute(f"PRAGMA {name}={value}")
    return int(former)
