"""How often somebody may do something: so many times in a window of time, for each person or each network address.

    SEARCHING = (Limit("search", 120, MINUTE, By.ADDRESS),)

    @limited(SEARCHING, methods=("GET",))   # a view: whoever comes too often gets the 429 page, with what they typed
    def search(request): ...

    if wait := count_try(request, READING):  # whatever answers otherwise, JSON say
        return refuse(JsonResponse({"detail": ...}), wait)

A limit is for floods: nobody who reads and writes, however much, should ever meet one. RATE_LIMITS switches all of them off.
Kept is a number under a keyed hash, for a day at most after its window: nobody can read from it who came, or from where.
"""

import math
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import wraps
from typing import Any

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from forum.database.compiled import find_cursor

from .client_address import client_ip, network_of
from .guests import find_guest
from .models import RateCount

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
BATCH_ROWS = 1000
# The fields in which people write; their text stands on the page that refuses.
TEXT_FIELDS = ("subject", "body", "text", "evidence", "words")


class By(StrEnum):
    """Whose tries are counted together. Many may share an address: a school, a hospital, a telephone network."""

    PERSON = "person"  # a member, or a guest known by cookie; others are not counted
    NEWCOMER = "newcomer"  # all at one network address who are nobody known
    ADDRESS = "address"  # all at one network address


@dataclass(frozen=True)
class Limit:
    """At most ``count`` tries of ``act`` in each window ``per``. The clock begins a window, not the first try."""

    act: str
    count: int
    per: timedelta
    by: By


def count_try(request: HttpRequest, limits: Iterable[Limit], *, now: datetime | None = None) -> timedelta | None:
    """Count a try against all of ``limits``; return how long to wait where one of them is used up, else None.

    One statement, in a transaction of its own: call it before the transaction that does the work.
    """
    if not settings.RATE_LIMITS:
        return None
    now = now or timezone.now()
    whose = _read_whose(request)
    keys = {_hash(limit, whose[limit.by], now): limit for limit in limits if whose.get(limit.by)}
    found = _raise_counts({key: _window_end(limit, now) for key, limit in keys.items()})
    return max((_window_end(keys[key], now) - now for key, count in found.items() if count > keys[key].count), default=None)


def limited(limits: Iterable[Limit], *, methods: Collection[str] = ("POST",)) -> Callable[..., Any]:
    """Wrap a view so that requests of ``methods`` are counted, and answered with the 429 page where they are too many."""
    limits = tuple(limits)

    def wrap(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method in methods and (wait := count_try(request, limits)):
                return too_many(request, wait)
            return view(request, *args, **kwargs)

        return answer

    return wrap


def too_many(request: HttpRequest, wait: timedelta) -> HttpResponse:
    """Return the page that says how long to wait, with the text that was sent."""
    sent_text = "\n\n".join(filter(None, (request.POST.get(name) for name in TEXT_FIELDS)))
    context = {"wait": wait_words(wait), "sent_text": sent_text}
    return refuse(render(request, "429.html", context), wait)


def refuse(response: HttpResponse, wait: timedelta) -> HttpResponse:
    """Make ``response`` one of status 429, which tells programs how long to wait."""
    response.status_code = 429
    response["Retry-After"] = str(math.ceil(wait.total_seconds()))
    return response


def wait_words(wait: timedelta) -> str:
    """Return when to try again, as a part of a sentence: "in 12 minutes". A clock would be that of another time zone for many."""
    minutes = math.ceil(wait / MINUTE)
    if minutes <= 1:
        return _("in a minute")
    if minutes < 120:
        return ngettext("in %(count)d minute", "in %(count)d minutes", minutes) % {"count": minutes}
    hours = math.ceil(wait / HOUR)
    return ngettext("in %(count)d hour", "in %(count)d hours", hours) % {"count": hours}


def forget_counts(now: datetime) -> None:
    """Delete the counts of windows that are over."""
    old = RateCount.objects.filter(ends__lte=int(now.timestamp())).order_by("ends")
    while keys := list(old.values_list("pk", flat=True)[:BATCH_ROWS]):
        RateCount.objects.filter(pk__in=keys).delete()


def _read_whose(request: HttpRequest) -> dict[By, str]:
    """Return under which names a request is counted; "" where there is none."""
    address = network_of(client_ip(request))
    user = request.user
    if user.is_authenticated:
        return {By.PERSON: f"member {user.pk}", By.ADDRESS: address}
    if guest := find_guest(request):
        return {By.PERSON: f"guest {guest.pk}", By.ADDRESS: address}
    return {By.NEWCOMER: address, By.ADDRESS: address}


def _window_end(limit: Limit, now: datetime) -> datetime:
    window = limit.per.total_seconds()
    return datetime.fromtimestamp((now.timestamp() // window + 1) * window, tz=now.tzinfo)


def _hash(limit: Limit, whose: str, now: datetime) -> int:
    """Return the number under which the tries are counted: 64 bits, keyed, another one for each window."""
    text = f"{limit.act} {limit.by} {limit.per} {whose} {_window_end(limit, now).timestamp()}"
    return int.from_bytes(salted_hmac("accounts.limits", text, algorithm="sha256").digest()[:8], signed=True)


def _raise_counts(ends: dict[int, datetime]) -> dict[int, int]:
    """Add one to each count and return them. Sorted: two who count the same never wait for each other in a circle."""
    if not ends:
        return {}
    table = RateCount._meta.db_table
    rows = [value for key in sorted(ends) for value in (key, int(ends[key].timestamp()))]
    cursor = find_cursor(connection)
    cursor.execute(
        f"INSERT INTO {table} (hash, ends, count) VALUES {', '.join(['(%s, %s, 1)'] * len(ends))} "  # noqa: S608
        f"ON CONFLICT (hash) DO UPDATE SET count = {table}.count + 1 RETURNING hash, count",
        rows,
    )
    return dict(cursor.fetchall())
