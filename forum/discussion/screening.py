"""Whether a new comment waits. Screeners look and give reasons; the policy here makes the verdict; only people remove.

A screener is a callable named in ``COMMENT_SCREENERS`` by dotted path. All run, in order, so that a moderator sees every reason.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from django.conf import settings
from django.utils.module_loading import import_string

from articles.models import Article

from .models import Comment


class Strength(StrEnum):
    """How much a signal weighs: a strong one alone makes a comment wait, a weak one explains."""

    STRONG = "strong"
    WEAK = "weak"


@dataclass(frozen=True)
class Signal:
    """Why software suspects something: ``sentence`` tells it with the evidence; ``spans`` are (start, end) in the text."""

    code: str
    strength: Strength
    sentence: str
    spans: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True)
class Submission:
    """What a screener may look at. ``kind`` is post, edit or import; ``approved_count`` counts the writer's approved comments."""

    kind: str
    body: str
    subject: str
    name: str
    article: Article
    parent: Comment | None
    is_member: bool
    is_staff: bool
    approved_count: int


@dataclass(frozen=True)
class Verdict:
    """Publish or hold, and every reason found."""

    publish: bool
    signals: Sequence[Signal] = field(default=())


def screen(submission: Submission) -> Verdict:
    """Run all screeners on ``submission`` and decide.

    Staff are published. What guests write waits, and the first HOLD_FIRST_COMMENTS of a member.
    A strong signal always makes it wait.
    """
    screeners: list[Callable[[Submission], Sequence[Signal]]] = [import_string(path) for path in settings.COMMENT_SCREENERS]
    signals = tuple(signal for screener in screeners for signal in screener(submission))
    if any(signal.strength == Strength.STRONG for signal in signals):
        return Verdict(False, signals)
    if submission.kind == "import" or submission.is_staff:
        return Verdict(True, signals)
    return Verdict(is_trusted(is_member=submission.is_member, approved_count=submission.approved_count), signals)


def is_trusted(*, is_member: bool, approved_count: int) -> bool:
    """Tell whether a comment without a strong signal is public at once."""
    return is_member and approved_count >= settings.HOLD_FIRST_COMMENTS
