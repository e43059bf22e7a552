"""Records -> rows, repeatable. Whatever the format, an import adds what is not here yet and changes nothing that is.

Each row is tied to its source and its id there (``ImportedId``). Comments become public through ``discussion.services``, like any
other; the actor is an import, so nothing is mailed. Reading files is done in ``readers``, the run around it in ``services``.
"""

import heapq
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain, count

from django.db.models import Model
from django.utils.text import slugify

from articles.models import Article, Collection, DatePrecision, Source
from articles.services import save_article
from forum.accounts.models import Guest
from forum.discussion.markup import escape_plain
from forum.discussion.models import ActorKind, Comment, Discussion
from forum.discussion.screening import Kind, Submission, keep_verdict, screen
from forum.discussion.services import Actor, insert_comment, transition
from forum.discussion.tally import renumber_replies

from .models import ImportedId, ImportRun
from .printed_dates import noon
from .records import ArticleRecord, CommentRecord, ImportFileError, LeftOut, OldAddressRecord, Problem, Record, SiteRecord

IMPORT = Actor(ActorKind.IMPORT)
OnProgress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class PageRecord:
    """One article with everything written under it."""

    source: str
    article: ArticleRecord
    comments: tuple[CommentRecord, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def all_problems(self) -> tuple[Problem, ...]:
        """Return the problems of the page and of its comments, in the order of their lines."""
        found = [*self.problems, *(problem for comment in self.comments for problem in comment.problems)]
        return tuple(sorted(found, key=lambda problem: problem.line or 0))


def gather_pages(records: Iterable[Record]) -> list[PageRecord]:
    """Return a stream as pages, an article each."""
    source = ""
    articles: dict[str, ArticleRecord] = {}
    comments: dict[str, list[CommentRecord]] = {}
    problems: list[Problem] = []
    for record in records:
        match record:
            case SiteRecord():
                source = record.source
            case ArticleRecord():
                articles[record.source_id] = record
            case CommentRecord():
                comments.setdefault(record.article, []).append(record)
            case Problem():
                problems.append(record)
            case LeftOut() | OldAddressRecord():
                problems.append(Problem(record.line, "was left out."))
    return [PageRecord(source, article, tuple(comments.get(key, ())), tuple(problems)) for key, article in articles.items()]


@dataclass(slots=True)
class Plan:
    """What importing a page means for this site: what of it is here, and what is new. Made without writing anything."""

    page: PageRecord
    article: Article | None
    known: dict[str, int]  # ids of comments that are here, by their id in the file
    ties: dict[str, str]  # the lasting id of each comment, by its id in the file
    now: datetime
    problems: list[Problem]
    order: list[tuple[CommentRecord, datetime]] = field(default_factory=list)  # the new ones as they are written, with sort_at

    @property
    def new_comments(self) -> list[CommentRecord]:
        """Return the comments that are not here yet, as printed."""
        return [record for record in self.page.comments if record.source_id not in self.known]

    @property
    def is_empty(self) -> bool:
        """Say whether there is nothing to add."""
        return self.article is not None and not self.order


def plan_page(page: PageRecord, *, now: datetime, target: Article | None = None) -> Plan:
    """Compare ``page`` with the site and return what is to be done. Raises ImportFileError.

    With ``target`` the comments go under that article, and the article of the page is left out.
    """
    ties = {record.source_id: record.source_id for record in page.comments}
    ids = [page.article.source_id, *ties.values()]
    here = {row.source_id: row for row in _find_imported(page.source, ids)}
    known = {source_id: row.comment_id for source_id, tie in ties.items() if (row := here.get(tie)) and row.comment_id}
    article = next((row.comment.discussion.article if row.comment else row.article for row in here.values()), None)
    if target and article and article != target:
        raise ImportFileError(f"this page is already here, under {article.get_absolute_url()}.")
    plan = Plan(page, target or article, known, ties, now, list(page.all_problems))
    plan.problems += [
        Problem(record.line, f"answers “{record.parent}”, which is not in the file. It starts a thread of its own.")
        for record in plan.new_comments
        if record.parent is not None and record.parent not in ties
    ]
    plan.order = _put_in_order(plan)
    return plan


def write_page(plan: Plan, *, run: ImportRun, on_progress: OnProgress) -> Counter[str]:
    """Store what the plan says is new, inside the caller's transaction, and return how many rows of which kind were added."""
    counts: Counter[str] = Counter()
    page = plan.page
    if plan.article is None:
        plan.article = _write_article(plan, counts)
        ImportedId.objects.create(run=run, source=page.source, source_id=page.article.source_id, article=plan.article)
    # The discussion before any comment: the lock order of every service.
    discussion = Discussion.objects.select_for_update(no_key=True).select_related("article").get(article=plan.article)
    stored = Comment.objects.in_bulk(plan.known.values())
    rows = {source_id: stored[pk] for source_id, pk in plan.known.items()}
    for done, (record, sort_at) in enumerate(plan.order, start=1):
        comment = _write_comment(record, discussion, rows.get(record.parent or ""), sort_at, plan)
        rows[record.source_id] = comment
        counts.update({"comments": 1, "replies": int(not comment.is_root), "held": int(comment.held)})
        on_progress(done, len(plan.order))
    for thread_id in {rows[record.source_id].thread_id for record, _sort_at in plan.order}:
        renumber_replies(thread_id)
    ImportedId.objects.bulk_create(
        ImportedId(run=run, source=page.source, source_id=plan.ties[record.source_id], comment=rows[record.source_id])
        for record, _sort_at in plan.order
    )
    return counts


def _find_imported(source: str, ids: list[str]) -> Iterator[ImportedId]:
    rows = ImportedId.objects.filter(source=source).select_related("article", "comment__discussion__article")
    # SQLite takes a limited number of values in one query.
    for start in range(0, len(ids), 500):
        yield from rows.filter(source_id__in=ids[start : start + 500])


def _put_in_order(plan: Plan) -> list[tuple[CommentRecord, datetime]]:
    """Return the new comments with their ``sort_at``: roots as printed, so that positions follow the page, then replies by time.

    A reply comes after its parent. Raises ImportFileError where comments answer each other in a circle.
    """
    moments = _sort_moments(plan)
    new = {record.source_id: record for record in plan.new_comments}
    roots: list[CommentRecord] = []
    children: dict[str, list[CommentRecord]] = {}
    pending: list[tuple[datetime, int, CommentRecord]] = []
    for record in new.values():
        if record.parent is not None and record.parent in new:
            children.setdefault(record.parent, []).append(record)
        elif record.parent in plan.known:
            pending.append((moments[record.source_id], record.position or 0, record))
        else:
            roots.append(record)
    for root in roots:
        pending += [(moments[child.source_id], child.position or 0, child) for child in children.pop(root.source_id, ())]
    ordered = list(roots)
    heapq.heapify(pending)
    while pending:
        record = heapq.heappop(pending)[-1]
        ordered.append(record)
        for child in children.pop(record.source_id, ()):
            heapq.heappush(pending, (moments[child.source_id], child.position or 0, child))
    if children:
        first = min((record for records in children.values() for record in records), key=lambda record: record.position or 0)
        raise ImportFileError("this comment and others answer each other in a circle.", line=first.line)
    return [(record, moments[record.source_id]) for record in ordered]


def _sort_moments(plan: Plan) -> dict[str, datetime]:
    """Return the moment each comment is sorted by: its date or, unknown, that of the comment before it in the source."""
    published = plan.page.article.published_on
    moment = noon(published) if published else plan.now
    moments: dict[str, datetime] = {}
    for record in plan.page.comments:
        moment = record.posted_at or moment
        moments[record.source_id] = moment
    return moments


def _write_article(plan: Plan, counts: Counter[str]) -> Article:
    """Store the article of the page with its shelves and sources, public."""
    record = plan.page.article
    article = Article(
        collection=_write_collections(record.collection, plan, counts),
        slug=_find_free_slug(Article, record.slug),
        title=_fit(record.title, Article, "title", plan),
        byline=_fit(record.byline, Article, "byline", plan),
        submitted_by=_fit(record.submitted_by, Article, "submitted_by", plan),
        body=record.body,
        original_url=record.original_url or "",
        status=Article.Status.PUBLISHED,
        published_on=record.published_on,
    )
    if record.published_precision in DatePrecision:
        article.published_precision = record.published_precision
    if record.language:
        article.language = record.language
    sources = [Source(number=source.number, title=source.title, url=source.url or "") for source in record.sources]
    save_article(article, sources=sources)
    counts.update({"articles": 1, "sources": len(sources)})
    return article


def _write_collections(titles: tuple[str, ...], plan: Plan, counts: Counter[str]) -> Collection | None:
    """Return the innermost of these nested collections; those that are missing are made."""
    shelf: Collection | None = None
    for title in titles:
        title = _fit(title, Collection, "title", plan)
        inner = Collection.objects.filter(parent=shelf, title=title).first()
        if inner is None:
            slug = _find_free_slug(Collection, slugify(title) or "collection")
            inner = Collection.objects.create(parent=shelf, title=title, slug=slug)
            counts["collections"] += 1
        shelf = inner
    return shelf


def _write_comment(
    record: CommentRecord, discussion: Discussion, parent: Comment | None, sort_at: datetime, plan: Plan
) -> Comment:
    """Store one comment with a guest of its own, and make it public unless a screener has a strong reason against it."""
    name = _fit(record.name, Comment, "name", plan, record.line)
    subject = _fit(record.subject, Comment, "subject", plan, record.line)
    body = escape_plain(record.body) if record.is_plain else record.body
    verdict = screen(
        Submission(
            kind=Kind.IMPORT, body=body, subject=subject, name=name, article=discussion.article, parent=parent,
            is_member=False, is_staff=False, approved_count=0, now=plan.now,
        )
    )  # fmt: skip
    comment = insert_comment(
        discussion=discussion,
        parent=parent,
        body=body,
        sort_at=sort_at,
        guest=Guest.objects.create(display_name=name),
        name=name,
        subject=subject,  # also of a reply: it is what was printed
        posted_at=record.posted_at,
        posted_precision=record.posted_precision,
        posted_text=_fit(record.posted_text, Comment, "posted_text", plan, record.line),
        origin=plan.page.source.partition(":")[0],
        origin_note=_fit(record.note, Comment, "origin_note", plan, record.line),
    )
    keep_verdict(comment, verdict, now=plan.now)
    state = Comment.State.PUBLISHED if verdict.publish else Comment.State.HELD
    return transition(comment, state, actor=IMPORT, now=plan.now, is_new=True)


def _fit(text: str, model: type[Model], name: str, plan: Plan, line: int | None = None) -> str:
    """Return ``text``, or as much of it as the field ``name`` holds; then the whole of it is reported."""
    limit = getattr(model._meta.get_field(name), "max_length", None) or len(text)
    if len(text) <= limit:
        return text
    plan.problems.append(Problem(line, f"“{text}” is longer than the {limit} letters there is room for; the rest was left out."))
    return text[: limit - 1].rstrip() + "…"


def _find_free_slug(model: type[Article] | type[Collection], slug: str) -> str:
    """Return ``slug``, with the first number after it under which the address is free."""
    taken = set(model.objects.filter(slug__startswith=slug).values_list("slug", flat=True))
    return next(name for name in chain([slug], (f"{slug}-{number}" for number in count(2))) if name not in taken)
