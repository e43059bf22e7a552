"""Telling staff: each of them once of each thing, however many workers there are; and what they choose."""

from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.utils import timezone, translation

from forum.accounts.models import User
from forum.accounts.people import Person
from forum.care.models import CareMark
from forum.mail.addresses import InvalidAddressError
from forum.mail.sending import LetterMessage, send_letters
from forum.subscriptions.letters import language_of

from .heaps import read_waiting
from .letters import LATE_AFTER, write_alarm, write_waiting
from .models import DutyChoice, Kind, Notice
from .people import find_staff

ALARM_PAUSE = timedelta(minutes=15)  # between two alarms to one person: what comes up meanwhile is told in one mail
ALARMED_FOR = timedelta(days=1)  # what is older stands in the daily mail
NOTICES_KEPT = timedelta(days=90)


def remind(now: datetime) -> None:
    """Tell staff of what waits, if anything does, once on this day of the site's calendar."""
    waiting = read_waiting()
    if waiting.oldest is None:
        return
    about = f"{timezone.localdate(now)}"
    for user in find_staff(Kind.WAITING, is_late=now - waiting.oldest > LATE_AFTER):
        _tell(user, Kind.WAITING, [about], partial(write_waiting, user, waiting, now), now)


def sound_alarm(now: datetime) -> datetime | None:
    """Tell staff of comments that somebody must read at once.

    Return when to look again, where somebody has just been told of others.
    """
    open_marks = CareMark.objects.filter(closed_at=None, is_past=False, found_at__gt=now - ALARMED_FOR)
    marks = open_marks.exclude(source=CareMark.Source.IMPORT).order_by("pk")
    # New words in a comment that was told of are told again.
    found = {f"{mark.pk}, {len(mark.words.splitlines())}": mark.pk for mark in marks}
    again: datetime | None = None
    for user in find_staff(Kind.CARE) if found else ():
        told = Notice.objects.filter(user=user, kind=Kind.CARE)
        known = set(told.filter(about__in=found).values_list("about", flat=True))
        new = {about: pk for about, pk in found.items() if about not in known}
        last = told.filter(made_at__gt=now - ALARM_PAUSE, made_at__lte=now).order_by("made_at").last()
        if new and last:
            again = max(again or now, last.made_at + ALARM_PAUSE)
        elif new:
            _tell(user, Kind.CARE, list(new), partial(write_alarm, user, list(new.values())), now)
    return again


def _tell(user: User, kind: Kind, about: Sequence[str], write: Callable[[], LetterMessage], now: datetime) -> None:
    """Queue the mail that ``write`` returns, unless ``user`` was told of all of it before."""
    with translation.override(language_of(Person(user=user))), suppress(InvalidAddressError), transaction.atomic():
        message = write()
        is_new = [Notice.objects.get_or_create(user=user, kind=kind, about=one, defaults={"made_at": now})[1] for one in about]
        if any(is_new):
            send_letters([message])


@transaction.atomic
def stop(user: User, kinds: Collection[int], now: datetime) -> None:
    """Send ``user`` no more mail of these kinds. What waits to be sent goes out still: it may be about somebody at risk."""
    for kind in kinds:
        DutyChoice.objects.get_or_create(user=user, kind=kind, defaults={"stopped_at": now})


def start(user: User, kinds: Collection[int]) -> None:
    """Send ``user`` mail of these kinds again."""
    DutyChoice.objects.filter(user=user, kind__in=kinds).delete()


def forget_notices(now: datetime) -> None:
    """Delete what nobody would be told of again anyway."""
    Notice.objects.filter(made_at__lt=now - NOTICES_KEPT).delete()
