"""Jobs for tests. What they do is a line in the file named by JOBS_DIARY, so that several processes can be compared."""

import os
import signal
from datetime import timedelta
from pathlib import Path

from django.db import connection

from forum.jobs.definitions import job
from forum.jobs.schedule import every
from forum.jobs.worker import stop_requested


def read_diary() -> list[str]:
    """Return the lines written so far."""
    path = Path(os.environ["JOBS_DIARY"])
    return path.read_text().splitlines() if path.exists() else []


def _write(line: str) -> None:
    with Path(os.environ["JOBS_DIARY"]).open("a") as diary:  # one short write in append mode: lines of processes never mix
        diary.write(f"{line}\n")


@job()
def note(line: str) -> None:
    """Write a line."""
    _write(line)


@every(hours=6)
@job()
def tick() -> None:
    """Write that the hour has come."""
    _write("tick")


@job(retries=2)
def stumble(line: str) -> None:
    """Write a line and fail."""
    _write(line)
    raise ValueError("stumbled")


@job(retries=0, time_limit=timedelta(milliseconds=50))
def dawdle() -> None:
    """Take longer than it may, and hide every error."""
    try:
        signal.pause()
    except Exception:
        _write("hidden")


@job(retries=0, time_limit=timedelta(milliseconds=300))
def linger() -> None:
    """Wait for the database longer than it may."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(60)")


@job()
def wait_for(path: str) -> None:
    """Write that it began, go on when there is a file at ``path``, write that it ended."""
    _write("began")
    while not Path(path).exists():
        signal.sigtimedwait([], 0.02)
    _write("ended")


@job()
def wait_for_the_end() -> None:
    """Write that it began, go on until the worker is to end, write that it ended."""
    _write("began")
    while not stop_requested():
        signal.sigtimedwait([], 0.02)
    _write("ended")


@job()
def wait_for_ever() -> None:
    """Write that it began; end only with its process."""
    _write("began")
    signal.pause()
