"""``manage.py work`` as real processes."""

import signal
from datetime import timedelta
from pathlib import Path

from django.db.models import F, QuerySet
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from forum.jobs.definitions import Job
from forum.jobs.models import Schedule
from tests.jobs.sample import jobs
from tests.workers import PATIENCE_SECONDS, Workers, wait_until


def rows_of(*tasks: Job) -> QuerySet[DBTaskResult]:
    """Return the rows of these jobs; the schedule adds others of its own."""
    return DBTaskResult.objects.filter(task_path__in=[task.module_path for task in tasks])


def test_four_workers_share_the_jobs_and_take_each_turn_once(workers: Workers) -> None:
    Schedule.objects.create(name=jobs.tick.module_path, turn=timezone.now() - timedelta(days=2))
    lines = [f"job {number}" for number in range(60)]
    for line in lines:
        jobs.note.enqueue(line)
    for _ in range(4):
        workers.start()
    workers.wait_until_ready()
    wait_until(lambda: len(jobs.read_diary()) >= 61)
    jobs.note.enqueue("last")
    wait_until(lambda: "last" in jobs.read_diary())
    assert sorted(jobs.read_diary()) == sorted(["tick", *lines, "last"])


def test_worker_asked_to_stop_finishes_its_job_and_begins_no_other(workers: Workers, tmp_path: Path) -> None:
    jobs.wait_for.enqueue(str(tmp_path / "go"))
    jobs.note.enqueue("too late")
    worker = workers.start()
    wait_until(lambda: jobs.read_diary() == ["began"])
    worker.send_signal(signal.SIGTERM)
    (tmp_path / "go").touch()
    assert worker.wait(PATIENCE_SECONDS) == 0
    assert jobs.read_diary() == ["began", "ended"]
    statuses = list(rows_of(jobs.wait_for, jobs.note).order_by("enqueued_at").values_list("status", flat=True))
    assert statuses == [TaskResultStatus.SUCCESSFUL, TaskResultStatus.READY]
    assert "stopped." in workers.said(worker)


def test_idle_worker_stops_at_ctrl_c(workers: Workers) -> None:
    worker = workers.start()
    workers.wait_until_ready()
    worker.send_signal(signal.SIGINT)
    assert worker.wait(PATIENCE_SECONDS) == 0


def test_job_of_a_killed_worker_is_done_by_another(workers: Workers) -> None:
    jobs.wait_for_ever.enqueue()
    first = workers.start()
    wait_until(lambda: jobs.read_diary() == ["began"])
    first.kill()
    first.wait()
    rows = rows_of(jobs.wait_for_ever)
    assert rows.get().status == TaskResultStatus.RUNNING
    # An hour passes.
    rows.update(started_at=F("started_at") - timedelta(hours=1))
    workers.start()
    wait_until(lambda: rows.get().status == TaskResultStatus.READY)
    rows.update(run_after=timezone.now())
    wait_until(lambda: jobs.read_diary() == ["began", "began"])


def test_worker_of_a_server_ends_with_it(workers: Workers) -> None:
    parent = workers.start_below_parent()
    workers.wait_until_ready()
    parent.kill()
    wait_until(lambda: "stopped." in workers.said(parent))


def test_worker_of_a_server_that_died_before_it_had_begun_ends(workers: Workers) -> None:
    jobs.note.enqueue("too late")
    parent = workers.start_below_parent()
    parent.kill()
    wait_until(lambda: "stopped." in workers.said(parent))
    assert jobs.read_diary() == []


def test_job_of_many_steps_hears_that_the_server_is_gone(workers: Workers) -> None:
    jobs.wait_for_the_end.enqueue()
    parent = workers.start_below_parent()
    wait_until(lambda: jobs.read_diary() == ["began"])
    parent.kill()
    wait_until(lambda: "stopped." in workers.said(parent))
    assert jobs.read_diary() == ["began", "ended"]
    assert rows_of(jobs.wait_for_the_end).get().status == TaskResultStatus.SUCCESSFUL
