"""``manage.py export_discussion --output FILE``: everything, or one article, in the open format. The work is in ``exporting``."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from forum.imports.exporting import ExportError, export_file
from forum.imports.terminal import find_article, make_progress


class Command(BaseCommand):
    """Writes the file beside its place first, so that a former export stands until the new one is whole."""

    help = "Write articles and conversations into a file that other sites, and programs, can read. It holds what is not public."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--article", metavar="SLUG", help="only this article with its conversation")
        parser.add_argument("--output", type=Path, metavar="FILE.jsonl", required=True, help="the file to write")
        parser.add_argument("--with-contacts", action="store_true", help="with e-mail addresses and network addresses")

    def handle(self, *args: Any, **options: Any) -> None:
        article = find_article(options["article"])
        path: Path = options["output"]
        try:
            with make_progress() as progress:
                task = progress.add_task("Comments", total=None)
                counts = export_file(
                    path,
                    article=article,
                    with_contacts=options["with_contacts"],
                    on_progress=lambda done, total: progress.update(task, completed=done, total=total),
                )
        except ExportError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{path}: {counts['article']:,} articles, {counts['comment']:,} comments.")
