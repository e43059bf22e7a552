"""What the commands here share: a bar on a terminal, words of a file on it, and finding the article that was named."""

import re

from django.core.management.base import CommandError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text

from articles.models import Article

# What a terminal does not show but obeys: it clears, colours, breaks lines, turns the direction of writing round.
_OBEYED = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


class RateColumn(ProgressColumn):
    """How many a second, over the last while."""

    def render(self, task: Task) -> Text:
        return Text(f"{task.speed:,.0f}/s" if task.speed else "")


def make_progress(*, is_shown: bool = True) -> Progress:
    """Return a bar on the terminal's error stream, so that the summary can go into a file; nothing where there is no terminal."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), RateColumn(), TimeRemainingColumn())
    return Progress(*columns, console=console, transient=True, disable=not (is_shown and console.is_terminal))


def tame(text: str) -> str:
    """Return words of a file on one line, with the code of each character that a terminal would obey in its place."""
    return _OBEYED.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def find_article(slug: str | None) -> Article | None:
    """Return the article with this slug, None where none is named. Raises CommandError."""
    if slug is None:
        return None
    article = Article.objects.filter(slug=slug).first()
    if article is None:
        raise CommandError(f"There is no article with the address /articles/{slug}/.")
    return article
