"""What /metrics tells of moderation."""

from collections.abc import Iterator

from django.utils import timezone

from .waiting import count_waiting


def measure() -> Iterator[tuple[str, str, dict[str, str], float]]:
    """Yield how much waits for moderators, and for how long. One query."""
    waiting = count_waiting()
    yield "understory_waiting_comments", "Comments and requests that wait for a moderator.", {}, waiting.count
    age = (timezone.now() - waiting.oldest).total_seconds() if waiting.oldest else 0
    yield "understory_waiting_oldest_seconds", "Age of the oldest of them.", {}, max(age, 0)
