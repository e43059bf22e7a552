"""Background work of shared experience: a look at what changed, each minute, and at all threads when that is due."""

from forum.jobs.definitions import job
from forum.jobs.schedule import every

from . import neighbours

SECONDS = 50  # of one run: the rest is for the next, so that others have their turn


@every(minutes=1)
@job()
def follow_changed_comments() -> None:
    """Find what is near to comments that became public or have other words."""
    neighbours.follow_changes(seconds=SECONDS)


@every(minutes=2)
@job()
def find_neighbours_anew() -> None:
    """Go through all threads after an upgrade or a change of the vocabulary, on from where the last run stopped."""
    neighbours.walk_on(seconds=SECONDS)
