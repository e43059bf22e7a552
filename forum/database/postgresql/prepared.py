"""A cursor for statements that are asked again and again: each is prepared once for a connection, and then sent without detours.

psycopg sends a statement so that a thread or a coroutine may wait for the answer in its own way, with as much work in Python as
PostgreSQL has with the statement. Here libpq waits, for statements that psycopg has prepared. Which these are it goes on to
decide: it prepares the others, and gives all of them up when a transaction is undone.

No signal reaches Python while libpq waits. Those for a process come to its main thread, where commands and the worker run; there
psycopg waits as ever.
"""

from functools import lru_cache
from threading import get_ident, main_thread
from typing import Any, NamedTuple, NoReturn

from psycopg import Cursor, OperationalError
from psycopg.adapt import PyFormat
from psycopg.errors import FeatureNotSupported
from psycopg.pq import ConnStatus, TransactionStatus
from psycopg.pq.abc import PGresult
from psycopg.types.datetime import TimestamptzLoader


class _Asked(NamedTuple):
    query: bytes  # where Django looks for what was asked (``last_executed_query``)


class PreparedCursor(Cursor[Any]):
    """Takes statements with ``%s`` for values, a list. Read the rows at once: the next statement takes their place."""

    def __init__(self, connection: Any) -> None:
        super().__init__(connection)
        # Django's own gives the same moments, and reads each of them in Python. With one of its own a cursor has its ``_tx`` too.
        self.adapters.register_loader("timestamptz", TimestamptzLoader)

    def execute(self, query: Any, params: Any = None) -> "PreparedCursor":  # type: ignore[override]
        """Send a statement. Raises what psycopg raises."""
        values = params or ()
        try:
            self._execute_prepared(query, values)
        except FeatureNotSupported:
            # A newer release has changed a column: what was prepared here would fail for as long as the process lives.
            if not self._forget(query):
                raise
            self._execute_prepared(query, values)
        return self

    def _execute_prepared(self, query: str, params: Any) -> None:
        if not self._execute_known(query, params):
            super().execute(query, params, prepare=True)

    def _forget(self, query: str) -> bool:
        """Give up what is prepared for ``query``; return False where there is nothing, and where its transaction is lost."""
        connection = self._conn
        if not connection.autocommit:
            return False
        name = connection._prepared._names.pop((_with_numbers(query).query, self._tx.types or ()), None)
        if name is not None:
            connection._prepared._to_flush.append(name)
        return name is not None

    def _execute_known(self, query: str, params: Any) -> bool:
        """Send a statement that is prepared, and before it what begins a transaction; return False where psycopg has to do it."""
        connection, pgconn = self._conn, self._pgconn
        if connection._pipeline or get_ident() == main_thread().ident:
            return False
        is_outside = not connection.autocommit and pgconn.transaction_status == TransactionStatus.IDLE
        with connection.lock:
            self._reset()
            values = self._tx.dump_sequence(params, [PyFormat.AUTO] * len(params))
            asked = _with_numbers(query)
            known = connection._prepared._names
            key = asked.query, self._tx.types or ()
            name = known.get(key)
            if name is None:
                return False
            known.move_to_end(key)  # the least used are given up
            if is_outside:
                self._check_results([pgconn.exec_(connection._get_tx_start_command())])
            self._query = asked  # type: ignore[assignment]
            result = pgconn.exec_prepared(name, values, self._tx.formats)  # type: ignore[arg-type]
            self._check_results([result])
            self._set_results([result])
        return True

    def _send_query_prepared(self, name: bytes, pgq: Any, *, binary: bool | None = None) -> None:
        self._query = pgq  # psycopg itself notes only what is sent in words
        super()._send_query_prepared(name, pgq, binary=binary)

    def _raise_for_result(self, result: PGresult) -> NoReturn:
        if self._pgconn.status == ConnStatus.BAD:  # the error of a lost connection has no code
            raise OperationalError(result.get_error_message())
        super()._raise_for_result(result)


@lru_cache(maxsize=1024)
def _with_numbers(query: str) -> _Asked:
    """Return ``query`` as PostgreSQL and psycopg write it, with $1 for the first value."""
    first, *rest = query.split("%s")
    text = first + "".join(f"${number}{part}" for number, part in enumerate(rest, 1))
    return _Asked(text.replace("%%", "%").encode())
