"""The daily sweep of the job table."""

from datetime import timedelta

from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from .definitions import job
from .schedule import daily

DONE_KEPT = timedelta(days=1)
FAILED_KEPT = timedelta(days=30)
BATCH_ROWS = 1000  # a write transaction stays short, so that people can post meanwhile


@daily(at="03:10")
@job()
def prune_jobs() -> None:
    """Delete what is done after a day and what failed for good after thirty."""
    now = timezone.now()
    for status, kept in ((TaskResultStatus.SUCCESSFUL, DONE_KEPT), (TaskResultStatus.FAILED, FAILED_KEPT)):
        old = DBTaskResult.objects.filter(status=status, finished_at__lt=now - kept).order_by("finished_at")
        while ids := list(old.values_list("pk", flat=True)[:BATCH_ROWS]):
            DBTaskResult.objects.filter(pk__in=ids).delete()
