"""How many comments show a topic, and two topics together: stored, so that no page counts.

Counts are shared by all conversations. They are changed only by whoever holds the row of ``SiteVersion``, which every visible
change takes last: so nobody ever waits for a count while others wait for them.
"""

from collections import Counter
from collections.abc import Collection, Iterable
from itertools import combinations_with_replacement

from django.db.models import F

from forum.site.models import SiteVersion

from .models import TopicPair

Pair = tuple[int, int]
BATCH_ROWS = 500


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
    by_step: dict[int, list[Pair]] = {}
    for pair, step in change.items():
        if step:
            by_step.setdefault(step, []).append(pair)
    for step, pairs in by_step.items():
        for start in range(0, len(pairs), BATCH_ROWS):
            _add(step, pairs[start : start + BATCH_ROWS])


def _add(step: int, pairs: list[Pair]) -> None:
    keys = {pair_key(*pair): pair for pair in pairs}
    stored = TopicPair.objects.filter(pk__in=keys)
    if stored.update(comment_count=F("comment_count") + step) == len(keys):
        return
    known = set(stored.values_list("pk", flat=True))
    new = [
        TopicPair(pk=key, low_id=low, high_id=high, comment_count=step) for key, (low, high) in keys.items() if key not in known
    ]
    TopicPair.objects.bulk_create(new)


def pair_key(low: int, high: int) -> int:
    """Return the id of the row that counts two topics, the lower id first."""
    return low << 32 | high
