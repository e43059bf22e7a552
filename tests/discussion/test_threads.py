"""Threads as they are shown: pure, on rows made up here."""

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forum.discussion.moments import gap_words
from forum.discussion.threads import (
    QUOTE_CHARS,
    UNFOLDED_REPLIES,
    Fold,
    Gap,
    Reply,
    Row,
    build_thread,
    find_gap,
    group_by_era,
    quoted_line,
    take_out,
)

START = datetime(2010, 2, 3, 12, tzinfo=UTC)


def make_row(pk, *, parent=None, index=None, days=0, precision="exact", public=True, **fields):
    posted = None if precision == "unknown" else START + timedelta(days=days)
    values = dict.fromkeys(Row._fields) | {
        "id": pk, "root_id": 1 if index else None, "parent_id": parent, "reply_index": index, "position": None if index else 1,
        "state": "published" if public else "removed", "public": public, "listed": True, "waiting": False, "reason": "",
        "name": f"Name {pk}" if public else "", "relation": "", "mark": "", "subject": "", "body_html": f"<p>Words {pk}.</p>",
        "language": "", "posted_at": posted, "posted_precision": precision, "posted_text": "",
        "published_at": START + timedelta(days=days), "active_at": START + timedelta(days=days), "reply_seq": 0, "reply_count": 0,
        "origin": "", "origin_note": "", "is_own": False,
    }  # fmt: skip
    return Row(**(values | fields))


def make_replies(count, step=1):
    return [make_row(2 + n, parent=1, index=n + 1, days=(n + 1) * step, parent_public=True) for n in range(count)]


def ends_of(replies):
    """Return what the page reads of a folded thread: the first three and the last two."""
    return [*replies[:3], *replies[-2:]]


def shown(thread):
    return [item.row.id if isinstance(item, Reply) else item for item in thread.items]


def test_replies_stand_in_the_order_they_are_given_and_the_viewers_own_last():
    own = make_row(99, parent=1, index=1, public=False)._replace(reply_index=None, is_own=True, listed=False)
    thread = build_thread(make_row(1), make_replies(3), own=[own])
    assert shown(thread) == [2, 3, 4, 99]


def test_first_reply_tells_the_days_after_the_root_and_the_others_whom_they_answer():
    replies = make_replies(2, step=12)
    first, second = build_thread(make_row(1), replies).items
    assert (first.days_later, first.answer) == (12, None)
    assert second.days_later is None
    assert (second.answer.parent_id, second.answer.name, second.answer.quote) == (1, "Name 1", "")


def test_parent_that_is_not_just_above_is_quoted():
    replies = make_replies(2)
    near = make_row(4, parent=3, index=3, days=5, parent_public=True, parent_name="Dee", parent_html="<p>Did he have it?</p>")
    far = near._replace(id=5, reply_index=4)
    items = build_thread(make_row(1), [*replies, near, far]).items
    assert items[2].answer.quote == ""
    assert items[3].answer.quote == "Did he have it?"
    assert take_out(near).answer.quote == "Did he have it?"


def test_parent_that_is_not_shown_is_neither_named_nor_quoted():
    replies = [*make_replies(1), make_row(3, parent=2, index=2, parent_public=False, parent_name="Dee", parent_html="<p>x</p>")]
    answer = build_thread(make_row(1, public=False), [replies[0], make_row(8, parent=1, index=3), replies[1]]).items[2].answer
    assert (answer.name, answer.quote) == (None, "")


@pytest.mark.parametrize(
    ("days", "gap", "words"),
    [
        (180, None, ""),
        (181, Gap(0, 6), "6 months later"),
        (365, Gap(1, 0), "1 year later"),
        (490, Gap(1, 4), "1 year and 4 months later"),
        (1_795, Gap(4, 11), "4 years and 11 months later"),
        (1_830, Gap(5, 0), "5 years later"),
        (4_885, Gap(13, 0), "13 years later"),
    ],
)
def test_long_silence_between_neighbours_is_told(days, gap, words):
    assert find_gap(make_row(1), make_row(2, index=1, days=days)) == gap
    assert not words or gap_words(gap) == words


@pytest.mark.parametrize("precision", ["year", "before", "unknown"])
def test_silence_is_not_told_from_a_date_that_is_not_known(precision):
    assert find_gap(make_row(1, precision=precision), make_row(2, index=1, days=4_000)) is None


def test_long_thread_is_folded_to_the_first_two_and_the_last():
    replies = make_replies(7, step=300)
    thread = build_thread(make_row(1, reply_count=7, reply_seq=7), ends_of(replies), is_complete=False)
    assert shown(thread) == [2, 3, Fold(4, 2012, 2015), 8]
    assert thread.items[-1].gap == Gap(0, 10)  # since the last hidden one, not since the one above


def test_new_replies_are_unfolded_and_each_hidden_run_is_one_fold():
    replies = make_replies(9)
    since = START + timedelta(days=5)
    known = ends_of(replies) + [row for row in replies[:-2] if row.published_at > since]
    known = sorted(set(known), key=lambda row: row.reply_index)
    thread = build_thread(make_row(1, reply_count=9, reply_seq=9), known, since=since, is_complete=False)
    assert shown(thread) == [2, 3, Fold(3, 2010, 2010), 7, 8, 9, 10]
    assert [item.is_new for item in thread.items if isinstance(item, Reply)] == [False, False, True, True, True, True]


def test_fold_gives_no_number_where_places_may_be_empty():
    replies = make_replies(12)
    known = [replies[index] for index in (0, 1, 2, 5, 10, 11)]
    root = make_row(1, reply_count=9, reply_seq=12)  # three places are empty, nobody knows in which run
    thread = build_thread(root, known, since=replies[4].published_at, is_complete=False)
    folds = [item for item in thread.items if isinstance(item, Fold)]
    assert [fold.count for fold in folds] == [None, None]


def test_undated_threads_between_dated_ones_belong_to_them_and_others_do_not():
    old = {"origin": "serendip"}
    rows = [
        make_row(1, days=-1800, precision="month", **old),
        make_row(2, precision="unknown", **old),
        make_row(3, days=-1000, precision="year", **old),
        make_row(4, precision="unknown", **old),
        make_row(5),
        make_row(6, days=800),
    ]
    eras = group_by_era([build_thread(row, ()) for row in rows])
    assert [[thread.root.id for thread in era.threads] for era in eras] == [[1, 2, 3], [4], [5, 6]]
    assert [(era.first_year, era.last_year, era.is_old_site, era.is_in_printed_order) for era in eras] == [
        (2005, 2007, True, True),
        (None, None, True, True),
        (2010, 2012, False, False),
    ]


@st.composite
def threads(draw):
    """Return a root and its listed replies: places may be empty, parents are any earlier comment, some are lines only."""
    indexes = sorted(draw(st.sets(st.integers(1, 60), max_size=25)))
    days, rows = 0, []
    for number, index in enumerate(indexes):
        days += draw(st.integers(0, 900))
        parent = draw(st.sampled_from([1, *[row.id for row in rows]]))
        rows.append(
            make_row(
                100 + number, parent=parent, index=index, days=days, public=draw(st.booleans()),
                precision=draw(st.sampled_from(["exact", "day", "month", "year", "before", "unknown"])),
                parent_public=True, parent_name="Somebody", parent_html="<p>What then? Nothing.</p>" if parent > 1 else "",
            )
        )  # fmt: skip
    count = sum(row.public for row in rows)
    return make_row(1, reply_count=count, reply_seq=indexes[-1] if indexes else 0), rows


@given(threads())
def test_whole_thread_keeps_order_and_every_reply_says_whom_it_answers(case):
    root, rows = case
    items = build_thread(root, rows).items
    assert [item.row for item in items] == rows
    for above, item in zip([None, *items], items, strict=False):
        if above is not None:
            assert item.answer.parent_id == item.row.parent_id
            assert len(item.answer.quote) <= QUOTE_CHARS
            assert not (item.answer.quote and above.row.id == item.row.parent_id)
        if item.gap:
            assert item.gap.months < 12
            assert item.gap.years or item.gap.months >= 6
            assert not (item.gap.years >= 5 and item.gap.months)


@given(threads(), st.integers(0, 10_000))
def test_folded_thread_shows_its_ends_and_all_new_and_accounts_for_the_rest(case, days):
    root, rows = case
    if root.reply_count <= UNFOLDED_REPLIES:
        return
    since = START + timedelta(days=days)
    new = [row for row in rows if row.public and row.published_at > since]
    known = sorted({*ends_of(rows), *new}, key=lambda row: row.reply_index)
    items = build_thread(root, known, since=since, is_complete=False).items
    replies = [item.row for item in items if isinstance(item, Reply)]
    assert replies == sorted(replies, key=lambda row: row.reply_index)
    assert {rows[0], rows[1], rows[-1], *new} == set(replies)
    folds = [item for item in items if isinstance(item, Fold)]
    if folds and all(fold.count is not None for fold in folds):
        assert sum(fold.count for fold in folds) == sum(row.public for row in rows if row not in replies)
    for before, after in itertools.pairwise(items):
        assert not (isinstance(before, Fold) and isinstance(after, Fold))


@given(st.text(max_size=400))
def test_quoted_line_is_one_short_line(text):
    line = quoted_line(f"<p>{text}</p>")
    assert len(line) <= QUOTE_CHARS
    assert "\n" not in line
