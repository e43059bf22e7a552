"""``manage.py measure_moderation [--labelled FILE.jsonl]``"""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from forum.discussion.models import Comment
from forum.moderation.measuring import BANDS, Example, Report, cross_validate, learning_curve, make_example
from forum.moderation.models import TrainedComment
from forum.moderation.texts import topic_of

MAX_COMMENTS = 5000  # the latest; more would say the same and take minutes
SIZES = (0, 50, 150)  # decisions, for the learning curve


class Command(BaseCommand):
    """Prints how many advertisements the checks find, how many honest comments they hold, and how true the filter's words are."""

    help = "Measure the checks on this site's decisions, or on a file of your own, by cross-validation. Changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--labelled",
            type=Path,
            metavar="FILE.jsonl",
            help='a line for each comment: {"text": "…", "name": "…", "links": ["https://…"], "spam": true}',
        )

    def handle(self, *args: Any, labelled: Path | None, **options: Any) -> None:
        examples = self._open(labelled) if labelled else list(read_decisions())
        spam = sum(example.is_spam for example in examples)
        if not spam or spam == len(examples):
            raise CommandError("There is nothing to measure yet: advertising and honest comments are both needed.")
        self.stdout.write(f"{len(examples)} comments, {spam} of them advertising.\n\n")
        report = cross_validate(examples)
        self._write_tallies("Judged by a filter that learned the other four fifths:", report)
        self._write_bands(report)
        for size, part in learning_curve(examples, [size for size in SIZES if size < len(examples)], rounds=10).items():
            self._write_tallies(f"Held out, after {size} decisions:", part)

    def _open(self, path: Path) -> list[Example]:
        try:
            with path.open(encoding="utf-8") as lines:
                return list(read_file(lines))
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"{path} cannot be read: {error}") from error

    def _write_tallies(self, title: str, report: Report) -> None:
        self.stdout.write(title)
        self.stdout.write(f"  {'':24}{'recall':>9}{'precision':>11}{'honest held':>13}")
        for name, tally in (("fixed checks", report.rules), ("filter alone", report.learned), ("both", report.both)):
            self.stdout.write(f"  {name:24}{tally.recall:>9.1%}{tally.precision:>11.1%}{tally.honest_held:>13.1%}")
        self.stdout.write("")

    def _write_bands(self, report: Report) -> None:
        self.stdout.write("How true the filter's probabilities are:")
        self.stdout.write(f"  {'said':14}{'comments':>10}{'said, mean':>12}{'was advertising':>17}")
        for number, band in enumerate(report.bands):
            if band.count:
                said = f"{number / BANDS:.0%} to {(number + 1) / BANDS:.0%}"
                mean, share = band.total / band.count, band.spam / band.count
                self.stdout.write(f"  {said:14}{band.count:>10}{mean:>12.0%}{share:>17.0%}")
        self.stdout.write("")


def read_decisions() -> Iterator[Example]:
    """Yield the latest comments that moderators decided on."""
    trained = TrainedComment.objects.order_by("-trained_at").values_list("comment", "is_spam")[:MAX_COMMENTS]
    labels = dict(trained)
    comments = Comment.objects.filter(pk__in=list(labels)).select_related("discussion__article").order_by("pk")
    for comment in comments.iterator(chunk_size=500):
        yield make_example(
            comment.body,
            name=comment.name,
            subject=comment.subject,
            is_spam=labels[comment.pk],
            topic=topic_of(comment.discussion.article),
        )


def read_file(lines: Iterable[str]) -> Iterator[Example]:
    """Yield what a labelled file holds. Raises CommandError that names the first line that is not as it must be."""
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            links = row.get("links") or []
            if not isinstance(row["text"], str) or not isinstance(row["spam"], (bool, int)) or not isinstance(links, list):
                raise TypeError
            yield make_example(row["text"], name=str(row.get("name") or ""), links=map(str, links), is_spam=bool(row["spam"]))
        except (ValueError, TypeError, KeyError, AttributeError):
            raise CommandError(
                f'Line {number} is not of the form {{"text": "…", "name": "…", "links": [], "spam": true}}.'
            ) from None
