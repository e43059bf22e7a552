"""What /metrics tells of background work."""

from collections.abc import Iterator

from django.db.models import Count, Min
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult


def measure() -> Iterator[tuple[str, str, dict[str, str], float]]:
    """Yield how many jobs are due, since when, and how many run or were given up. Two queries."""
    due = DBTaskResult.objects.ready().aggregate(count=Count("pk"), oldest=Min("enqueued_at"))
    yield "understory_due_jobs", "Jobs that no worker has begun.", {}, due["count"]
    age = (timezone.now() - due["oldest"]).total_seconds() if due["oldest"] else 0
    yield "understory_due_jobs_oldest_seconds", "Age of the oldest of them.", {}, max(age, 0)
    rows = DBTaskResult.objects.filter(status__in=(TaskResultStatus.RUNNING, TaskResultStatus.FAILED))
    counts = dict(rows.order_by().values_list("status").annotate(count=Count("pk")))
    for status, words in ((TaskResultStatus.RUNNING, "running"), (TaskResultStatus.FAILED, "failed")):
        yield "understory_jobs", "Jobs by state.", {"state": words}, counts.get(status, 0)
