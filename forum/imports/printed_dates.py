"""Dates as people and old sites print them. Nothing is guessed: what cannot be a date is None.

A day stands for its noon in UTC, so that it stays the printed day in nearly every time zone it is shown in.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
# The web is younger than this; a year before it is a year told, not a year of writing.
FIRST_YEAR = 1990

SLASHED = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4}|\d{2})")
WORDED = re.compile(r"(\d{1,2})\s+([A-Za-z]{3,9})\.?,?\s+(\d{4})|([A-Za-z]{3,9})\.?\s+(\d{1,2}),?\s+(\d{4})")
STAMP = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?)?\s*(?:Z|UTC|\+00:?00)?")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
YEAR = re.compile(r"\b(?:19|20)\d{2}\b")


def noon(day: date) -> datetime:
    """Return the moment that stands for a day of which no time is known."""
    return datetime.combine(day, time(12), tzinfo=UTC)


def parse_slashed(text: str) -> date | None:
    """Return the day of "07/24/2005", month first as in the United States; None if there is no such day."""
    match = SLASHED.fullmatch(text.strip())
    if match is None:
        return None
    year = int(match[3])
    if year < 100:
        year += 1900 if year >= FIRST_YEAR % 100 else 2000
    return _make_day(year, int(match[1]), int(match[2]))


def parse_worded(text: str) -> date | None:
    """Return the day of "11 November 2007" or "November 11, 2007"; None if there is no such day."""
    match = WORDED.fullmatch(text.strip())
    if match is None:
        return None
    day, month, year = (match[1], match[2], match[3]) if match[1] else (match[5], match[4], match[6])
    known = month[:3].lower() in MONTHS
    return _make_day(int(year), MONTHS.index(month[:3].lower()) + 1, int(day)) if known else None


def parse_stamp(text: str) -> datetime | None:
    """Return the moment of "2011-08-31T15:16:29Z" or "2011-08-31 15:16:29", which is in UTC; None if it cannot be one.

    A stamp of a day alone is its noon.
    """
    match = STAMP.fullmatch(text.strip())
    day = _make_day(int(match[1]), int(match[2]), int(match[3])) if match else None
    if match is None or day is None:
        return None
    if match[4] is None:
        return noon(day)
    try:
        return datetime.combine(day, time(int(match[4]), int(match[5]), int(match[6] or 0)), tzinfo=UTC)
    except ValueError:
        return None


def parse_seconds(text: str) -> datetime | None:
    """Return the moment that is so many seconds after the beginning of 1970; None if nobody can have written then."""
    text = text.strip()
    if not (text.isascii() and text.isdigit()) or len(text) > 11:
        return None
    moment = EPOCH + timedelta(seconds=int(text))
    return moment if moment.year >= FIRST_YEAR else None


def find_year(texts: tuple[str, ...]) -> int | None:
    """Return the first year that one of the texts prints, as in "1999 Final Web Reports"."""
    years = (int(found) for text in texts for found in YEAR.findall(text))
    return next((year for year in years if year >= FIRST_YEAR), None)


def _make_day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day) if year >= FIRST_YEAR else None
    except ValueError:
        return None
