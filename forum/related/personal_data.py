"""What is held on a person here: which comments of others are near to theirs. It goes with the words (``receivers``)."""

from typing import Any

from forum.accounts.people import Person

from .models import Neighbour

MODELS = ["related.Neighbour", "related.ChangedComment"]


def export(person: Person) -> dict[str, Any]:
    """Return below which of their comments others are shown, and the words that both have."""
    found = Neighbour.objects.filter(person.rows("thread__author", "thread__guest")).order_by("thread", "rank")
    return {"others_shown_below_comments": list(found.values("thread_id", "comment_id", "words"))}


def erase(person: Person, *, keep_words: bool) -> None:
    """Leave what is near to words that stay; whatever was erased has taken its own along."""
