"""Counting again: every stored count and derived place of a discussion, worked out from its comments, in short transactions.

``tally`` keeps them right with each change and gives the rules; this mends what a row edited by hand or a broken disk has bent.
Positions and reply numbers that were given stay.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Count, F, Max, Q
from django.db.models.functions import ExtractYear

from forum.database.bulk import update_objects

from .models import Comment, Discussion, DiscussionPerson, DiscussionYear
from .services import show_change
from .tally import find_previews, find_waiting, place

BATCH = 400  # comments at once; with their roots and what hangs on them, below 1,000 rows written in a transaction

PLACES = ["position", "reply_index", "reply_seq", "reply_count", "has_update", "listed", "waiting", "last_reply_at", "active_at"]
PREVIEWS = ["preview1_id", "preview2_id", "last_reply_id"]
COUNTS = ["root_seq", "comment_count", "people_count", "waiting_count", "last_comment_at", "active_at"]


@dataclass
class Corrections:
    """How many rows held something wrong."""

    comments: int = 0
    people: int = 0
    years: int = 0
    discussions: int = 0

    def __iadd__(self, other: "Corrections") -> "Corrections":
        for name in vars(self):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        return self

    def __bool__(self) -> bool:
        return any(vars(self).values())


def recount_discussion(pk: int) -> Corrections:
    """Correct all that is stored about the comments of the discussion ``pk``, while people go on writing in it."""
    found = Corrections()
    for ids in _in_batches(Comment.objects.filter(discussion=pk)):
        found.comments += _recount_places(pk, ids)
    for ids in _in_batches(Comment.objects.filter(discussion=pk, root__isnull=True)):
        found.comments += _recount_previews(pk, ids)
    for kind in ("author", "guest"):
        for ids in _writers_in_batches(pk, kind):
            found.people += _recount_people(pk, kind, ids)
    found += _recount_totals(pk)
    return found


@transaction.atomic
def recount_family(discussion_id: int, ids: Sequence[int], root_ids: Sequence[int]) -> None:
    """Correct what hangs on the comments ``ids`` and on the threads of ``root_ids``, after some of them have changed places."""
    _recount_places(discussion_id, ids)
    _recount_previews(discussion_id, root_ids)
    _recount_totals(discussion_id)


def recount_thread(root: Comment) -> None:
    """Correct all that is stored about a thread and what hangs on it, in short transactions; the rest is right."""
    thread = Comment.objects.filter(Q(pk=root.pk) | Q(root=root.pk))
    for ids in _in_batches(thread):
        with transaction.atomic():
            _lock(root.discussion_id)
            waiting = Comment.objects.filter(pk__in=ids, waiting=True)
            before = waiting.count()
            _recount_places(root.discussion_id, ids)
            step = waiting.count() - before
            Discussion.objects.filter(pk=root.discussion_id).update(waiting_count=F("waiting_count") + step)
    _recount_previews(root.discussion_id, [root.pk])


def _in_batches(rows: Any) -> Iterator[list[int]]:
    last = 0
    while ids := list(rows.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:BATCH]):
        yield ids
        last = ids[-1]


@transaction.atomic
def _recount_places(discussion_id: int, ids: Sequence[int]) -> int:
    discussion = _lock(discussion_id)
    root_ids = set(Comment.objects.filter(pk__in=ids, root__isnull=False).values_list("root", flat=True))
    rows = _lock_comments({*ids, *root_ids})
    by_id = {row.pk: row for row in rows}
    before = {row.pk: _values(row, PLACES) for row in rows}
    public = Q(public=True)
    threads: dict[Any, Any] = {
        thread["root"]: thread
        for thread in Comment.objects.filter(root__in=[row.pk for row in rows if row.is_root])
        .values("root")
        .annotate(
            count=Count("pk", filter=public & Q(is_update=False)), last=Max("sort_at", filter=public), seq=Max("reply_index")
        )
    }
    below = Comment.objects.filter(public, parent__in=ids, is_update=False)
    direct = dict(below.values_list("parent").annotate(count=Count("pk")))
    by_place = Comment.objects.filter(public, is_update=True, root__in=[row.thread_id for row in rows]).values_list(
        "root", "parent"
    )
    updated = {pk for pks in by_place for pk in pks}
    for row in rows:
        row.has_update = row.pk in updated
        if row.is_root:
            thread = threads.get(row.pk, {"count": 0, "last": None, "seq": 0})
            row.reply_count, row.last_reply_at, row.reply_seq = thread["count"], thread["last"], thread["seq"] or 0
            row.active_at = max(row.sort_at, row.last_reply_at or row.sort_at)
        else:
            row.reply_count = direct.get(row.pk, 0)
    root_seq = discussion.root_seq
    discussion.root_seq = _highest_position(discussion)
    waiting = find_waiting(rows)
    for row in rows:
        place(discussion, by_id[row.thread_id], row)
        row.waiting = row.pk in waiting
    if discussion.root_seq != root_seq:
        discussion.save(update_fields=["root_seq"])
    return _store(discussion, [row for row in rows if _values(row, PLACES) != before[row.pk]], PLACES)


@transaction.atomic
def _recount_previews(discussion_id: int, ids: Sequence[int]) -> int:
    discussion = _lock(discussion_id)
    changed = []
    for row in _lock_comments(ids):
        before = _values(row, PREVIEWS)
        has_replies = row.reply_count or row.has_update
        row.preview1_id, row.preview2_id, row.last_reply_id = find_previews(row) if has_replies else (None, None, None)
        if _values(row, PREVIEWS) != before:
            changed.append(row)
    return _store(discussion, changed, PREVIEWS)


def _writers_in_batches(discussion_id: int, kind: str) -> Iterator[list[int]]:
    """Return the ids of all who wrote there or are counted there; somebody new is counted right by their own comment."""
    wrote = Comment.objects.filter(discussion=discussion_id).exclude(**{kind: None}).values_list(kind, flat=True).order_by()
    counted = DiscussionPerson.objects.filter(discussion=discussion_id).exclude(**{kind: None}).values_list(kind, flat=True)
    ids = sorted({*wrote.distinct(), *counted})
    return (ids[start : start + BATCH] for start in range(0, len(ids), BATCH))


@transaction.atomic
def _recount_people(discussion_id: int, kind: str, ids: Sequence[int]) -> int:
    _lock(discussion_id)
    theirs = Comment.objects.filter(discussion=discussion_id, public=True, **{f"{kind}__in": ids})
    counts = dict(theirs.values_list(kind).annotate(count=Count("pk")).order_by())
    corrected = 0
    for person in DiscussionPerson.objects.filter(discussion=discussion_id, **{f"{kind}__in": ids}):
        count = counts.pop(getattr(person, f"{kind}_id"), 0)
        if person.comment_count != count:
            person.comment_count = count
            person.save(update_fields=["comment_count"])
            corrected += 1
    missing = [
        DiscussionPerson(discussion_id=discussion_id, comment_count=count, **{f"{kind}_id": pk}) for pk, count in counts.items()
    ]
    DiscussionPerson.objects.bulk_create(missing)
    return corrected + len(missing)


@transaction.atomic
def _recount_totals(discussion_id: int) -> Corrections:
    """Count what is right below by now: few rows, however long the discussion is."""
    found = Corrections()
    discussion = _lock(discussion_id)
    before = _values(discussion, COUNTS)
    public = Comment.objects.filter(discussion=discussion, public=True)
    discussion.root_seq = _highest_position(discussion)
    discussion.comment_count = public.count()
    discussion.waiting_count = Comment.objects.filter(discussion=discussion, waiting=True).count()
    discussion.people_count = DiscussionPerson.objects.filter(discussion=discussion, comment_count__gt=0).count()
    discussion.last_comment_at = public.aggregate(last=Max("sort_at"))["last"]
    discussion.active_at = discussion.last_comment_at or discussion.active_at
    found.years = _recount_years(discussion)
    if _values(discussion, COUNTS) != before:
        discussion.save(update_fields=COUNTS)
        found.discussions = 1
    if found:
        show_change(discussion)
    return found


def _recount_years(discussion: Discussion) -> int:
    dated = Comment.objects.filter(discussion=discussion, public=True, posted_at__isnull=False)
    dated = dated.exclude(posted_precision__in=(Comment.Precision.BEFORE, Comment.Precision.UNKNOWN))
    years = dict(dated.annotate(year=ExtractYear("posted_at")).values_list("year").annotate(count=Count("pk")).order_by())
    stored = {row.year: row for row in DiscussionYear.objects.filter(discussion=discussion)}
    wrong = [
        year
        for year in years.keys() | stored.keys()
        if (stored[year].comment_count if year in stored else 0) != years.get(year, 0)
    ]
    for year in wrong:
        DiscussionYear.objects.update_or_create(discussion=discussion, year=year, defaults={"comment_count": years.get(year, 0)})
    return len(wrong)


def _lock(discussion_id: int) -> Discussion:
    return Discussion.objects.select_for_update(no_key=True).get(pk=discussion_id)


def _lock_comments(ids: Any) -> list[Comment]:
    rows = Comment.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk")
    return list(rows.defer("body", "body_html"))


def _highest_position(discussion: Discussion) -> int:
    placed = Comment.objects.filter(discussion=discussion, position__isnull=False)
    return placed.aggregate(highest=Max("position"))["highest"] or 0


def _values(row: Any, names: Sequence[str]) -> list[Any]:
    return [getattr(row, name) for name in names]


def _store(discussion: Discussion, rows: list[Comment], names: list[str]) -> int:
    if rows:
        update_objects(rows, names)
        show_change(discussion)
    return len(rows)
