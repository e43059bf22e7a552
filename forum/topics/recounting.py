"""Counting again, from what is stored of each comment; mends what a row changed past the site has bent. It may stay open."""

from django.db import transaction
from django.db.models import Count, Exists, OuterRef

from forum.discussion.models import Comment
from forum.site.models import SiteVersion

from .counting import lock_counts, pair_key
from .mentions import settle_comments
from .models import Mention, Topic, TopicPair
from .searching import BATCH, FIELDS, OnProgress, search_all
from .vocabulary import current_matcher, forget_search

ATTEMPTS = 3  # without stopping others; then with the lock held while it counts


def rebuild(on_progress: OnProgress = lambda done: None) -> int:
    """Search every text again, see who may read it, and count; return how many counts were wrong."""
    forget_search()
    search_all(on_progress=on_progress)
    _hide_what_is_not_public()
    return sum(recount_topic(pk) for pk in Topic.objects.order_by("pk").values_list("pk", flat=True))


def recount_topic(topic_id: int) -> int:
    """Correct the counts of a topic with itself and with all of higher ids; return how many were wrong."""
    for attempt in range(ATTEMPTS + 1):
        seen = SiteVersion.objects.current()
        counts = {} if attempt == ATTEMPTS else _count(topic_id)
        with transaction.atomic():
            lock_counts()
            if attempt == ATTEMPTS:
                return _store(topic_id, _count(topic_id))
            if SiteVersion.objects.current() == seen + 1:
                return _store(topic_id, counts)
    raise AssertionError("the last attempt stores what it counts")


def _count(topic_id: int) -> dict[int, int]:
    """Return by topic in how many comments both are shown. One query."""
    here = Mention.objects.filter(topic=topic_id, shown=True)
    together = here.filter(comment__mentions__shown=True, comment__mentions__topic__gte=topic_id)
    return dict(together.values_list("comment__mentions__topic").annotate(count=Count("pk")).order_by())


def _store(topic_id: int, counts: dict[int, int]) -> int:
    stored = {pair.high_id: pair for pair in TopicPair.objects.filter(low=topic_id)}
    wrong = [pair for high_id, pair in stored.items() if pair.comment_count != counts.get(high_id, 0)]
    for pair in wrong:
        pair.comment_count = counts.get(pair.high_id, 0)
    TopicPair.objects.bulk_update(wrong, ["comment_count"], batch_size=200)
    missing = [
        TopicPair(pk=pair_key(topic_id, high_id), low_id=topic_id, high_id=high_id, comment_count=count)
        for high_id, count in counts.items()
        if high_id not in stored
    ]
    TopicPair.objects.bulk_create(missing, batch_size=200)
    return len(wrong) + len(missing)


def _hide_what_is_not_public() -> None:
    last, matcher = 0, current_matcher()
    shown = Mention.objects.filter(comment=OuterRef("pk"), shown=True)
    wrong = Comment.objects.filter(Exists(shown), public=False).order_by("pk").only(*FIELDS)
    while comments := list(wrong.filter(pk__gt=last)[:BATCH]):
        settle_comments(comments, matcher, searches=False)
        last = comments[-1].pk
