"""PostgreSQL, with a pool whose connections are asked at most once a second whether their server is still there.

The connection that was given back last is given out first. psycopg gives out the one that waits longest: once many have read at
the same time, a dozen processes of the server are woken in turn, each with caches that others have used meanwhile. Where 300
comments a second were posted, there were 220 then (2 cores).

Django asks each time that one is taken, which is one more question for every page. A request that gets a connection that was cut
off within that second fails, as one does that is cut off in the middle; the pool makes a new connection in place of it.
"""

from collections import deque
from threading import Lock
from time import monotonic
from typing import Any

from django.db.backends.postgresql import base
from psycopg import Error
from psycopg_pool import ConnectionPool

TRUSTED_SECONDS = 1.0


class _LatestFirst(deque[Any]):
    """What waits in a pool, which takes it from the left; when one is too many, too."""

    def append(self, connection: Any) -> None:
        self.appendleft(connection)


_making = Lock()  # of two threads that ask for a pool at once, one puts its connections in order


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection of the pool that answered lately. Needs no CONN_HEALTH_CHECKS, with which Django would ask as well."""

    @property
    def pool(self) -> Any:
        """The pool of this database in this process; None without one."""
        pool = super().pool
        if pool is not None and not isinstance(pool._pool, _LatestFirst):
            with _making:
                if not isinstance(pool._pool, _LatestFirst):
                    pool._pool = _LatestFirst(pool._pool)
        return pool

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
