"""``manage.py load_topics``: a starting vocabulary, added once. The work is in ``shipped``."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from forum.topics.shipped import MOVEMENT_DISORDERS, list_vocabularies, load_vocabulary


class Command(BaseCommand):
    """Adds what was never added before, and says how much that was."""

    help = "Add a starting vocabulary of topics. Run again, it adds only what is new in it, and changes nothing of yours."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--vocabulary", choices=list_vocabularies(), default=MOVEMENT_DISORDERS)

    def handle(self, *args: Any, **options: Any) -> None:
        loaded = load_vocabulary(options["vocabulary"])
        if not loaded.topics and not loaded.spellings:
            self.stdout.write("All of it was added before. Nothing was changed.")
            return
        self.stdout.write(
            f"Added {loaded.topics} topics and {loaded.spellings} spellings. The worker now searches all texts for them."
        )
