"""Records -> rows, repeatable. Whatever the format, an import adds what is not here yet and changes nothing that is.

Each row is tied to its source and its id there (``ImportedId``). Comments become public through ``discussion.services``, like any
other; the actor is an import, so nothing is mailed. Reading files is done in ``readers``, the run around it in ``services``.
"""

import heapq
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, time
from hashlib import sha256

from django.db.models import Q
from django.utils import timezone
from django.utils.text import slugify

from articles.models import Article, Collection, DatePrecision, Source
from articles.services import save_article
from forum.accounts.models import Guest
from forum.discussion.markup import escape_plain
from forum.discussion.models import ActorKind, Comment, Discussion
from forum.discussion.screening import Submission, screen
from forum.discussion.services import Actor, insert_comment, transition

from .models import ImportedId, ImportRun
from .records import ArticleRecord, CommentRecord, ImportFileError, PageRecord, Problem

IMPORT = Actor(ActorKind.IMPORT)
OnProgress = Callable[[int, int], None]


@dataclass(slots=True)
class Plan:
    """What importing a page means for this site: what of it is here, and what is new. Made without writing anything."""

    page: PageRecord
    article: Article | None
    known: dict[str, int]  # ids of comments that are here, by their id in the file
    ties: dict[str, str]  # the lasting id of each comment, by its id in the file
    problems: list[Problem] = field(default_factory=list)

    @property
    def new_comments(self) -> list[CommentRecord]:
        """Return the comments that are not here yet, as printed."""
        return [record for record in self.page.comments if record.source_id not in self.known]

    @property
    def is_empty(self) -> bool:
        """Say whether there is nothing to add."""
        return self.article is not None and not self.new_comments


def plan_page(page: PageRecord, *, target: Article | None = None) -> Plan:
    """Compare ``page`` with the site and return what is to be done. Raises ImportFileError.

    With ``target`` the comments go under that article, and the article of the page is left out.
    """
    ties = _tie_comments(page.comments)
    ids = [page.article.source_id, *ties.values()]
    here = {row.source_id: row for row in _find_imported(page.source, ids)}
    known = {source_id: here[tie].comment_id for source_id, tie in ties.items() if tie in here}
    article = next((row.article or row.comment.discussion.article for row in here.values()), None)
    if target and article and article != target:
        raise ImportFileError(f"this page is already here, under {article.get_absolute_url()}. Nothing was imported.")
    plan = Plan(page=page, article=target or article, known=known, ties=ties, problems=list(page.all_problems))
    in_file = set(ties)
    plan.problems += [
        Problem(record.line, f"answers “{record.parent}”, which is not in the file. It starts a thread of its own.")
        for record in plan.new_comments
        if record.parent and record.parent not in in_file
    ]
    return plan


def write_page(plan: Plan, *, run: ImportRun, now: datetime, on_progress: OnProgress) -> Counter[str]:
    """Store what the plan says is new, inside the caller's transaction, and return how many rows of which kind were added."""
    counts: Counter[str] = Counter()
    if plan.article is None:
        plan.article = _write_article(plan, counts)
        ImportedId.objects.create(run=run, source=plan.page.source, source_id=plan.page.article.source_id, article=plan.article)
    # The discussion before any comment: the lock order of every service.
    discussion = Discussion.objects.select_for_update(no_key=True).get(article=plan.article)
    rows = Comment.objects.in_bulk(plan.known.values())
    stored = {source_id: rows[pk] for source_id, pk in plan.known.items()}
    new_count = len(plan.new_comments)
    ties: list[ImportedId] = []
    for record, sort_at in _in_writing_order(plan, stored, now):
        comment = _write_comment(record, discussion, stored.get(record.parent or ""), sort_at, plan.problems, now)
        stored[record.source_id] = comment
        ties.append(ImportedId(run=run, source=plan.page.source, source_id=plan.ties[record.source_id], comment=comment))
        counts.update({"comments": 1, "replies": int(not comment.is_root), "held": int(comment.held)})
        on_progress(len(ties), new_count)
    ImportedId.objects.bulk_create(ties)
    return counts


def _find_imported(source: str, ids: list[str]) -> Iterator[ImportedId]:
    rows = ImportedId.objects.filter(source=source).select_related("article", "comment__discussion__article")
    # SQLite takes a limited number of values in one query.
    for start in range(0, len(ids), 500):
        yield from rows.filter(source_id__in=ids[start : start + 500])


def _tie_comments(records: Iterable[CommentRecord]) -> dict[str, str]:
    """Return a lasting id for each comment by its id in the file.

    Where the source has none, it is made of the name and the words: a page saved again with a new comment on top counts
    all others anew, but their words stay. The same words by the same name count on.
    """
    ties: dict[str, str] = {}
    seen: Counter[str] = Counter()
    for record in records:
        if record.has_own_id:
            ties[record.source_id] = record.source_id
            continue
        words = " ".join(re.findall(r"\w+", f"{record.name} {record.body}".casefold()))
        digest = sha256(words.encode()).hexdigest()[:32]
        seen[digest] += 1
        ties[record.source_id] = f"{digest}-{seen[digest]}"
    return ties


def _in_writing_order(plan: Plan, stored: dict[str, Comment], now: datetime) -> Iterator[tuple[CommentRecord, datetime]]:
    """Yield new comments with their ``sort_at``: roots as printed, so that positions follow the page, then replies by time.

    A reply comes after its parent. Raises ImportFileError where comments answer each other in a circle.
    """
    sort_at = _sort_moments(plan, now)
    replies: dict[str, list[CommentRecord]] = {}
    pending: list[tuple[datetime, int, CommentRecord]] = []
    count = 0
    for record in plan.new_comments:
        if record.parent in stored:
            heapq.heappush(pending, (sort_at[record.source_id], record.position, record))
        elif record.parent in plan.ties:
            replies.setdefault(record.parent, []).append(record)
        else:
            yield record, sort_at[record.source_id]
            count += 1
            for reply in replies.pop(record.source_id, ()):
                heapq.heappush(pending, (sort_at[reply.source_id], reply.position, reply))
    while pending or replies:
        roots_with_replies = [source_id for source_id in replies if source_id in stored]
        for source_id in roots_with_replies:
            for reply in replies.pop(source_id):
                heapq.heappush(pending, (sort_at[reply.source_id], reply.position, reply))
        if not pending:
            raise ImportFileError("the comments answer each other in a circle. Nothing was imported.")
        _moment, _position, record = heapq.heappop(pending)
        yield record, sort_at[record.source_id]


def _sort_moments(plan: Plan, now: datetime) -> dict[str, datetime]:
    """Return the moment each comment is sorted by: its date or, unknown, that of the comment before it in the source."""
    published = plan.page.article.published_on
    moment = timezone.make_aware(datetime.combine(published, time(12))) if published else now
    moments: dict[str, datetime] = {}
    for record in plan.page.comments:
        moment = record.posted_at or moment
        moments[record.source_id] = moment
    return moments
