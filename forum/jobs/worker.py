"""The loop of a worker: take turns of the schedule, return crashed jobs, claim a job, run it, record how it ended.

A job is claimed by a conditional UPDATE and its count, never by a row lock, so any number of workers on any number of machines
share one table on SQLite and PostgreSQL alike. ``started_at`` is the claim's mark: a worker that lost its job to another, because
it took too long, can no longer record anything about it.
"""

import logging
import os
import signal
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from traceback import format_exception
from types import FrameType
from typing import cast

from django.core.exceptions import SuspiciousOperation
from django.db import InterfaceError, OperationalError, close_old_connections
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.module_loading import autodiscover_modules
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult, get_date_max

from .definitions import DEFAULT_RETRIES, DEFAULT_TIME_LIMIT, LONGEST_WAIT, Job, delay_after
from .schedule import RHYTHMS, Rhythm, take_turn

logger = logging.getLogger("forum.jobs")

POLL_SECONDS = 1.0  # a due job starts within this; one indexed query each time
RECOVERY_SECONDS = 10.0  # between two looks for jobs whose worker died
DATABASE_PAUSE_SECONDS = 5.0  # while the database does not answer
CANDIDATES = 5  # jobs read at a time: when another worker takes the first, there is a second to try

# A living worker stops its own job at the time limit. Only after this does another take it for dead; it also covers machines
# whose clocks differ a little.
GRACE = timedelta(seconds=30)


class TimeLimitError(SystemExit):
    """The job took longer than it may. Not an Exception, so that a job's own ``except Exception`` does not swallow it.

    psycopg knows its kind: it has the database stop what it does for the job.
    """


class WorkerDiedError(Exception):
    """The worker stopped in the middle of the job: killed, out of memory, or without power."""


class _Stop:
    """Why this process should end: it was asked to, or the one that it works for is gone."""

    requested = False
    parent: int | None = None  # the id of that process


def stop_requested() -> bool:
    """Return whether the worker should end: a job that takes many small steps asks between them."""
    return _Stop.requested or _Stop.parent not in (None, os.getppid())


class Worker:
    """Runs due jobs one after the other, and those of ``rhythms`` at their turn (by default, of every app's ``jobs.py``)."""

    def __init__(self, *, rhythms: Sequence[Rhythm] | None = None) -> None:
        self.name = f"{socket.gethostname()[:32]}:{os.getpid()}:{get_random_string(6)}"
        self._turns: dict[str, datetime] = {}
        self._next_recovery = 0.0
        autodiscover_modules("jobs")
        self.rhythms = RHYTHMS if rhythms is None else rhythms

    def run(self, *, parent: int | None = None) -> None:
        """Run until SIGTERM or SIGINT, or until the process ``parent`` is gone; the job at hand is finished first."""
        _Stop.requested, _Stop.parent = False, parent
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._request_stop)
        logger.info("Worker %s started.", self.name)
        while not stop_requested():
            pause = POLL_SECONDS
            try:
                if self.step():
                    continue
            except (OperationalError, InterfaceError) as error:
                logger.warning("The database does not answer (%s). Trying again.", type(error).__name__)
                pause = DATABASE_PAUSE_SECONDS
            close_old_connections()
            time.sleep(pause)
        logger.info("Worker %s stopped.", self.name)

    def run_due(self) -> int:
        """Run what is due now, without waiting for more; return how many jobs that was."""
        count = 0
        while self.step():
            count += 1
        return count

    def step(self) -> bool:
        """Look at the schedule and for crashed jobs, run at most one job; return whether there was one."""
        now = timezone.now()
        for rhythm in self.rhythms:
            turn = rhythm.latest_turn(now)
            if self._turns.get(rhythm.name) != turn:
                take_turn(rhythm, now)
                self._turns[rhythm.name] = turn
        if time.monotonic() >= self._next_recovery:
            return_crashed_jobs(now)
            return_put_off_jobs(now)
            self._next_recovery = time.monotonic() + RECOVERY_SECONDS
        row = claim_job(self.name)
        if row is None:
            return False
        run_job(row)
        return True

    def _request_stop(self, number: int, frame: FrameType | None) -> None:
        if _Stop.requested:  # asked twice: somebody is in a hurry; the job returns after its time limit
            raise SystemExit(1)
        _Stop.requested = True


def claim_job(worker_name: str) -> DBTaskResult | None:
    """Make the first due job ours and return it; None if nothing is due."""
    for row in DBTaskResult.objects.ready()[:CANDIDATES]:
        claim = {
            "status": TaskResultStatus.RUNNING,
            "started_at": timezone.now(),
            "worker_ids": [*row.worker_ids, worker_name],
        }
        unclaimed = DBTaskResult.objects.filter(pk=row.pk, status=TaskResultStatus.READY, started_at=row.started_at)
        if unclaimed.update(**claim):
            for name, value in claim.items():
                setattr(row, name, value)
            return row
    return None


def run_job(row: DBTaskResult) -> None:
    """Run a claimed job and record how it ended."""
    begun = time.monotonic()
    try:
        job = cast(Job, row.task)
        with _limited_to(job.time_limit):
            job.call(*row.args_kwargs["args"], **row.args_kwargs["kwargs"])
    except (Exception, TimeLimitError) as error:
        record_failure(row, error)
    else:
        _record(row, status=TaskResultStatus.SUCCESSFUL, finished_at=timezone.now(), exception_class_path="", traceback="")
        logger.debug("%s done in %.2f s.", row.task_path, time.monotonic() - begun)


def record_failure(row: DBTaskResult, error: BaseException) -> None:
    """Put the job back for another try, later each time; or, after the last one, mark it failed for the operator to see."""
    attempts = len(row.worker_ids)
    job = find_job(row)
    has_retry = attempts <= (job.retries if job else DEFAULT_RETRIES)
    now = timezone.now()
    changes = (
        {"status": TaskResultStatus.READY, "run_after": now + delay_after(attempts)}
        if has_retry
        else {"status": TaskResultStatus.FAILED, "finished_at": now}
    )
    name = f"{type(error).__module__}.{type(error).__qualname__}"
    _record(row, **changes, exception_class_path=name, traceback="".join(format_exception(error)))
    # The class only: an exception's text may hold somebody's address or words. The operator reads it in the admin.
    logger.error("%s failed, attempt %d (%s), %s.", row.task_path, attempts, name, "will try again" if has_retry else "gave up")


def return_crashed_jobs(now: datetime) -> int:
    """Treat jobs as failed whose time is long over, for then their worker is dead; return their number."""
    count = 0
    for row in DBTaskResult.objects.running():
        job = find_job(row)
        limit = (job.time_limit if job else DEFAULT_TIME_LIMIT) + GRACE
        # Started in the future: the clock was set back since, and would let the job wait until it catches up.
        if row.started_at is None or not now - limit <= row.started_at <= now + limit:
            record_failure(row, WorkerDiedError("The worker stopped while this job was running."))
            count += 1
    return count


def return_put_off_jobs(now: datetime) -> int:
    """Let jobs run that the clock, since it was set back, would keep for years; return their number."""
    kept = DBTaskResult.objects.filter(status=TaskResultStatus.READY, run_after__gt=now + LONGEST_WAIT)
    return kept.exclude(run_after=get_date_max()).update(run_after=now)


def find_job(row: DBTaskResult) -> Job | None:
    """Return the job of a row, or None if this release does not know it (a newer or older worker may)."""
    try:
        return cast(Job, row.task)
    except (ImportError, SuspiciousOperation):
        return None


def _record(row: DBTaskResult, **changes: object) -> None:
    """Write how the claim of ``row`` ended, unless the job has been claimed again since."""
    DBTaskResult.objects.filter(pk=row.pk, status=TaskResultStatus.RUNNING, started_at=row.started_at).update(**changes)


@contextmanager
def _limited_to(limit: timedelta) -> Iterator[None]:
    """Raise TimeLimitError in the block when it takes longer. Alarms reach the main thread only; elsewhere there is no limit."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def end(number: int, frame: FrameType | None) -> None:
        raise TimeLimitError(f"The job took longer than {limit}.")

    before = signal.signal(signal.SIGALRM, end)
    signal.setitimer(signal.ITIMER_REAL, limit.total_seconds())
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
