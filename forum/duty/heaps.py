"""What waits for those who look after the site, wherever it waits: how much, and since when the oldest. Reads only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Min, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from forum.discussion.models import Claim
from forum.moderation.queue import count_lanes
from forum.privacy.models import ThirdPartyRequest


@dataclass(frozen=True)
class Heap:
    """Things of one sort that wait, and the page where they are."""

    name: str
    path: str
    count: int
    oldest: datetime | None


@dataclass(frozen=True)
class Waiting:
    """All that waits: heaps with something in them, the most urgent first."""

    heaps: Sequence[Heap]

    @property
    def count(self) -> int:
        """Return how much that is."""
        return sum(heap.count for heap in self.heaps)

    @property
    def oldest(self) -> datetime | None:
        """Return since when the oldest waits."""
        return min((heap.oldest for heap in self.heaps if heap.oldest), default=None)


def read_waiting() -> Waiting:
    """Return what waits: the lanes of the queue, then requests that have lists of their own. Three queries."""
    queue = reverse("moderation:queue")
    heaps = [Heap(str(lane.lane.label), queue, lane.count, lane.oldest) for lane in count_lanes()]
    heaps += [
        Heap(
            _("“I wrote this comment”"),
            reverse("admin:discussion_claim_changelist"),
            **_measure(Claim.objects.filter(decided_at=None)),
        ),
        Heap(
            _("Requests of people named in comments"),
            reverse("admin:privacy_thirdpartyrequest_changelist"),
            **_measure(ThirdPartyRequest.objects.filter(done_at=None)),
        ),
    ]
    return Waiting([heap for heap in heaps if heap.count])


def _measure(rows: "QuerySet[Any]") -> dict[str, Any]:
    return rows.aggregate(count=Count("pk"), oldest=Min("made_at"))
