"""Moments and stretches of time in words. Pure but for the reader's language; what is not known is said as not known."""

import re
from datetime import date, datetime
from functools import lru_cache
from typing import NamedTuple, Protocol

from django.utils.dates import MONTHS
from django.utils.formats import date_format
from django.utils.translation import pgettext

from forum.site.translating import current_language, ngettext
from forum.site.translating import gettext as _

from .threads import DAYS_IN_A_MONTH, Dated, Gap, local

DAYS_IN_A_YEAR = 365.2425


class Printed(Dated, Protocol):
    """Anything with what an old page printed about its date."""

    @property
    def posted_text(self) -> str: ...
    @property
    def origin_note(self) -> str: ...


class Moment(NamedTuple):
    """When something was written: for a machine (empty where no date is known), for a reader, and what is missing."""

    machine: str
    words: str
    note: str


def moment_of(row: Dated) -> Moment:
    """Return when ``row`` was written, as precisely as that is known."""
    if row.posted_at is None or row.posted_precision == "unknown":
        return Moment("", "", _("The date was not kept."))
    day = local(row.posted_at).date()
    match row.posted_precision:
        case "month":
            return Moment(f"{day:%Y-%m}", _month(day, current_language()), _("The exact day was not kept."))
        case "year":
            return Moment(f"{day:%Y}", f"{day.year}", _("The exact day was not kept."))
        case "before":
            return Moment("", _("Before %(year)s") % {"year": day.year}, _("The exact date was not kept."))
    return Moment(day.isoformat(), _day(day, current_language()), "")


@lru_cache(maxsize=4096)
def _day(day: date, language: str | None) -> str:
    return date_format(day, pgettext("day, month and year of a comment, in Django's letters", "j F Y"))


@lru_cache(maxsize=512)
def _month(day: date, language: str | None) -> str:
    return date_format(day, "YEAR_MONTH_FORMAT")


def as_printed(row: Printed) -> str:
    """Return what the old page printed about the date, where that adds to the date shown or contradicts it, else nothing."""
    printed = [row.posted_text] if row.posted_text and not _says_the_same(row) else []
    if row.origin_note:
        printed.append(row.origin_note)
    return "; ".join(printed)


def _says_the_same(row: Printed) -> bool:
    if row.posted_at is None or row.posted_precision in ("before", "unknown"):
        return False
    day = local(row.posted_at).date()
    numbers = {day.year, day.year % 100}
    words = set()
    if row.posted_precision != "year":
        numbers.add(day.month)
        words |= {f"{day:%B}".lower(), f"{day:%b}".lower(), str(MONTHS[day.month]).lower()}
    if row.posted_precision in ("day", "exact"):
        numbers.add(day.day)
        words |= {f"{day:%A}".lower(), f"{day:%a}".lower(), "th", "st", "nd", "rd"}
    parts = re.findall(r"\d+|[^\W\d_]+", row.posted_text.lower())
    return all(int(part) in numbers if part.isdecimal() else part in words for part in parts)


def gap_words(gap: Gap) -> str:
    """Return ``gap`` as "1 year and 4 months later": months below a year, years alone from five years on."""
    years = ngettext("%(count)d year", "%(count)d years", gap.years) % {"count": gap.years}
    months = ngettext("%(count)d month", "%(count)d months", gap.months) % {"count": gap.months}
    if not gap.years:
        return _("%(time)s later") % {"time": months}
    if not gap.months:
        return _("%(time)s later") % {"time": years}
    return _("%(years)s and %(months)s later") % {"years": years, "months": months}


def duration_words(days: int) -> str:
    """Return a stretch of ``days`` as whole days, months or years, the largest that fits."""
    if days < 31:
        return ngettext("%(count)d day", "%(count)d days", days) % {"count": days}
    if days < DAYS_IN_A_YEAR:
        months = int(days / DAYS_IN_A_MONTH)
        return ngettext("%(count)d month", "%(count)d months", months) % {"count": months}
    years = int(days / DAYS_IN_A_YEAR)
    return ngettext("%(count)d year", "%(count)d years", years) % {"count": years}


def days_between(first: datetime, last: datetime) -> int:
    """Return the days from one date to the other as a calendar counts them: yesterday evening is one day ago."""
    return (local(last).date() - local(first).date()).days


def later_words(days: int) -> str:
    """Return how long after something else this came."""
    return _("%(time)s later") % {"time": duration_words(days)} if days > 0 else _("the same day")


def ago_words(moment: datetime, now: datetime) -> str:
    """Return how long before ``now`` ``moment`` was."""
    days = days_between(moment, now)
    return _("%(time)s ago") % {"time": duration_words(days)} if days > 0 else _("today")


def days_waited(row: Dated, now: datetime) -> int | None:
    """Return for how many days ``row`` has stood there, or None where its date is not known."""
    if row.posted_at is None or row.posted_precision in ("before", "unknown"):
        return None
    return max(0, days_between(row.posted_at, now))


def years_words(first: int, last: int) -> str:
    """Return "2010 to 2013", or one year."""
    return f"{first}" if first >= last else _("%(first)s to %(last)s") % {"first": first, "last": last}
