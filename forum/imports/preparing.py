"""What of a comment costs time and nothing but time (``making``), in several processes.

What a new process imports first is here: nothing that needs the apps to be ready.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context, parent_process
from threading import Thread
from typing import TYPE_CHECKING

import django

from .staging import Row

if TYPE_CHECKING:
    from .making import Made, Order

AT_ONCE = 50  # handed to a process
FEW = 2_000  # comments for which no process is started

Prepare = Callable[[Sequence[Row]], "Iterator[Made]"]


@contextmanager
def preparing(order: Order, processes: int) -> Iterator[Prepare]:
    """Give a function that prepares comments, in as many processes."""
    from .making import make_comments, read_article

    read_article.cache_clear()
    if processes <= 1:
        yield lambda rows: iter(make_comments(order, rows))
        return
    with ProcessPoolExecutor(processes, get_context("spawn"), initializer=_start) as pool:
        for _ in range(processes):
            pool.submit(make_comments, order, [])  # they start while something else is done

        def prepare(rows: Sequence[Row]) -> Iterator[Made]:
            parts = [rows[start : start + AT_ONCE] for start in range(0, len(rows), AT_ONCE)]
            return _in_order([pool.submit(make_comments, order, part) for part in parts])

        yield prepare


def _in_order(parts: list[Future[list[Made]]]) -> Iterator[Made]:
    for part in parts:
        yield from part.result()


def _start() -> None:
    Thread(target=_end_with_parent, daemon=True).start()
    django.setup()


def _end_with_parent() -> None:
    """Leave when the import was killed: nobody else tells a process that waits for work."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
