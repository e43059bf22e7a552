"""What the commands here share: a bar on a terminal, and finding the article that was named."""

from django.core.management.base import CommandError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text

from articles.models import Article


class RateColumn(ProgressColumn):
    """How many a second, over the last while."""

    def render(self, task: Task) -> Text:
        return Text(f"{task.speed:,.0f}/s" if task.speed else "")


def make_progress(*, is_shown: bool = True) -> Progress:
    """Return a bar on the terminal's error stream, so that the summary can go into a file; nothing where there is no terminal."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), RateColumn(), TimeRemainingColumn())
    return Progress(*columns, console=console, transient=True, disable=not (is_shown and console.is_terminal))


def find_article(slug: str | None) -> Article | None:
    """Return the article with this slug, None where none is named. Raises CommandError."""
    if slug is None:
        return None
    article = Article.objects.filter(slug=slug).first()
    if article is None:
        raise CommandError(f"There is no article with the address /articles/{slug}/.")
    return article
