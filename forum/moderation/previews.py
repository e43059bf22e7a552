"""What a rule would find among the comments of the last days, before it is used."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet

from forum.discussion.models import Comment

from .models import HostMention
from .patterns import find_in_text, parse_pattern

PREVIEW_DAYS = 30
MAX_READ = 5000  # the latest of them
SHOWN = 5
TOO_MANY = 0.2  # of what was read: a rule that finds more is most likely a mistake
FEW = 20  # below, a share says nothing


@dataclass(frozen=True)
class Preview:
    """How many of the comments that were read a rule would find, how many of these are public, and the latest few."""

    read: int
    found: int
    public: int
    examples: list[Comment]

    @property
    def finds_too_much(self) -> bool:
        """Tell whether the rule finds so much that it needs a second thought."""
        return self.read >= FEW and self.found > TOO_MANY * self.read


def preview_phrase(phrase: str, *, now: datetime) -> Preview:
    """Return what a phrase would find. Raises PatternError."""
    pattern = parse_pattern(phrase)
    return _read(_recent(now), lambda comment: bool(find_in_text(pattern, f"{comment.body}\n{comment.subject}")))


def preview_domain(domain: str, *, now: datetime) -> Preview:
    """Return which comments link to a domain."""
    mentions = HostMention.objects.filter(host__domain=domain, comment__created_at__gt=now - timedelta(days=PREVIEW_DAYS))
    linking = set(mentions.values_list("comment", flat=True))
    return _read(_recent(now), lambda comment: comment.pk in linking)


def _recent(now: datetime) -> QuerySet[Comment]:
    recent = Comment.objects.filter(created_at__gt=now - timedelta(days=PREVIEW_DAYS)).exclude(state=Comment.State.ERASED)
    return recent.only("pk", "name", "subject", "body", "public").order_by("-pk")[:MAX_READ]


def _read(comments: QuerySet[Comment], fits: Callable[[Comment], bool]) -> Preview:
    read = found = public = 0
    examples: list[Comment] = []
    for comment in comments.iterator(chunk_size=500):
        read += 1
        if fits(comment):
            found, public = found + 1, public + comment.public
            if len(examples) < SHOWN:
                examples.append(comment)
    return Preview(read, found, public, examples)
