"""Background work of care: forgetting what was closed long ago, and looking for the words of safety notes."""

from django.utils import timezone

from forum.jobs.definitions import job
from forum.jobs.schedule import daily

from . import marks, note_search

SECONDS = 60  # of one run; the rest is another job, so that others have their turn


@daily(at="03:35")
@job()
def purge_closed_marks() -> None:
    """Delete marks that moderators closed more than a year ago."""
    marks.purge_marks(timezone.now())


@job()
def search_for_notes() -> None:
    """Look through all comments for the notes as they stand now, from where the last run stopped."""
    if not note_search.search_all(seconds=SECONDS):
        search_for_notes.enqueue()
