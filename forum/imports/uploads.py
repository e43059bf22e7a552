"""Files that staff bring in through the administration: kept, looked at, imported step by step, taken out again.

The work is done by jobs (``jobs``), each some seconds long, so that the worker has time for others; pages show how far it is.
"""

import shutil
import time
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from articles.models import Article
from forum.accounts.models import User
from forum.discussion import markup
from forum.jobs.worker import stop_requested

from .locking import ImportBusyError, work_folder
from .models import ImportRun, Upload
from .readers import jsonl
from .records import CommentRecord, ImportFileError
from .services import Report, Step, import_file
from .undoing import undo_run

STEP_SECONDS = 30  # of one job
KEPT_FOR = timedelta(days=30)
SHOWN_PROBLEMS = 50
EXCERPT_CHARS = 2_000
EVERYTHING = "imports.import_everything"

_S = Upload.State


class _PausedError(Exception):
    """This job has had its time, or its worker is to end; the next one goes on."""


def _pause_if_asked() -> None:
    if stop_requested():
        raise _PausedError


def folder_of(upload: Upload) -> Path:
    """Return the folder in which the file and its report are."""
    return work_folder() / str(upload.pk)


def file_of(upload: Upload) -> Path:
    """Return where the file is. Its name there is ours: nobody's file is called what somebody typed."""
    return folder_of(upload) / "file"


def report_of(upload: Upload) -> Path:
    """Return where the report is, if there is one."""
    return folder_of(upload) / "file.report.jsonl"


def keep_upload(*, name: str, chunks: Iterable[bytes], article: Article | None, made_by: User) -> Upload:
    """Keep a file, piece by piece, and let the worker look at it."""
    from .jobs import look

    upload = Upload(file_name=Path(name).name[:255] or "file", article=article, made_by=made_by, made_at=timezone.now())
    folder_of(upload).mkdir(mode=0o700)
    with file_of(upload).open("wb") as file:
        for chunk in chunks:
            file.write(chunk)
    with transaction.atomic():
        upload.save(force_insert=True)
        look.enqueue(str(upload.pk))
    return upload


def look_at(upload: Upload) -> bool:
    """See what a file would bring, and keep that for the page; return whether that is done. Raises ImportBusyError."""
    if upload.state != _S.LOOKING:
        return True
    try:
        report = import_file(
            file_of(upload),
            target=upload.article,
            dry_run=True,
            processes=1,
            name=upload.file_name,
            on_step=lambda step, done, total: _pause_if_asked(),
        )
        _require_may(upload, report)
    except _PausedError:
        return False
    except ImportBusyError:
        raise
    except ImportFileError as error:
        _refuse(upload, str(error))
        return True
    preview = {
        "title": report.title,
        "format": report.format,
        "counts": report.counts,
        "known": report.known_comments,
        "screened": report.screened,
        "unscreened": report.unscreened,
        "refused": report.refused,
        "left_out": report.left_out,
        "problem_count": report.problem_count,
        "problems": [str(problem) for problem in report.problems[:SHOWN_PROBLEMS]],
        "first": [_as_shown(record) for record in report.new_comments],
    }
    _move(upload, _S.READY, preview=preview)
    return True


def _require_may(upload: Upload, report: Report) -> None:
    """Raise ImportFileError where whoever brought the file may not bring in what is in it."""
    if upload.made_by and upload.made_by.has_perm(EVERYTHING):
        return
    if report.format == jsonl.FORMAT:
        raise ImportFileError(_("a file in the open format also says who decided what. Ask an operator to bring it in."))
    if report.counts.get("articles", 0) > 1:
        raise ImportFileError(_("there is more than one article in it. Ask an operator to bring it in."))


def _as_shown(record: CommentRecord) -> dict[str, str]:
    body = markup.escape_plain(record.body) if record.is_plain else record.body
    return {"name": record.name, "when": record.when, "subject": record.subject, "html": markup.render(body[:EXCERPT_CHARS])}


def _move(upload: Upload, state: str, **values: object) -> None:
    Upload.objects.filter(pk=upload.pk).update(state=state, **values)
    upload.refresh_from_db()


def _refuse(upload: Upload, sentence: str) -> None:
    _move(upload, _S.REFUSED, sentence=sentence)
    file_of(upload).unlink(missing_ok=True)


@transaction.atomic
def start_import(upload: Upload) -> bool:
    """Let the worker bring in what was looked at; say whether that was still to be done."""
    from .jobs import bring_in

    if not Upload.objects.filter(pk=upload.pk, state=_S.READY).update(state=_S.IMPORTING):
        return False
    bring_in.enqueue(str(upload.pk))
    return True


def leave(upload: Upload) -> None:
    """Forget a file that was only looked at."""
    if Upload.objects.filter(pk=upload.pk, state__in=(_S.READY, _S.REFUSED)).delete()[0]:
        shutil.rmtree(folder_of(upload), ignore_errors=True)


def go_on(upload: Upload, *, seconds: float = STEP_SECONDS) -> bool:
    """Import for about ``seconds``, less where the worker is to end; return whether all is done. Raises ImportBusyError."""
    if upload.state != _S.IMPORTING:
        return True
    deadline = time.monotonic() + seconds
    told = 0.0

    def on_step(step: Step, done: int, total: int) -> None:
        nonlocal told
        if time.monotonic() - told > 1:
            told = time.monotonic()
            Upload.objects.filter(pk=upload.pk).update(progress={"step": step, "done": done, "total": total})
        _pause_if_asked()
        if step != Step.READING and time.monotonic() > deadline:
            raise _PausedError

    try:
        report = import_file(file_of(upload), target=upload.article, processes=1, name=upload.file_name, on_step=on_step)
    except _PausedError:
        return False
    except ImportBusyError:
        raise
    except ImportFileError as error:
        _move(upload, _S.READY, sentence=str(error))  # what stopped it may be gone when it is started again
        return True
    sentence = "" if report.run else _("Everything in it was here already. Nothing was added.")
    _move(upload, _S.DONE, run=report.run, sentence=sentence)
    file_of(upload).unlink(missing_ok=True)
    return True


@transaction.atomic
def start_undo(upload: Upload) -> bool:
    """Let the worker take the import out again; say whether there is one."""
    from .jobs import take_out

    done = Upload.objects.filter(pk=upload.pk, state=_S.DONE, run__isnull=False)
    if not done.update(state=_S.UNDOING, progress={}):
        return False
    take_out.enqueue(str(upload.pk))
    return True


def undo(upload: Upload) -> bool:
    """Take out what the file brought; return whether that is done. Raises ImportBusyError."""
    if upload.state != _S.UNDOING or upload.run is None:
        return True
    run = ImportRun.objects.get(pk=upload.run.pk)
    said = upload.sentence
    if run.undone_at is None:
        try:
            undone = undo_run(run, on_progress=lambda done, total: _pause_if_asked())
        except _PausedError:
            return False
        sentences = [_("%(count)d comments were taken out.") % {"count": undone.comments}]
        if undone.answered:
            sentences.append(
                _("%(count)d stay, because somebody has answered them or what stands below them.") % {"count": undone.answered}
            )
        if undone.claimed:
            sentences.append(_("%(count)d stay, because they belong to the people who wrote them.") % {"count": undone.claimed})
        said = " ".join(sentences)
    _move(upload, _S.UNDONE, sentence=said)
    return True


def purge(now: datetime) -> int:
    """Forget the files and the reports that are older than KEPT_FOR, and return how many."""
    old = list(Upload.objects.filter(made_at__lt=now - KEPT_FOR).exclude(state__in=(_S.IMPORTING, _S.UNDOING))[:1000])
    for upload in old:
        shutil.rmtree(folder_of(upload), ignore_errors=True)
        upload.delete()
    return len(old)
