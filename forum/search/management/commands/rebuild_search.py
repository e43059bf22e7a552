"""``manage.py rebuild_search``: make the index of search anew. The work is in ``rebuilding``."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from forum.search.rebuilding import compact, rebuild


class Command(BaseCommand):
    """Goes through all articles and comments in short transactions; stopped and started again, it goes on where it was."""

    help = "Make the index of search anew. The site may stay open meanwhile; when stopped, the next run goes on from there."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--from-start", action="store_true", help="begin again, even where an earlier run was stopped")

    def handle(self, *args: Any, from_start: bool, **options: Any) -> None:
        count = rebuild(self._show, from_start=from_start)
        compact()
        self.stdout.write(f"Read {count} articles and comments again. All that is public can be found.")

    def _show(self, done: int) -> None:
        if done % 10_000 < 200:
            self.stderr.write(f"{done} …")
