"""Making pages here, or in several processes. What a new process imports first is here: nothing needs the apps to be ready."""

from collections.abc import Callable, Collection, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from multiprocessing import get_context
from pathlib import Path

import django
from django.db import connections

from forum.site.children import end_with_parent
from forum.site.garbage import spare_what_is_loaded

from .files import write_file
from .places import file_of
from .state import Page

AHEAD = 2  # pieces of work that each process is given: the next waits for it


class PageFailedError(Exception):
    """The site itself could not make the page at this address; why is in the log."""


@dataclass(frozen=True, slots=True)
class Task:
    """What is the same for all pages: the folder, and the paths that the archive has."""

    folder: Path
    paths: Collection[str]


Take = Callable[[], list[str]]
Make = Callable[[Take], Iterator[list[Page]]]


@contextmanager
def rendering(processes: int, task: Task) -> Iterator[Make]:
    """Give a function that writes pages: it takes addresses until there are none, and yields the pages of each piece when made.

    What is yielded may lead to more addresses: they are taken as long as a piece is not yet yielded.
    """
    if processes == 1:
        yield lambda take: _make_here(take, task)
        return
    connections.close_all()
    with ProcessPoolExecutor(processes, get_context("spawn"), initializer=_start, initargs=(task,)) as pool:
        try:
            yield lambda take: _make_in(pool, take, processes * AHEAD)
        finally:
            pool.shutdown(cancel_futures=True)


def _make_here(take: Take, task: Task) -> Iterator[list[Page]]:
    while addresses := take():
        yield [_make_page(address, task) for address in addresses]


def _make_in(pool: ProcessPoolExecutor, take: Take, most: int) -> Iterator[list[Page]]:
    """Keep as many pieces under way as ``most``: no process waits for the slowest page of another."""
    under_way: set[Future[list[Page]]] = set()
    while True:
        while len(under_way) < most and (addresses := take()):
            under_way.add(pool.submit(_make_pages, addresses))
        if not under_way:
            return
        done, under_way = wait(under_way, return_when=FIRST_COMPLETED)
        for future in done:
            yield future.result()


_task = Task(Path(), ())  # in a process of its own: handed over once, not with each page


def _start(task: Task) -> None:
    global _task
    _task = task
    end_with_parent()
    django.setup()
    spare_what_is_loaded()


def _make_pages(addresses: list[str]) -> list[Page]:
    return [_make_page(address, _task) for address in addresses]


def _make_page(address: str, task: Task) -> Page:
    from forum.discussion.views.pages import find_places

    from .pages import render
    from .rewriting import rewrite_page

    status, html = render(address)
    if status >= 500:
        raise PageFailedError(address)
    if status != 200:
        return Page(address)
    done = rewrite_page(html, address, is_archived=task.paths.__contains__, find_places=find_places)
    content = done.html.encode()
    write_file(task.folder / file_of(address), content)
    return Page(address, sha256(content).hexdigest(), done.links, done.missing, done.places, done.assets)
