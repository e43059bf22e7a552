"""Taking an import out again: everything that nobody has answered or taken for their own since. The rest stays, and is told."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from articles.models import Article, Collection, OldAddress
from articles.services import unpublish_article
from forum.accounts.models import Guest
from forum.discussion.append_only import opened_decisions
from forum.discussion.models import Comment, Decision, Discussion
from forum.discussion.recount import recount_discussion
from forum.discussion.services import show_change
from forum.search.rebuilding import make_due
from forum.site.models import SiteVersion
from forum.topics.mentions import forget_comments

from .locking import the_only_import
from .models import ImportedId, ImportedWriter, ImportRun
from .records import ImportFileError

AT_ONCE = 250
GONE = ("taken_out", "articles_taken_out", "collections_taken_out", "addresses_taken_out")  # the first are comments


@dataclass(frozen=True, slots=True)
class Undone:
    """How much is gone, what stays and why."""

    comments: int
    articles: int
    collections: int
    addresses: int
    answered: int  # comments that stay because somebody answers them, or what stands below
    claimed: int  # ... because they have been given to the person who wrote them
    kept_articles: tuple[Article, ...]


def undo_run(run: ImportRun, *, on_progress: Callable[[int, int], None] = lambda done, total: None) -> Undone:
    """Take out what ``run`` brought. One that was stopped goes on when it is called again. Raises ImportFileError.

    Comments leave together with all that was said and decided about them; an article leaves when nothing stands under it, a
    collection when nothing stands in it, an old address unless it leads to something that stays.
    """
    with the_only_import():
        run.refresh_from_db()
        if run.undone_at:
            raise ImportFileError("this import was taken out before.")
        answered, claimed = _find_answered(run), _find_claimed(run)
        staying = _with_parents(run, answered | claimed)
        discussions = _discussions_of(run)
        _remove_comments(run, staying, on_progress)
        for pk in discussions:
            recount_discussion(pk)
        kept = _remove_articles(run)
        _remove_addresses(run)
        _remove_collections(run)
        for discussion in Discussion.objects.filter(pk__in=discussions):
            with transaction.atomic():
                show_change(discussion)
        make_due()
        run.undone_at = run.finished_at = timezone.now()
        run.counts = dict.fromkeys(GONE, 0) | run.counts | {"stayed": len(staying)}
        run.save(update_fields=["undone_at", "finished_at", "counts"])
        comments, articles, collections, addresses = (run.counts[name] for name in GONE)
        return Undone(comments, articles, collections, addresses, len(staying - claimed), len(claimed), tuple(kept))


def _count(run: ImportRun, **gone: int) -> None:
    """Add to what is gone, in the transaction that takes it away."""
    counts = Counter(run.counts)
    counts.update(gone)
    run.counts = dict(counts)
    run.save(update_fields=["counts"])


def _of(run: ImportRun) -> models.QuerySet[ImportedId, int | None]:
    return ImportedId.objects.filter(run=run, comment__isnull=False).values_list("comment", flat=True)


def _articles_of(run: ImportRun) -> models.QuerySet[ImportedId, int | None]:
    return ImportedId.objects.filter(run=run, article__isnull=False).values_list("article", flat=True)


def _discussions_of(run: ImportRun) -> list[int]:
    """Return the discussions that change: as they were before the first attempt, which may have been stopped."""
    if "undoing" not in run.progress:
        talks = Discussion.objects.filter(Q(comments__in=_of(run)) | Q(article__in=_articles_of(run)))
        run.progress["undoing"] = sorted(set(talks.values_list("pk", flat=True)))
        run.save(update_fields=["progress"])
    return list(run.progress["undoing"])


def _find_answered(run: ImportRun) -> set[int]:
    """Return the comments of the run that others answer."""
    replies = Comment.objects.filter(parent__in=_of(run)).exclude(pk__in=_of(run))
    return {pk for pk in replies.values_list("parent", flat=True) if pk}


def _find_claimed(run: ImportRun) -> set[int]:
    return set(Comment.objects.filter(pk__in=_of(run), author__isnull=False).values_list("pk", flat=True))


def _with_parents(run: ImportRun, pks: Iterable[int]) -> set[int]:
    """Return these and what they answer in turn, as far as the run brought it."""
    found: set[int] = set()
    level = set(pks)
    while level:
        found |= level
        above = Comment.objects.filter(pk__in=level, parent__in=_of(run)).values_list("parent", flat=True)
        level = {pk for pk in above if pk} - found
    return found


def _remove_comments(run: ImportRun, staying: set[int], on_progress: Callable[[int, int], None]) -> None:
    """Delete in the reverse order of writing, in which what answers comes before what it answers."""
    total = _of(run).distinct().count() - len(staying)
    gone, before = 0, None
    while True:
        ties = ImportedId.objects.filter(run=run, comment__isnull=False).order_by("-pk")
        rows = list((ties.filter(pk__lt=before) if before else ties).values_list("pk", "comment")[:AT_ONCE])
        if not rows:
            return
        before = rows[-1][0]
        ids = sorted({pk for _tie, pk in rows if pk and pk not in staying})
        if ids:
            gone += _remove(run, ids)
            on_progress(gone, total)


def _remove(run: ImportRun, ids: list[int]) -> int:
    """Delete comments and every row that hangs on them, in one short transaction."""
    with opened_decisions():
        list(Discussion.objects.select_for_update(no_key=True).filter(comments__in=ids).order_by("pk").values_list("pk"))
        guests = set(Comment.objects.filter(pk__in=ids, guest__isnull=False).values_list("guest", flat=True))
        forget_comments(ids)
        for relation in Comment._meta.get_fields(include_hidden=True):
            if not isinstance(relation, models.ForeignObjectRel):
                continue
            rows = relation.related_model._base_manager.filter(**{f"{relation.field.name}__in": ids})
            if relation.on_delete is models.CASCADE:
                rows.delete()
            elif relation.on_delete is models.SET_NULL:
                rows.update(**{relation.field.name: None})
        decisions = Decision.objects.filter(comment__in=ids)
        decisions._raw_delete(decisions.db)
        paths = [Comment(pk=pk).get_absolute_url() for pk in ids]
        addresses = _forget_paths(paths)
        comments = Comment.objects.filter(pk__in=ids)
        count = comments._raw_delete(comments.db)  # their parents may be in the same statement
        idle = Guest.objects.filter(pk__in=guests, email="").exclude(Exists(Comment.objects.filter(guest=OuterRef("pk"))))
        idle_ids = list(idle.values_list("pk", flat=True))
        ImportedWriter.objects.filter(guest__in=idle_ids).delete()
        Guest.objects.filter(pk__in=idle_ids).delete()
        _count(run, taken_out=count, addresses_taken_out=addresses)
    return count


def _forget_paths(paths: Iterable[str]) -> int:
    """Delete the old addresses that lead to what is gone, whoever made them."""
    return OldAddress.objects.filter(target__in=list(paths)).delete()[0]


def _remove_articles(run: ImportRun) -> list[Article]:
    """Delete the articles under which nothing stands, and return the others."""
    kept = []
    for article in Article.objects.filter(pk__in=_articles_of(run)).order_by("pk"):
        discussion = Discussion.objects.get(article=article)
        if Comment.objects.filter(discussion=discussion).exists() or Decision.objects.filter(discussion=discussion).exists():
            kept.append(article)
            continue
        with transaction.atomic():
            unpublish_article(article)
            addresses = _forget_paths([article.get_absolute_url()])
            discussion.delete()
            article.delete()
            _count(run, articles_taken_out=1, addresses_taken_out=addresses)
    return kept


def _remove_addresses(run: ImportRun) -> None:
    """Delete the old addresses that the run made, but for those that lead to what stays of it."""
    first, last = run.progress.get("addresses", (1, 0))
    staying = {article.get_absolute_url() for article in Article.objects.filter(pk__in=_articles_of(run))}
    staying |= {Comment(pk=pk).get_absolute_url() for pk in _of(run)}
    for start in range(first, last + 1, AT_ONCE):
        rows = OldAddress.objects.filter(pk__range=(start, min(start + AT_ONCE - 1, last)))
        idle = [pk for pk, target in rows.values_list("pk", "target") if urlsplit(target).path not in staying]
        with transaction.atomic():
            _count(run, addresses_taken_out=OldAddress.objects.filter(pk__in=idle).delete()[0])


def _remove_collections(run: ImportRun) -> None:
    """Delete the collections that the run made and in which nothing stands, the innermost first."""
    made = run.progress.get("collections", [])
    while True:
        inside = Article.objects.filter(collection=OuterRef("pk")), Collection.objects.filter(parent=OuterRef("pk"))
        empty = list(Collection.objects.filter(pk__in=made).exclude(Exists(inside[0])).exclude(Exists(inside[1])))
        if not empty:
            return
        with transaction.atomic():
            addresses = _forget_paths(shelf.get_absolute_url() for shelf in empty)
            Collection.objects.filter(pk__in=[shelf.pk for shelf in empty]).delete()
            SiteVersion.objects.bump()
            _count(run, collections_taken_out=len(empty), addresses_taken_out=addresses)
