"""What this app does about what happens below: one job, in the same transaction."""

from typing import Any

from .jobs import tell_of_care


def sound_alarm(sender: type, **kwargs: Any) -> None:
    """Tell moderators at once that somebody may be at risk."""
    tell_of_care.enqueue()
