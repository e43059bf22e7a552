"""Comments: records -> rows, in batches that are each one short transaction. Whatever the format, what is here is left alone.

Before the first row is written the staging file knows the key, place and turn of every one, so a batch is the same whenever it
is written, and an import that was killed goes on after the last batch that was stored. With each batch all counts are right.
States are written here and not by ``discussion.services.transition``: as the file gives them, or public and held by what the
screeners say; the actor is an import, nothing is announced, and so nothing is mailed.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.db import transaction

from articles.models import OldAddress
from forum.accounts.client_address import network_of
from forum.accounts.models import Guest
from forum.care.marks import mark_comment
from forum.care.notes import store_found as store_notes
from forum.database.bulk import insert_objects, insert_rows, update_objects
from forum.discussion.models import (
    ActorKind,
    Appeal,
    Comment,
    Decision,
    Discussion,
    PendingChange,
    Revision,
    Signal,
)
from forum.moderation.memory import store_hosts, store_marks
from forum.moderation.models import Evidence
from forum.moderation.queue import LANES_OF_PUBLIC_ONES, sort_new_comments
from forum.search.indexing import index_new_comments
from forum.topics.mentions import store_found as store_topics

from .counting import count_people, count_years
from .making import Made, submission_of
from .models import ImportedId, ImportedWriter, ImportRun
from .readers.jsonl import SITE_SOURCE
from .staged import Row, read_record
from .staging import Staging

BATCH = 500  # comments; some thousand rows in a fraction of a second
READ_AHEAD = 4  # batches that are prepared while another is written, where none depends on what is written
INSERTED_AT_ONCE = 500

_S = Comment.State
TO_BE_READ = (_S.HELD, _S.HIDDEN, _S.REJECTED, _S.REMOVED)  # the last two where their writer asks for a second look
OnProgress = Callable[[int, int], None]


@dataclass(slots=True)
class Item:
    """A comment under way: its row of the staging file, what was made of it, and the comment it becomes."""

    row: Row
    made: Made
    comment: Comment


@dataclass(slots=True)
class CommentWriter:
    """Writes the comments of a file. What it must remember from batch to batch is in ``run.progress``."""

    run: ImportRun
    staging: Staging
    source: str
    keeps_ids: bool
    prepare: Callable[[Sequence[Row]], Iterator[Made]]
    total: int
    on_progress: OnProgress
    _batch: int = 0
    _new: dict[int, bool] = field(default_factory=dict)

    @property
    def _bases(self) -> dict[str, int]:
        return self.run.progress["bases"]

    def write(self) -> None:
        """Store every comment that is not stored yet."""
        done = self.run.progress["n"]
        self.staging.forget_notes(done)
        for rows, made in self._prepared(done):
            self._batch = rows[-1].n
            self._write_batch([self._take(row, one) for row, one in zip(rows, made, strict=True)])
            self.on_progress(self._batch, self.total)

    def _prepared(self, done: int) -> Iterator[tuple[list[Row], Iterable[Made]]]:
        """Yield batches as they are ready. Those that are screened wait for the ones before: repeats are looked for in them."""
        ahead: list[tuple[list[Row], Iterable[Made]]] = []
        while rows := self._read(done):
            done = rows[-1].n
            is_stated = all(row.is_stated for row in rows)
            while ahead and (len(ahead) >= READ_AHEAD or not is_stated):
                yield ahead.pop(0)
            batch = rows, self.prepare(rows)
            if is_stated:
                ahead.append(batch)
            else:
                yield batch
        yield from ahead

    def _read(self, after: int) -> list[Row]:
        """Return the next comments: whole threads as far as they have room."""
        rows = self.staging.read(after, BATCH + 1, base=self._bases["comment"])
        if len(rows) <= BATCH:
            return rows
        starts = [at for at in range(1, BATCH + 1) if rows[at].thread != rows[at - 1].thread]
        return rows[: starts[-1] if starts else BATCH]

    def _take(self, row: Row, made: Made) -> Item:
        for note in made.told:
            self._note(*note)
        return Item(row, made, Comment(*made.values))

    def _note(self, line: int | None, sentence: str, source_id: str = "") -> None:
        self.staging.note("odd", line, sentence, source_id, batch=self._batch)

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
        insert_objects([item.comment for item in items])
        self._tie(items)
        self._write_history(items)
        self._write_found(items)
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
        insert_objects(rows)
        insert_objects(ties)
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
        ties = [(self.run.pk, self.source, item.row.source_id, item.comment.pk) for item in items]
        insert_rows(ImportedId, ("run_id", "source", "source_id", "comment_id"), ties)
        earlier = [
            ImportedId(run=self.run, source=tie["source"], source_id=tie["id"], comment_id=item.comment.pk)
            for item in items
            for tie in item.made.more.get("imported", ())
            if tie["source"] != self.source
        ]
        ImportedId.objects.bulk_create(earlier, batch_size=INSERTED_AT_ONCE, ignore_conflicts=True)

    def _write_history(self, items: list[Item]) -> None:
        """Store signals, earlier texts, changes that wait, decisions and appeals."""
        now = self.run.started_at
        by_name = {item.row.source_id: item for item in items}
        insert_objects([Signal(**values, comment=item.comment) for item in items for values in item.made.signals])
        changes = [PendingChange(comment=item.comment, **change) for item in items if (change := item.made.more.get("change"))]
        PendingChange.objects.bulk_create(changes, batch_size=INSERTED_AT_ONCE)
        revisions = [
            Revision(
                comment=by_name[name].comment, **{key: value for key, value in values.items() if key not in ("comment", "seq")}
            )
            for name, _line, values in self.staging.parts("revision", by_name)
        ]
        insert_objects(revisions)
        decisions = [
            Decision(
                comment=item.comment, actor_kind=ActorKind.IMPORT, from_state="", to_state=item.comment.state, at=now
            )
            for item in items
            if not item.row.is_stated
        ]  # fmt: skip
        insert_objects(decisions)
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
        insert_objects(decisions)
        Appeal.objects.bulk_create(appeals, batch_size=INSERTED_AT_ONCE)

    def _write_found(self, items: list[Item]) -> None:
        """Store what is remembered of each text, how it is found and what it is about, and how it came in."""
        store_marks({item.comment.pk: item.made.marks for item in items})
        store_hosts({item.comment.pk: item.made.domains for item in items if item.made.domains})
        public = [item for item in items if item.made.entry is not None]
        languages = {item.comment.language for item in public if item.comment.language}
        index_new_comments([item.made.entry for item in public if item.made.entry is not None], languages)
        store_topics((item.comment, item.made.topics) for item in public)
        store_notes({(item.comment.pk, note) for item in public for note in item.made.notes})
        evidence = [
            Evidence(
                comment=item.comment, discussion_id=item.comment.discussion_id,
                client_ip=one.get("client_ip"), network=network_of(one.get("client_ip") or ""),
                form_seconds=one.get("form_seconds"), at=one.get("at") or self.run.started_at,
            )
            for item in items
            if self.run.options.get("with_contacts") and (one := item.made.more.get("evidence"))
        ]  # fmt: skip
        Evidence.objects.bulk_create(evidence, batch_size=INSERTED_AT_ONCE)

    def _count(self, items: list[Item], discussions: dict[int, Discussion]) -> None:
        """Add what became public to the counts of its discussion: comments, people, years, questions that wait."""
        by_discussion: dict[int, list[Comment]] = {pk: [] for pk in sorted(discussions)}
        for item in items:
            if item.comment.public:
                by_discussion[item.comment.discussion_id].append(item.comment)
        for pk, public in by_discussion.items():
            discussion = discussions[pk]
            is_empty = discussion.comment_count == 0 and self._is_new(discussion.article_id)
            discussion.people_count += count_people(pk, public, is_empty=is_empty)
            discussion.comment_count += len(public)
            discussion.waiting_count += sum(comment.waiting for comment in public)
            if public:
                latest = max(comment.sort_at for comment in public)
                discussion.last_comment_at = max(discussion.last_comment_at or latest, latest)
                discussion.active_at = discussion.last_comment_at
            count_years(pk, public)
        names = ["root_seq", "comment_count", "people_count", "waiting_count", "last_comment_at", "active_at"]
        update_objects([discussions[pk] for pk in by_discussion], names)

    def _sort(self, items: list[Item]) -> None:
        """Put in the queue what a person must read."""
        for item in items:
            if item.made.has_concern:
                now = self.run.started_at
                mark_comment(item.comment, submission_of(item.row, read_record(item.row), item.comment.body, now))
        sort_new_comments([item.comment for item in items if _may_be_read_first(item)])

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


def _may_be_read_first(item: Item) -> bool:
    is_urgent = any(signal["lane"] in LANES_OF_PUBLIC_ONES for signal in item.made.signals)
    return item.comment.state in TO_BE_READ or is_urgent or "change" in item.made.more
