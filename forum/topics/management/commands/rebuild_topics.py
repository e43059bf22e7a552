"""``manage.py rebuild_topics``: search all texts for the vocabulary again, and count. The work is in ``recounting``."""

from typing import Any

from django.core.management.base import BaseCommand
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from forum.discussion.models import Comment
from forum.topics.recounting import rebuild


class Command(BaseCommand):
    """Goes through all comments in short transactions; stopped and started again, it does no harm."""

    help = "Search all texts for the topics again, and count. The site may stay open meanwhile."

    def handle(self, *args: Any, **options: Any) -> None:
        console = Console(stderr=True)
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
            task = progress.add_task("Comments", total=Comment.objects.filter(public=True).count())
            wrong = rebuild(on_progress=lambda done: progress.update(task, completed=done))
        self.stdout.write(
            f"All texts are searched. Counts corrected: {wrong}." if wrong else "All texts are searched. All was right."
        )
