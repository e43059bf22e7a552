"""What /metrics tells of conversations."""

from collections.abc import Iterator

from django.db.models import Sum

from .cards import count_questions
from .models import Discussion


def measure() -> Iterator[tuple[str, str, dict[str, str], float]]:
    """Yield how much there is to read, and how many questions wait (counted to a limit). Two queries."""
    count = Discussion.objects.in_sight().aggregate(count=Sum("comment_count"))["count"]
    yield "understory_public_comments", "Comments that everybody may read.", {}, count or 0
    yield "understory_unanswered_questions", "Public questions that nobody has answered.", {}, count_questions()
