"""SQLite, and in front of everything that writes a queue, for all processes of this machine.

SQLite lets a writer who finds another one at work sleep and look again, so that whoever comes later may be faster; in a crowd
somebody waits until SQLite gives up ("database is locked"). Here a thread waits for its turn among those of its process, and then
for the lock of a file beside the database, which the kernel gives to one process after the other, and takes from one that dies.
"""

import fcntl
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from django.db.backends.sqlite3 import base

_WRITES = ("INSERT", "UPDATE", "DELETE", "REPLACE")


class Turn:
    """The right to write to one database: one thread of one process has it at a time."""

    def __init__(self, database: str) -> None:
        self._threads = threading.Lock()
        self._file = os.open(f"{database}-queue", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)

    def take(self) -> None:
        """Wait for it, however long those before take; none of them may write for longer than a second."""
        self._threads.acquire()
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX)
        except BaseException:
            self._threads.release()
            raise

    def give_back(self) -> None:
        """Let the next one write."""
        fcntl.flock(self._file, fcntl.LOCK_UN)
        self._threads.release()


_turns: dict[str, Turn | None] = {}
_turns_lock = threading.Lock()
os.register_at_fork(after_in_child=_turns.clear)  # a lock of a file is shared with a child that inherits it


def find_turn(database: str) -> Turn | None:
    """Return the turn of a database, None for one in memory or in a folder where nothing can be written."""
    with _turns_lock:
        if database not in _turns:
            try:
                _turns[database] = Turn(database) if os.path.isfile(database) else None
            except OSError:
                _turns[database] = None
        return _turns[database]


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection that waits for its turn before BEGIN, and before a statement that writes outside of a transaction."""

    _turn: Turn | None = None  # while this connection has it
    _kept: "QueueingCursor | None" = None

    def create_cursor(self, name: Any = None) -> Any:
        """Return a cursor that stands in line."""
        cursor = self.connection.cursor(factory=QueueingCursor)
        cursor.wrapper = self
        return cursor

    def kept_cursor(self) -> "QueueingCursor":
        """Return a cursor of this connection that is made once, for those who read its rows at once."""
        kept = self._kept
        if kept is None or kept.connection is not self.connection:
            kept = self._kept = self.create_cursor()
        return kept

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Have the turn within the block, where nothing is open that has it already."""
        turn = None if self.in_atomic_block or self._turn else find_turn(str(self.settings_dict["NAME"]))
        if turn is None:
            yield
            return
        turn.take()
        try:
            yield
        finally:
            turn.give_back()

    def _start_transaction_under_autocommit(self) -> None:
        turn = find_turn(str(self.settings_dict["NAME"]))
        if turn is None or self._turn is not None:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]
            return
        turn.take()
        self._turn = turn
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]
        except BaseException:
            self._end_turn()
            raise

    def _end_turn(self) -> None:
        turn, self._turn = self._turn, None
        if turn is not None:
            turn.give_back()

    def _commit(self) -> None:
        super()._commit()  # type: ignore[misc]
        self._end_turn()  # after a failure the transaction stands until it is rolled back

    def _rollback(self) -> None:
        try:
            super()._rollback()  # type: ignore[misc]
        finally:
            self._end_turn()

    def _close(self) -> None:
        try:
            super()._close()  # type: ignore[misc]
        finally:
            self._end_turn()


class QueueingCursor(base.SQLiteCursorWrapper):
    """Waits for its turn where a statement writes by itself."""

    wrapper: DatabaseWrapper

    def convert_query(self, query: str, *, param_names: Any = None) -> str:
        """Return ``query`` with the marks of SQLite; each statement is looked through once."""
        return super().convert_query(query, param_names=param_names) if param_names else _with_own_marks(query)

    def execute(self, query: str, params: Any = None) -> Any:
        """Send a statement."""
        if not query.startswith(_WRITES):
            return super().execute(query, params)
        with self.wrapper.turn():
            return super().execute(query, params)

    def executemany(self, query: str, param_list: Any) -> Any:
        """Send a statement once for each list of parameters."""
        with self.wrapper.turn():
            return super().executemany(query, param_list)


@lru_cache(maxsize=1024)
def _with_own_marks(query: str) -> str:
    return base.FORMAT_QMARK_REGEX.sub("?", query).replace("%%", "%")
