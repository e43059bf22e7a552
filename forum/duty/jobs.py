"""The jobs of mail to staff. Each may run twice: what says that somebody was told is stored with their mail."""

from django.utils import timezone

from forum.jobs.definitions import job
from forum.jobs.schedule import daily

from . import services


@daily(at="07:00")
@job()
def remind_staff() -> None:
    """Tell moderators, and the operator when it is late, of what waits."""
    services.remind(timezone.now())


@job(priority=50)
def tell_of_care() -> None:
    """Tell moderators of comments that they must read at once, before any other mail is written."""
    again = services.sound_alarm(timezone.now())
    if again:
        tell_of_care.using(run_after=again).enqueue()


@daily(at="04:40")
@job()
def prune_notices() -> None:
    """Forget what staff were told long ago."""
    services.forget_notices(timezone.now())
