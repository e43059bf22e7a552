"""What /metrics tells of mail."""

from collections.abc import Iterator

from django.db.models import Count, Min
from django.utils import timezone

from .models import OutgoingMessage

State = OutgoingMessage.State


def measure() -> Iterator[tuple[str, str, dict[str, str], float]]:
    """Yield how much mail waits, for how long, and how much was given up lately. Two queries."""
    waiting = OutgoingMessage.objects.filter(state=State.WAITING).aggregate(count=Count("pk"), oldest=Min("created_at"))
    yield "understory_waiting_mail", "Mail that is not sent yet.", {}, waiting["count"]
    age = (timezone.now() - waiting["oldest"]).total_seconds() if waiting["oldest"] else 0
    yield "understory_waiting_mail_oldest_seconds", "Age of the oldest of it.", {}, max(age, 0)
    failed = OutgoingMessage.objects.filter(state=State.FAILED).count()
    yield "understory_failed_mail", "Mail that was given up in the last 30 days.", {}, failed
