"""Python's search for objects that only refer to each other: less often than by itself, and not among what is there for good."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

SELDOM = (10_000, 20, 50)  # objects made since the last search, and how many small searches before a larger one


def spare_what_is_loaded() -> None:
    """Leave alone all that there is now, for good, and look seldom at what comes: a request leaves few such circles behind."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*SELDOM)


@contextmanager
def looking_seldom() -> Iterator[None]:
    """Look seldom within the block, which makes very many objects that all are gone by themselves."""
    usual = gc.get_threshold()
    gc.set_threshold(*SELDOM)
    try:
        yield
    finally:
        gc.set_threshold(*usual)
