"""Rendering here, or in several processes. What a new process imports first is here: nothing that needs the apps to be ready."""

from collections.abc import Callable, Collection, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from multiprocessing import get_context

import django
from django.db import connections

from forum.site.children import end_with_parent

ADDRESSES_AT_ONCE = 5  # handed to a process


class PageFailedError(Exception):
    """The site itself could not make the page at this address; why is in the log."""


@dataclass(slots=True)
class Made:
    """A page as it was made: its text, or None where the site does not show it, and what it refers to."""

    address: str
    html: str | None
    links: list[str] = field(default_factory=list)
    assets: list[str] = field(default_factory=list)


@contextmanager
def rendering(processes: int, paths: Collection[str]) -> Iterator[Callable[[list[str]], Iterable[Made]]]:
    """Give a function that makes the pages at some addresses; ``paths`` are all that the archive has."""
    if processes == 1:
        yield partial(map, partial(_make_page, paths))
        return
    connections.close_all()
    with ProcessPoolExecutor(processes, get_context("spawn"), initializer=_start, initargs=(paths,)) as pool:
        yield lambda addresses: pool.map(_make_known, addresses, chunksize=ADDRESSES_AT_ONCE)


_known: Collection[str] = ()  # in a process of its own: handed over once, not with each page


def _start(paths: Collection[str]) -> None:
    global _known
    _known = paths
    end_with_parent()
    django.setup()


def _make_known(address: str) -> Made:
    return _make_page(_known, address)


def _make_page(paths: Collection[str], address: str) -> Made:
    from .pages import place_of, render
    from .rewriting import rewrite_page

    status, html = render(address)
    if status >= 500:
        raise PageFailedError(address)
    if status != 200:
        return Made(address, None)
    done = rewrite_page(html, address, is_archived=lambda path: path in paths, find_place=place_of)
    return Made(address, done.html, done.links, done.assets)
