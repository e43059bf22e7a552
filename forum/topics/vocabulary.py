"""The vocabulary in use, ready to be looked for. What follows when it is changed is in ``editing``."""

import threading
from uuid import UUID

from .matching import Matcher, Term
from .models import Spelling, Vocabulary

NOTHING = Matcher([])
_lock = threading.Lock()
_kept: tuple[UUID, Matcher] | None = None  # one a process


def read_vocabulary() -> Vocabulary | None:
    """Return the row that says which vocabulary stands, None where there never was one."""
    return Vocabulary.objects.filter(pk=1).first()


def current_matcher() -> Matcher:
    """Return the vocabulary in use. One query; all of its words are read once after each change."""
    vocabulary = read_vocabulary()
    return matcher_of(vocabulary.stamp) if vocabulary else NOTHING


def matcher_of(stamp: UUID) -> Matcher:
    """Return the vocabulary that stands under ``stamp`` now."""
    global _kept
    with _lock:
        if _kept is None or _kept[0] != stamp:
            _kept = (stamp, Matcher(read_terms()))
        return _kept[1]


def read_terms() -> list[Term]:
    """Return the spellings of all topics in use."""
    spellings = Spelling.objects.filter(topic__is_active=True).order_by("pk")
    return [Term(*row) for row in spellings.values_list("topic", "text", "language", "is_exact")]


def forget_search() -> None:
    """Let the next search begin with the first text, whatever was searched before."""
    Vocabulary.objects.filter(pk=1).update(searched=None, searching=None)
