"""The jobs of mail: sending it, and forgetting what was given up."""

from datetime import timedelta

from django.utils import timezone

from forum.jobs.definitions import job
from forum.jobs.schedule import daily, every

from .delivery import deliver_due
from .models import OutgoingMessage

SENT_IN_ONE_GO = timedelta(seconds=20)  # then other jobs have their turn
RECORDS_KEPT = timedelta(days=30)
BATCH_ROWS = 1000


@every(minutes=1)
@job(priority=10)
def deliver_mail() -> None:
    """Send all mail that is due. Enqueued with every mail; each minute also for what is to be tried again."""
    if deliver_due(SENT_IN_ONE_GO):
        deliver_mail.using(priority=0).enqueue()  # the rest waits behind what other jobs wait


@daily(at="03:20")
@job()
def prune_mail() -> None:
    """Delete the records of mail finished thirty days ago: until then they are counted, and what was given up can be tried."""
    old = OutgoingMessage.objects.filter(finished_at__lt=timezone.now() - RECORDS_KEPT).order_by("finished_at")
    while ids := list(old.values_list("pk", flat=True)[:BATCH_ROWS]):
        OutgoingMessage.objects.filter(pk__in=ids).delete()
