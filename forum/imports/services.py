"""One import from the file to the report: read and put down, find places, write, publish, index, tell what was odd.

The file is read to its end before the first row is written: what cannot be read leaves nothing. From then on an import may be
stopped at any moment and goes on with the same command.
"""

import json
import os
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from functools import partial
from hashlib import file_digest
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from articles.models import Article, Collection
from forum.accounts.models import Guest
from forum.discussion.markup import escape_plain
from forum.discussion.models import Comment, Decision
from forum.discussion.screening import Kind, Submission, screen
from forum.moderation.retraining import note_secret
from forum.site.garbage import looking_seldom

from . import finishing
from .article_writer import ArticleWriter
from .keys import reserve
from .locking import much_to_write, the_only_import, work_folder
from .making import Order
from .models import ImportedId, ImportedWriter, ImportRun, SiteIdentity
from .preparing import FEW, FEW_BYTES, Prepare, prepare_here, preparing
from .readers import READERS, detect, jsonl
from .records import CommentRecord, ImportFileError, Problem
from .staging import Staging
from .writer import CommentWriter

VERSION = 1  # of what is stored with a comment in one go: raise it where that is less than before
AUTO = "auto"
KEPT_PROBLEMS = 100  # with the run; the file of the report has all
FIRST_COMMENTS = 10  # that a dry run shows
KEY_CHARS = 32

DISK_FULL = "The disk is full, or the data folder cannot be written. Nothing is lost: make room and run it again, it goes on."
SAME_MOMENT = "somebody else imported from the same place at this moment. Run it again to see what is here."


class Outcome(StrEnum):
    """What an import came to."""

    ADDED = "added"
    NOTHING_NEW = "nothing_new"
    WOULD_ADD = "would_add"


class Step(StrEnum):
    """What an import is doing."""

    READING = "reading"
    WRITING = "writing"
    INDEXING = "indexing"


OnStep = Callable[[Step, int, int], None]  # how many are done, and of how many; 0 where that is not known


@dataclass(frozen=True, slots=True)
class Report:
    """What an import did or, of a dry run, would do. ``articles`` are those that are here or were added, some hundred at most."""

    outcome: Outcome
    format: str
    title: str
    articles: tuple[Article, ...]
    counts: dict[str, int]  # of rows added, by kind
    known_comments: int
    read_comments: int
    new_comments: tuple[CommentRecord, ...]  # the first of them
    problems: tuple[Problem, ...]  # the first of them
    problem_count: int
    refused: int
    left_out: dict[str, int] = field(default_factory=dict)
    screened: int = 0  # of a dry run: at so many comments the checks have looked,
    unscreened: int = 0  # ... and so many more they look at when they are written
    run: ImportRun | None = None
    report_path: Path | None = None

    @property
    def article(self) -> Article | None:
        """Return the first article, None where it would be new."""
        return self.articles[0] if self.articles else None


@dataclass(frozen=True, slots=True)
class Options:
    """What an operator may choose."""

    target: Article | None = None
    with_contacts: bool = False

    def as_values(self) -> dict[str, Any]:
        values: dict[str, Any] = {"article": self.target.slug} if self.target else {}
        return values | ({"with_contacts": True} if self.with_contacts else {})


def import_file(
    path: Path,
    *,
    format: str = AUTO,
    target: Article | None = None,
    with_contacts: bool = False,
    dry_run: bool = False,
    processes: int | None = None,
    now: datetime | None = None,
    name: str = "",
    on_step: OnStep = lambda step, done, total: None,
) -> Report:
    """Import ``path`` and say what was done. Raises ImportFileError; where it could not be read, nothing was stored.

    With ``target`` all comments go under that article, and articles in the file are left out. ``with_contacts`` keeps e-mail
    and network addresses, which stay unproven. ``dry_run`` writes nothing. ``processes`` prepare comments at the same time,
    as many as the machine has processors where there are thousands. ``name`` is what the file was called.
    """
    with the_only_import(), _plain_errors(), much_to_write(), looking_seldom():
        reader_format = detect(path) if format == AUTO else format
        options = Options(target, with_contacts)
        started = _Import(path, reader_format, options, now or timezone.now(), processes, name or path.name, on_step)
        try:
            return started.run(dry_run=dry_run)
        except ImportFileError as error:
            error.is_begun = started.record is not None
            raise


@contextmanager
def _plain_errors() -> Iterator[None]:
    """Say in a sentence what a person can do something about."""
    try:
        yield
    except IntegrityError as error:
        raise ImportFileError(SAME_MOMENT, is_begun=True) from error
    except (sqlite3.OperationalError, sqlite3.DatabaseError, DatabaseError, OSError) as error:
        if "full" in str(error) or "No space left" in str(error) or "disk I/O" in str(error):
            raise ImportFileError(DISK_FULL, is_begun=True) from error
        raise


class _Import:
    """One file on its way. ``run`` in the database says how far it got."""

    def __init__(
        self, path: Path, format: str, options: Options, now: datetime, processes: int | None, name: str, on_step: OnStep
    ) -> None:
        self.path, self.format, self.options, self.now, self.name = path, format, options, now, name
        self.processes, self.on_step = processes, on_step
        self.hash = _hash(path)
        self.record = (
            ImportRun.objects.filter(
                file_hash=self.hash, format=format, options=options.as_values(), finished_at=None, undone_at=None
            )
            .order_by("pk")
            .last()
        )
        if self.record:
            self.now = self.record.started_at

    def run(self, *, dry_run: bool) -> Report:
        is_much = not dry_run and self.path.stat().st_size > FEW_BYTES
        with preparing((self.processes or os.cpu_count() or 1) if is_much else 1) as prepare:
            staging = self._stage()
            try:
                return self._run(staging, prepare, dry_run=dry_run)
            finally:
                staging.close()

    def _run(self, staging: Staging, prepare: Prepare, *, dry_run: bool) -> Report:
        counts = staging.count()
        self.source = staging.get("source") or ""
        known = self._known_articles(staging)
        if dry_run:
            report = self._tell(staging, Outcome.WOULD_ADD, known, self._foresee(staging, counts), counts)
            unstated = staging.count_unstated()
            staging.remove()
            return replace(report, screened=min(FEW, unstated), unscreened=max(0, unstated - FEW))
        if not self.record and not counts["new"] and (not counts["articles"] or self.options.target):
            report = self._tell(staging, Outcome.NOTHING_NEW, known, {"comments": 0, "replies": 0}, counts)
            staging.remove()
            return report
        if not self.record:
            note_secret()
        record = self.record = self.record or self._begin(staging, counts)
        keeps_ids = record.progress["keeps_ids"]
        articles = ArticleWriter(record, staging, self.source, keeps_ids, self._noting(staging))
        if not self.options.target:
            articles.write()
        if counts["new"] - record.progress["n"] <= FEW:
            prepare = prepare_here
        writer = CommentWriter(
            record, staging, self.source, keeps_ids, partial(prepare, Order(self.now, self.source)), counts["new"],
            lambda done, total: self.on_step(Step.WRITING, done, total),
        )  # fmt: skip
        writer.write()
        finishing.mend_threads(record)
        if not self.options.target:
            articles.publish()
        finishing.keep_addresses(record, staging)
        if counts["new"] > FEW:  # a few more change nothing about what is known
            finishing.take_stock()
        finishing.index(record, staging, counts["new"], lambda done, total: self.on_step(Step.INDEXING, done, total))
        if record.progress.get("version") != VERSION:
            finishing.look_again()
        added = articles.counts + Counter(self._count_articles(record)) if not articles.counts else articles.counts
        record.counts = dict(added) | record.counts
        finishing.show(staging.article_pks())
        report = self._tell(staging, Outcome.ADDED, self._articles_of(record) or known, record.counts, counts)
        record.problems = [{"line": problem.line, "sentence": problem.sentence} for problem in report.problems]
        record.finished_at = timezone.now()
        record.save(update_fields=["counts", "problems", "finished_at"])
        staging.remove()
        return report

    # Reading.

    def _stage(self) -> Staging:
        """Return the staging file, filled and placed; that of an attempt that was stopped is used again."""
        key = json.dumps([self.hash, self.format, self.options.as_values(), self.record.pk if self.record else None])
        staging = Staging.open(work_folder() / f"{self.hash[:16]}.staging", key)
        if staging.get("placed"):
            return staging
        try:
            is_open = self.format == jsonl.FORMAT
            records = READERS[self.format].read(self.path)
            staging.fill(
                records,
                with_contacts=self.options.with_contacts,
                name_key=(lambda key: key) if is_open else self._hide_key,
                on_progress=lambda done: self.on_step(Step.READING, done, 0),
            )
            self._find_places(staging)
        except BaseException:
            staging.remove()
            raise
        return staging

    def _hide_key(self, key: str) -> str:
        """Return what stands for a writer's key at the source: it may be an address or a login, which is nobody's business."""
        return salted_hmac("forum.imports.writer", f"{self.format}:{key}", algorithm="sha256").hexdigest()[:KEY_CHARS]

    def _find_places(self, staging: Staging) -> None:
        source = staging.get("source") or ""
        target = self.options.target
        for table in ("comment", "article", "missing"):
            for ids in staging.source_ids(table):
                column = "article" if table == "article" else "comment"
                rows = ImportedId.objects.filter(source=source, source_id__in=ids).exclude(run=self.record)
                staging.set_known(table, dict(rows.exclude(**{column: None}).values_list("source_id", column)))
        for keys in staging.writer_keys():
            known_keys = [key for _kind, key in keys]
            writers = ImportedWriter.objects.filter(source=source, key__in=known_keys).exclude(run=self.record)
            staging.set_known_writers({(kind, key): guest for kind, key, guest in writers.values_list("kind", "key", "guest")})
        known = staging.known_under_articles()
        under = dict(Comment.objects.filter(pk__in=known.values()).values_list("pk", "discussion__article"))
        staging.set_known("article", {source_id: under[pk] for source_id, pk in known.items() if pk in under})
        if target:
            staging.put_all_under(target.slug)
            self._require_same_article(staging, target)
        here = self._find_articles(staging.article_names())
        keeps_ids = self.record.progress["keeps_ids"] if self.record else self._may_keep_ids(staging)
        staging.place(now=self.now, here=here, keeps_ids=keeps_ids, roots=_roots_of)

    def _require_same_article(self, staging: Staging, target: Article) -> None:
        pks = staging.known_pks(1)
        comment = Comment.objects.filter(pk__in=pks).select_related("discussion__article").first()
        if comment and comment.discussion.article != target:
            raise ImportFileError(f"this page is already here, under {comment.discussion.article.get_absolute_url()}.")

    def _may_keep_ids(self, staging: Staging) -> bool:
        is_empty = not (Comment.objects.exists() or Article.objects.exists() or Collection.objects.exists())
        return bool(staging.get("keeps_ids")) and is_empty and not self.options.target

    def _find_articles(self, names: list[str]) -> dict[str, int]:
        """Return the keys of articles of this site by what the file calls them: slug, or else number."""
        found: dict[str, int] = {}
        for start in range(0, len(names), 500):
            some = names[start : start + 500]
            found |= dict(Article.objects.filter(slug__in=some).values_list("slug", "pk"))
            numbers = [int(name) for name in some if name.isdecimal() and name not in found and int(name) < 2**62]
            found |= {str(pk): pk for pk in Article.objects.filter(pk__in=numbers).values_list("pk", flat=True)}
        return found

    def _known_articles(self, staging: Staging) -> tuple[Article, ...]:
        if self.options.target:
            return (self.options.target,)
        pks = staging.known_article_pks() or staging.article_pks()[:500]
        return tuple(Article.objects.filter(pk__in=pks).order_by("pk"))

    # Writing.

    @transaction.atomic
    def _begin(self, staging: Staging, counts: dict[str, int]) -> ImportRun:
        """Note that an import has begun, and set the keys of its rows aside."""
        keeps_ids = self._may_keep_ids(staging)
        highest = counts["highest_id"] if keeps_ids else 0
        if keeps_ids and self.source.startswith(f"{jsonl.SITE_SOURCE}:"):
            self._take_identity(self.source.partition(":")[2])
        bases = {
            "comment": reserve(Comment, counts["all"], above=highest),
            "guest": reserve(Guest, counts["writers"]),
            "decision": reserve(Decision, staging.highest_part()),
        }
        return ImportRun.objects.create(
            file_name=self.name[:255], file_hash=self.hash, format=self.format, options=self.options.as_values(),
            started_at=self.now, counts={"comments": 0, "replies": 0, "held": 0},
            progress={
                "version": VERSION, "n": 0, "total": counts["new"], "bases": bases, "keeps_ids": keeps_ids, "source": self.source,
            },
        )  # fmt: skip

    def _take_identity(self, key: str) -> None:
        """Become the site that wrote the file: this one is empty, and takes over the ids."""
        try:
            SiteIdentity.objects.update_or_create(pk=1, defaults={"key": UUID(key)})
        except ValueError:
            return

    def _noting(self, staging: Staging) -> Callable[[int | None, str, str], None]:
        return lambda line, sentence, source_id: staging.note_once("odd", line, sentence, source_id)

    def _count_articles(self, record: ImportRun) -> dict[str, int]:
        """Count what an attempt before this one has written."""
        articles = Article.objects.filter(pk__in=ImportedId.objects.filter(run=record, article__isnull=False).values("article"))
        return {"articles": articles.count()} if articles.exists() else {}

    def _articles_of(self, record: ImportRun) -> tuple[Article, ...]:
        if self.options.target:
            return (self.options.target,)
        ties = ImportedId.objects.filter(run=record, source=self.source, article__isnull=False).order_by("pk")
        return tuple(tie.article for tie in ties.select_related("article")[:500] if tie.article)

    # Telling.

    def _foresee(self, staging: Staging, counts: dict[str, int]) -> dict[str, int]:
        """Return what an import would add. The first FEW comments are screened, so that it is known which would wait."""
        articles = [] if self.options.target else [record for _seq, record in staging.articles()]
        shelves = {article.collection[: depth + 1] for article in articles for depth in range(len(article.collection))}
        titles = {titles for titles in shelves if not _has_shelf(titles)}
        return {
            "articles": len(articles),
            "collections": len(titles) + len(list(staging.all_parts("collection"))),
            "sources": sum(len(article.sources) for article in articles) + len(list(staging.all_parts("source"))),
            "comments": counts["new"],
            "replies": counts["replies"],
            "held": self._count_held(staging),
        }

    def _count_held(self, staging: Staging) -> int:
        held = 0
        for record, article_pk in staging.unstated(FEW):
            article = Article.objects.filter(pk=article_pk).first() if article_pk else None
            held += foresee_hold(record, article or _article_like(staging, record.article), self.now)
        return held + staging.count_stated("held")

    def _tell(
        self, staging: Staging, outcome: Outcome, articles: tuple[Article, ...], added: dict[str, int], counts: dict[str, int]
    ) -> Report:
        notes = staging.note_counts()
        titles = staging.all_articles()
        report = Report(
            outcome=outcome,
            format=self.format,
            title=titles[0][1] if titles and not self.options.target else articles[0].title if articles else "",
            articles=articles,
            counts=added,
            known_comments=counts["known"],
            read_comments=int(staging.get("read") or 0),
            new_comments=tuple(staging.first_comments(FIRST_COMMENTS)),
            problems=tuple(Problem(line, sentence, source_id) for _k, line, source_id, sentence in staging.notes(KEPT_PROBLEMS)),
            problem_count=sum(notes.values()),
            refused=notes.get("refused", 0),
            left_out=staging.left_out(),
            run=self.record,
        )
        if outcome == Outcome.WOULD_ADD or not (notes or report.left_out):
            return report
        return replace(report, report_path=self._write_report(staging, report))

    def _write_report(self, staging: Staging, report: Report) -> Path:
        """Write all that was odd or left out beside the file, a JSON object a line.

        Where that folder is closed, it is written into the data folder.
        """
        total = {
            "kind": "total", "read": report.read_comments, "added": report.counts.get("comments", 0),
            "already_here": report.known_comments, "refused": report.refused, "left_out": report.left_out,
        }  # fmt: skip
        place = self.path.with_name(f"{self.path.name}.report.jsonl")
        try:
            file = open(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8")  # noqa: SIM115
        except OSError:
            place = work_folder() / f"{self.path.name}.report.jsonl"
            file = open(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8")  # noqa: SIM115
        with file:
            for kind, line, source_id, sentence in staging.report_lines():
                values = {"line": line, "kind": kind, "id": source_id, "sentence": sentence}
                file.write(json.dumps(values, ensure_ascii=False) + "\n")
            file.write(json.dumps(total, ensure_ascii=False) + "\n")
        return place


def foresee_hold(record: CommentRecord, article: Article, now: datetime) -> bool:
    """Tell whether a comment would wait for a moderator."""
    body = escape_plain(record.body) if record.is_plain else record.body
    parent = Comment(body="") if record.parent else None
    return not screen(
        Submission(
            kind=Kind.IMPORT, body=body, subject=record.subject, name=record.name, article=article, parent=parent,
            is_member=False, is_staff=False, approved_count=0, now=now,
        )
    ).publish  # fmt: skip


def _article_like(staging: Staging, name: str) -> Article:
    record = staging.article_record(name)
    return Article(pk=0, title=record.title, body=record.body) if record else Article(pk=0)


def _has_shelf(titles: tuple[str, ...]) -> bool:
    shelf = None
    for title in titles:
        shelf = Collection.objects.filter(parent=shelf, title=title[:200]).first()
        if shelf is None:
            return False
    return True


def _roots_of(pks: list[int]) -> dict[int, int]:
    return {pk: root or pk for pk, root in Comment.objects.filter(pk__in=pks).values_list("pk", "root")}


def _hash(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file_digest(file, "sha256").hexdigest()
    except FileNotFoundError as error:
        raise ImportFileError(f"There is no file {path}.") from error
    except OSError as error:
        raise ImportFileError(f"The file {path} cannot be read: {error.strerror or error}.") from error
