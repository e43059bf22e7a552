"""``manage.py import_discussion FILE``: bring in a saved page, or say what it would bring. The work is in ``services``."""

import json
import time
from argparse import ArgumentParser
from io import StringIO
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.table import Table

from forum.discussion.questions import shorten
from forum.imports.readers import READERS
from forum.imports.records import CommentRecord, ImportFileError
from forum.imports.services import AUTO, Outcome, Report, import_file
from forum.imports.terminal import find_article, make_progress

FIRST_COMMENTS = 5  # shown by --dry-run
EXCERPT_CHARS = 60
WIDTH = 110
COUNTED = {
    "articles": "Articles",
    "collections": "Collections",
    "sources": "Sources",
    "comments": "Comments",
    "replies": "of these, replies",
    "held": "of these, waiting for a moderator",
}


class Command(BaseCommand):
    """Reads the file, shows a bar on a terminal, then a summary or JSON."""

    help = "Import an article and its conversation from a saved page. Importing the same page again adds nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument(
            "--format", choices=[AUTO, *READERS], default=AUTO, help="the kind of file; told by its content if left out"
        )
        parser.add_argument(
            "--article", metavar="SLUG", help="put the comments under this article instead of the one in the file"
        )
        parser.add_argument("--dry-run", action="store_true", help="show what would be added, and write nothing")
        parser.add_argument("--json", action="store_true", help="write the summary as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        started = time.perf_counter()
        path: Path = options["file"]
        target = find_article(options["article"])
        progress = make_progress(is_shown=not options["json"])
        try:
            with progress:
                task = progress.add_task("Comments", total=None)
                reports = import_file(
                    path,
                    format=options["format"],
                    target=target,
                    dry_run=options["dry_run"],
                    on_progress=lambda done, total: progress.update(task, completed=done, total=total),
                )
        except ImportFileError as error:
            if options["json"]:
                self.stdout.write(json.dumps({"file": str(path), "error": error.sentence, "line": error.line}))
            raise CommandError(f"{path.name}: {error} Nothing was imported.") from error
        seconds = round(time.perf_counter() - started, 3)
        if options["json"]:
            pages = [_as_json(report) for report in reports]
            self.stdout.write(json.dumps({"file": str(path), "seconds": seconds, "pages": pages}, ensure_ascii=False, indent=1))
            return
        for report in reports:
            self.stdout.write(_as_text(report, seconds))


def _as_json(report: Report) -> dict[str, Any]:
    return {
        "outcome": report.outcome,
        "format": report.format,
        "title": report.title,
        "article": report.article.slug if report.article else None,
        "counts": report.counts,
        "already_here": report.known_comments,
        "problems": [{"line": problem.line, "sentence": problem.sentence} for problem in report.problems],
    }


def _as_text(report: Report, seconds: float) -> str:
    """Return the summary of one page: a table of counts, the first comments of a dry run, every oddity with its line."""
    where = report.article.get_absolute_url() if report.article else ""
    if report.outcome == Outcome.NOTHING_NEW:
        return f"Everything is here already ({report.known_comments} comments). Nothing was added: {where}"
    parts = [_draw_table(report)]
    if report.outcome == Outcome.WOULD_ADD:
        parts.append("\n  ".join(["The first comments:", *map(_headline, report.new_comments[:FIRST_COMMENTS])]))
    if report.problems:
        parts.append("\n  ".join(["Oddities:", *map(str, report.problems)]))
    is_dry = report.outcome == Outcome.WOULD_ADD
    parts.append("This was a dry run. Nothing was written." if is_dry else f"Added in {seconds:.1f} s: {where}")
    return "\n\n".join(parts)


def _draw_table(report: Report) -> str:
    table = Table(title=report.title, title_justify="left")
    table.add_column()
    table.add_column("would be added" if report.outcome == Outcome.WOULD_ADD else "added", justify="right")
    table.add_column("already here", justify="right")
    for kind, label in COUNTED.items():
        table.add_row(label, str(report.counts.get(kind, 0)), str(report.known_comments) if kind == "comments" else "")
    text = StringIO()
    Console(file=text, width=WIDTH, highlight=False, emoji=False, markup=False).print(table)
    return text.getvalue().rstrip()


def _headline(record: CommentRecord) -> str:
    """Return a comment on one line: who, when as far as it is known, and the first words."""
    when = record.posted_text or "date not known"
    return f"{record.name or 'no name'}, {when}: {shorten(record.subject or record.body, EXCERPT_CHARS)}"
