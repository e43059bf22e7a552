"""``manage.py rebuild_related``: find who else wrote about the same, for every thread. The work is in ``neighbours``."""

from typing import Any

from django.core.management.base import BaseCommand
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from forum.discussion.models import Comment
from forum.related.neighbours import begin_again, walk_on


class Command(BaseCommand):
    """Goes through all threads in short transactions; stopped and started again, it does no harm."""

    help = "Find anew, for every conversation, who else wrote about the same. The site may stay open meanwhile."

    def handle(self, *args: Any, **options: Any) -> None:
        console = Console(stderr=True)
        begin_again()
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
            task = progress.add_task("Conversations", total=Comment.objects.filter(root=None, public=True).count())
            walk_on(on_progress=lambda done: progress.update(task, completed=done))
        self.stdout.write("Done: every conversation knows who else wrote about the same.")
