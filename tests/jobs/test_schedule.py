"""Jobs that start by themselves: once a turn, whatever the clock and the number of workers."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, time, timedelta

import pytest
from django.db import connection
from django.test import override_settings
from django_tasks_db.models import DBTaskResult

from forum.jobs.models import Schedule
from forum.jobs.schedule import Rhythm, take_turn
from tests.jobs.sample import jobs

NIGHTLY = Rhythm(jobs.note, timedelta(days=1), time(3))
NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("rhythm", "now", "turn"),
    [
        (Rhythm(jobs.note, timedelta(minutes=5)), "2026-05-04 12:04:59.5", "2026-05-04 12:00"),
        (Rhythm(jobs.note, timedelta(minutes=5)), "2026-05-04 12:05", "2026-05-04 12:05"),
        (NIGHTLY, "2026-05-04 02:59:59", "2026-05-03 03:00"),
        (NIGHTLY, "2026-05-04 03:00", "2026-05-04 03:00"),
        (NIGHTLY, "2026-05-04 23:00", "2026-05-04 03:00"),
    ],
)
def test_latest_turn(rhythm: Rhythm, now: str, turn: str) -> None:
    assert rhythm.latest_turn(datetime.fromisoformat(now).replace(tzinfo=UTC)) == datetime.fromisoformat(turn).replace(tzinfo=UTC)


@override_settings(TIME_ZONE="Europe/Berlin")
def test_daily_turn_follows_the_clock_on_the_wall() -> None:
    winter, summer = datetime(2026, 1, 10, 12, tzinfo=UTC), datetime(2026, 7, 10, 12, tzinfo=UTC)
    assert NIGHTLY.latest_turn(winter) == datetime(2026, 1, 10, 2, tzinfo=UTC)
    assert NIGHTLY.latest_turn(summer) == datetime(2026, 7, 10, 1, tzinfo=UTC)


@pytest.mark.django_db
def test_turn_is_taken_once_and_a_missed_one_late() -> None:
    assert not take_turn(NIGHTLY, NOON)  # a new site does not start with the work of the night
    assert not take_turn(NIGHTLY, NOON + timedelta(hours=14))
    assert take_turn(NIGHTLY, NOON + timedelta(hours=15))
    assert not take_turn(NIGHTLY, NOON + timedelta(hours=15, seconds=1))
    assert take_turn(NIGHTLY, NOON + timedelta(days=5))  # no worker ran for four nights
    assert not take_turn(NIGHTLY, NOON + timedelta(days=5, hours=1))
    assert DBTaskResult.objects.count() == 2


@pytest.mark.django_db
def test_clock_set_back_neither_repeats_a_turn_nor_stops_the_schedule() -> None:
    take_turn(NIGHTLY, NOON)
    assert take_turn(NIGHTLY, NOON + timedelta(days=1))
    assert not take_turn(NIGHTLY, NOON + timedelta(hours=14))  # 02:00 again, after 12:00
    assert not take_turn(NIGHTLY, NOON + timedelta(hours=15))  # 03:00 again: that turn was taken
    assert not take_turn(NIGHTLY, NOON - timedelta(days=400))
    assert take_turn(NIGHTLY, NOON - timedelta(days=399))


@pytest.mark.django_db(transaction=True)
def test_turn_is_taken_once_by_eight_workers_at_the_same_moment() -> None:
    take_turn(NIGHTLY, NOON)

    def take(day: int) -> bool:
        try:
            return take_turn(NIGHTLY, NOON + timedelta(days=day))
        finally:
            connection.close()

    for day in (1, 2, 3):
        with ThreadPoolExecutor(8) as workers:
            assert sum(workers.map(take, [day] * 8)) == 1
    assert DBTaskResult.objects.count() == 3
    assert Schedule.objects.count() == 1
