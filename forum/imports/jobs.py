"""Background work of imports: looking at files, bringing them in a piece at a time, taking them out, forgetting them."""

from collections.abc import Callable
from datetime import timedelta

from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from forum.jobs.definitions import Job, job
from forum.jobs.schedule import daily, every

from . import uploads
from .locking import ImportBusyError, is_running
from .models import Upload

READING_LIMIT = timedelta(hours=2)  # a file of the largest size is read in some minutes
TRY_AGAIN = timedelta(seconds=20)  # while another import is running


@job(time_limit=READING_LIMIT)
def look(pk: str) -> None:
    """Look at a file."""
    _take_step(look, pk, uploads.look_at)


@job(time_limit=READING_LIMIT)
def bring_in(pk: str) -> None:
    """Import some of a file; the rest is another job, so that others have their turn."""
    _take_step(bring_in, pk, uploads.go_on)


@job(time_limit=READING_LIMIT)
def take_out(pk: str) -> None:
    """Take out what a file brought."""
    _take_step(take_out, pk, uploads.undo)


STEPS: dict[str, Job] = {Upload.State.LOOKING: look, Upload.State.IMPORTING: bring_in, Upload.State.UNDOING: take_out}


@every(minutes=5)
@job()
def take_up() -> None:
    """Go on with what a worker was killed at: its own job comes back only after the longest time that it may take."""
    unfinished = list(Upload.objects.filter(state__in=STEPS))
    if not unfinished or is_running():  # to ask takes the lock for a moment
        return
    for upload in unfinished:
        step, name = STEPS[upload.state], str(upload.pk)
        waiting = DBTaskResult.objects.filter(status=TaskResultStatus.READY, task_path=step.module_path)
        if not waiting.filter(args_kwargs__args=[name]).exists():
            step.enqueue(name)


@daily(at="03:40")
@job()
def purge_uploads() -> None:
    """Forget old files and reports."""
    uploads.purge(timezone.now())


def _take_step(again: Job, pk: str, step: Callable[[Upload], bool]) -> None:
    """Do one step and let another job do what is left of it; where another import is running, try again later."""
    upload = Upload.objects.select_related("article", "made_by", "run").filter(pk=pk).first()
    if upload is None:
        return
    try:
        is_done = step(upload)
    except ImportBusyError:
        again.using(run_after=timezone.now() + TRY_AGAIN).enqueue(pk)
        return
    if not is_done:
        again.enqueue(pk)
