"""Taking an import out again: everything that nobody has answered or taken for their own since. The rest stays, and is told."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from django.db import models, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from articles.models import Article, OldAddress
from articles.services import unpublish_article
from forum.accounts.models import Guest
from forum.discussion.append_only import opened_decisions
from forum.discussion.models import Comment, Decision, Discussion
from forum.discussion.recount import recount_discussion
from forum.discussion.services import show_change
from forum.search.rebuilding import make_due
from forum.topics.mentions import forget_comments

from .locking import the_only_import
from .models import ImportedId, ImportedWriter, ImportRun
from .records import ImportFileError

AT_ONCE = 250


@dataclass(frozen=True, slots=True)
class Undone:
    """How many comments and articles are gone, which stay and why."""

    comments: int
    articles: int
    answered: int  # comments that stay because somebody answers them, or what stands below
    claimed: int  # ... because they have been given to the person who wrote them
    kept_articles: tuple[Article, ...]


def undo_run(run: ImportRun, *, on_progress: Callable[[int, int], None] = lambda done, total: None) -> Undone:
    """Take out what ``run`` brought. One that was stopped goes on when it is called again. Raises ImportFileError.

    Comments leave together with all that was said and decided about them; an article leaves when nothing stands under it.
    """
    with the_only_import():
        run.refresh_from_db()
        if run.undone_at:
            raise ImportFileError("this import was taken out before.")
        answered, claimed = _find_answered(run), _find_claimed(run)
        staying = _with_parents(run, answered | claimed)
        discussions = list(Discussion.objects.filter(comments__in=_of(run)).distinct().values_list("pk", flat=True))
        discussions += list(Discussion.objects.filter(article__in=_articles_of(run)).values_list("pk", flat=True))
        gone = _remove_comments(run, staying, on_progress)
        for pk in sorted(set(discussions)):
            recount_discussion(pk)
        articles, kept = _remove_articles(run)
        for discussion in Discussion.objects.filter(pk__in=discussions):
            with transaction.atomic():
                show_change(discussion)
        make_due()
        run.undone_at = run.finished_at = timezone.now()
        run.counts = run.counts | {"taken_out": gone, "stayed": len(staying)}
        run.save(update_fields=["undone_at", "finished_at", "counts"])
        return Undone(gone, articles, len(staying - claimed), len(claimed), tuple(kept))


def _of(run: ImportRun) -> models.QuerySet[ImportedId, int | None]:
    return ImportedId.objects.filter(run=run, comment__isnull=False).values_list("comment", flat=True)


def _articles_of(run: ImportRun) -> models.QuerySet[ImportedId, int | None]:
    return ImportedId.objects.filter(run=run, article__isnull=False).values_list("article", flat=True)


def _find_answered(run: ImportRun) -> set[int]:
    """Return the comments of the run that others answer."""
    replies = Comment.objects.filter(parent__in=_of(run)).exclude(pk__in=_of(run))
    return {pk for pk in replies.values_list("parent", flat=True) if pk}


def _find_claimed(run: ImportRun) -> set[int]:
    return set(Comment.objects.filter(pk__in=_of(run), author__isnull=False).values_list("pk", flat=True))


def _with_parents(run: ImportRun, pks: Collection[int]) -> set[int]:
    """Return these and what they answer in turn, as far as the run brought it."""
    found: set[int] = set()
    level = set(pks)
    while level:
        found |= level
        above = Comment.objects.filter(pk__in=level, parent__in=_of(run)).values_list("parent", flat=True)
        level = {pk for pk in above if pk} - found
    return found


def _remove_comments(run: ImportRun, staying: Collection[int], on_progress: Callable[[int, int], None]) -> int:
    """Delete in the reverse order of writing, in which what answers comes before what it answers."""
    total = _of(run).distinct().count() - len(staying)
    gone, before = 0, None
    while True:
        ties = ImportedId.objects.filter(run=run, comment__isnull=False).order_by("-pk")
        rows = list((ties.filter(pk__lt=before) if before else ties).values_list("pk", "comment")[:AT_ONCE])
        if not rows:
            return gone
        before = rows[-1][0]
        ids = sorted({pk for _tie, pk in rows if pk} - set(staying))
        if ids:
            gone += _remove(ids)
            on_progress(gone, total)


def _remove(ids: list[int]) -> int:
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
        OldAddress.objects.filter(target__in=paths).delete()
        comments = Comment.objects.filter(pk__in=ids)
        count = comments._raw_delete(comments.db)  # their parents may be in the same statement
        idle = Guest.objects.filter(pk__in=guests, email="").exclude(Exists(Comment.objects.filter(guest=OuterRef("pk"))))
        idle_ids = list(idle.values_list("pk", flat=True))
        ImportedWriter.objects.filter(guest__in=idle_ids).delete()
        Guest.objects.filter(pk__in=idle_ids).delete()
    return count


def _remove_articles(run: ImportRun) -> tuple[int, list[Article]]:
    gone, kept = 0, []
    for article in Article.objects.filter(pk__in=_articles_of(run)).order_by("pk"):
        discussion = Discussion.objects.get(article=article)
        if Comment.objects.filter(discussion=discussion).exists() or Decision.objects.filter(discussion=discussion).exists():
            kept.append(article)
            continue
        with transaction.atomic():
            unpublish_article(article)
            OldAddress.objects.filter(target=article.get_absolute_url()).delete()
            discussion.delete()
            article.delete()
        gone += 1
    return gone, kept
