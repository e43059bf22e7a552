"""What is done right at the end of an import: threads that grew, publication, addresses, statistics, search, topics, versions.

Every step may be done twice: an import that was stopped here goes on at the step it was in.
"""

from collections.abc import Iterator, Sequence
from itertools import islice

from django.db import connection, models, transaction
from django.urls import reverse

from articles.models import MAX_PATH_CHARS, Article, OldAddress, is_on_this_site
from forum.care.jobs import search_for_notes
from forum.care.models import SafetyNote
from forum.discussion.models import Comment, Discussion
from forum.discussion.recount import recount_thread
from forum.discussion.services import show_change
from forum.discussion.tally import renumber_replies
from forum.related.neighbours import find_near_later
from forum.search.indexing import learn_comments
from forum.search.rebuilding import make_due
from forum.site.models import SiteVersion
from forum.topics.jobs import search_again
from forum.topics.mentions import show_comments
from forum.topics.models import Mention
from forum.topics.vocabulary import forget_search

from .keys import reserve
from .models import ImportedId, ImportRun
from .staging import Staging
from .writer import OnProgress

INDEXED_AT_ONCE = 500
ADDRESSES_AT_ONCE = 500
GROWN = (Article, Comment, Discussion, ImportedId, Mention)  # tables that the steps below read most of


def take_stock() -> None:
    """Let PostgreSQL look at what its tables hold by now: what it knows is of before, and would lead it along all comments.

    It would look by itself within a minute, which is longer than the rest of most imports. On SQLite we never ANALYZE.
    """
    if connection.vendor == "postgresql":
        quote = connection.ops.quote_name
        with connection.cursor() as cursor:
            for model in GROWN:
                # Nothing asks for a text by its value, and to look at texts takes the longest.
                short = (one for one in model._meta.concrete_fields if not isinstance(one, models.TextField | models.JSONField))
                cursor.execute(f"ANALYZE {quote(model._meta.db_table)} ({', '.join(quote(str(one.column)) for one in short)})")


def mend_threads(run: ImportRun) -> None:
    """Number and count again the threads that were not written in one go."""
    while touched := run.progress.get("touched"):
        root = Comment.objects.get(pk=touched[0])
        with transaction.atomic():
            Discussion.objects.select_for_update(no_key=True).get(pk=root.discussion_id)
            if not ImportedId.objects.filter(run=run, comment=root.pk).exists():
                renumber_replies(root.pk)
        recount_thread(root)
        run.progress["touched"] = touched[1:]
        run.save(update_fields=["progress"])


def index(run: ImportRun, staging: Staging, total: int, on_progress: OnProgress) -> None:
    """Let search, topics and shared experience take up every comment that became public."""
    base = run.progress["bases"]["comment"]
    done = run.progress.get("indexed", 0)
    while pks := staging.read_pks(done, INDEXED_AT_ONCE, base=base):
        with transaction.atomic():
            public = list(Comment.objects.filter(pk__in=pks, public=True).order_by("pk").values_list("pk", flat=True))
            learn_comments(public)
            find_near_later(public)
            show_comments(public)
            done += len(pks)
            run.progress["indexed"] = done
            run.save(update_fields=["progress"])
        on_progress(done, total)


def look_again() -> None:
    """Let the worker look through all texts: comments of an import that another release began may not be found by their words."""
    make_due()
    forget_search()
    search_again.enqueue()
    SafetyNote.objects.filter(is_active=True).update(searched_to=0)
    search_for_notes.enqueue()


def keep_addresses(run: ImportRun, staging: Staging) -> None:
    """Lead the paths of the old site to where things stand now. One that leads somewhere already stays."""
    highest = staging.highest_address()
    first, last = run.progress.get("addresses", (1, 0))
    if last - first + 1 < highest:  # none yet, or fewer by an earlier release, which are made again
        with transaction.atomic():
            OldAddress.objects.filter(pk__range=(first, last)).delete()
            base = reserve(OldAddress, highest)
            run.progress["addresses"] = [base + 1, base + highest]  # so that it is known which they are
            run.save(update_fields=["progress"])
    found = _find_addresses(run, staging)
    while rows := list(islice(found, ADDRESSES_AT_ONCE)):
        OldAddress.objects.bulk_create(rows, ignore_conflicts=True)


def _find_addresses(run: ImportRun, staging: Staging) -> Iterator[OldAddress]:
    """Yield the addresses to keep, each under the key that its number gives it; tell of those that cannot be kept."""
    batch = run.progress["n"] + 1  # one after all comments: what an attempt before this one told is taken back
    for number, path, article, comment, target, line in staging.addresses():
        where = target or _find_target(staging, article, comment, run.progress["bases"]["comment"])
        if not where and (article or comment):
            sentence = f"the old address {path[:200]} leads to something that is not here."
            staging.note("odd", line, sentence, article or comment, batch=batch)
        elif not is_on_this_site(path) or len(path) > MAX_PATH_CHARS:
            sentence = f"the old address {path[:200]} cannot be kept: it must begin with a single / and be short."
            staging.note("odd", line, sentence, batch=batch)
        elif path != where:
            yield OldAddress(pk=run.progress["addresses"][0] + number - 1, path=path, target=where)


def _find_target(staging: Staging, article: str, comment: str, base: int) -> str:
    if comment:
        pk = staging.comment_pk(comment, base)
        return reverse("discussion:comment", args=[pk]) if pk else ""
    pk = staging.article_pk(article)
    found = Article.objects.filter(pk=pk).first() if pk else None
    return found.get_absolute_url() if found else ""


def show(article_pks: Sequence[int]) -> None:
    """Raise the versions that cached pages of these and of the whole site hang on; a new article has had none."""
    for pk in article_pks:
        with transaction.atomic():
            discussion = Discussion.objects.select_for_update(no_key=True).get(article=pk)
            show_change(discussion)
    SiteVersion.objects.bump()
