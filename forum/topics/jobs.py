"""Background work of topics: searching texts again, and following what is shown or taken away as a whole."""

from datetime import timedelta

from forum.jobs.definitions import job
from forum.jobs.schedule import every

from .arrivals import search_new
from .searching import search_all, settle_discussion

# What was being published when the vocabulary changed is there by then.
SOON = timedelta(seconds=5)
SECONDS = 60  # of one run; the rest is another job, so that others have their turn


@every(seconds=20)
@job(priority=5)
def search_new_comments() -> None:
    """Find the topics of comments that were posted a moment ago."""
    search_new(seconds=SECONDS)


@job()
def search_again() -> None:
    """Search all texts for the vocabulary as it stands now, from where the last run stopped."""
    if not search_all(seconds=SECONDS):
        search_again.enqueue()


@job()
def follow_discussion(discussion_id: int) -> None:
    """Count the comments of a discussion in or out, after it or its article was shown or taken away."""
    settle_discussion(discussion_id)
