"""How a job is declared: ``@job()`` on a function in an app's ``jobs.py``. When it runs by itself is said in ``schedule.py``.

A job is a task of django-tasks that knows how often it may fail and how long it may take. ``some_job.enqueue(...)`` writes a row
in the caller's transaction; ``some_job.using(run_after=moment).enqueue(...)`` writes one that waits. Three rules for every job:
it may run twice without harm (a worker can die between the work and its record); its arguments are ids, never a name, an address
or words (rows outlive what they speak of); it returns nothing.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, ParamSpec

from django.utils import timezone
from django_tasks import task
from django_tasks.base import Task, TaskResultStatus
from django_tasks.utils import normalize_json
from django_tasks_db import DatabaseBackend

from forum.database import written

P = ParamSpec("P")

DEFAULT_RETRIES = 6
DEFAULT_TIME_LIMIT = timedelta(minutes=5)

# 15 s, 30 s, 1 min, 2 min ... With the six retries of most jobs that is about a quarter of an hour: longer than a restart of the
# database, short enough that somebody still remembers what was done.
FIRST_DELAY = timedelta(seconds=15)
LONGEST_DELAY = timedelta(hours=1)

# No job is put off for longer with ``using(run_after=…)``. What seems to be was put off before the clock was set back.
LONGEST_WAIT = timedelta(days=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Job(Task):
    """A task that is tried again when it fails, and returned to the queue when its worker dies."""

    retries: int = DEFAULT_RETRIES
    time_limit: timedelta = DEFAULT_TIME_LIMIT


class JobBackend(DatabaseBackend):
    """The database backend of django-tasks, with jobs in place of tasks, and a statement for them that is written once."""

    task_class = Job  # type: ignore[assignment]

    def enqueue(self, task: Any, args: Any, kwargs: Any) -> None:  # type: ignore[override]
        """Write the row that the parent writes. What becomes of it is to be read there: nobody is given a result, or a signal."""
        from django_tasks_db.models import DBTaskResult, get_date_max  # models cannot be imported where jobs are declared

        row = {
            "id": self._get_id(),
            "status": TaskResultStatus.READY,
            "enqueued_at": timezone.now(),
            "started_at": None,
            "finished_at": None,
            "args_kwargs": normalize_json({"args": args, "kwargs": kwargs}),
            "priority": task.priority,
            "task_path": task.module_path,
            "worker_ids": [],
            "queue_name": task.queue_name,
            "backend_name": self.alias,
            "run_after": task.run_after or get_date_max(),
            "return_value": None,
            "exception_class_path": "",
            "traceback": "",
        }
        written.note_all(DBTaskResult, tuple(row), [tuple(row.values())])


def job(
    *, retries: int = DEFAULT_RETRIES, time_limit: timedelta = DEFAULT_TIME_LIMIT, priority: int = 0
) -> Callable[[Callable[P, None]], Job]:
    """Make a job of a function: it is tried at most ``retries`` + 1 times, each time for at most ``time_limit``.

    Jobs of higher ``priority`` (-100 to 100) start first.
    """
    return task(retries=retries, time_limit=time_limit, priority=priority)  # type: ignore[return-value]


def delay_after(attempts: int, *, first: timedelta = FIRST_DELAY, longest: timedelta = LONGEST_DELAY) -> timedelta:
    """Return how long to wait after so many failed attempts: doubled each time, then a random part of its second half taken off.

    The chance in it keeps a thousand things that failed in one second from coming back in one second.
    """
    whole = min(longest, first * 2 ** min(attempts - 1, 30))
    return whole * random.uniform(0.5, 1)  # noqa: S311 - spreads load, guards nothing
