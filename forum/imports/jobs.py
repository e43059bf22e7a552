"""Background work of imports: looking at files, bringing them in a piece at a time, taking them out, forgetting them."""

from collections.abc import Callable
from datetime import timedelta

from django.utils import timezone

from forum.jobs.definitions import Job, job
from forum.jobs.schedule import daily

from . import uploads
from .locking import ImportBusyError
from .models import Upload

READING_LIMIT = timedelta(hours=2)  # a file of the largest size is read in some minutes
TRY_AGAIN = timedelta(seconds=20)  # while another import is running


@job(time_limit=READING_LIMIT)
def look(pk: str) -> None:
    """Look at a file."""
    _unless_busy(look, pk, lambda upload: uploads.look_at(upload))


@job(time_limit=READING_LIMIT)
def bring_in(pk: str) -> None:
    """Import some of a file; the rest is another job, so that others have their turn."""

    def step(upload: Upload) -> None:
        if not uploads.go_on(upload):
            bring_in.enqueue(pk)

    _unless_busy(bring_in, pk, step)


@job(time_limit=READING_LIMIT)
def take_out(pk: str) -> None:
    """Take out what a file brought."""
    _unless_busy(take_out, pk, lambda upload: uploads.undo(upload))


@daily(at="03:40")
@job()
def purge_uploads() -> None:
    """Forget old files and reports."""
    uploads.purge(timezone.now())


def _unless_busy(again: Job, pk: str, step: Callable[[Upload], None]) -> None:
    """Do one step, or try again later where another import is running."""
    upload = Upload.objects.select_related("article", "made_by", "run").filter(pk=pk).first()
    if upload is None:
        return
    try:
        step(upload)
    except ImportBusyError:
        again.using(run_after=timezone.now() + TRY_AGAIN).enqueue(pk)
