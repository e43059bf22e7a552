"""Comments: records -> rows, in batches that are each one short transaction. Whatever the format, what is here is left alone.

Before the first row is written the staging file knows the key, place and turn of every one, so a batch is the same whenever it
is written, and an import that was killed goes on after the last batch that was stored. With each batch all counts are right.
States are written here and not by ``discussion.services.transition``: as the file gives them, or public and held by what the
screeners say; the actor is an import, nothing is announced, and so nothing is mailed.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import F

from articles.models import Article, OldAddress
from forum.accounts.client_address import network_of
from forum.accounts.models import Guest
from forum.care.marks import mark_comment
from forum.discussion import markup
from forum.discussion.models import (
    ActorKind,
    Appeal,
    Comment,
    Decision,
    Discussion,
    DiscussionPerson,
    DiscussionYear,
    PendingChange,
    Revision,
    Signal,
    year_of,
)
from forum.discussion.open_format import OPEN_FORMAT_ORIGIN
from forum.discussion.screening import Kind, Submission
from forum.moderation.memory import remember_hosts
from forum.moderation.models import Evidence, TextMark
from forum.moderation.queue import LANES_OF_PUBLIC_ONES, sort_comment

from .article_writer import fit
from .models import ImportedId, ImportedWriter, ImportRun
from .preparing import Prepare, Prepared, Task
from .readers.jsonl import FILE_SOURCE, SITE_SOURCE
from .staging import Row, Staging

BATCH = 250  # comments; some thousand rows in a fraction of a second
READ_AHEAD = 4  # batches that are prepared while another is written, where none depends on what is written
INSERTED_AT_ONCE = 500

_INSERT_MARK = f'INSERT INTO "{TextMark._meta.db_table}" (hash, comment_id) VALUES (%s, %s)'  # noqa: S608 - of our model
_S = Comment.State
TO_BE_READ = (_S.HELD, _S.HIDDEN, _S.REJECTED, _S.REMOVED)  # the last two where their writer asks for a second look
OnProgress = Callable[[int, int], None]


@dataclass(slots=True)
class Item:
    """A comment under way: its row of the staging file, its words as they will be stored, and what was prepared of them."""

    row: Row
    task: Task
    comment: Comment
    prepared: Prepared


@dataclass(slots=True)
class CommentWriter:
    """Writes the comments of a file. What it must remember from batch to batch is in ``run.progress``."""

    run: ImportRun
    staging: Staging
    source: str
    keeps_ids: bool
    prepare: Prepare
    total: int
    on_progress: OnProgress
    _batch: int = 0
    _articles: dict[int, Article] = field(default_factory=dict)
    _new: dict[int, bool] = field(default_factory=dict)

    @property
    def _bases(self) -> dict[str, int]:
        return self.run.progress["bases"]

    def write(self) -> None:
        """Store every comment that is not stored yet."""
        done = self.run.progress["n"]
        self.staging.forget_notes(done)
        for rows, prepared in self._prepared(done):
            items = [self._make(row, task, one) for (row, task), one in zip(rows, prepared, strict=True)]
            self._batch = rows[-1][0].n
            self._write_batch(items)
            self.on_progress(self._batch, self.total)

    def _prepared(self, done: int) -> Iterator[tuple[list[tuple[Row, Task]], Iterable[Prepared]]]:
        """Yield batches as they are ready. Those that are screened wait for the ones before: repeats are looked for in them."""
        ahead: list[tuple[list[tuple[Row, Task]], Iterable[Prepared]]] = []
        while rows := self._read(done):
            tasks = [(row, self._task(row)) for row in rows]
            done = rows[-1].n
            ahead.append((tasks, self.prepare([task for _row, task in tasks])))
            if len(ahead) >= READ_AHEAD or not all(task.is_stated for _row, task in tasks):
                yield ahead.pop(0)
                while ahead and not all(task.is_stated for _row, task in ahead[0][0]):
                    yield ahead.pop(0)
        yield from ahead

    def _read(self, after: int) -> list[Row]:
        """Return the next comments: whole threads as far as they have room."""
        rows = self.staging.read(after, BATCH + 1, base=self._bases["comment"])
        if len(rows) <= BATCH:
            return rows
        starts = [at for at in range(1, BATCH + 1) if rows[at].thread != rows[at - 1].thread]
        return rows[: starts[-1] if starts else BATCH]

    def _task(self, row: Row) -> Task:
        record = row.record
        body = markup.escape_plain(record.body) if record.is_plain else record.body
        parent_body = row.parent_body if row.parent_pk is not None else None
        return Task(
            body=body, subject=record.subject, name=record.name, article_pk=row.article_pk, parent_body=parent_body,
            is_stated=record.state is not None, is_question=record.more.get("is_question"),
            is_erased=record.state == _S.ERASED, now=self.run.started_at,
        )  # fmt: skip

    def _note(self, line: int | None, sentence: str, source_id: str = "") -> None:
        self.staging.note("odd", line, sentence, source_id, batch=self._batch)

    # Rows to be.

    def _make(self, row: Row, task: Task, prepared: Prepared) -> Item:
        record, more = row.record, row.record.more
        state = record.state or (_S.HELD if prepared.is_held else _S.PUBLISHED)
        public = state == _S.PUBLISHED

        def fitted(text: str, name: str) -> str:
            return fit(text, Comment, name, self._note, row.line, row.source_id)

        comment = Comment(
            pk=row.pk,
            discussion_id=self._article(row.article_pk).discussion.pk,
            parent_id=row.parent_pk,
            root_id=row.root_pk,
            body=task.body,
            body_html=prepared.html,
            render_version=markup.RENDER_VERSION,
            is_question=prepared.is_question,
            is_question_fixed=more.get("is_question_fixed", False),
            is_update=bool(row.parent_pk and more.get("is_update")),
            state=state,
            public=public,
            held=state == _S.HELD,
            reason=more.get("reason", ""),
            seen_by_human=more.get("seen_by_human", False),
            locked=more.get("locked", False),
            mark=more.get("mark", ""),
            name=fitted(record.name, "name"),
            relation=record.relation,
            subject=fitted(record.subject, "subject"),  # also of a reply: it is what was printed
            language=fitted(record.language, "language"),
            posted_at=record.posted_at,
            posted_precision=record.posted_precision if record.posted_at else Comment.Precision.UNKNOWN,
            posted_text=fitted(record.posted_text, "posted_text"),
            sort_at=row.sort_at,
            active_at=row.sort_at,
            created_at=more.get("created_at") or self.run.started_at,
            published_at=more.get("published_at") or (row.sort_at if public else None),
            edited_at=more.get("edited_at"),
            origin=self._origin(more),
            origin_note=fitted(record.note, "origin_note"),
        )
        return Item(row, task, comment, prepared)

    def _origin(self, more: Any) -> str:
        kind = self.source.partition(":")[0]
        return more.get("origin") or (OPEN_FORMAT_ORIGIN if kind in (SITE_SOURCE, FILE_SOURCE) else kind)

    def _article(self, pk: int) -> Article:
        if pk not in self._articles:
            if len(self._articles) > 100:
                self._articles.clear()
            self._articles[pk] = Article.objects.select_related("discussion").get(pk=pk)
        return self._articles[pk]

    # One batch.

    @transaction.atomic
    def _write_batch(self, items: list[Item]) -> None:
        guests = self._write_guests(items)
        ids = sorted({item.comment.discussion_id for item in items})
        locked = Discussion.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk")
        discussions = {discussion.pk: discussion for discussion in locked}
        for item in items:
            item.comment.guest_id = guests.get(item.row.writer) if item.row.writer is not None else None
        self._place(items, discussions)
        Comment.objects.bulk_create([item.comment for item in items], batch_size=INSERTED_AT_ONCE)
        self._tie(items)
        self._write_history(items)
        self._write_marks(items)
        self._count(items, discussions)
        self._sort(items)
        self._keep_addresses(items)
        self.run.progress["n"] = items[-1].row.n
        counts = Counter(self.run.counts)
        counts.update(
            comments=len(items),
            replies=sum(not item.comment.is_root for item in items),
            held=sum(item.comment.held for item in items),
        )
        self.run.counts = dict(counts)
        self.run.save(update_fields=["progress", "counts"])

    def _write_guests(self, items: list[Item]) -> dict[int | None, int]:
        """Return the guest of each writer. Each key of the source is one; a comment without a key has a guest of its own."""
        writers = self.staging.writers(item.row.writer for item in items if item.row.writer is not None)
        base = self._bases["guest"]
        new = {item.row.writer for item in items if item.row.writer is not None and item.row.writer_is_new}
        rows, ties = [], []
        for number in sorted(new):
            kind, key, name, email, _known = writers[number]
            name = name[: Guest._meta.get_field("display_name").max_length]
            rows.append(Guest(pk=base + number, display_name=name, email=email, created_at=self.run.started_at))
            if key:
                ties.append(ImportedWriter(run=self.run, source=self.source, kind=kind, key=key, guest_id=base + number))
        Guest.objects.bulk_create(rows, batch_size=INSERTED_AT_ONCE)
        ImportedWriter.objects.bulk_create(ties, batch_size=INSERTED_AT_ONCE)
        return {number: known if known is not None else base + number for number, (*_rest, known) in writers.items()}

    def _place(self, items: list[Item], discussions: dict[int, Discussion]) -> None:
        """Give each comment its place in its conversation or thread, and each thread what a page needs of it."""
        by_pk = {item.comment.pk: item.comment for item in items}
        followed: list[int] = []  # threads that are not whole in this batch
        for item in items:
            comment = item.comment
            if comment.root_id is None:
                continue
            root, parent = by_pk.get(comment.root_id), by_pk.get(comment.parent_id or 0)
            if root is None:
                followed.append(comment.root_id)
            if not comment.public:
                continue
            for member in (root, parent) if comment.is_update else ():
                if member is not None:
                    member.has_update = True
            if root is not None:
                root.reply_count += not comment.is_update
                root.last_reply_at = max(root.last_reply_at or comment.sort_at, comment.sort_at)
                root.active_at = max(root.active_at, comment.sort_at)
            if parent is not None and parent is not root and not comment.is_update:
                parent.reply_count += 1
        next_index = self._next_indexes(items)
        threads: dict[int, list[Comment]] = {}
        for item in items:
            comment, row = item.comment, item.row
            comment.listed = comment.public or comment.reply_count > 0 or comment.has_update
            has_place = comment.listed or row.has_place
            if comment.root_id is None:
                if has_place:
                    comment.position = self._first_position(row, discussions[comment.discussion_id]) + row.place
                    discussion = discussions[comment.discussion_id]
                    discussion.root_seq = max(discussion.root_seq, comment.position)
                continue
            if has_place and row.is_anchored:
                next_index[comment.root_id] += 1
                comment.reply_index = next_index[comment.root_id]
            elif has_place:
                comment.reply_index = row.place
            threads.setdefault(comment.root_id, []).append(comment)
        for root_id, replies in threads.items():
            if root := by_pk.get(root_id):
                _show_thread(root, replies)
            elif any(reply.reply_index for reply in replies):
                highest = max(reply.reply_index or 0 for reply in replies)
                Comment.objects.filter(pk=root_id, reply_seq__lt=highest).update(reply_seq=highest)
        _mark_waiting([item.comment for item in items], threads)
        touched = self.run.progress.setdefault("touched", [])
        self.run.progress["touched"] = [*touched, *(pk for pk in dict.fromkeys(followed) if pk not in touched)]

    def _next_indexes(self, items: list[Item]) -> dict[int, int]:
        """Return by thread the last number given, of those threads that were here before."""
        roots = sorted({item.comment.root_id for item in items if item.row.is_anchored and item.comment.root_id})
        rows = Comment.objects.select_for_update(no_key=True).filter(pk__in=roots).order_by("pk")
        return dict(rows.values_list("pk", "reply_seq"))

    def _first_position(self, row: Row, discussion: Discussion) -> int:
        """Return what is added to the places of threads under an article; one that was here sets a stretch aside."""
        if self._is_new(row.article_pk):
            return 0  # a draft until all is written, so that nobody else writes there; its places are those of the file
        bases = self.run.progress.setdefault("positions", {})
        key = str(row.article_pk)
        if key not in bases:
            bases[key] = discussion.root_seq
            discussion.root_seq += self.staging.highest_place(row.article_pk)
        return bases[key]

    def _is_new(self, article_pk: int) -> bool:
        """Tell whether the article came by this import."""
        if article_pk not in self._new:
            if len(self._new) > 1000:
                self._new.clear()
            self._new[article_pk] = ImportedId.objects.filter(run=self.run, article=article_pk).exists()
        return self._new[article_pk]

    def _tie(self, items: list[Item]) -> None:
        ties = [
            ImportedId(run=self.run, source=self.source, source_id=item.row.source_id, comment_id=item.comment.pk)
            for item in items
        ]
        ImportedId.objects.bulk_create(ties, batch_size=INSERTED_AT_ONCE)
        earlier = [
            ImportedId(run=self.run, source=tie["source"], source_id=tie["id"], comment_id=item.comment.pk)
            for item in items
            for tie in item.row.record.more.get("imported", ())
            if tie["source"] != self.source
        ]
        ImportedId.objects.bulk_create(earlier, batch_size=INSERTED_AT_ONCE, ignore_conflicts=True)

    def _write_history(self, items: list[Item]) -> None:
        """Store signals, earlier texts, changes that wait, decisions and appeals."""
        now = self.run.started_at
        by_name = {item.row.source_id: item for item in items}
        signals = []
        for item in items:
            stated = item.row.record.more.get("signals") or ()
            for values in stated if item.task.is_stated else item.prepared.signals:
                made_at = values.get("made_at") or now
                signals.append(Signal(**{"spans": [], **values, "made_at": made_at}, comment=item.comment))
        Signal.objects.bulk_create(signals, batch_size=INSERTED_AT_ONCE)
        changes = [
            PendingChange(comment=item.comment, **change) for item in items if (change := item.row.record.more.get("change"))
        ]
        PendingChange.objects.bulk_create(changes, batch_size=INSERTED_AT_ONCE)
        revisions = [
            Revision(
                comment=by_name[name].comment, **{key: value for key, value in values.items() if key not in ("comment", "seq")}
            )
            for name, _line, values in self.staging.parts("revision", by_name)
        ]
        Revision.objects.bulk_create(revisions, batch_size=INSERTED_AT_ONCE)
        decisions = [
            Decision(
                comment=item.comment, actor_kind=ActorKind.IMPORT, from_state="", to_state=item.comment.state, at=now
            )
            for item in items
            if not item.task.is_stated
        ]  # fmt: skip
        Decision.objects.bulk_create(decisions, batch_size=INSERTED_AT_ONCE)
        self._write_decisions(by_name)

    def _write_decisions(self, by_name: dict[str, Item]) -> None:
        base = self._bases["decision"]
        numbers: dict[tuple[str, int], int] = {}
        counted: Counter[str] = Counter()
        undone: set[int] = set()
        decisions, appeals = [], []
        for name, line, values in self.staging.parts("decision", by_name):
            comment = by_name[name].comment
            pk = base + values["seq"]
            counted[name] += 1
            numbers[name, values.get("number") or counted[name]] = pk
            undoes = numbers.get((name, values.get("undoes") or 0))
            if values.get("undoes") and (undoes is None or undoes in undone or undoes == pk):
                self._note(line, f"takes back the decision {values['undoes']}, which cannot be. It is kept without that.", name)
                undoes = None
            undone |= {undoes} if undoes else set()
            decisions.append(
                Decision(
                    pk=pk, comment=comment, kind=values.get("kind", Decision.Kind.STATE), actor_kind=values["actor_kind"],
                    from_state=values.get("from", ""), to_state=values["to"], reason=values.get("reason", ""),
                    note=values.get("note", ""), batch=UUID(values["batch"]) if values.get("batch") else None,
                    undoes_id=undoes, at=values["at"],
                )
            )  # fmt: skip
            if values.get("appeal"):
                appeals.append(Appeal(comment=comment, decision_id=pk, **values["appeal"]))
        Decision.objects.bulk_create(decisions, batch_size=INSERTED_AT_ONCE)
        Appeal.objects.bulk_create(appeals, batch_size=INSERTED_AT_ONCE)

    def _write_marks(self, items: list[Item]) -> None:
        """Store what is remembered of each text, and how it came in."""
        marks = [(number, item.comment.pk) for item in items for number in item.prepared.marks]
        with connection.cursor() as cursor:  # eight rows a comment: as objects they were a fifth of the whole cost
            cursor.executemany(_INSERT_MARK, marks)
        for item in items:
            if item.prepared.has_links:
                remember_hosts(item.comment)
        evidence = [
            Evidence(
                comment=item.comment, client_ip=one.get("client_ip"), network=network_of(one.get("client_ip") or ""),
                form_seconds=one.get("form_seconds"), at=one.get("at") or self.run.started_at,
            )
            for item in items
            if self.run.options.get("with_contacts") and (one := item.row.record.more.get("evidence"))
        ]  # fmt: skip
        Evidence.objects.bulk_create(evidence, batch_size=INSERTED_AT_ONCE)

    def _count(self, items: list[Item], discussions: dict[int, Discussion]) -> None:
        """Add what became public to the counts of its discussion: comments, people, years, questions that wait."""
        by_discussion: dict[int, list[Comment]] = {}
        for item in items:
            by_discussion.setdefault(item.comment.discussion_id, []).append(item.comment)
        for pk in sorted(by_discussion):
            discussion, comments = discussions[pk], by_discussion[pk]
            public = [comment for comment in comments if comment.public]
            discussion.people_count += _count_people(pk, public)
            discussion.comment_count += len(public)
            discussion.waiting_count += sum(comment.waiting for comment in public)
            if public:
                latest = max(comment.sort_at for comment in public)
                discussion.last_comment_at = max(discussion.last_comment_at or latest, latest)
                discussion.active_at = discussion.last_comment_at
            _count_years(pk, public)
            discussion.save(
                update_fields=["root_seq", "comment_count", "people_count", "waiting_count", "last_comment_at", "active_at"]
            )

    def _sort(self, items: list[Item]) -> None:
        """Put in the queue what a person must read."""
        for item in items:
            comment = item.comment
            if item.prepared.has_concern:
                mark_comment(comment, self._submission(item))
            more = item.row.record.more
            is_urgent = any(signal["lane"] in LANES_OF_PUBLIC_ONES for signal in more.get("signals") or ())
            if (
                comment.state in (_S.HELD, _S.HIDDEN)
                or is_urgent
                or more.get("change")
                or comment.state in (_S.REJECTED, _S.REMOVED)
            ):
                sort_comment(comment)

    def _submission(self, item: Item) -> Submission:
        task = item.task
        parent = None if task.parent_body is None else Comment(body=task.parent_body)
        return Submission(
            kind=Kind.IMPORT, body=task.body, subject=task.subject, name=task.name, article=self._article(task.article_pk),
            parent=parent, is_member=False, is_staff=False, approved_count=0, now=task.now,
        )  # fmt: skip

    def _keep_addresses(self, items: list[Item]) -> None:
        """Lead the permalinks of the site that wrote the file to the comments here, where they have other numbers."""
        if self.keeps_ids or not self.source.startswith(f"{SITE_SOURCE}:"):
            return
        paths = {
            f"/comments/{item.row.source_id}/": item.comment.get_absolute_url()
            for item in items
            if item.row.source_id.isdecimal() and int(item.row.source_id) != item.comment.pk
        }
        numbers = [int(path.split("/")[2]) for path in paths if len(path) < 30]
        taken = set(Comment.objects.filter(pk__in=numbers).values_list("pk", flat=True))
        rows = [OldAddress(path=path, target=target) for path, target in paths.items() if int(path.split("/")[2]) not in taken]
        OldAddress.objects.bulk_create(rows, batch_size=INSERTED_AT_ONCE, ignore_conflicts=True)


def _show_thread(root: Comment, replies: Sequence[Comment]) -> None:
    """Store on ``root`` what a page shows of its thread, which is whole here."""
    root.reply_seq = max((reply.reply_index or 0 for reply in replies), default=0)
    listed = sorted((reply for reply in replies if reply.listed), key=lambda reply: reply.reply_index or 0)
    if listed and (root.reply_count or root.has_update):
        root.preview1_id, root.last_reply_id = listed[0].pk, listed[-1].pk
        root.preview2_id = listed[1].pk if len(listed) > 1 else None


def _mark_waiting(comments: Sequence[Comment], threads: dict[int, list[Comment]]) -> None:
    """Mark the public questions that no other person has answered; for a root the whole thread counts."""
    children: dict[int, list[Comment]] = {}
    for replies in threads.values():
        for reply in replies:
            children.setdefault(reply.parent_id or 0, []).append(reply)
    for comment in comments:
        if comment.public and comment.is_question:
            answers = threads.get(comment.pk, ()) if comment.is_root else children.get(comment.pk, ())
            comment.waiting = all(comment.is_by_same_person(answer) for answer in answers if answer.public)


def _count_people(discussion_id: int, public: Sequence[Comment]) -> int:
    """Count the writers of comments that became public; return how many of them are new in the discussion."""
    counts = Counter(comment.guest_id for comment in public if comment.guest_id)
    stored = DiscussionPerson.objects.filter(discussion=discussion_id, guest__in=counts)
    new = 0
    known = dict(stored.values_list("guest", "comment_count"))
    for guest_id in known:
        DiscussionPerson.objects.filter(discussion=discussion_id, guest=guest_id).update(
            comment_count=F("comment_count") + counts[guest_id]
        )
        new += known[guest_id] == 0
    rows = [
        DiscussionPerson(discussion_id=discussion_id, guest_id=guest_id, comment_count=count)
        for guest_id, count in counts.items()
        if guest_id not in known
    ]
    DiscussionPerson.objects.bulk_create(rows, batch_size=INSERTED_AT_ONCE)
    return new + len(rows)


def _count_years(discussion_id: int, public: Iterable[Comment]) -> None:
    years = Counter(year_of(comment.posted_at) for comment in public if comment.posted_at and comment.has_known_year)
    for year, count in years.items():
        rows = DiscussionYear.objects.filter(discussion=discussion_id, year=year)
        if not rows.update(comment_count=F("comment_count") + count):
            DiscussionYear.objects.create(discussion_id=discussion_id, year=year, comment_count=count)
