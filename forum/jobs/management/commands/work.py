"""``manage.py work``: a background worker."""

import logging
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
            type=int,
            metavar="PID",
            help="End when the process that started this one, whose id is given, has ended; serve uses it.",
        )

    def handle(self, *, stop_with_parent: int | None, verbosity: int, **options: object) -> None:
        """Work until SIGTERM or SIGINT; with ``--verbosity 0``, say only what went wrong."""
        if verbosity == 0:
            logging.getLogger("forum.jobs").setLevel(logging.WARNING)
        Worker().run(parent=stop_with_parent)
