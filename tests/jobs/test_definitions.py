"""How jobs are declared and enqueued."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from django_tasks_db import DatabaseBackend
from django_tasks_db.models import DBTaskResult

from forum.jobs.definitions import DEFAULT_RETRIES, DEFAULT_TIME_LIMIT, Job, delay_after
from tests.jobs.sample import jobs


def test_job_knows_how_often_and_how_long_it_may_try() -> None:
    assert isinstance(jobs.note, Job)
    assert (jobs.note.retries, jobs.note.time_limit) == (DEFAULT_RETRIES, DEFAULT_TIME_LIMIT)
    assert jobs.dawdle.using(priority=3).time_limit == timedelta(milliseconds=50)


@pytest.mark.django_db(transaction=True)
def test_job_is_enqueued_with_its_callers_transaction() -> None:
    with transaction.atomic():
        jobs.note.enqueue("never")
        transaction.set_rollback(True)
    assert not DBTaskResult.objects.exists()
    with transaction.atomic():
        jobs.note.enqueue("once")
    assert DBTaskResult.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("wait", [None, timedelta(minutes=10)])
def test_row_of_a_job_is_the_one_that_the_library_writes(wait: timedelta | None) -> None:
    moment = timezone.now() + wait if wait else None
    some_job = jobs.note.using(priority=7, run_after=moment)
    some_job.enqueue("words", (1, 2), number=3)
    theirs = DatabaseBackend._task_to_db_task(some_job.get_backend(), some_job, ("words", (1, 2)), {"number": 3})
    other = DBTaskResult.objects.values().get(pk=theirs.pk)
    own = DBTaskResult.objects.exclude(pk=theirs.pk).values().get()
    assert timedelta() <= other.pop("enqueued_at") - own.pop("enqueued_at") < timedelta(seconds=60)
    assert own.pop("id") != other.pop("id")
    assert own == other
    assert own["args_kwargs"]["args"] == ["words", [1, 2]]
    assert DBTaskResult.objects.filter(return_value__isnull=True).count() == 2


@pytest.mark.parametrize(("attempts", "whole_seconds"), [(1, 15), (2, 30), (3, 60), (6, 480), (9, 3600), (1000, 3600)])
def test_delay_doubles_up_to_an_hour_and_varies_by_half(attempts: int, whole_seconds: int) -> None:
    delays = [delay_after(attempts).total_seconds() for _ in range(500)]
    assert whole_seconds / 2 <= min(delays) < whole_seconds * 0.6
    assert whole_seconds * 0.9 < max(delays) <= whole_seconds
