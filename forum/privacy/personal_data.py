"""What is held on a person here: their exports, their wish to be erased, and what others asked about their comments."""

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from forum.accounts.people import Person, take_out
from forum.discussion.erasing import names_of

from .export import forget_export
from .models import DataExport, ErasureRequest, ThirdPartyRequest

MODELS = ["privacy.DataExport", "privacy.ErasureRequest", "privacy.ThirdPartyRequest"]


def export(person: Person) -> dict[str, Any]:
    """Return when they asked for what. What others wrote about their comments is not theirs to read."""
    asked = ThirdPartyRequest.objects.filter(_sent_by(person)).order_by("pk")
    return {
        "exports": list(DataExport.objects.filter(person.rows()).values("requested_at", "ready_at")),
        "erasure": list(ErasureRequest.objects.filter(person.rows()).values("requested_at", "due_at", "keep_words")),
        "asked_about_comments": list(
            asked.values("comment_id", "about", "wish", "words", "email", "made_at", "answer", "done_at")
        ),
    }


def erase(person: Person, *, keep_words: bool) -> None:
    """Delete their files and what they asked; of what others asked about their comments, what names them.

    The wish to be erased itself goes with the row of the person: until then it is what brings the job back after a crash.
    """
    for data_export in DataExport.objects.filter(person.rows()):
        forget_export(data_export)
    ThirdPartyRequest.objects.filter(_sent_by(person)).delete()
    about = ThirdPartyRequest.objects.filter(person.rows("comment__author", "comment__guest"))
    if not keep_words:
        about.delete()
        return
    names = names_of(person)
    for request in about:
        request.words = take_out(request.words, names, _("[name taken out]"))
        request.answer = take_out(request.answer, names, _("[name taken out]"))
        request.save(update_fields=["words", "answer"])


def _sent_by(person: Person) -> Q:
    """Return the condition of requests that came from a proven address of theirs; a typed one may be anybody's."""
    return Q(email__iexact=person.proven_address) if person.proven_address else Q(pk__in=())
