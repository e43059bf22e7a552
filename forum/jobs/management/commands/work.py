"""``manage.py work``: a background worker."""

import logging
import os
from argparse import ArgumentParser

from django.core.management.base import BaseCommand

from forum.jobs.worker import Worker


class Command(BaseCommand):
    """Run jobs and the schedule until asked to stop."""

    help = "Run background jobs and the schedule. Start as many as you like, on any machine; SIGTERM stops after the current job."

    requires_system_checks = ()  # they load every page of the site; whoever serves has run them

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add the one option."""
        parser.add_argument(
            "--stop-with-parent",
            action="store_true",
            help="End when the process that started this one ends; serve uses it.",
        )

    def handle(self, *, stop_with_parent: bool, verbosity: int, **options: object) -> None:
        """Work until SIGTERM or SIGINT; with ``--verbosity 0``, say only what went wrong."""
        if verbosity == 0:
            logging.getLogger("forum.jobs").setLevel(logging.WARNING)
        parent = os.getppid()
        Worker().run(is_orphaned=lambda: stop_with_parent and os.getppid() != parent)
