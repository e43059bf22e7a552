"""The jobs of conversations."""

from django.utils import timezone

from forum.jobs.definitions import job
from forum.jobs.schedule import daily

from .drafts import purge_drafts
from .editing import erase_withdrawn


@daily(at="03:40")
@job()
def erase_taken_back() -> None:
    """Erase the words and the person of what was taken back thirty days ago and not returned."""
    erase_withdrawn(timezone.now())


@daily(at="03:50")
@job()
def delete_old_drafts() -> None:
    """Delete what was begun and left alone for thirty days."""
    purge_drafts(timezone.now())
