"""What of a comment costs time and nothing but time (``making``), in several processes.

What a new process imports first is here: nothing that needs the apps to be ready.
"""

from __future__ import annotations

import atexit
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from typing import TYPE_CHECKING

import django

from forum.site.children import end_with_parent
from forum.site.garbage import spare_what_is_loaded

from .staged import Row

if TYPE_CHECKING:
    from .making import Made, Order

AT_ONCE = 50  # handed to a process
FEW = 2_000  # comments that are prepared here
FEW_BYTES = 400_000  # a file for which no process is started

Prepare = Callable[["Order", Sequence[Row]], "Iterator[Made]"]


@contextmanager
def preparing(processes: int) -> Iterator[Prepare]:
    """Give a function that prepares comments, in as many processes. They start at once, while something else is done."""
    from .making import make_comments, read_article

    read_article.cache_clear()
    if processes <= 1:
        yield prepare_here
        return
    with ProcessPoolExecutor(processes, get_context("spawn"), initializer=_start) as pool:
        for _ in range(processes):
            pool.submit(_be_ready)

        def prepare(order: Order, rows: Sequence[Row]) -> Iterator[Made]:
            parts = [rows[start : start + AT_ONCE] for start in range(0, len(rows), AT_ONCE)]
            return _in_order([pool.submit(make_comments, order, part) for part in parts])

        yield prepare


def prepare_here(order: Order, rows: Sequence[Row]) -> Iterator[Made]:
    """Prepare comments in this process."""
    from .making import make_comments

    return iter(make_comments(order, rows))


def _in_order(parts: list[Future[list[Made]]]) -> Iterator[Made]:
    for part in parts:
        yield from part.result()


def _be_ready() -> None:
    from . import making  # noqa: F401 - what takes long

    spare_what_is_loaded()


def _start() -> None:
    end_with_parent()
    atexit.register(os._exit, 0)  # such a process holds nothing that Python would have to take apart, which takes a second
    django.setup()
