"""What a rule about words would find among the comments that are here, before it is used."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet

from .models import Comment
from .patterns import find_in_text, parse_pattern

PREVIEW_DAYS = 30
MAX_READ = 5000  # the latest of them
SHOWN = 5
TOO_MANY = 0.2  # of what was read: a rule that finds more is most likely a mistake
FEW = 20  # below, a share says nothing


@dataclass(frozen=True)
class Preview:
    """How many of the comments that were read a rule would find, how many of these are public, and the latest few.

    ``days`` says how far back was read, None for as far as MAX_READ comments reach.
    """

    read: int
    found: int
    public: int
    examples: list[Comment]
    days: int | None = PREVIEW_DAYS

    @property
    def finds_too_much(self) -> bool:
        """Tell whether the rule finds so much that it needs a second thought."""
        return self.read >= FEW and self.found > TOO_MANY * self.read


def preview_phrase(phrase: str, *, now: datetime) -> Preview:
    """Return what a phrase would find in the last days. Raises PatternError."""
    pattern = parse_pattern(phrase)
    return preview(lambda comment: bool(find_in_text(pattern, f"{comment.body}\n{comment.subject}")), recent_comments(now))


def recent_comments(now: datetime) -> QuerySet[Comment]:
    """Return the comments of the last PREVIEW_DAYS."""
    return Comment.objects.filter(created_at__gt=now - timedelta(days=PREVIEW_DAYS))


def preview(fits: Callable[[Comment], bool], comments: QuerySet[Comment], *, days: int | None = PREVIEW_DAYS) -> Preview:
    """Return which of the latest of ``comments`` fit; of each, name, title and text are at hand."""
    latest = (
        comments.exclude(state=Comment.State.ERASED).only("pk", "name", "subject", "body", "language", "public").order_by("-pk")
    )
    read = found = public = 0
    examples: list[Comment] = []
    for comment in latest[:MAX_READ].iterator(chunk_size=500):
        read += 1
        if fits(comment):
            found, public = found + 1, public + comment.public
            if len(examples) < SHOWN:
                examples.append(comment)
    return Preview(read, found, public, examples, days)
