"""``manage.py prepare``: what a new release needs before it serves. The work is done in ``forum.site.startup``."""

from typing import Any

from django.core.management.base import BaseCommand

from forum.site.startup import prepare_site


class Command(BaseCommand):
    """Migrates and collects static files, beside a site that runs; several machines take turns."""

    help = "Migrate the database and collect static files for this release, while the one before still serves."

    def handle(self, *args: Any, **options: Any) -> None:
        prepare_site()
