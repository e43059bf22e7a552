"""``manage.py restore FILE``: a backup into an empty site."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from forum.backup.manifest import BackupError
from forum.backup.services import restore_backup


class Command(BaseCommand):
    """Checks every hash and the release first, then puts everything back."""

    help = "Put a backup into an empty site. Anything but an empty site, and anything but a whole backup, is refused."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        try:
            restored = restore_backup(file)
        except BackupError as error:
            raise CommandError(f"{error} Nothing was changed.") from error
        manifest = restored.manifest
        self.stdout.write(f"Put back: {manifest.site_url} as of {manifest.made_at}, with {restored.media} files. Start the site.")
        if restored.warning:
            self.stderr.write(restored.warning)
