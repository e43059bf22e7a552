"""Near-repeats: a few hashes of runs of words stand for a text; texts that share many say nearly the same. Pure.

The runs with the smallest hashes are kept (a sketch, Broder 1997): the same ones in every text that holds them, whatever is
changed elsewhere. A thousand comments cost eight thousand small rows, and finding repeats is one look into an index.
"""

from collections.abc import Collection, Sequence
from functools import lru_cache
from math import ceil

from .keys import fingerprint, hash_all
from .wording import list_words

RUN_WORDS = 5
SKETCH_SIZE = 8
MIN_WORDS = 10  # "thank you so much for this" may be said by anybody
NEAR = 0.5  # of the sketch


@lru_cache(maxsize=4)
def runs_of(text: str) -> Sequence[str]:
    """Return every run of RUN_WORDS words of ``text``, quoted lines left out."""
    words = list_words(text)
    return [" ".join(run) for run in zip(*(words[start:] for start in range(RUN_WORDS)), strict=False)]


def sketch(text: str) -> Sequence[int]:
    """Return the smallest hashes of the runs of ``text``, in order; none for a text too short to be called a repeat."""
    return _sketch(text, fingerprint())


@lru_cache(maxsize=16)
def _sketch(text: str, secret: int) -> Sequence[int]:
    if len(list_words(text)) < MIN_WORDS:
        return ()
    return tuple(sorted(set(hash_all("repeats", runs_of(text))))[:SKETCH_SIZE])


def least_shared(own: Sequence[int]) -> int:
    """Return how many hashes a text must share with ``own`` to say nearly the same."""
    return max(2, ceil(NEAR * len(own)))


def copied_share(text: str, source_runs: Collection[str]) -> float:
    """Return how much of ``text`` stands in a source, by its runs of words."""
    runs = runs_of(text)
    return sum(map(source_runs.__contains__, runs)) / len(runs) if runs else 0.0
