"""A backup each night into BACKUP_DIR, where that is set; the oldest go."""

from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from forum.jobs.definitions import job
from forum.jobs.schedule import daily

from .services import make_backup

LONG = timedelta(hours=2)
PREFIX, SUFFIX = "understory-", ".zip"


@daily(at="02:30")
@job(time_limit=LONG)
def back_up() -> None:
    """Write tonight's backup, then delete all but the newest BACKUP_KEEP. Twice in a night writes one."""
    if settings.BACKUP_DIR is None:
        return
    folder = Path(settings.BACKUP_DIR)
    path = folder / f"{PREFIX}{timezone.localdate():%Y-%m-%d}{SUFFIX}"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        make_backup(path)
    for old in list_backups(folder)[settings.BACKUP_KEEP :]:
        old.unlink()


def list_backups(folder: Path) -> list[Path]:
    """Return the nightly backups in ``folder``, newest first; other files are not ours to touch."""
    return sorted(folder.glob(f"{PREFIX}????-??-??{SUFFIX}"), reverse=True)
