"""Pages of lists: what a reader's address asks for, and the links to the other pages. Nonsense is a 404, or left out."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.http import Http404
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

NEIGHBOURS = 2  # so many numbered pages are linked on both sides of this one
FIRST_YEAR, LAST_YEAR = 1900, 2999  # a comment is from one of these; both databases can store their days
EPOCH = datetime(FIRST_YEAR, 1, 1, tzinfo=UTC)  # so every moment is a positive number
_NUMBER = re.compile(r"[1-9][0-9]{0,8}")  # fits into a column of every database
_KEYSET = re.compile(r"([0-9]{1,17})-([1-9][0-9]{0,17})")


@dataclass(frozen=True, slots=True)
class PageLink:
    """A numbered page; ``href`` is empty for this one; without ``number`` it stands for pages left out."""

    number: int | None
    href: str = ""


@dataclass(frozen=True, slots=True)
class Pager:
    """Links to other pages. ``next_words`` say what the next one begins with."""

    links: tuple[PageLink, ...] = ()
    first_href: str = ""
    first_words: str = ""
    next_href: str = ""
    next_words: str = ""

    @property
    def links_key(self) -> str:
        """Return a text that is the same for the same numbered pages."""
        return str(self.links)


def make_links(page: int, pages: int, href: Callable[[int], str]) -> tuple[PageLink, ...]:
    """Return the first and last page, this one with its NEIGHBOURS, and marks where pages are left out; nothing for one page."""
    if pages <= 1:
        return ()
    near = range(max(1, page - NEIGHBOURS), min(pages, page + NEIGHBOURS) + 1)
    links: list[PageLink] = []
    before = 0
    for number in sorted({1, *near, pages}):
        if number - before > 1:
            links.append(PageLink(None))
        links.append(PageLink(number, "" if number == page else href(number)))
        before = number
    return tuple(links)


def read_number(value: str | None) -> int | None:
    """Return the whole number above nought in a query parameter, None where it is not given; raise Http404 for anything else."""
    if value is None or value == "":
        return None
    if not _NUMBER.fullmatch(value):
        raise Http404("not a number of a page")
    return int(value)


def read_page(value: str | None, pages: int) -> int:
    """Return the page asked for; raise Http404 for one that does not exist."""
    page = read_number(value) or 1
    if page > max(1, pages):
        raise Http404("no such page")
    return page


def read_year(value: str | None) -> int | None:
    """Return the year asked for, None where none is; raise Http404 for one that no comment can be from."""
    year = read_number(value)
    if year is not None and not FIRST_YEAR <= year <= LAST_YEAR:
        raise Http404("no such year")
    return year


def read_since(value: str | None) -> datetime | None:
    """Return the moment of an ISO date or time; None where none is given or it makes no sense: then nothing is marked as new."""
    if not value:
        return None
    try:
        moment = parse_datetime(value.replace(" ", "+"))
        if moment is None and (day := parse_date(value)):
            moment = datetime(day.year, day.month, day.day)
    except ValueError:
        return None
    if moment is None or not FIRST_YEAR <= moment.year <= LAST_YEAR:
        return None
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment)


def write_keyset(moment: datetime, pk: int) -> str:
    """Return ``moment`` (as microseconds since EPOCH) and ``pk`` as the value of ``after=``."""
    return f"{(moment - EPOCH) // timedelta(microseconds=1)}-{pk}"


def read_keyset(value: str | None) -> tuple[datetime, int] | None:
    """Return what ``write_keyset`` wrote, None where nothing is given; raise Http404 for anything else."""
    if not value:
        return None
    match = _KEYSET.fullmatch(value)
    if match is None:
        raise Http404("not a place in a list")
    return EPOCH + timedelta(microseconds=int(match[1])), int(match[2])
