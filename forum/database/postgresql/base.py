"""PostgreSQL, with a pool whose connections are asked at most once a second whether their server is still there.

Django asks each time that one is taken, which is one more question for every page. Who is cut off within that second fails once,
as whoever is cut off in the middle of a request does; the pool throws the connection away and makes a new one.
"""

from time import monotonic
from typing import Any
from weakref import WeakKeyDictionary

from django.db.backends.postgresql import base
from psycopg import Error
from psycopg_pool import ConnectionPool

TRUSTED_SECONDS = 1.0

_asked: WeakKeyDictionary[Any, float] = WeakKeyDictionary()  # when a connection answered the last time


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection of the pool that answered lately. Needs no CONN_HEALTH_CHECKS, with which Django would ask as well."""

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Return a connection; raises OperationalError where the server is gone, as the pool does."""
        connection = super().get_new_connection(conn_params)
        while self.pool and not _is_alive(connection):
            self.pool.putconn(connection)  # which throws it away
            connection = super().get_new_connection(conn_params)
        return connection


def _is_alive(connection: Any) -> bool:
    now = monotonic()
    if connection in _asked and now - _asked[connection] < TRUSTED_SECONDS:
        return True
    try:
        ConnectionPool.check_connection(connection)
    except Error:
        return False
    _asked[connection] = now
    return True
