"""PostgreSQL, with a pool whose connections are asked at most once a second whether their server is still there.

Django asks each time that one is taken, which is one more question for every page. A request that gets a connection that was cut
off within that second fails, as one does that is cut off in the middle; the pool makes a new connection in place of it.
"""

from time import monotonic
from typing import Any

from django.db.backends.postgresql import base
from psycopg import Error
from psycopg_pool import ConnectionPool

TRUSTED_SECONDS = 1.0


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection of the pool that answered lately. Needs no CONN_HEALTH_CHECKS, with which Django would ask as well."""

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Return a connection; raises OperationalError where the server is gone, as the pool does.

        After as many dead ones as the pool has room for, the next is given as it is: what is asked of it says what is wrong.
        """
        for _place in range(self.pool.max_size if self.pool else 0):
            connection = super().get_new_connection(conn_params)
            if self._is_alive(connection):
                return connection
        return super().get_new_connection(conn_params)

    def _is_alive(self, connection: Any) -> bool:
        """Tell whether ``connection`` answers, or did a moment ago; one that does not goes back to the pool, which forgets it."""
        now = monotonic()
        if now - getattr(connection, "answered_at", now - TRUSTED_SECONDS) < TRUSTED_SECONDS:
            return True
        try:
            ConnectionPool.check_connection(connection)
        except BaseException as error:
            connection.close()
            self.pool.putconn(connection)
            if not isinstance(error, Error):
                raise
            return False
        connection.answered_at = now
        return True
