"""A line within one process, for work that goes faster one after the other.

Threads of a Python process take turns between any two statements, and whatever one has locked in the database stays locked until
all of them are done.
"""

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

LONGEST_WAIT = 0.5  # seconds; the line only saves time: whoever stood in it that long goes on beside those in front


class Line:
    """Whoever comes first is first."""

    def __init__(self, longest_wait: float = LONGEST_WAIT) -> None:
        self._longest_wait = longest_wait
        self._waiting: deque[threading.Lock] = deque()  # the first of them is at work
        self._lock = threading.Lock()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait until all who came before have left the block, or for as long as anybody waits here."""
        own = threading.Lock()
        own.acquire()
        with self._lock:
            self._waiting.append(own)
            is_first = self._waiting[0] is own
        try:
            if not is_first:
                own.acquire(timeout=self._longest_wait)  # the one in front releases it
            yield
        finally:
            self._leave(own)

    def _leave(self, own: threading.Lock) -> None:
        with self._lock:
            was_first = self._waiting[0] is own
            self._waiting.remove(own)
            if was_first and self._waiting:
                self._waiting[0].release()
