"""Counts of a discussion as comments are stored below it: who wrote there, and in which years."""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import chain

from django.db import connection

from forum.discussion.models import Comment, DiscussionPerson, DiscussionYear, year_of

# ruff: noqa: S608 - the name of the table is that of our model

_COUNT_PERSON = f"""
    INSERT INTO "{DiscussionPerson._meta.db_table}" AS kept (discussion_id, guest_id, comment_count) VALUES {{}}
    ON CONFLICT (discussion_id, guest_id) WHERE guest_id IS NOT NULL
    DO UPDATE SET comment_count = kept.comment_count + EXCLUDED.comment_count"""
_COUNT_YEAR = f"""
    INSERT INTO "{DiscussionYear._meta.db_table}" AS kept (discussion_id, year, comment_count) VALUES {{}}
    ON CONFLICT (discussion_id, year) DO UPDATE SET comment_count = kept.comment_count + EXCLUDED.comment_count"""


def count_people(discussion_id: int, public: Sequence[Comment], *, is_empty: bool) -> int:
    """Count the writers of comments that became public; return how many of them are new in the discussion.

    ``is_empty`` says that nothing in it has been public yet.
    """
    counts = Counter(comment.guest_id for comment in public if comment.guest_id)
    known = 0
    if counts and not is_empty:
        known = DiscussionPerson.objects.filter(discussion=discussion_id, guest__in=counts, comment_count__gt=0).count()
    _add(_COUNT_PERSON, [(discussion_id, guest_id, count) for guest_id, count in counts.items()])
    return len(counts) - known


def count_years(discussion_id: int, public: Iterable[Comment]) -> None:
    """Count the years that comments which became public bear."""
    years = Counter(year_of(comment.posted_at) for comment in public if comment.posted_at and comment.has_known_year)
    _add(_COUNT_YEAR, [(discussion_id, year, count) for year, count in sorted(years.items())])


def _add(statement: str, rows: Sequence[tuple[int, int, int]]) -> None:
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(statement.format(", ".join(["(%s, %s, %s)"] * len(rows))), list(chain.from_iterable(rows)))
