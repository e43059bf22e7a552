"""Which comments a person must read, in which lane and order. What a card shows is in ``cards``, deciding in ``services``."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from django.db.models import Count, Exists, Min, OuterRef, Prefetch, QuerySet, Subquery
from django.db.models.fields.tuple_lookups import Tuple, TupleGreaterThan
from django.utils import timezone

from forum.database import written
from forum.database.bulk import insert_objects
from forum.discussion import screening
from forum.discussion.models import ActorKind, Appeal, Comment, Decision, Lane, PendingChange, Signal, Strength
from forum.discussion.permissions import APPEALABLE
from forum.discussion.rows import bound

from .models import RANKS, QueueItem

CARDS_ON_A_PAGE = 20

# A comment that is public is read all the same for one of these.
LANES_OF_PUBLIC_ONES = (Lane.CARE, Lane.REPORTED)
_S = Comment.State
Keyset = tuple[int, datetime, int]


@dataclass(frozen=True)
class Place:
    """Where a comment stands in the queue: its lane, what is to be decided, and since when that waits."""

    lane: Lane
    since: datetime
    about: QueueItem.About = QueueItem.About.COMMENT
    appeal: Appeal | None = None


@dataclass(frozen=True)
class LaneCount:
    """How many wait in a lane, and since when the oldest does."""

    lane: Lane
    count: int = 0
    oldest: datetime | None = None


def sort_comment(comment: Comment) -> None:
    """Put ``comment`` into its lane, or take it out of the queue where nobody need read it (any more). Its place there stays.

    Called in the transaction of whatever may have changed that: a state, a text, a request of the writer. An app that stores or
    deletes a ``Signal`` outside of screening calls it too, after that; nothing else is needed. ``comment`` is as it is stored.
    """
    place = find_place(comment)
    waiting = QueueItem.objects.filter(comment=comment)
    if place is None:
        waiting.delete()
        return
    values = {"lane": place.lane, "rank": RANKS[place.lane], "about": place.about, "appeal": place.appeal}
    if not waiting.update(**values):
        QueueItem.objects.create(comment=comment, since=place.since, place_at=place.since, **values)


def sort_new_comments(comments: Sequence[Comment]) -> None:
    """Put comments into their lanes that were just stored, with all that is known of them."""
    rows = [
        QueueItem(
            comment_id=pk, lane=place.lane, rank=RANKS[place.lane], about=place.about, appeal=place.appeal, since=place.since,
            place_at=place.since,
        )
        for pk, place in find_places(comments).items()
    ]  # fmt: skip
    insert_objects(rows)


def sort_new_comment(comment: Comment, signals: Sequence[screening.Signal]) -> None:
    """Put a comment that was stored this moment into its lane, if somebody must read it; ``signals`` were found in it."""
    urgent = [signal for signal in signals if signal.lane in LANES_OF_PUBLIC_ONES]
    if comment.held or urgent:
        lane = _choose(_lanes_of(signals) if comment.held else {Lane(signal.lane) for signal in urgent})
        since = comment.created_at
        written.insert(QueueItem(comment=comment, lane=lane, rank=RANKS[lane], since=since, place_at=since))


def find_place(comment: Comment) -> Place | None:
    """Return where ``comment`` stands in the queue, None where nobody need read it."""
    return find_places([comment]).get(comment.pk)


def find_places(comments: Sequence[Comment]) -> dict[int, Place]:
    """Return where each comment that somebody must read stands in the queue, in the lane of the most urgent reason.

    What a text that stands is suspected of goes before what its writer asks for.
    """
    signals: dict[int, list[Signal]] = {comment.pk: [] for comment in comments}
    for signal in Signal.objects.filter(comment__in=signals).only("comment", "lane", "strength", "made_at", "of_change"):
        signals[signal.comment_id].append(signal)
    standing = {pk: [signal for signal in found if not signal.of_change] for pk, found in signals.items()}
    urgent = {pk: [signal for signal in found if signal.lane in LANES_OF_PUBLIC_ONES] for pk, found in standing.items()}
    waits = [
        comment for comment in comments if comment.state == _S.HELD or (comment.state == _S.PUBLISHED and urgent[comment.pk])
    ]
    decisions = _read_decisions(waits)
    found: dict[int, Place] = {}
    asking: list[Comment] = []
    for comment in comments:
        pk, place = comment.pk, None
        if comment.state == _S.HELD:
            sent_again_at = _find_sending(decisions[pk])
            lanes = _lanes_of(standing[pk]) | ({Lane.CHANGED} if sent_again_at else set())
            place = Place(_choose(lanes), sent_again_at or comment.created_at)
        elif comment.state == _S.HIDDEN:
            place = Place(_choose(_lanes_of(standing[pk]) | {Lane.REPORTED}), timezone.now())
        elif comment.state == _S.PUBLISHED and urgent[pk] and not _has_been_read(decisions[pk], urgent[pk]):
            place = Place(_choose({Lane(signal.lane) for signal in urgent[pk]}), timezone.now())
        if place:
            found[pk] = place
        else:
            asking.append(comment)
    return found | _find_changes(asking, signals) | _find_appeals(asking, standing)


def _find_changes(comments: Sequence[Comment], signals: Mapping[int, list[Signal]]) -> dict[int, Place]:
    """Return the places of public comments with a change that waits."""
    public = [comment.pk for comment in comments if comment.state == _S.PUBLISHED]
    if not public:
        return {}
    found = {}
    for change in PendingChange.objects.filter(comment__in=public, declined_at=None).only("comment", "made_at"):
        lanes = _lanes_of(signal for signal in signals[change.comment_id] if signal.of_change)
        found[change.comment_id] = Place(_choose(lanes | {Lane.CHANGED}), change.made_at, QueueItem.About.CHANGE)
    return found


def _find_appeals(comments: Sequence[Comment], standing: Mapping[int, list[Signal]]) -> dict[int, Place]:
    """Return the places of comments whose writer asks for a second look."""
    appealable = [comment.pk for comment in comments if comment.state in APPEALABLE]
    if not appealable:
        return {}
    found = {}
    for appeal in Appeal.objects.filter(comment__in=appealable, answered_at=None).order_by("-pk"):
        # Somebody in despair is read first there too; what else was found has been decided about.
        lanes = {Lane.CHANGED} | ({Lane.CARE} & _lanes_of(standing[appeal.comment_id]))
        found[appeal.comment_id] = Place(_choose(lanes), appeal.made_at, QueueItem.About.APPEAL, appeal)
    return found


def _read_decisions(comments: Sequence[Comment]) -> dict[int, list[Decision]]:
    """Return by comment what was decided, the latest last."""
    found: dict[int, list[Decision]] = {comment.pk: [] for comment in comments}
    for decision in Decision.objects.filter(comment__in=found).order_by("pk") if found else ():
        found[decision.comment_id or 0].append(decision)
    return found


def _lanes_of(signals: Iterable[Signal | screening.Signal]) -> set[Lane]:
    """Return the lanes that ``signals`` speak for: a weak one only explains, unless a person is in danger or has complained."""
    return {Lane(one.lane) for one in signals if one.strength == Strength.STRONG or one.lane in LANES_OF_PUBLIC_ONES}


def _choose(lanes: set[Lane]) -> Lane:
    # Whatever else was found in a first comment is more telling than that it is one.
    return min(lanes - {Lane.FIRST}, key=RANKS.__getitem__, default=Lane.FIRST)


def _has_been_read(decisions: Sequence[Decision], urgent: Sequence[Signal]) -> bool:
    """Tell whether a moderator has decided about it since the last of these was found."""
    since = max(signal.made_at for signal in urgent)
    undone = {decision.undoes_id for decision in decisions}
    return any(
        decision.actor_kind == ActorKind.MODERATOR
        and decision.at >= since
        and decision.undoes_id is None
        and decision.pk not in undone
        and decision.kind in (Decision.Kind.STATE, Decision.Kind.KEPT)
        for decision in decisions
    )


def _find_sending(decisions: Sequence[Decision]) -> datetime | None:
    """Return when its writer changed it and sent it again, if that is why it waits."""
    last = next((decision for decision in reversed(decisions) if decision.kind == Decision.Kind.STATE), None)
    return last.at if last and last.from_state == _S.REJECTED and last.undoes_id is None else None


def count_lanes() -> list[LaneCount]:
    """Return what waits in each lane. One query, along one index."""
    found = QueueItem.objects.values("rank").annotate(count=Count("pk"), oldest=Min("since")).order_by("rank")
    counts = {row["rank"]: row for row in found}
    return [
        LaneCount(lane, counts[rank]["count"], counts[rank]["oldest"]) if rank in counts else LaneCount(lane)
        for lane, rank in RANKS.items()
    ]


def read_items(
    lane: str, after: Keyset | None, beside: Mapping[str, Exists] = MappingProxyType({})
) -> tuple[Sequence[QueueItem], Keyset | None]:
    """Return a page of what waits in ``lane``, or in all for an empty one, and the keyset of the next page.

    ``beside`` are columns that each item gets besides. Two queries: PostgreSQL would plan so many joins for longer than it
    takes to read the rows.
    """
    redactions = Decision.objects.filter(comment=OuterRef("pk"), kind=Decision.Kind.REDACTION, undoes=None, undone_by=None)
    comments = Comment.objects.select_related(
        "discussion__article", "parent", "author", "guest", "pending_change", "evidence"
    ).defer("body_html", "parent__body_html", "discussion__article__body", "discussion__article__body_html")
    rows = (
        QueueItem.objects.annotate(redacted_at=Subquery(redactions.order_by("-pk").values("at")[:1]), **beside)
        .select_related("appeal__decision__who", "claimed_by", "asked_by")
        .prefetch_related(Prefetch("comment", comments))
    )
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
        here = bound(place_at__gte=after[1]) if lane else bound(rank__gte=after[0])
        rows = rows.filter(here, TupleGreaterThan(Tuple("rank", "place_at", "comment"), after))
    return rows.order_by("rank", "place_at", "comment")
