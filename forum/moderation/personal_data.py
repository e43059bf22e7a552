"""What is held on a person here: how their comments came in, and keyed hashes of their words.

A comment that is erased forgets its rows itself (``receivers``); what is left to do is for words that stay without their writer.
"""

from typing import Any

from django.db import transaction

from forum.accounts.people import Person

from .models import Evidence, TrainedComment
from .training import lock_state, unlearn

MODELS = [
    "moderation.Evidence",
    "moderation.HostMention",
    "moderation.TextMark",
    "moderation.TrainedComment",
]


def export(person: Person) -> dict[str, Any]:
    """Return where their latest comments came from and how fast; hashes say nothing that can be read."""
    kept = Evidence.objects.filter(person.rows("comment__author", "comment__guest")).order_by("pk")
    return {"how_comments_came_in": list(kept.values("comment_id", "client_ip", "form_seconds", "at"))}


def erase(person: Person, *, keep_words: bool) -> None:
    """Delete how their comments came in, and unlearn them: among what was learned is the name."""
    mine = person.rows("comment__author", "comment__guest")
    Evidence.objects.filter(mine).delete()
    for pk in list(TrainedComment.objects.filter(mine).values_list("pk", flat=True)):
        with transaction.atomic():
            lock_state()
            if learned := TrainedComment.objects.filter(pk=pk).first():
                unlearn(learned)
