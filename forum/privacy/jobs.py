"""The jobs: making exports, deleting them, erasing people whose time has come."""

from datetime import timedelta

from django.utils import timezone

from forum.jobs.definitions import job
from forum.jobs.schedule import daily
from forum.mail.models import OutgoingMessage

from . import erasure, export, letters
from .models import DataExport, ErasureRequest, ThirdPartyRequest

LONG = timedelta(minutes=30)  # somebody who wrote for twenty years; each comment is a transaction of its own
THIRD_PARTY_KEPT = timedelta(days=30)


@job(time_limit=LONG)
def make_export(export_id: int) -> None:
    """Make the file that somebody asked for."""
    if wanted := DataExport.objects.filter(pk=export_id, ready_at=None).first():
        export.make_export(wanted)


@daily(at="03:30")
@job()
def forget_old_files() -> None:
    """Delete exports after their days, what people named in comments said, and last mails that cannot be sent."""
    now = timezone.now()
    export.forget_old_exports(now)
    old = ThirdPartyRequest.objects.filter(done_at__lt=now - THIRD_PARTY_KEPT)
    old.exclude(words="", answer="", email="").update(words="", answer="", email="")
    OutgoingMessage.objects.filter(kind=letters.LAST_LETTER, state=OutgoingMessage.State.FAILED).delete()


@daily(at="03:50")
@job()
def erase_due_people() -> None:
    """Start the erasure of everybody whose time to undo it is over."""
    for pk in ErasureRequest.objects.filter(due_at__lte=timezone.now()).values_list("pk", flat=True):
        erase_person.enqueue(pk)


@job(time_limit=LONG)
def erase_person(request_id: int) -> None:
    """Erase one person, if they still want it."""
    request = ErasureRequest.objects.filter(pk=request_id, due_at__lte=timezone.now()).first()
    if request is not None:
        erasure.erase_person(request)


@daily(at="04:40")
@job()
def empty_journal() -> None:
    """Take what was erased out of the database's journal too, once the last mail to those people is on its way."""
    erasure.empty_journal()
