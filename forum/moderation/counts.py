"""The table of counts, read and raised for hundreds of features at once. SQL of its own: the ORM cannot raise on conflict.

Whoever writes here has locked the row of ``FilterState`` first, so that two who learn the same words never wait for each other.
"""

from collections.abc import Iterable, Sequence

from django.db import connection
from django.db.models import F

from forum.database.among import write_numbers
from forum.database.asked import Asked, Call
from forum.database.compiled import find_vendor

from .classifier import Counts, weigh
from .models import FilterState, TokenCount

_TABLE = "moderation_tokencount"
# A list is one parameter on either database: an array, or JSON.
_LIST = {"postgresql": "unnest(%s::bigint[])", "sqlite": "json_each(%s)"}


def read_counts(hashes: Sequence[int]) -> dict[int, Counts]:
    """Return the counts of those of ``hashes`` that are known."""
    return {number: Counts(ham, spam) for number, ham, spam in _COUNTS(write_numbers(hashes))} if hashes else {}


_COUNTS = Asked(lambda numbers: TokenCount.objects.filter(hash__among=numbers).values_list("hash", "ham", "spam"))


_MOST_KEPT = 10_000  # a megabyte a process
_kept: tuple[object, dict[int, float]] = (None, {})


def recall_weights(state: FilterState, hashes: Sequence[int]) -> list[float]:
    """Return what each of ``hashes`` weighs for the filter as it is in ``state``; what was asked lately is not read again.

    Most words come again and again, and the counts stand until somebody decides something.
    """
    global _kept
    kept = _kept
    key = (state.stamp, state.ham, state.spam)  # a process of an older release gives no new stamp, but changes a total
    if kept[0] != key or state.stamp is None or len(kept[1]) > _MOST_KEPT:
        kept = _kept = (key, {})
    known = kept[1]
    if missing := [number for number in hashes if number not in known]:
        found, totals = read_counts(missing), Counts(state.ham, state.spam)
        known.update((number, weigh(found.get(number), totals)) for number in missing)
    return list(map(known.__getitem__, hashes))


def is_known() -> bool:
    """Tell whether the filter has spoken in this process, so that ``asks_about`` can know what it will ask."""
    return _kept[0] is not None


def asks_about(hashes: Sequence[int]) -> list[Call]:
    """Return what ``recall_weights`` asks of ``hashes``, should the filter be as it was when it was asked last."""
    _key, known = _kept
    missing = [number for number in hashes if number not in known]
    return [(_COUNTS, (write_numbers(missing),))] if missing else []


def raise_counts(hashes: Iterable[int], *, ham: int = 0, spam: int = 0) -> dict[int, Counts]:
    """Add to the counts of each of ``hashes``; return what they were before, for those that were known."""
    name = "value" if find_vendor() == "sqlite" else "number"
    source = f"{_LIST[find_vendor()]} AS given{'' if find_vendor() == 'sqlite' else '(number)'}"
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {_TABLE} (hash, ham, spam) SELECT {name}, %s, %s FROM {source} WHERE true "  # noqa: S608
            f"ON CONFLICT (hash) DO UPDATE SET ham = {_TABLE}.ham + excluded.ham, spam = {_TABLE}.spam + excluded.spam "
            "RETURNING hash, ham, spam",
            [ham, spam, write_numbers(sorted(set(hashes)))],
        )
        before = {number: Counts(all_ham - ham, all_spam - spam) for number, all_ham, all_spam in cursor.fetchall()}
    return {number: counts for number, counts in before.items() if counts.ham or counts.spam}


def lower_counts(hashes: Iterable[int], *, ham: int = 0, spam: int = 0) -> None:
    """Take back what ``raise_counts`` added; a feature that nothing speaks of any more is forgotten."""
    rows = TokenCount.objects.filter(hash__among=write_numbers(sorted(set(hashes))))
    rows.update(ham=F("ham") - ham, spam=F("spam") - spam)
    rows.filter(ham=0, spam=0).delete()
