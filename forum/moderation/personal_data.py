"""What is held on a person here: how their comments came in, keyed hashes of their words, notes on batches, how moderators work.

A comment that is erased forgets its rows itself (``receivers``); what is left to do is for words that stay without their writer.
"""

from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from forum.accounts.people import Person
from forum.discussion.models import Comment

from .batches import blank_batch_notes
from .models import Batch, Evidence, Flag, Preference, QueueItem, Sanction, TrainedComment
from .training import lock_state, unlearn

MODELS = [
    "moderation.Evidence",
    "moderation.HostMention",
    "moderation.TextMark",
    "moderation.TrainedComment",
    "moderation.QueueItem",
    "moderation.Batch",
    "moderation.BatchItem",
    "moderation.Preference",
    "moderation.Flag",
    "moderation.Sanction",
]


def export(person: Person) -> dict[str, Any]:
    """Return where their latest comments came from and how fast, and how a moderator works; hashes say nothing to a reader."""
    kept = Evidence.objects.filter(person.rows("comment__author", "comment__guest")).order_by("pk")
    found: dict[str, Any] = {"how_comments_came_in": list(kept.values("comment_id", "client_ip", "form_seconds", "at"))}
    reported = Flag.objects.filter(person.rows("member")).order_by("pk")
    found["reported"] = list(reported.values("comment_id", "reason", "words", "made_at", "was_right"))
    sanctions = _sanctions_for(person).order_by("pk")
    found["sanctions"] = list(sanctions.values("kind", "action", "reason", "note", "until", "made_at", "lifted_at"))
    if person.user is not None and person.user.is_staff:
        batches = Batch.objects.filter(moderator=person.user).order_by("made_at")
        found["batches_as_a_moderator"] = list(
            batches.values("verb", "scope", "host", "reason", "note", "state", "total", "made_at")
        )
        read = QueueItem.objects.filter(claimed_by=person.user).order_by("pk")
        found["comments_being_read"] = list(read.values("comment_id", "claimed_at"))
        asked = QueueItem.objects.filter(asked_by=person.user).order_by("pk")
        found["second_moderators_asked"] = list(asked.values("comment_id", "asked_at"))
        found["shortcuts_are_on"] = Preference.objects.filter(moderator=person.user, shortcuts=True).exists()
    return found


def _sanctions_for(person: Person) -> QuerySet[Sanction]:
    """Return the sanctions for ``person``; those for an address only where they have proven that it is theirs."""
    proven = Q(kind=Sanction.Kind.ADDRESS, value__in=[address.lower() for address in person.addresses])
    return Sanction.objects.filter(person.rows("member") | proven if person.proven_address else person.rows("member"))


def erase(person: Person, *, keep_words: bool) -> None:
    """Delete how their comments came in, and unlearn them: among what was learned is the name. A moderator's batches stay."""
    mine = person.rows("comment__author", "comment__guest")
    Evidence.objects.filter(mine).delete()
    Flag.objects.filter(person.rows("member")).update(member=None, guest=None, words="")  # the report itself still matters
    _sanctions_for(person).delete()
    blank_batch_notes(Comment.objects.filter(person.rows("author")))
    if person.user is not None:
        Preference.objects.filter(moderator=person.user).delete()
        QueueItem.objects.filter(claimed_by=person.user).update(claimed_by=None, claimed_at=None)
        QueueItem.objects.filter(asked_by=person.user).update(asked_by=None, asked_at=None)
    for pk in list(TrainedComment.objects.filter(mine).values_list("pk", flat=True)):
        with transaction.atomic():
            lock_state()
            if learned := TrainedComment.objects.filter(pk=pk).first():
                unlearn(learned)
