"""How moderation goes: what waits and for how long, which reasons are often wrong, who does how much. Reads only."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from statistics import median

from django.db.models import Count, Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from forum.accounts.models import User
from forum.discussion.cards import count_questions
from forum.discussion.models import ActorKind, Comment, Decision, Lane, Signal
from forum.discussion.screening import REPORTED_CODE

from .reason_names import name_reason
from .waiting import count_waiting

DAYS = 30
MOST_WAITS = 20_000  # decisions whose wait is looked at: the latest, where there are more
_S, _K = Comment.State, Decision.Kind


@dataclass(frozen=True, slots=True)
class ReasonRow:
    """How comments fared in which software found one thing."""

    code: str
    lane: str
    words: str
    held: int
    removed: int
    published: int
    waiting: int


@dataclass(frozen=True, slots=True)
class Load:
    """How much one moderator decided."""

    name: str
    count: int
    undone: int


@dataclass(frozen=True, slots=True)
class DayBar:
    """Decisions of one day, and where its bar stands in the picture."""

    day: date
    count: int
    x: int
    y: int
    height: int


@dataclass(slots=True)
class Dashboard:
    """All numbers of the page. Waits are None where nothing was decided."""

    waiting: int
    oldest: datetime | None
    median_wait: timedelta | None
    slowest_wait: timedelta | None
    decided: int
    undone: int
    honest: int
    honest_held: int
    questions: int
    asked: int
    answered: int
    reasons: list[ReasonRow] = field(default_factory=list)
    loads: list[Load] = field(default_factory=list)
    days: list[DayBar] = field(default_factory=list)

    @property
    def most_in_a_day(self) -> int:
        """Return the number that the highest bar stands for."""
        return max((bar.count for bar in self.days), default=0)

    @property
    def held_per_hundred(self) -> float | None:
        """Return how many of a hundred honest posts had to wait."""
        return round(100 * self.honest_held / self.honest, 1) if self.honest else None


def read_dashboard(viewer: User, now: datetime) -> Dashboard:
    """Return how moderation went in the last DAYS. ``viewer`` sees their own load; the operator everybody's. Nine queries."""
    since = now - timedelta(days=DAYS)
    queue = count_waiting()
    waits, days = _read_waits(since)
    decided = Decision.objects.filter(actor_kind=ActorKind.MODERATOR, at__gte=since, kind__in=(_K.STATE, _K.KEPT, _K.REDACTION))
    totals = decided.aggregate(made=Count("pk", filter=Q(undoes=None)), undone=Count("pk", filter=Q(undoes__isnull=False)))
    posted = Decision.objects.filter(actor_kind=ActorKind.SOFTWARE, at__gte=since, from_state="", comment__public=True)
    honest = posted.aggregate(count=Count("pk"), held=Count("pk", filter=Q(to_state=_S.HELD)))
    questions = Comment.objects.filter(public=True, published_at__gte=since, is_question=True)
    asked = questions.aggregate(count=Count("pk"), answered=Count("pk", filter=Q(waiting=False)))
    return Dashboard(
        waiting=queue.count,
        oldest=queue.oldest,
        median_wait=timedelta(seconds=median(wait.total_seconds() for wait in waits)) if waits else None,
        slowest_wait=max(waits, default=None),
        decided=totals["made"],
        undone=totals["undone"],
        honest=honest["count"],
        honest_held=honest["held"],
        questions=count_questions(),
        asked=asked["count"],
        answered=asked["answered"],
        reasons=_read_reasons(since),
        loads=_read_loads(viewer, since),
        days=_make_bars(days, timezone.localdate(now)),
    )


def _read_waits(since: datetime) -> tuple[list[timedelta], dict[date, int]]:
    """Return how long each comment waited that a moderator decided on, and how many were decided on each day."""
    decided = Decision.objects.filter(actor_kind=ActorKind.MODERATOR, at__gte=since, kind=_K.STATE, from_state=_S.HELD)
    rows = decided.filter(undoes=None, undone_by=None).order_by("-at").values_list("at", "comment__created_at")[:MOST_WAITS]
    waits, days = [], dict[date, int]()
    for at, created_at in rows:
        waits.append(max(at - created_at, timedelta()))
        day = timezone.localdate(at)
        days[day] = days.get(day, 0) + 1
    return waits, days


def _read_reasons(since: datetime) -> list[ReasonRow]:
    """Return what became of comments by what was found in them: a reason that is often published anyway should be turned down."""
    first = Decision.objects.filter(comment=OuterRef("comment"), from_state="", to_state=_S.HELD)
    # That somebody may be at risk is no reason to hold anything, and is not counted.
    counted = Signal.objects.filter(made_at__gte=since, of_change=False).exclude(~Q(code=REPORTED_CODE), lane=Lane.CARE)
    found = counted.filter(Exists(first)).values("code", "lane").order_by()
    rows = found.annotate(
        held=Count("comment", distinct=True),
        removed=Count("comment", distinct=True, filter=Q(comment__state__in=(_S.REJECTED, _S.REMOVED))),
        published=Count("comment", distinct=True, filter=Q(comment__public=True)),
        waiting=Count("comment", distinct=True, filter=Q(comment__held=True)),
    )
    return [ReasonRow(words=name_reason(row["code"]), **row) for row in rows.order_by("-held", "code")]


def _read_loads(viewer: User, since: datetime) -> list[Load]:
    made = Decision.objects.filter(actor_kind=ActorKind.MODERATOR, at__gte=since, undoes=None, who__isnull=False)
    if not viewer.has_perm("moderation.view_load"):
        made = made.filter(who=viewer)
    rows = made.values_list("who__display_name").annotate(
        count=Count("pk", distinct=True), undone=Count("pk", distinct=True, filter=Q(undone_by__isnull=False))
    )
    return [Load(*row) for row in rows.order_by("-count", "who__display_name")]


BAR_WIDTH, BAR_STEP, CHART_HEIGHT = 16, 20, 120
BAR_TOP = 18  # above the highest bar stands its number


def _make_bars(counts: dict[date, int], today: date) -> list[DayBar]:
    most = max([*counts.values(), 1])
    bars = []
    for number in range(DAYS):
        day = today - timedelta(days=DAYS - 1 - number)
        count = counts.get(day, 0)
        height = round((CHART_HEIGHT - BAR_TOP) * count / most)
        bars.append(DayBar(day, count, number * BAR_STEP, CHART_HEIGHT - height, height))
    return bars


def wait_words(wait: timedelta | None) -> str:
    """Return a wait in one unit: "40 minutes", "9 hours"."""
    if wait is None:
        return "–"
    minutes = int(wait.total_seconds() // 60)
    if minutes < 60:
        return _("%(count)d min") % {"count": minutes}
    hours = minutes // 60
    return _("%(count)d h") % {"count": hours} if hours < 72 else _("%(count)d days") % {"count": hours // 24}
