"""``manage.py retrain_spam_filter``"""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from forum.moderation.models import FilterState
from forum.moderation.retraining import marks_are_stale, remark, retrain


class Command(BaseCommand):
    """Forgets what the filter has counted and learns every decision again."""

    help = "Learn every decision of a moderator again, from nothing. Needed after a change of SECRET_KEY; harmless at any time."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--texts", action="store_true", help="also find the marks of every text again, by which repeats are known"
        )

    def handle(self, *args: Any, texts: bool, **options: Any) -> None:
        if texts or marks_are_stale():  # first: as soon as the filter begins again, nothing tells any more that texts are behind
            self.stdout.write(f"Found the marks of {remark(self._show)} texts again.")
        learned = retrain(self._show)
        state = FilterState.objects.get(pk=1)
        self.stdout.write(f"Learned {learned} comments: {state.ham} published, {state.spam} removed as advertising.")
        if state.strong_from is None:
            self.stdout.write("Too few to hold anything yet: the filter needs 50 decisions, and some of each kind.")

    def _show(self, done: int) -> None:
        if done and done % 1000 == 0:
            self.stderr.write(f"{done} …")
