"""One worker in this process: what becomes of a job that ends well, fails, dies, or takes too long."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from forum.jobs.jobs import prune_jobs
from forum.jobs.worker import GRACE, Worker, claim_job, return_crashed_jobs, run_job
from tests.jobs.sample import jobs

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)


def test_due_jobs_run_in_the_order_they_came() -> None:
    for line in ("first", "second"):
        jobs.note.enqueue(line)
    jobs.note.using(priority=5).enqueue("urgent")
    assert Worker(rhythms=()).run_due() == 3
    assert jobs.read_diary() == ["urgent", "first", "second"]
    assert set(DBTaskResult.objects.values_list("status", flat=True)) == {TaskResultStatus.SUCCESSFUL}


def test_job_for_later_waits_for_its_moment() -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        jobs.note.using(run_after=NOW + timedelta(minutes=10)).enqueue("later")
        worker = Worker(rhythms=())
        assert worker.run_due() == 0
        clock.shift(timedelta(minutes=10))
        assert worker.run_due() == 1


def test_clock_that_was_set_back_keeps_no_job_for_years() -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        clock.shift(timedelta(days=3650))
        jobs.note.using(run_after=timezone.now() + timedelta(minutes=10)).enqueue("later")
        clock.move_to(NOW)
        assert Worker(rhythms=()).run_due() == 1
        jobs.note.using(run_after=NOW + timedelta(days=1)).enqueue("tomorrow")
        assert Worker(rhythms=()).run_due() == 0


def test_failing_job_is_tried_again_later_each_time_and_then_given_up_for_all_to_see() -> None:
    jobs.stumble.enqueue("oops")
    row = DBTaskResult.objects.get()
    with time_machine.travel(timezone.now(), tick=False) as clock:
        worker = Worker(rhythms=())
        for whole_seconds in (15, 30):
            assert worker.run_due() == 1
            row.refresh_from_db()
            assert row.status == TaskResultStatus.READY
            delay = row.run_after - timezone.now()
            assert timedelta(seconds=whole_seconds / 2) <= delay <= timedelta(seconds=whole_seconds)
            assert worker.run_due() == 0
            clock.shift(delay)
        assert worker.run_due() == 1
        clock.shift(timedelta(days=1))
        assert worker.run_due() == 0
    row.refresh_from_db()
    assert (row.status, row.exception_class_path, len(row.worker_ids)) == (TaskResultStatus.FAILED, "builtins.ValueError", 3)
    assert "stumbled" in row.traceback
    assert jobs.read_diary() == ["oops"] * 3


def test_log_names_the_job_but_not_what_the_error_says(caplog: pytest.LogCaptureFixture) -> None:
    jobs.stumble.enqueue("oops")
    Worker(rhythms=()).run_due()
    assert "tests.jobs.sample.jobs.stumble failed, attempt 1 (builtins.ValueError), will try again." in caplog.text
    assert "stumbled" not in caplog.text


def test_job_that_takes_too_long_is_stopped_even_if_it_hides_errors() -> None:
    jobs.dawdle.enqueue()
    Worker(rhythms=()).run_due()
    row = DBTaskResult.objects.get()
    assert (row.status, row.exception_class_path) == (TaskResultStatus.FAILED, "forum.jobs.worker.TimeLimitError")
    assert jobs.read_diary() == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor == "sqlite", reason="a statement of SQLite runs within the process")
def test_job_that_waits_for_the_database_is_stopped_and_its_statement_too() -> None:
    jobs.linger.enqueue()
    Worker(rhythms=()).run_due()
    row = DBTaskResult.objects.get()
    assert (row.status, row.exception_class_path) == (TaskResultStatus.FAILED, "forum.jobs.worker.TimeLimitError")
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query = 'SELECT pg_sleep(60)'")
        assert cursor.fetchone() == (0,)


@pytest.mark.parametrize(
    ("clock_moved", "is_returned"),
    [
        (jobs.note.time_limit + GRACE - timedelta(seconds=1), False),
        (jobs.note.time_limit + GRACE + timedelta(seconds=1), True),
        (timedelta(minutes=-5), False),  # a little slower than the other machine
        (timedelta(days=-400), True),  # set back
    ],
)
def test_job_of_a_dead_worker_returns_when_its_time_is_over(clock_moved: timedelta, is_returned: bool) -> None:
    jobs.note.enqueue("again")
    with time_machine.travel(NOW, tick=False) as clock:
        DBTaskResult.objects.update(enqueued_at=NOW)
        assert claim_job("dead")
        clock.shift(clock_moved)
        assert return_crashed_jobs(timezone.now()) == is_returned
        row = DBTaskResult.objects.get()
        assert row.status == (TaskResultStatus.READY if is_returned else TaskResultStatus.RUNNING)
        if is_returned:
            assert row.exception_class_path == "forum.jobs.worker.WorkerDiedError"
            clock.shift(timedelta(minutes=1))
            assert Worker(rhythms=()).run_due() == 1
            assert jobs.read_diary() == ["again"]


def test_worker_that_lost_its_job_records_nothing() -> None:
    jobs.note.enqueue("twice")
    lost = claim_job("slow")
    assert lost is not None
    DBTaskResult.objects.update(status=TaskResultStatus.READY)  # as another worker does after the time limit
    claimed = claim_job("fast")
    assert claimed is not None
    run_job(lost)
    assert DBTaskResult.objects.get().status == TaskResultStatus.RUNNING
    run_job(claimed)
    assert DBTaskResult.objects.get().status == TaskResultStatus.SUCCESSFUL


def test_job_that_this_release_does_not_know_waits_for_one_that_does() -> None:
    jobs.note.enqueue("unknown")
    DBTaskResult.objects.update(task_path="tests.jobs.sample.jobs.not_written_yet")
    Worker(rhythms=()).run_due()
    row = DBTaskResult.objects.get()
    assert (row.status, row.exception_class_path) == (TaskResultStatus.READY, "builtins.ImportError")


def test_old_jobs_are_pruned_and_failed_ones_kept_longer() -> None:
    ages = {"done today": 0, "done": 2, "failed": 2, "failed long ago": 31}
    for line, days in ages.items():
        jobs.note.enqueue(line)
        status = TaskResultStatus.FAILED if "failed" in line else TaskResultStatus.SUCCESSFUL
        finished_at = timezone.now() - timedelta(days=days)
        DBTaskResult.objects.filter(finished_at=None).update(status=status, finished_at=finished_at)
    prune_jobs.call()
    assert sorted(row.args_kwargs["args"][0] for row in DBTaskResult.objects.all()) == ["done today", "failed"]
