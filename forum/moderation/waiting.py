"""How much waits for moderators and since when: for the dashboard, and for whoever reminds them."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Min

from .models import QueueItem


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many comments and requests a person must read; ``oldest`` is None where nothing waits."""

    count: int
    oldest: datetime | None


def count_waiting() -> Waiting:
    """Return what waits in all lanes. One query."""
    return Waiting(**QueueItem.objects.aggregate(count=Count("pk"), oldest=Min("since")))
