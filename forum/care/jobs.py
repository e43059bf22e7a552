"""The daily work of care: forget what was closed long ago."""

from django.utils import timezone

from forum.jobs.definitions import job
from forum.jobs.schedule import daily

from . import marks


@daily(at="03:35")
@job()
def purge_closed_marks() -> None:
    """Delete marks that moderators closed more than a year ago."""
    marks.purge_marks(timezone.now())
