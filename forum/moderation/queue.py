"""Which comments a person must read, in which lane and order. What a card shows is in ``cards``, deciding in ``services``."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Min, QuerySet
from django.db.models.fields.tuple_lookups import Tuple, TupleGreaterThan
from django.utils import timezone

from forum.discussion.models import ActorKind, Comment, Decision, Lane, Signal, Strength

from .models import RANKS, QueueItem

CARDS_ON_A_PAGE = 20

# A comment that is public is read all the same for one of these.
LANES_OF_PUBLIC_ONES = (Lane.CARE, Lane.REPORTED)
_S = Comment.State
Keyset = tuple[int, datetime, int]


@dataclass(frozen=True)
class LaneCount:
    """How many wait in a lane, and since when the oldest does."""

    lane: Lane
    count: int = 0
    oldest: datetime | None = None


def sort_comment(comment: Comment) -> None:
    """Put ``comment`` into its lane, or take it out of the queue where nobody need read it (any more). Its place there stays."""
    lane = find_lane(comment)
    waiting = QueueItem.objects.filter(comment=comment)
    if lane is None:
        waiting.delete()
        return
    found = waiting.values_list("lane", flat=True).first()
    if found is None:
        since = comment.created_at if comment.state == _S.HELD else timezone.now()
        QueueItem.objects.create(comment=comment, lane=lane, rank=RANKS[lane], since=since, place_at=since)
    elif found != lane:
        waiting.update(lane=lane, rank=RANKS[lane])


def find_lane(comment: Comment) -> Lane | None:
    """Return the lane of ``comment``, the most urgent of its signals'; None where nobody need read it."""
    if comment.state not in (_S.HELD, _S.HIDDEN, _S.PUBLISHED):
        return None
    signals = list(Signal.objects.filter(comment=comment).only("lane", "strength", "made_at"))
    lanes = {Lane(signal.lane) for signal in signals if _counts(signal)}
    if comment.state == _S.PUBLISHED:
        urgent = [signal for signal in signals if signal.lane in LANES_OF_PUBLIC_ONES]
        if not urgent or _has_been_read(comment, max(signal.made_at for signal in urgent)):
            return None
        lanes &= set(LANES_OF_PUBLIC_ONES)
    elif comment.state == _S.HIDDEN:
        lanes.add(Lane.REPORTED)
    elif _was_sent_again(comment):
        lanes.add(Lane.CHANGED)
    # Whatever else was found in a first comment is more telling than that it is one.
    return min(lanes - {Lane.FIRST}, key=RANKS.__getitem__, default=Lane.FIRST)


def _counts(signal: Signal) -> bool:
    """Tell whether ``signal`` chooses the lane: a weak one only explains, unless a person is in danger or has complained."""
    return signal.strength == Strength.STRONG or signal.lane in LANES_OF_PUBLIC_ONES


def _has_been_read(comment: Comment, since: datetime) -> bool:
    read = Decision.objects.filter(comment=comment, actor_kind=ActorKind.MODERATOR, at__gte=since, undoes=None, undone_by=None)
    return read.filter(kind__in=(Decision.Kind.STATE, Decision.Kind.KEPT)).exists()


def _was_sent_again(comment: Comment) -> bool:
    last = Decision.objects.filter(comment=comment, kind=Decision.Kind.STATE).order_by("-pk")
    return last.values_list("from_state", "undoes")[:1].first() == (_S.REJECTED, None)


def count_lanes() -> list[LaneCount]:
    """Return what waits in each lane. One query, along one index."""
    found = QueueItem.objects.values("rank").annotate(count=Count("pk"), oldest=Min("since")).order_by("rank")
    counts = {row["rank"]: row for row in found}
    return [
        LaneCount(lane, counts[rank]["count"], counts[rank]["oldest"]) if rank in counts else LaneCount(lane)
        for lane, rank in RANKS.items()
    ]


def read_items(lane: str, after: Keyset | None) -> tuple[Sequence[QueueItem], Keyset | None]:
    """Return a page of what waits in ``lane``, or in all for an empty one, and the keyset of the next page. One query."""
    rows = QueueItem.objects.select_related(
        "comment__discussion__article", "comment__parent", "comment__author", "comment__guest", "claimed_by", "asked_by"
    ).defer(
        "comment__body_html", "comment__parent__body_html",
        "comment__discussion__article__body", "comment__discussion__article__body_html",
    )  # fmt: skip
    found = list(_in_order(rows, lane, after)[: CARDS_ON_A_PAGE + 1])
    here = found[:CARDS_ON_A_PAGE]
    return here, keyset_of(here[-1]) if len(found) > len(here) else None


def find_next(item: QueueItem, lane: str) -> int | None:
    """Return the comment that comes after ``item``, which may be gone by now; the first one where it was the last."""
    following = _in_order(QueueItem.objects.exclude(pk=item.pk), lane, keyset_of(item)).values_list("pk", flat=True).first()
    return following or _in_order(QueueItem.objects.exclude(pk=item.pk), lane, None).values_list("pk", flat=True).first()


def keyset_of(item: QueueItem) -> Keyset:
    """Return where ``item`` stands in the order of the queue."""
    return item.rank, item.place_at, item.pk


def _in_order(rows: QuerySet[QueueItem], lane: str, after: Keyset | None) -> QuerySet[QueueItem]:
    if lane:
        rows = rows.filter(rank=RANKS[Lane(lane)])
    if after:
        rows = rows.filter(TupleGreaterThan(Tuple("rank", "place_at", "comment"), after))
    return rows.order_by("rank", "place_at", "comment")
