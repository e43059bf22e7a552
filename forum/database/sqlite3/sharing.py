"""One connection for threads that work one after the other: what one of them has read of the file, the next need not read again.

SQLite keeps pages and prepared statements with a connection, and forgets the pages when another connection has written.
"""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections

from .base import DatabaseWrapper, find_turn

_in_use = threading.Lock()
_shared: tuple[str, Any] | None = None  # the file, and the connection to it


@contextmanager
def shared_connection() -> Iterator[None]:
    """Use the connection of the process within the block, in place of that of this thread.

    Whoever comes while another thread has it keeps their own, and so does whoever is in a transaction. On PostgreSQL nothing
    changes: what is kept is kept by the server.
    """
    own = connections[DEFAULT_DB_ALIAS]
    if not _is_sharable(own) or not _in_use.acquire(blocking=False):
        yield
        return
    try:
        shared = _find_shared(str(own.settings_dict["NAME"]))
        connections[DEFAULT_DB_ALIAS] = shared
        try:
            yield
        finally:
            connections[DEFAULT_DB_ALIAS] = own
            shared.close_if_unusable_or_obsolete()
    finally:
        _in_use.release()


def _is_sharable(own: Any) -> bool:
    is_file = isinstance(own, DatabaseWrapper) and find_turn(str(own.settings_dict["NAME"])) is not None
    return is_file and not own.in_atomic_block


def _find_shared(name: str) -> Any:
    global _shared
    if _shared is None or _shared[0] != name:
        made = connections.create_connection(DEFAULT_DB_ALIAS)
        made.inc_thread_sharing()
        _shared = name, made
    return _shared[1]


def _forget() -> None:
    global _in_use, _shared
    _in_use, _shared = threading.Lock(), None


os.register_at_fork(after_in_child=_forget)  # SQLite forbids that a child uses a connection of its parent
