"""How good the checks are, by cross-validation: each comment is judged by a filter that learned the others. Pure.

A comment counts as held if a strong sign of advertising was found in it. ``links`` of a file are read as if they stood at its
end.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from random import Random

from .advertising import STRONG_AT, find_signs, weigh
from .calibration import UNSCORED, Thresholds, choose_thresholds
from .classifier import Counts, learn, score
from .features import features_of
from .keys import hash_all
from .links import find_links
from .wording import read

FOLDS = 5
BANDS = 10  # of the reliability table


@dataclass(frozen=True)
class Example:
    """A comment of which it is known what it is: its features, and whether the fixed checks hold it."""

    hashes: tuple[int, ...]
    by_rule: bool
    is_spam: bool


@dataclass
class Tally:
    """How often something was held, of advertisements and of honest comments."""

    spam_held: int = 0
    spam: int = 0
    ham_held: int = 0
    ham: int = 0

    def add(self, *, is_spam: bool, is_held: bool) -> None:
        """Count one comment."""
        if is_spam:
            self.spam, self.spam_held = self.spam + 1, self.spam_held + is_held
        else:
            self.ham, self.ham_held = self.ham + 1, self.ham_held + is_held

    @property
    def recall(self) -> float:
        """The share of advertisements that were held."""
        return self.spam_held / self.spam if self.spam else 0.0

    @property
    def precision(self) -> float:
        """The share of advertisements among what was held."""
        held = self.spam_held + self.ham_held
        return self.spam_held / held if held else 0.0

    @property
    def honest_held(self) -> float:
        """The share of honest comments that were held."""
        return self.ham_held / self.ham if self.ham else 0.0


@dataclass
class Band:
    """Comments that the filter gave about the same probability, and how many of them were advertising."""

    count: int = 0
    spam: int = 0
    total: float = 0.0


@dataclass
class Report:
    """What came out: by the fixed checks alone, by the filter alone, by both; and how true its probabilities are."""

    rules: Tally = field(default_factory=Tally)
    learned: Tally = field(default_factory=Tally)
    both: Tally = field(default_factory=Tally)
    bands: list[Band] = field(default_factory=lambda: [Band() for _ in range(BANDS)])


def make_example(
    text: str, *, name: str, links: Iterable[str] = (), is_spam: bool, topic: frozenset[str] = frozenset(), subject: str = ""
) -> Example:
    """Return the example that a comment makes."""
    body = "\n".join([text, *links])
    found = find_links(body)
    reading = read(f"{body}\n{subject}" if subject else body, topic=topic)
    by_rule = weigh(find_signs(reading, links=found), reading) >= STRONG_AT
    features = features_of(subject=subject, body=body, name=name, links=found, reading=reading)
    return Example(tuple(hash_all("measuring", features)), by_rule, is_spam)


@dataclass
class Filter:
    """A filter in memory that learns as the one in the database does."""

    known: dict[int, Counts] = field(default_factory=dict)
    totals: Counts = field(default_factory=Counts)
    ham_scores: list[float] = field(default_factory=list)
    spam_scores: list[float] = field(default_factory=list)

    def judge(self, example: Example) -> float:
        """Return the probability that it is advertising."""
        return score([self.known.get(number) for number in example.hashes], self.totals).probability

    def learn(self, example: Example) -> None:
        """Learn one decided comment, and keep what the filter would have said of it."""
        if self.totals.ham + self.totals.spam >= UNSCORED:
            (self.spam_scores if example.is_spam else self.ham_scores).append(self.judge(example))
        self.known.update(
            learn({n: self.known[n] for n in example.hashes if n in self.known}, example.hashes, is_spam=example.is_spam)
        )
        self.totals = Counts(self.totals.ham + (not example.is_spam), self.totals.spam + example.is_spam)

    @property
    def thresholds(self) -> Thresholds:
        """From where it speaks up, by what it has learned."""
        return choose_thresholds(self.ham_scores, self.spam_scores, decisions=self.totals.ham + self.totals.spam)


def measure(learned: Sequence[Example], judged: Sequence[Example], report: Report | None = None) -> Report:
    """Learn one part and judge the other; add to ``report``."""
    report = report or Report()
    machine = Filter()
    for example in learned:
        machine.learn(example)
    strong = machine.thresholds.strong
    for example in judged:
        said = machine.judge(example)
        by_filter = strong is not None and said >= strong
        report.rules.add(is_spam=example.is_spam, is_held=example.by_rule)
        report.learned.add(is_spam=example.is_spam, is_held=by_filter)
        report.both.add(is_spam=example.is_spam, is_held=by_filter or example.by_rule)
        band = report.bands[min(BANDS - 1, int(said * BANDS))]
        band.count, band.spam, band.total = band.count + 1, band.spam + example.is_spam, band.total + said
    return report


def cross_validate(examples: Sequence[Example], *, seed: int = 1) -> Report:
    """Judge every example by a filter that learned the other folds."""
    shuffled = list(examples)
    Random(seed).shuffle(shuffled)  # noqa: S311 - no secret
    report = Report()
    for fold in range(FOLDS):
        judged = shuffled[fold::FOLDS]
        learned = [example for place, example in enumerate(shuffled) if place % FOLDS != fold]
        measure(learned, judged, report)
    return report


def learning_curve(examples: Sequence[Example], sizes: Iterable[int], *, rounds: int = 20) -> dict[int, Report]:
    """Return what a filter that learned so many decisions does with the rest, over several shuffles."""
    curve = {}
    for size in sizes:
        report = Report()
        for seed in range(rounds):
            shuffled = list(examples)
            Random(seed).shuffle(shuffled)  # noqa: S311 - no secret
            measure(shuffled[:size], shuffled[size:], report)
        curve[size] = report
    return curve
