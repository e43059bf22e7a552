"""Jobs that start by themselves: ``@every(...)`` and ``@daily(at=...)``, above ``@job()``.

Time is cut into turns (each minute; each day at three). A turn is taken by a conditional UPDATE of the schedule's row and its
count, so it is taken once, however many workers look, on both databases. A turn missed while no worker ran is taken late, once.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from django.db import transaction
from django.utils import timezone

from .definitions import Job
from .models import Schedule

_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Rhythm:
    """When a job is due: every ``period`` since an epoch, or each day ``at`` a time of the site's time zone."""

    job: Job
    period: timedelta
    at: time | None = None

    @property
    def name(self) -> str:
        """The dotted path of the job, under which its row is kept."""
        return self.job.module_path

    def latest_turn(self, now: datetime) -> datetime:
        """Return the last moment up to ``now`` at which the job was due."""
        if self.at is None:
            return now - (now - _EPOCH) % self.period
        local = timezone.localtime(now)
        turn = local.replace(hour=self.at.hour, minute=self.at.minute, second=0, microsecond=0)
        return (turn if turn <= local else turn - self.period).astimezone(UTC)


RHYTHMS: list[Rhythm] = []


def every(**period: int) -> Callable[[Job], Job]:
    """Start the job every so often: ``every(minutes=5)``, with the words of ``timedelta``."""

    def add(job: Job) -> Job:
        RHYTHMS.append(Rhythm(job, timedelta(**period)))
        return job

    return add


def daily(*, at: str) -> Callable[[Job], Job]:
    """Start the job each day at a time of the site's time zone: ``daily(at="03:00")``."""

    def add(job: Job) -> Job:
        RHYTHMS.append(Rhythm(job, timedelta(days=1), time.fromisoformat(at)))
        return job

    return add


@transaction.atomic
def take_turn(rhythm: Rhythm, now: datetime) -> bool:
    """Enqueue the job if nobody has taken its latest turn, and return whether it was taken here. A new site begins with none."""
    turn = rhythm.latest_turn(now)
    _, is_new = Schedule.objects.get_or_create(name=rhythm.name, defaults={"turn": turn})
    if is_new:
        return False
    row = Schedule.objects.filter(name=rhythm.name)
    # Ahead by more than a turn: the clock was set back since. Waiting until it catches up could take years.
    row.filter(turn__gt=now + rhythm.period).update(turn=turn)
    if not row.filter(turn__lt=turn).update(turn=turn):
        return False
    rhythm.job.enqueue()
    return True
