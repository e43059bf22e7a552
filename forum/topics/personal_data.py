"""What is held on a person here: which topics their comments were found to be about. It goes with the words (``mentions``)."""

from typing import Any

from django.db.models import F

from forum.accounts.people import Person

from .models import Mention, Standing

MODELS = ["topics.Mention", "topics.NewComment"]


def export(person: Person) -> dict[str, Any]:
    """Return the topics of each comment, and who says so."""
    kept = Mention.objects.filter(person.rows("comment__author", "comment__guest")).exclude(standing=Standing.DENIED)
    named = kept.order_by("comment", "topic__name").values("comment_id", "standing", "corrected_by", topic_name=F("topic__name"))
    return {"topics_of_comments": list(named)}


def erase(person: Person, *, keep_words: bool) -> None:
    """Leave what words that stay are about; whatever was erased has taken its own along."""
