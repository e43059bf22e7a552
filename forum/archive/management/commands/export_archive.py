"""``manage.py export_archive DIR``: the public site as a folder of plain pages."""

import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from forum.archive.services import ArchiveError, export_archive, zip_archive


class Command(BaseCommand):
    """Writes a new archive, or renews the one that is there."""

    help = "Write every public page into a folder that opens without a server. Run again, it renews what has changed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, metavar="DIR", help="an empty folder, or an earlier archive")
        parser.add_argument("--zip", action="store_true", help="pack the folder into DIR.zip as well")
        parser.add_argument("--processes", type=int, default=os.cpu_count() or 1, help="so many render at the same time")

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        try:
            with Progress(*columns, disable=not self.stdout.isatty()) as progress:
                task = progress.add_task("Pages")
                done = export_archive(
                    folder.absolute(),
                    processes=max(1, options["processes"]),
                    on_progress=lambda count, known: progress.update(task, completed=count, total=known),
                )
            packed = zip_archive(folder.absolute()) if options["zip"] else None
        except ArchiveError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{folder}: {done.pages} pages, {done.rendered} of them rendered now, {done.removed} taken away.")
        if packed:
            self.stdout.write(f"Packed into {packed}")
