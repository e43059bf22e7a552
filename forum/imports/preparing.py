"""What of a comment costs time and nothing but time: making it HTML, asking whether it asks, looking for advertising.

Done here, or in several processes. What a new process imports first is here: nothing that needs the apps to be ready.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from multiprocessing import get_context, parent_process
from threading import Thread
from typing import Any

import django

AT_ONCE = 50  # handed to a process
FEW = 2_000  # comments for which no process is started


@dataclass(frozen=True, slots=True)
class Task:
    """A comment as it will be stored. ``is_stated``: it says its state, and nobody looks for advertising in it."""

    body: str
    subject: str
    name: str
    article_pk: int
    parent_body: str | None
    is_stated: bool
    is_question: bool | None
    is_erased: bool
    now: datetime


@dataclass(frozen=True, slots=True)
class Prepared:
    """What was worked out. ``signals`` are columns of rows; ``marks`` the hashes by which repeats are found."""

    html: str
    is_question: bool
    is_held: bool = False
    signals: tuple[dict[str, Any], ...] = ()
    marks: tuple[int, ...] = ()
    has_links: bool = False
    has_concern: bool = False


Prepare = Callable[[Sequence[Task]], Iterator[Prepared]]


@contextmanager
def preparing(processes: int) -> Iterator[Prepare]:
    """Give a function that prepares comments, in as many processes."""
    if processes <= 1:
        yield lambda tasks: iter([prepare(task) for task in tasks])
        return
    with ProcessPoolExecutor(processes, get_context("spawn"), initializer=_start) as pool:
        yield lambda tasks: pool.map(prepare, tasks, chunksize=AT_ONCE)


def _start() -> None:
    Thread(target=_end_with_parent, daemon=True).start()
    django.setup()


def _end_with_parent() -> None:
    """Leave when the import was killed: nobody else tells a process that waits for work."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def prepare(task: Task) -> Prepared:
    """Work out what is stored of a comment beside its words."""
    from forum.discussion import markup
    from forum.discussion.questions import is_question
    from forum.moderation.links import find_links
    from forum.moderation.repeats import sketch

    if task.is_erased:
        return Prepared(html="", is_question=False)
    asks = is_question(f"{task.subject}\n{task.body}") if task.is_question is None else task.is_question
    found = Prepared(
        html=markup.render(task.body),
        is_question=asks,
        marks=tuple(sketch(task.body)),
        has_links="." in task.body + task.subject and bool(find_links(f"{task.body}\n{task.subject}")),
    )
    return found if task.is_stated else _screen(task, found)


def _screen(task: Task, found: Prepared) -> Prepared:
    from forum.care.marks import read_submission
    from forum.discussion.models import Comment
    from forum.discussion.screening import Kind, Submission, screen

    parent = None if task.parent_body is None else Comment(body=task.parent_body)
    submission = Submission(
        kind=Kind.IMPORT, body=task.body, subject=task.subject, name=task.name, article=_read_article(task.article_pk),
        parent=parent, is_member=False, is_staff=False, approved_count=0, now=task.now,
    )  # fmt: skip
    verdict = screen(submission)
    signals = tuple(
        {
            "code": signal.code, "lane": str(signal.lane), "strength": str(signal.strength), "sentence": signal.sentence,
            "spans": [list(span) for span in signal.spans],
        }
        for signal in verdict.signals
    )  # fmt: skip
    return Prepared(
        html=found.html, is_question=found.is_question, is_held=not verdict.publish, signals=signals, marks=found.marks,
        has_links=found.has_links, has_concern=bool(read_submission(submission)),
    )  # fmt: skip


@lru_cache(maxsize=64)
def _read_article(pk: int) -> Any:
    from articles.models import Article

    return Article.objects.get(pk=pk)
