"""``manage.py import_discussion FILE``: bring in articles and conversations, or say what it would bring. See ``services``."""

import json
import time
from argparse import ArgumentParser
from io import StringIO
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.progress import TaskID
from rich.table import Table

from forum.discussion.questions import shorten
from forum.imports.models import ImportRun
from forum.imports.readers import READERS
from forum.imports.records import CommentRecord, ImportFileError
from forum.imports.services import AUTO, Outcome, Report, Step, import_file
from forum.imports.terminal import find_article, make_progress, tame
from forum.imports.undoing import Undone, undo_run

FIRST_COMMENTS = 5  # shown by --dry-run
SHOWN_PROBLEMS = 20  # the file of the report has all
EXCERPT_CHARS = 60
WIDTH = 110
STEPS = {Step.READING: "Read", Step.WRITING: "Written", Step.INDEXING: "Ready to be found"}
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

    help = "Bring in articles and conversations from an export or a saved page. The same file again adds nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("file", type=Path, nargs="?", metavar="FILE", help="the file, compressed by gzip or not")
        what.add_argument("--undo", type=int, metavar="RUN", help="take out what the import of this number brought")
        parser.add_argument(
            "--format", choices=[AUTO, *READERS], default=AUTO, help="the kind of file; told by its content if left out"
        )
        parser.add_argument(
            "--article", metavar="SLUG", help="put the comments under this article instead of the one in the file"
        )
        parser.add_argument("--dry-run", action="store_true", help="show what would be added, and write nothing")
        parser.add_argument(
            "--with-contacts",
            action="store_true",
            help="keep e-mail addresses (of the open format network addresses too); none is proven",
        )
        parser.add_argument("--json", action="store_true", help="write the summary as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["undo"] is not None:
            self._undo(options["undo"])
            return
        started = time.perf_counter()
        path: Path = options["file"]
        target = find_article(options["article"])
        progress = make_progress(is_shown=not options["json"])
        tasks: dict[Step, TaskID] = {}

        def show(step: Step, done: int, total: int) -> None:
            if step not in tasks:
                tasks[step] = progress.add_task(STEPS[step], total=None)
            progress.update(tasks[step], completed=done, total=total or None)

        try:
            with progress:
                report = import_file(
                    path,
                    format=options["format"],
                    target=target,
                    with_contacts=options["with_contacts"],
                    dry_run=options["dry_run"],
                    on_step=show,
                )
        except ImportFileError as error:
            if options["json"]:
                self.stdout.write(json.dumps({"file": str(path), "error": error.sentence, "line": error.line}))
            rest = "" if error.is_begun else " Nothing was imported."
            raise CommandError(tame(f"{path.name}: {error}{rest}")) from error
        seconds = round(time.perf_counter() - started, 3)
        if options["json"]:
            summary = {"file": str(path), "seconds": seconds, "pages": [_as_json(report)]}
            self.stdout.write(json.dumps(summary, ensure_ascii=False, indent=1))
            return
        self.stdout.write(_as_text(report, seconds))

    def _undo(self, number: int) -> None:
        run = ImportRun.objects.filter(pk=number).first()
        if run is None:
            raise CommandError(f"There is no import {number}. The administration lists them all.")
        try:
            with make_progress() as progress:
                task = progress.add_task("Taken out", total=None)
                undone = undo_run(run, on_progress=lambda done, total: progress.update(task, completed=done, total=total))
        except ImportFileError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(describe_undone(run, undone))


def describe_undone(run: ImportRun, undone: Undone) -> str:
    """Return in sentences what is gone and what stays."""
    gone = (f"comments {undone.comments:,}", f"articles {undone.articles:,}", f"collections {undone.collections:,}")
    lines = [f"Of {run.file_name} were taken out: {', '.join(gone)}, old addresses {undone.addresses:,}."]
    if undone.answered:
        lines.append(f"Comments that stay because somebody has answered them or what stands below them: {undone.answered:,}.")
    if undone.claimed:
        lines.append(f"Comments that stay because they belong to the people who wrote them: {undone.claimed:,}.")
    lines += [f"{article.get_absolute_url()} stays with what is written under it." for article in undone.kept_articles]
    return "\n".join(lines)


def _as_json(report: Report) -> dict[str, Any]:
    return {
        "outcome": report.outcome,
        "format": report.format,
        "title": report.title,
        "article": report.article.slug if report.article else None,
        "articles": [article.slug for article in report.articles],
        "counts": report.counts,
        "read": report.read_comments,
        "already_here": report.known_comments,
        "screened": report.screened,
        "unscreened": report.unscreened,
        "refused": report.refused,
        "left_out": report.left_out,
        "problems": [{"line": problem.line, "sentence": problem.sentence} for problem in report.problems],
        "problem_count": report.problem_count,
        "report": str(report.report_path) if report.report_path else None,
        "run": report.run.pk if report.run else None,
    }


def _as_text(report: Report, seconds: float) -> str:
    """Return the summary: a table of counts, the first comments of a dry run, the first oddities with their lines."""
    where = report.article.get_absolute_url() if report.article else ""
    if report.outcome == Outcome.NOTHING_NEW:
        return f"Everything is here already ({report.known_comments} comments). Nothing was added: {where}"
    parts = [_draw_table(report)]
    is_dry = report.outcome == Outcome.WOULD_ADD
    if report.unscreened:
        parts.append(
            f"The checks have looked at the first {report.screened:,} comments only. They look at the other"
            f" {report.unscreened:,} when these are brought in: more of them may wait."
        )
    if is_dry:
        parts.append("\n  ".join(["The first comments:", *map(_headline, report.new_comments[:FIRST_COMMENTS])]))
    if report.problems:
        rest = report.problem_count - SHOWN_PROBLEMS
        more = [f"and {rest:,} more"] if rest > 0 else []
        parts.append("\n  ".join(["Oddities:", *(tame(str(problem)) for problem in report.problems[:SHOWN_PROBLEMS]), *more]))
    if report.left_out:
        parts.append("\n  ".join(["Left out:", *(f"{tame(kind)}: {count:,}" for kind, count in report.left_out.items())]))
    if report.report_path:
        parts.append(f"All of it, line by line: {report.report_path}")
    if is_dry:
        parts.append("This was a dry run. Nothing was written.")
    else:
        rate = report.counts.get("comments", 0) / max(seconds, 0.001)
        parts.append(f"Added in {seconds:.1f} s ({rate:,.0f} comments a second): {where}")
    return "\n\n".join(parts)


def _draw_table(report: Report) -> str:
    table = Table(title=tame(report.title), title_justify="left")
    table.add_column()
    table.add_column("would be added" if report.outcome == Outcome.WOULD_ADD else "added", justify="right")
    table.add_column("already here", justify="right")
    for kind, label in COUNTED.items():
        is_least = kind == "held" and report.unscreened
        count = f"{'at least ' if is_least else ''}{report.counts.get(kind, 0)}"
        table.add_row(label, count, str(report.known_comments) if kind == "comments" else "")
    text = StringIO()
    Console(file=text, width=WIDTH, highlight=False, emoji=False, markup=False).print(table)
    return text.getvalue().rstrip()


def _headline(record: CommentRecord) -> str:
    """Return a comment on one line: who, when as far as it is known, and the first words."""
    words = shorten(record.subject or record.body, EXCERPT_CHARS)
    return tame(f"{record.name or 'no name'}, {record.when or 'date not known'}: {words}")
