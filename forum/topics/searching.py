"""Searching all texts again after a change of the vocabulary: in batches, resumable, while people go on writing.

How far it got stands in ``Vocabulary``, so that it goes on where it stopped; a newer change starts it anew.
"""

import time
from collections.abc import Callable
from uuid import UUID

from django.db.models import Exists, Max, OuterRef

from articles.models import Article
from forum.discussion.models import Comment

from .articles import settle_articles
from .matching import Matcher
from .mentions import settle_comments
from .models import Mention, Vocabulary
from .vocabulary import current_matcher, matcher_of, read_vocabulary

BATCH = 250  # comments; what they show is written in one short transaction
ARTICLE_BATCH = 20
# Ids are given before a transaction ends: the latest are looked at once more at the end, for what was stored meanwhile.
LOOK_BACK = 2_000
FIELDS = ("subject", "body", "language", "version", "state", "public", "published_at", "sort_at")

OnProgress = Callable[[int], None]


def search_all(*, seconds: float | None = None, on_progress: OnProgress = lambda done: None) -> bool:
    """Search on from where the last call stopped, one step at least, for about ``seconds``; return whether all is done."""
    deadline = None if seconds is None else time.monotonic() + seconds
    done = 0
    while (vocabulary := _take_up()) is not None:
        done += _search_batch(vocabulary, vocabulary.stamp, matcher_of(vocabulary.stamp))
        on_progress(done)
        if deadline is not None and time.monotonic() >= deadline:
            return False
    return True


def _take_up() -> Vocabulary | None:
    """Return the row with the place to go on from, None where all is done."""
    vocabulary = read_vocabulary()
    if vocabulary is None or vocabulary.searched == vocabulary.stamp:
        return None
    if vocabulary.searching != vocabulary.stamp:
        _move(vocabulary.stamp, searching=vocabulary.stamp, cursor=0, article_cursor=0)
        return read_vocabulary()
    return vocabulary


def _search_batch(vocabulary: Vocabulary, stamp: UUID, matcher: Matcher) -> int:
    """Search the next articles or comments; return how many comments."""
    rest = Article.objects.filter(pk__gt=vocabulary.article_cursor).order_by("pk").values_list("pk", flat=True)
    if articles := list(rest[:ARTICLE_BATCH]):
        settle_articles(articles, matcher)
        _move(stamp, article_cursor=articles[-1])
        return 0
    if comments := _read_comments(vocabulary.cursor):
        settle_comments(comments, matcher)
        _move(stamp, cursor=comments[-1].pk)
        return len(comments)
    last = (Comment.objects.aggregate(last=Max("pk"))["last"] or 0) - LOOK_BACK
    while comments := _read_comments(last):
        settle_comments(comments, matcher)
        last = comments[-1].pk
    _move(stamp, searched=stamp)
    return 0


def _read_comments(after: int) -> list[Comment]:
    return list(Comment.objects.filter(pk__gt=after, public=True).order_by("pk").only(*FIELDS)[:BATCH])


def _move(stamp: UUID, **places: object) -> None:
    """Note how far the search for the vocabulary ``stamp`` got, unless there is a newer one."""
    Vocabulary.objects.filter(pk=1, stamp=stamp).update(**places)


def settle_discussion(discussion_id: int) -> None:
    """Look again who may read the comments of a discussion, after it or its article was shown or taken away."""
    last, matcher = 0, current_matcher()
    about = Comment.objects.filter(Exists(Mention.objects.filter(comment=OuterRef("pk"))), discussion=discussion_id)
    while comments := list(about.filter(pk__gt=last).order_by("pk").only(*FIELDS)[:BATCH]):
        settle_comments(comments, matcher, searches=False)
        last = comments[-1].pk
