"""Dates as printed."""

from __future__ import annotations

from datetime import date

import pytest

from forum.imports.printed_dates import find_year, parse_slashed, parse_worded


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("07/24/2005", date(2005, 7, 24)),
        ("7/4/99", date(1999, 7, 4)),
        ("7/4/05", date(2005, 7, 4)),
        ("24/07/2005", None),
        ("02/30/2005", None),
        ("07/24/1805", None),
        ("soon", None),
    ],
)
def test_date_with_slashes_is_month_first(text: str, expected: date | None) -> None:
    assert parse_slashed(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("11 November 2007", date(2007, 11, 11)),
        ("3 Sept 2004", date(2004, 9, 3)),
        ("November 11, 2007", date(2007, 11, 11)),
        ("31 November 2007", None),
        ("11 Brumaire 2007", None),
        ("2007", None),
    ],
)
def test_date_in_words_is_read_in_either_order(text: str, expected: date | None) -> None:
    assert parse_worded(text) == expected


def test_year_of_a_collection_is_found_in_any_of_its_lines() -> None:
    assert find_year(("Biology 202", "1999 Final Web Reports")) == 1999
    assert find_year(("Room 1850", "On Serendip")) is None
