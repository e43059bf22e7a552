"""``manage.py rebuild_counts``: count everything again that is stored beside the comments. The work is in ``recount``."""

from typing import Any

from django.core.management.base import BaseCommand
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from forum.discussion.models import Discussion
from forum.discussion.recount import Corrections, recount_discussion


class Command(BaseCommand):
    """Goes from discussion to discussion in short transactions; stopped and started again, it does no harm."""

    help = "Count comments, replies, people, years and waiting questions again. The site may stay open meanwhile."

    def handle(self, *args: Any, **options: Any) -> None:
        found = Corrections()
        ids = list(Discussion.objects.order_by("pk").values_list("pk", flat=True))
        console = Console(stderr=True)
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
            task = progress.add_task("Discussions", total=len(ids))
            for pk in ids:
                found += recount_discussion(pk)
                progress.advance(task)
        if not found:
            self.stdout.write(f"Counted {len(ids)} discussions again. All was right.")
            return
        self.stdout.write(
            f"Counted {len(ids)} discussions again. Corrected: {found.comments} comments, {found.discussions} discussions, "
            f"{found.people} people, {found.years} years."
        )
