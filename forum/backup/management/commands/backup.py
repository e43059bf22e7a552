"""``manage.py backup FILE``: the whole site in one file, while it runs."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from forum.backup.manifest import BackupError
from forum.backup.services import make_backup


class Command(BaseCommand):
    """Writes the database and the files of the data folder, and says how much that is."""

    help = "Write the whole site, database and files, into one file. The site may run meanwhile."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE", help="a new file; one that is there is not written over")

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        try:
            manifest = make_backup(file)
        except BackupError as error:
            raise CommandError(str(error)) from error
        size = sum(entry["bytes"] for entry in manifest.files.values())
        self.stdout.write(f"{file}: {len(manifest.files)} files, {size / 1e6:.1f} MB before compression.")
        self.stdout.write("It holds all that people wrote, and the secret of the site: keep it where only you can read it.")
