"""How many comments show a topic, and two topics together: stored, so that no page counts.

Counts are shared by all conversations. They are changed only by whoever holds the row of ``SiteVersion``, which every visible
change takes last: so nobody ever waits for a count while others wait for them.
"""

from collections import Counter
from collections.abc import Collection, Iterable
from itertools import chain, combinations_with_replacement

from django.db import connection
from django.db.models import F

from forum.site.models import SiteVersion

from .models import TopicPair

Pair = tuple[int, int]
BATCH_ROWS = 500
_ADD = f"""
    INSERT INTO "{TopicPair._meta.db_table}" AS kept (id, low_id, high_id, comment_count) VALUES {{}}
    ON CONFLICT (id) DO UPDATE SET comment_count = kept.comment_count + EXCLUDED.comment_count"""  # noqa: S608 - of our model


def lock_counts() -> None:
    """Take the lock under which mentions are written and counted; site-wide pages know that something changed."""
    SiteVersion.objects.bump()


def pairs_of(topic_ids: Iterable[int]) -> list[Pair]:
    """Return every topic with itself and with each other one, the lower id first."""
    return list(combinations_with_replacement(sorted(topic_ids), 2))


def count_change(before: Collection[int], after: Collection[int]) -> Counter[Pair]:
    """Return by how much each pair changes where a comment showed the topics ``before`` and shows ``after``."""
    change = Counter(pairs_of(after))
    if before:
        change.subtract(pairs_of(before))
    return change


def apply_change(change: Counter[Pair]) -> None:
    """Add ``change`` to the stored counts, which are locked."""
    more = [(pair_key(*pair), *pair, step) for pair, step in sorted(change.items()) if step > 0]
    for start in range(0, len(more), BATCH_ROWS):
        rows = more[start : start + BATCH_ROWS]
        with connection.cursor() as cursor:
            cursor.execute(_ADD.format(", ".join(["(%s, %s, %s, %s)"] * len(rows))), list(chain.from_iterable(rows)))
    by_step: dict[int, list[int]] = {}
    for pair, step in change.items():
        if step < 0:
            by_step.setdefault(step, []).append(pair_key(*pair))
    for step, keys in by_step.items():
        for start in range(0, len(keys), BATCH_ROWS):
            TopicPair.objects.filter(pk__in=keys[start : start + BATCH_ROWS]).update(comment_count=F("comment_count") + step)


def pair_key(low: int, high: int) -> int:
    """Return the id of the row that counts two topics, the lower id first."""
    return low << 32 | high
