"""Keeping what is near to each thread: found by the worker after a change, and for all threads after a change of the vocabulary.

Rows are written while every comment that they name is locked and still is as it was when it was looked at, its topics too. Lock
order: comments by id → rows of ours by id. Nothing here locks a conversation: pages know of a change by ``freshness``.
"""

import time
from collections.abc import Callable, Collection, Iterable, Sequence

from django.db import transaction
from django.db.models import Q, QuerySet

from forum.database.bulk import insert_rows
from forum.discussion.models import Comment
from forum.discussion.permissions import ANONYMOUS
from forum.topics.models import Mention
from forum.topics.vocabulary import read_vocabulary

from .models import ChangedComment, Neighbour, Walk
from .nearest import Near, find_nearest

VERSION = 1  # of the way in which neighbours are found: raise it, and every site finds them anew
CHANGES_AT_ONCE = 20
THREADS_AT_ONCE = 20
MOST_ANSWERED = 5  # so many of the nearest learn of a new neighbour at once

OnProgress = Callable[[int], None]


def find_near_later(ids: Collection[int]) -> None:
    """Let the worker look for what is near to those of these comments that are public."""
    public = Comment.objects.filter(pk__in=ids, public=True).order_by("pk").values_list("pk", flat=True)
    insert_rows(ChangedComment, ("comment_id",), [(pk,) for pk in public])


def forget(comment: Comment) -> None:
    """Take away every row that says something of the words of ``comment``, which its transaction has locked."""
    drop(Neighbour.objects.filter(Q(thread=comment) | Q(comment=comment)))


def drop(rows: QuerySet[Neighbour]) -> None:
    """Delete ``rows`` in the order of their ids; once a transaction, so that two that delete the same never wait in a circle."""
    if ids := list(rows.select_for_update().order_by("pk").values_list("pk", flat=True)):
        Neighbour.objects.filter(pk__in=ids).delete()


def follow_changes(*, seconds: float, on_progress: OnProgress = lambda done: None) -> bool:
    """Find neighbours for what changed, and for those that are found, for about ``seconds``; return whether all is done."""
    deadline = time.monotonic() + seconds
    done = 0
    while changes := list(ChangedComment.objects.order_by("pk")[:CHANGES_AT_ONCE]):
        for comment in _read(change.comment_id for change in changes):
            near = renew(comment)
            for other in _read([one.comment_id for one in near[:MOST_ANSWERED]]):
                renew(other)
        ChangedComment.objects.filter(pk__in=[change.pk for change in changes]).delete()
        done += len(changes)
        on_progress(done)
        if time.monotonic() >= deadline:
            return False
    return True


def renew(comment: Comment) -> list[Near]:
    """Find what is near to ``comment``, store it where that begins a thread, and return it."""
    near = find_nearest(comment)
    if comment.is_root and not _is_stored(comment, near):
        _store(comment, near)
    return near


def walk_on(*, seconds: float | None = None, on_progress: OnProgress = lambda done: None) -> bool:
    """Find the neighbours of all threads anew where that is due, on from where it stopped; return whether all is done."""
    deadline = None if seconds is None else time.monotonic() + seconds
    done = 0
    while not (walk := _take_up()).is_done:
        roots = Comment.objects.filter(pk__gt=walk.cursor, root=None, public=True).order_by("pk")
        ids = list(roots.values_list("pk", flat=True)[:THREADS_AT_ONCE])
        for comment in _read(ids):
            renew(comment)
        moved = {"cursor": ids[-1]} if ids else {"is_done": True}
        Walk.objects.filter(pk=1, version=walk.version, vocabulary=walk.vocabulary, cursor=walk.cursor).update(**moved)
        done += len(ids)
        on_progress(done)
        if deadline is not None and time.monotonic() >= deadline:
            return False
    return True


def begin_again() -> None:
    """Let the next walk begin with the first thread."""
    Walk.objects.update(version=0)


def _take_up() -> Walk:
    """Return the row with the place to go on from. After a change of the vocabulary it waits until all texts were searched."""
    vocabulary = read_vocabulary()
    stamp = vocabulary.searched if vocabulary else None
    walk, _ = Walk.objects.get_or_create(pk=1)
    if (walk.version, walk.vocabulary) != (VERSION, stamp):
        walk.version, walk.vocabulary, walk.is_done, walk.cursor = VERSION, stamp, False, 0
        walk.save()
    return walk


def _read(ids: Iterable[int]) -> list[Comment]:
    rows = Comment.objects.visible_to(ANONYMOUS).filter(pk__in=list(ids)).select_related("discussion__article", "parent")
    return list(
        rows.defer(
            "body_html", "discussion__article__body", "discussion__article__body_html", "parent__body", "parent__body_html"
        )
    )


def _is_stored(comment: Comment, near: Sequence[Near]) -> bool:
    stored = Neighbour.objects.filter(thread=comment).order_by("rank").values_list("comment", "topics", "words")
    return [(pk, tuple(topics), tuple(words)) for pk, topics, words in stored] == [
        (one.comment_id, one.topics, one.words) for one in near
    ]


@transaction.atomic
def _store(comment: Comment, near: Sequence[Near]) -> None:
    """Store what still holds; where something changed since it was looked at, let the worker look again."""
    ids = [comment.pk, *(one.comment_id for one in near)]
    locked = Comment.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk")
    versions = dict(locked.values_list("pk", "version"))
    if versions.get(comment.pk) == comment.version:
        named = set(Mention.objects.filter(comment__in=ids, shown=True).values_list("comment", "topic"))
        same = [one for one in near if versions.get(one.comment_id) == one.version and _share(comment, one, named)]
        drop(Neighbour.objects.filter(thread=comment))
        Neighbour.objects.bulk_create(
            Neighbour(thread=comment, rank=rank, comment_id=one.comment_id, topics=list(one.topics), words=list(one.words))
            for rank, one in enumerate(same)
        )
        if len(same) == len(near):
            return
    find_near_later([comment.pk])


def _share(comment: Comment, one: Near, named: Collection[tuple[int, int]]) -> bool:
    return all((pk, topic_id) in named for pk in (comment.pk, one.comment_id) for topic_id in one.topics)
