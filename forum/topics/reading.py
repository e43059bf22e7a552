"""Which topics comments name, and which comments name topics: the questions that other apps ask. Nothing here writes.

What ``shown`` mentions say is what everybody may read, but for some seconds after a whole discussion was shown or hidden, until
the worker has followed. Whoever shows words of a comment asks ``visible_to`` as well.
"""

from collections.abc import Collection, Iterable
from typing import Any

from django.db import connection
from django.db.models import F

from .counting import pair_key
from .models import Mention, Topic, TopicPair


def find_topic(slug: str) -> Topic | None:
    """Return the topic in use with this address."""
    return Topic.objects.filter(slug=slug.replace("\0", ""), is_active=True).first()


def topics_of(comment_ids: Collection[int]) -> dict[int, list[Topic]]:
    """Return what each of these comments is about, in the order of the names. One query; comments about nothing are left out."""
    found: dict[int, list[Topic]] = {}
    named = Mention.objects.filter(comment__in=comment_ids, shown=True, topic__is_active=True)
    for mention in named.select_related("topic").order_by("topic__name"):
        found.setdefault(mention.comment_id, []).append(mention.topic)
    return found


def comments_naming(topic_ids: Iterable[int], *, limit_each: int) -> list[tuple[int, int]]:
    """Return (comment, topic) for the latest ``limit_each`` comments that name each of these topics, by ids. One query."""
    parts: list[str] = []
    values: list[Any] = []
    for topic_id in topic_ids:
        latest = Mention.objects.filter(topic=topic_id, shown=True).order_by("-at", "-comment")
        sql, params = latest.values_list("comment_id", "topic_id")[:limit_each].query.sql_with_params()
        # SQLite takes no LIMIT in a part of a UNION itself.
        parts.append(f"SELECT * FROM ({sql}) part{len(parts)}")  # noqa: S608 - the ORM wrote it, values stand apart
        values += params
    if not parts:
        return []
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), values)
        return [(comment_id, topic_id) for comment_id, topic_id in cursor.fetchall()]


def count_comments(topic_ids: Iterable[int]) -> dict[int, int]:
    """Return how many comments name each of these topics: stored counts, nought for those left out. One query."""
    alone = TopicPair.objects.filter(pk__in=[pair_key(pk, pk) for pk in topic_ids], comment_count__gt=0)
    return dict(alone.values_list("low", "comment_count"))


def count_together(topic: Topic) -> list[tuple[Topic, int]]:
    """Return the topics in use that are named in one comment with ``topic``, and in how many, the most first. Two queries."""
    found: list[tuple[Topic, int]] = []
    for mine, other in (("low", "high"), ("high", "low")):
        pairs = TopicPair.objects.filter(**{mine: topic}, comment_count__gt=0, **{f"{other}__is_active": True})
        pairs = pairs.exclude(low=F("high")).select_related(other)
        found += [(getattr(pair, other), pair.comment_count) for pair in pairs]
    return sorted(found, key=lambda one: (-one[1], one[0].name))
