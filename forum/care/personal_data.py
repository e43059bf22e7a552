"""What is held on a person here: that words of theirs were read first, and what moderators wrote down about it.

A comment that is erased, or loses its writer, forgets its marks itself (``receivers``); what is left to do is for notes that name
the person beside what others wrote.
"""

from typing import Any

from django.utils.translation import gettext as _

from forum.accounts.people import Person, take_out
from forum.discussion.erasing import names_of
from forum.discussion.models import Comment

from .models import CareMark

MODELS = ["care.CareMark"]


def export(person: Person) -> dict[str, Any]:
    """Return which of their words were read first, and what was done; of moderators, also the marks that they closed."""
    mine = CareMark.objects.filter(person.rows("comment__author", "comment__guest")).order_by("pk")
    found: dict[str, Any] = {
        "words_that_a_moderator_read_first": list(mine.values("comment_id", "words", "found_at", "closed_at", "note"))
    }
    if person.user is not None:
        closed = CareMark.objects.filter(closed_by=person.user).order_by("pk")
        found["comments_looked_after_as_a_moderator"] = list(closed.values("comment_id", "closed_at", "note"))
    return found


def erase(person: Person, *, keep_words: bool) -> None:
    """Delete the marks of their comments, and take their names out of notes in the same conversations."""
    discussions = list(Comment.objects.filter(person.rows("author")).values_list("discussion", flat=True).distinct())
    names = names_of(person)
    for mark in CareMark.objects.filter(comment__discussion__in=discussions).exclude(note="").only("pk", "note"):
        if (note := take_out(mark.note, names, _("[name taken out]"))) != mark.note:
            CareMark.objects.filter(pk=mark.pk).update(note=note)
    CareMark.objects.filter(person.rows("comment__author", "comment__guest")).delete()
