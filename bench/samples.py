"""What was measured, round by round: numbers under names. Pure."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median


@dataclass
class Samples:
    """``values`` holds a number a round under each name; ``notes`` what a reader of the report has to know."""

    values: dict[str, list[float]] = field(default_factory=dict)
    errors: Counter[str] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)

    def add(self, name: str, value: float, errors: int = 0) -> None:
        """Note one more number under ``name``."""
        self.values.setdefault(name, []).append(value)
        self.errors[name] += errors

    def middle(self, name: str) -> float | None:
        """Return the median of all rounds, None where nothing was measured."""
        return median(self.values[name]) if self.values.get(name) else None

    def ratio(self, name: str, to: str) -> float | None:
        """Return the median of the ratios within each round, None where one of both was not measured."""
        return middle_ratio(self.values.get(name, ()), self.values.get(to, ()))


def middle_ratio(ones: Sequence[float], others: Sequence[float]) -> float | None:
    """Return the median of ``ones`` over ``others``, taken pair by pair."""
    ratios = [one / other for one, other in zip(ones, others, strict=False) if other]
    return median(ratios) if ratios else None
