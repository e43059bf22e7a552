"""One import from the file to the report: read, compare with what is here, store in one transaction, remember the run."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import file_digest
from pathlib import Path

from django.db import IntegrityError, transaction
from django.utils import timezone

from articles.models import Article

from .models import ImportRun
from .readers import READERS, detect
from .records import CommentRecord, ImportFileError, Problem
from .writer import OnProgress, Plan, gather_pages, plan_page, write_page

AUTO = "auto"


class Outcome(StrEnum):
    """What an import came to."""

    ADDED = "added"
    NOTHING_NEW = "nothing_new"
    WOULD_ADD = "would_add"


@dataclass(frozen=True, slots=True)
class Report:
    """What an import did or, of a dry run, would do. ``article`` is None where it would be new."""

    outcome: Outcome
    format: str
    title: str
    article: Article | None
    counts: dict[str, int]  # of rows added, by kind
    known_comments: int
    new_comments: tuple[CommentRecord, ...]
    problems: tuple[Problem, ...]


def import_file(
    path: Path,
    *,
    format: str = AUTO,
    target: Article | None = None,
    dry_run: bool = False,
    now: datetime | None = None,
    on_progress: OnProgress = lambda done, total: None,
) -> list[Report]:
    """Import the pages of ``path`` and return a report for each. Raises ImportFileError, and then nothing was stored.

    With ``target`` the comments go under that article. ``dry_run`` does it all and takes it back before anybody could see it: so
    it knows which comments would wait. ``on_progress`` hears how many comments are done, and of how many.
    """
    now = now or timezone.now()
    reader = READERS[detect(path) if format == AUTO else format]
    pages = gather_pages(reader.read(path))
    try:
        with transaction.atomic():
            plans = [plan_page(page, now=now, target=target) for page in pages]
            articles = [plan.article for plan in plans]  # that are here before
            if all(plan.is_empty for plan in plans):
                return [_report(reader.FORMAT, plan, Counter(comments=0, replies=0)) for plan in plans]
            run = _start_run(path, reader.FORMAT, target, now)
            added = [write_page(plan, run=run, on_progress=on_progress) for plan in plans]
            _finish_run(run, plans, added)
            transaction.set_rollback(dry_run)
    except IntegrityError as error:
        # Two imports of one page at one moment: the database let the first one pass.
        raise ImportFileError("somebody else imported the same page at this moment. Run it again to see what is here.") from error
    if dry_run:
        for plan, article in zip(plans, articles, strict=True):
            plan.article = article
    done = Outcome.WOULD_ADD if dry_run else Outcome.ADDED
    return [_report(reader.FORMAT, plan, counts, done) for plan, counts in zip(plans, added, strict=True)]


def _start_run(path: Path, format: str, target: Article | None, now: datetime) -> ImportRun:
    with path.open("rb") as file:
        file_hash = file_digest(file, "sha256").hexdigest()
    options = {"article": target.slug} if target else {}
    return ImportRun.objects.create(
        file_name=path.name[:255], file_hash=file_hash, format=format, options=options, started_at=now
    )


def _finish_run(run: ImportRun, plans: list[Plan], added: list[Counter[str]]) -> None:
    run.counts = dict(sum(added, Counter()))
    run.problems = [{"line": problem.line, "sentence": problem.sentence} for plan in plans for problem in plan.problems]
    run.finished_at = timezone.now()
    run.save(update_fields=["counts", "problems", "finished_at"])


def _report(format: str, plan: Plan, counts: Counter[str], done: Outcome = Outcome.ADDED) -> Report:
    return Report(
        outcome=done if counts.total() else Outcome.NOTHING_NEW,
        format=format,
        title=plan.page.article.title,
        article=plan.article,
        counts=dict(counts),
        known_comments=len(plan.known),
        new_comments=tuple(plan.new_comments),
        problems=tuple(plan.problems),
    )
