"""The year strip: comments a year as bars, a dot for a silent year. Pure: numbers to an SVG of attributes only, and words.

The same numbers come again with every page of a conversation, so what was made of them is remembered.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from forum.site.translating import current_language, ngettext
from forum.site.translating import gettext as _

FEWEST_YEARS = 22  # a young conversation is drawn on the same scale as an old one
MOST_BARS = 25  # beyond it, neighbouring years share a bar
STEP, LEFT, GROUND, TOP = 12, 5, 40, 4  # units of the drawing


@dataclass(frozen=True, slots=True)
class YearStrip:
    """What the template draws: two paths, the width, the first and last year, and the same in words."""

    bars: str
    dots: str
    width: int
    first_year: int
    last_year: int
    words: str


def count_undated(counts: Sequence[tuple[int, int]], comment_count: int) -> int:
    """Return how many of ``comment_count`` comments are in no year of ``counts``."""
    return comment_count - sum(count for _year, count in counts)


def make_year_strip(counts: Sequence[tuple[int, int]], comment_count: int, this_year: int) -> YearStrip | None:
    """Return the strip of ``counts`` ((year, comments), in order of years), None where no comment has a known year.

    ``comment_count`` is that of all comments: those without a known year are told in the words.
    """
    return _make_strip(current_language(), tuple(counts), comment_count, this_year)


@lru_cache(maxsize=500)
def _make_strip(
    language: str | None, counts: tuple[tuple[int, int], ...], comment_count: int, this_year: int
) -> YearStrip | None:
    known = {year: count for year, count in counts if count > 0}
    if not known:
        return None
    last = max(this_year, *known)
    first = min(*known, last - FEWEST_YEARS + 1)
    years_a_bar = -(-(last - first + 1) // MOST_BARS)
    bars = [
        sum(known.get(year, 0) for year in range(start, start + years_a_bar)) for start in range(first, last + 1, years_a_bar)
    ]
    highest = max(bars)
    columns = [(LEFT + STEP * index, count) for index, count in enumerate(bars)]
    return YearStrip(
        bars="".join(f"M{x} {GROUND}V{GROUND - round((GROUND - TOP) * count / highest)}" for x, count in columns if count),
        dots="".join(f"M{x} {GROUND}h0" for x, count in columns if not count),
        width=columns[-1][0] + LEFT,
        first_year=first,
        last_year=last,
        words=_in_words(known, count_undated(counts, comment_count)),
    )


def _in_words(known: dict[int, int], undated: int) -> str:
    parts = [
        ngettext("%(count)d comment in %(year)d", "%(count)d comments in %(year)d", count) % {"count": count, "year": year}
        for year, count in sorted(known.items())
    ]
    parts.append(_("none in other years"))
    if undated > 0:
        without = ngettext("%(count)d comment without a known year", "%(count)d comments without a known year", undated)
        parts.append(without % {"count": undated})
    return f"{', '.join(parts)}."
