"""Rows to threads as they are shown: order, whom a reply answers, silences, what is folded, eras. Pure: no database, no HTML.

Rows come from ``rows``; ``rendering`` writes the result down.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, lru_cache
from itertools import groupby, pairwise
from typing import NamedTuple, Protocol

from django.utils import timezone

from .markup import to_plain
from .questions import question_excerpt, shorten

GAP_DAYS = 180  # a longer silence between two neighbours is shown
MONTHS_TOLD_BELOW = 60  # from five years on a gap is told in years only
UNFOLDED_REPLIES = 4  # a thread of up to so many is never folded
QUOTE_CHARS = 90
KEPT_THREADS = 500  # a process
KEPT_QUOTES = 500  # a process; to look for the sentence that asks takes longer than to write the comment
DAYS_IN_A_MONTH = 30.436875  # of the Gregorian calendar, on average


class Dated(Protocol):
    """Anything with the date of a comment."""

    @property
    def posted_at(self) -> datetime | None: ...
    @property
    def posted_precision(self) -> str: ...


def local(moment: datetime) -> datetime:
    """Return ``moment`` in the time zone of the site, in which all dates are shown."""
    return moment.astimezone(timezone.get_default_timezone())


class Row(NamedTuple):
    """What a page needs of one comment. Words, name and role are empty unless the viewer may read them."""

    id: int
    root_id: int | None
    parent_id: int | None
    position: int | None
    reply_index: int | None
    state: str
    public: bool
    listed: bool
    waiting: bool
    reason: str
    name: str
    relation: str
    mark: str
    subject: str
    body_html: str
    language: str
    posted_at: datetime | None
    posted_precision: str
    posted_text: str
    published_at: datetime | None
    edited_at: datetime | None
    active_at: datetime
    reply_seq: int
    reply_count: int
    last_reply_at: datetime | None
    preview1_id: int | None
    preview2_id: int | None
    last_reply_id: int | None
    origin: str
    origin_note: str
    author_id: int | None
    guest_id: int | None
    author_slug: str | None  # of a member's page
    is_update: bool = False  # of its parent: how it went
    locked: bool = False  # a root whose thread takes no more replies
    parent_name: str | None = None
    parent_public: bool | None = None
    parent_html: str | None = None  # of a parent that is a reply itself
    parent_author_id: int | None = None
    parent_guest_id: int | None = None
    third_reply_id: int | None = None  # of a root whose thread is folded: beginning and end of what may be left out
    last_but_one_reply_id: int | None = None
    is_own: bool = False  # not public, and shown to its writer only
    is_mine: bool = False  # public, and the viewer wrote it
    has_change: bool = False  # is_mine, and other words for it wait for a moderator

    @property
    def is_readable(self) -> bool:
        """Tell whether its words are shown; else a line stands in its stead."""
        return self.public or self.is_own

    @property
    def year(self) -> int | None:
        """Return the year it is known to be from."""
        if self.posted_at is None or self.posted_precision in ("before", "unknown"):
            return None
        return local(self.posted_at).year


class Gap(NamedTuple):
    """A silence: ``months`` is 0 where it is told in years only."""

    years: int
    months: int


@dataclass(frozen=True, slots=True)
class Answer:
    """Whom a reply answers. ``name`` is None where the answered comment is not shown; ``quote`` is empty where it needs none."""

    parent_id: int
    name: str | None
    quote: str
    author_id: int | None = None  # who wrote what is quoted
    guest_id: int | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply in its place."""

    row: Row
    gap: Gap | None = None
    days_later: int | None = None  # after the root; of the first reply only
    answer: Answer | None = None
    is_new: bool = False
    update: "Reply | None" = None  # what its writer told later, shown beneath its words


@dataclass(frozen=True, slots=True)
class Fold:
    """A run of replies that is left out. ``count`` is None where it is not known, as are the years."""

    count: int | None
    first_year: int | None
    last_year: int | None


@dataclass(frozen=True)
class Thread:
    """A root with what is shown beneath it."""

    root: Row
    items: tuple[Reply | Fold, ...] = ()
    is_new: bool = False
    update: Reply | None = None

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """Return the comments that are on the page, in no order."""
        replies = [item for item in self.items if isinstance(item, Reply)]
        updates = [update for update in (self.update, *(reply.update for reply in replies)) if update]
        return (self.root, *(reply.row for reply in (*replies, *updates)))

    @property
    def shown_ids(self) -> set[int]:
        """Return the ids of the comments that are on the page."""
        return {row.id for row in self.rows}

    def __hash__(self) -> int:
        """Return a hash that is computed once: whole texts go into it."""
        return self._hash

    @cached_property
    def _hash(self) -> int:
        return hash((self.root, self.items, self.is_new, self.update))


@dataclass(frozen=True, slots=True)
class Era:
    """Neighbouring threads from one time: ``is_old_site`` came from elsewhere, ``is_in_printed_order`` for want of dates."""

    threads: tuple[Thread, ...]
    first_year: int | None
    last_year: int | None
    is_old_site: bool
    is_in_printed_order: bool


def build_thread(
    root: Row,
    replies: Sequence[Row],
    *,
    own: Sequence[Row] = (),
    since: datetime | None = None,
    is_complete: bool = True,
    is_start: bool = True,
) -> Thread:
    """Return ``root`` with ``replies``, which are in the order of their reply_index, and the viewer's ``own`` unlisted ones last.

    With ``is_complete`` false only the first three, the last two and the new replies are given, and all but the first two, the
    last and the new ones are folded. ``is_start`` says that the first reply given is the first of the thread. An update stands
    with what it is about where that is shown; elsewhere, if it is new, in its place.
    """
    updates = {row.parent_id: row for row in (*replies, *own) if row.is_update}
    replies, own = ([row for row in rows if not row.is_update] for rows in (replies, own))
    shown = replies if is_complete else [
        row for index, row in enumerate(replies) if index < 2 or row is replies[-1] or is_new(row, since)
    ]  # fmt: skip
    here = {root.id} | {row.id for row in (*shown, *own)}
    lone = [row for parent_id, row in updates.items() if parent_id not in here and (row.is_own or is_new(row, since))]
    shown = sorted([*shown, *(row for row in lone if row.reply_index)], key=lambda row: row.reply_index or 0)
    own = [*own, *(row for row in lone if not row.reply_index)]
    folds = {} if is_complete else _find_folds(root, replies, shown)
    before = _find_neighbours(root if is_start else None, replies, is_complete=is_complete)
    items: list[Reply | Fold] = []
    above: Row | None = root if is_start else None
    for row in (*shown, *own):
        if row.id in folds:
            items.append(folds[row.id])
        is_first = above is root
        items.append(
            Reply(
                row,
                gap=find_gap(before.get(row.id, above), row),
                days_later=_days_between(root, row) if is_first else None,
                answer=None if is_first and row.parent_id == root.id else _find_answer(row, root, above),
                is_new=is_new(row, since),
                update=_make_update(row, updates, since),
            )
        )
        above = row
    return Thread(root, tuple(items), is_new(root, since), _make_update(root, updates, since))


@lru_cache(maxsize=KEPT_THREADS)
def build_kept_thread(root: Row, replies: tuple[Row, ...], *, is_complete: bool) -> Thread:
    """Return what ``build_thread`` does for readers of whom nothing is known; the same thread for the same rows."""
    return build_thread(root, replies, is_complete=is_complete)


def _make_update(row: Row, updates: dict[int | None, Row], since: datetime | None) -> Reply | None:
    found = updates.get(row.id)
    return Reply(found, days_later=_count_days(row, found), is_new=is_new(found, since)) if found else None


def take_out(row: Row) -> Reply:
    """Return ``row`` as it is shown outside of its thread: whom it answers, with a quoted line."""
    if row.parent_id is None:
        return Reply(row)
    return Reply(row, answer=_make_answer(row, row.parent_id, quotes=True))


def is_new(row: Row, since: datetime | None) -> bool:
    """Tell whether ``row`` became public after ``since``."""
    return since is not None and row.public and row.published_at is not None and row.published_at > since


def find_gap(before: Dated | None, after: Dated) -> Gap | None:
    """Return the silence between two neighbours, or None: shorter than GAP_DAYS, or a date is not known to the month."""
    if before is None or before.posted_at is None or after.posted_at is None:
        return None
    if not (_has_month(before) and _has_month(after)):
        return None
    days = (after.posted_at - before.posted_at).days
    if days <= GAP_DAYS:
        return None
    months = round(days / DAYS_IN_A_MONTH)
    if months >= MONTHS_TOLD_BELOW:
        return Gap(months // 12, 0)
    return Gap(months // 12, months % 12)


@lru_cache(maxsize=KEPT_QUOTES)
def quoted_line(html: str) -> str:
    """Return the sentence of a comment that asks, else its beginning, at most QUOTE_CHARS long."""
    return shorten(question_excerpt(to_plain(html)), QUOTE_CHARS)


def group_by_era(threads: Iterable[Thread]) -> list[Era]:
    """Return ``threads``, in reading order, by where and when they come from.

    Undated threads of an old site that stand between dated ones belong with them; a run of them at either end is an era of its
    own, so that no heading gives them years which nobody knows.
    """
    eras = []
    for is_old_site, group in groupby(threads, key=lambda thread: bool(thread.root.origin)):
        members = list(group)
        if is_old_site:
            dated = [index for index, thread in enumerate(members) if thread.root.year]
            first, last = (dated[0], dated[-1] + 1) if dated else (len(members), len(members))
            parts = [members[:first], members[first:last], members[last:]]
        else:
            parts = [members]
        eras += [_make_era(part, is_old_site) for part in parts if part]
    return eras


def _make_era(threads: Sequence[Thread], is_old_site: bool) -> Era:
    years = [thread.root.year for thread in threads if thread.root.year]
    return Era(
        tuple(threads),
        min(years, default=None),
        max(years, default=None),
        is_old_site,
        is_in_printed_order=is_old_site and len(years) < len(threads),
    )


def _find_neighbours(start: Row | None, replies: Sequence[Row], *, is_complete: bool) -> dict[int, Row | None]:
    """Map the id of each reply to the row just before it in the whole thread, None where that row is not at hand."""
    found: dict[int, Row | None] = {replies[0].id: start} if replies else {}
    for index, (before, row) in enumerate(pairwise(replies), start=1):
        is_next = is_complete or index <= 2 or row is replies[-1] or _places_between(before, row) == 0
        found[row.id] = before if is_next else None
    return found


def _find_folds(root: Row, replies: Sequence[Row], shown: Sequence[Row]) -> dict[int, Fold]:
    """Map the id of the reply below each hidden run to the fold that stands for it."""
    hidden = root.reply_count - sum(row.public and not row.is_update for row in shown)
    runs = [(before, after) for before, after in pairwise(shown) if _places_between(before, after)]
    if hidden <= 0:
        return {}
    places = [_places_between(before, after) for before, after in runs]
    folds = {}
    for (before, after), most in zip(runs, places, strict=True):
        # A place may be empty, so a run is counted only where the counts leave no choice.
        count = hidden if len(runs) == 1 else most if sum(places) == hidden else None
        inside = [row for row in replies if (before.reply_index or 0) < (row.reply_index or 0) < (after.reply_index or 0)]
        is_whole = len(inside) == count or (before is replies[1] and after is replies[-1])
        years = [row.year for row in (inside if is_whole and inside else (before, after)) if row.year]
        folds[after.id] = Fold(count, min(years, default=None), max(years, default=None))
    return folds


def _places_between(before: Row, after: Row) -> int:
    return (after.reply_index or 0) - (before.reply_index or 0) - 1


def _find_answer(row: Row, root: Row, above: Row | None) -> Answer | None:
    if row.parent_id is None:
        return None
    if row.parent_id == root.id:
        return Answer(root.id, root.name if root.is_readable else None, "")
    is_just_above = above is not None and above.id == row.parent_id
    return _make_answer(row, row.parent_id, quotes=not is_just_above)


def _make_answer(row: Row, parent_id: int, *, quotes: bool) -> Answer:
    if not row.parent_public:
        return Answer(parent_id, None, "")
    quote = quoted_line(row.parent_html) if quotes and row.parent_html else ""
    return Answer(parent_id, row.parent_name, quote, row.parent_author_id, row.parent_guest_id)


def _days_between(before: Row, after: Row) -> int | None:
    days = _count_days(before, after)
    return days if days is not None and days <= GAP_DAYS else None


def _count_days(before: Row, after: Row) -> int | None:
    if before.posted_at is None or after.posted_at is None or not (_has_day(before) and _has_day(after)):
        return None
    days = (local(after.posted_at).date() - local(before.posted_at).date()).days
    return days if days >= 0 else None


def _has_day(row: Row) -> bool:
    return row.posted_precision in ("exact", "day")


def _has_month(row: Dated) -> bool:
    return row.posted_precision in ("exact", "day", "month")
