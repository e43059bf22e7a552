"""Naive Bayes, online: counts of features in published and in removed comments → how likely one is advertising. Pure.

A feature weighs ln(share of advertising with it / share of others with it), less while it was seen seldom (Robinson's way of
drawing a rare one to the middle). Only the most telling ones are added: words that say little are many, and they are not
independent. The sum is drawn in for the same reason before it becomes a probability; the thresholds come from ``calibration``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp, log
from typing import NamedTuple

TELLING = 24  # features that decide
RARE = 1.0  # a feature seen so often weighs half
CALM = 3.0  # the sum is divided by this: neighbours say the same thing several times


class Counts(NamedTuple):
    """In how many published comments and how many removed advertisements something was."""

    ham: int = 0
    spam: int = 0


@dataclass(frozen=True)
class Score:
    """``probability`` that it is advertising, and what told: positions of features with their weights, the heaviest first."""

    probability: float
    telling: tuple[tuple[int, float], ...] = ()


def score(found: Sequence[Counts | None], totals: Counts) -> Score:
    """Return the score of a comment from the counts of its features; None stands for one that was never seen.

    With nothing known of one of the two kinds, the answer is a half.
    """
    return score_weights([weigh(counts, totals) for counts in found])


def score_weights(weights: Sequence[float]) -> Score:
    """Return the same from what each feature weighs."""
    heaviness = list(map(abs, weights))
    heaviest = sorted(range(len(weights)), key=heaviness.__getitem__, reverse=True)[:TELLING]  # of equal ones the first
    telling = tuple((index, weights[index]) for index in heaviest if weights[index])
    total = sum(weight for _index, weight in telling) / CALM
    return Score(1 / (1 + exp(-max(-30.0, min(30.0, total)))), telling)


def weigh(counts: Counts | None, totals: Counts) -> float:
    """Return how much a feature speaks for advertising; below nought, against it. One that was never seen says nothing.

    Neither does any while nothing is known of one of the two kinds.
    """
    if counts is None or not totals.ham or not totals.spam:
        return 0.0
    spam = (counts.spam + 0.5) / (totals.spam + 1)
    ham = (counts.ham + 0.5) / (totals.ham + 1)
    seen = counts.spam + counts.ham
    return log(spam / ham) * seen / (seen + RARE)


def learn(known: Mapping[int, Counts], hashes: Sequence[int], *, is_spam: bool) -> dict[int, Counts]:
    """Return ``known`` with one more comment counted: what the table does, for measuring in memory."""
    counts = dict(known)
    for number in hashes:
        old = counts.get(number, Counts())
        counts[number] = Counts(old.ham + (not is_spam), old.spam + is_spam)
    return counts
