"""The jobs of people: forgetting what is no longer needed about them."""

from django.core.management import call_command
from django.utils import timezone

from forum.jobs.definitions import job
from forum.jobs.schedule import daily

from .limits import forget_counts
from .mailings import forget_mailings


@daily(at="03:30")
@job()
def prune_mailings() -> None:
    """Delete the traces of mail that was sent to typed addresses more than a day ago."""
    forget_mailings(timezone.now())


@daily(at="03:50")
@job()
def prune_counts() -> None:
    """Delete how often somebody did something in a time that is over."""
    forget_counts(timezone.now())


@daily(at="04:10")
@job()
def clear_sessions() -> None:
    """Delete sessions that have run out."""
    call_command("clearsessions")
