"""From scores of decided comments to thresholds: how sure is sure enough. Pure.

Each score was given before its comment was learned, so it says what the filter does with comments it has not seen.
"""

from collections.abc import Sequence
from dataclasses import dataclass

HONEST_HELD = 0.01  # of honest comments at most this share is held by the filter alone
HONEST_HINTED = 0.05  # and this share gets a weak signal
MIN_DECISIONS = 50  # below, the filter never says "strong"
MIN_OF_EACH = 10  # scores of honest comments and of advertisements each, before it says anything
UNSCORED = 10  # so many comments are learned before a score means something
LOWEST_STRONG = 0.8
LOWEST_WEAK = 0.6


@dataclass(frozen=True)
class Thresholds:
    """From which probability a signal is weak, and strong; None while too little is known."""

    weak: float | None = None
    strong: float | None = None


def choose_thresholds(ham: Sequence[float], spam: Sequence[float], *, decisions: int) -> Thresholds:
    """Return the thresholds that these scores of honest comments and of advertisements support after ``decisions`` in all."""
    if len(ham) < MIN_OF_EACH or len(spam) < MIN_OF_EACH:
        return Thresholds()
    weak = max(LOWEST_WEAK, _above(ham, HONEST_HINTED))
    if decisions < MIN_DECISIONS:
        return Thresholds(weak)
    return Thresholds(weak, max(LOWEST_STRONG, weak, _above(ham, HONEST_HELD)))


def _above(ham: Sequence[float], share: float) -> float:
    """Return a score that at most ``share`` of ``ham`` reaches, with room: few scores say little about the next hundred."""
    allowed = int(len(ham) * share)
    highest = sorted(ham, reverse=True)[allowed]
    # The rule of three, turned round: with n scores and none above, up to 3/n of those to come may be. So stay clear of it.
    room = 3 / (len(ham) * share * 2 + 3)
    return highest + (1 - highest) * room
