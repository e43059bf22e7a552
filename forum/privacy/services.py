"""What people may ask about their data. Each is one transaction that writes rows; jobs do the rest."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from forum.accounts.people import Person
from forum.discussion.models import Comment

from . import jobs, letters
from .export import forget_export
from .models import UNDO_FOR, DataExport, ErasureRequest, ThirdPartyRequest

MOST_OPEN = 10  # requests about one comment that wait at a time: more say nothing new, and somebody may be playing


class TooManyRequestsError(Exception):
    """So many people have asked about this comment that one more would only wait behind them."""


@transaction.atomic
def request_export(person: Person) -> DataExport:
    """Have a file made for ``person`` and return its row; one that is being made already is returned as it is."""
    for earlier in DataExport.objects.filter(person.rows(), ready_at__isnull=False):
        forget_export(earlier)
    export, is_new = DataExport.objects.get_or_create(user=person.user, guest=person.guest)
    if is_new:
        jobs.make_export.enqueue(export.pk)
    return export


@transaction.atomic
def request_erasure(person: Person, *, keep_words: bool, now: datetime | None = None) -> ErasureRequest:
    """Store that ``person`` wants to be forgotten, and mail them how to undo it. A second call changes nothing but the choice."""
    now = now or timezone.now()
    request, is_new = ErasureRequest.objects.update_or_create(
        user=person.user,
        guest=person.guest,
        defaults={"keep_words": keep_words},
        create_defaults={"keep_words": keep_words, "requested_at": now, "due_at": now + UNDO_FOR},
    )
    if is_new:
        letters.tell_erasure_is_coming(request)
    return request


def undo_erasure(person: Person) -> bool:
    """Take the wish back; return whether there was one."""
    return bool(ErasureRequest.objects.filter(person.rows()).delete()[0])


@transaction.atomic
def request_for_third_party(comment: Comment, *, about: str, wish: str, words: str, email: str) -> ThirdPartyRequest:
    """Store what somebody asks who is named in ``comment``; raises TooManyRequestsError."""
    if ThirdPartyRequest.objects.filter(comment=comment, done_at=None).count() >= MOST_OPEN:
        raise TooManyRequestsError
    return ThirdPartyRequest.objects.create(comment=comment, about=about, wish=wish, words=words, email=email)


@transaction.atomic
def close_request(request: ThirdPartyRequest, *, now: datetime | None = None) -> None:
    """Mark ``request`` as dealt with, mail the answer to who left an address, and forget the address."""
    request.done_at = now or timezone.now()
    if request.answer:
        letters.answer_third_party(request)
    request.email = ""
    request.save(update_fields=["done_at", "answer", "email"])
