"""Which topics comments name, and which comments name topics: the questions that other apps ask. Nothing here writes.

What ``shown`` mentions say is what everybody may read, but for some seconds after a whole discussion was shown or hidden, until
the worker has followed. Whoever shows words of a comment asks ``visible_to`` as well.
"""

from collections.abc import Iterable
from typing import Any

from django.db import connection
from django.db.models import F, QuerySet
from django.urls import NoReverseMatch, Resolver404, resolve, reverse

from articles.old_addresses import find_target
from forum.database.compiled import CompiledObjects

from .counting import pair_key
from .models import ArticleMention, Mention, Standing, Topic, TopicPair


def find_topic(slug: str) -> Topic | None:
    """Return the topic in use with this address."""
    return Topic.objects.filter(slug=slug.replace("\0", ""), is_active=True).first()


def find_chosen_topic(slug: str) -> Topic | None:
    """Return the topic in use that a query names, by the address that it has or had. One query, more where it has another."""
    found = find_topic(slug)
    if found is None:
        try:
            place = resolve(find_target(reverse("topics:topic", args=[slug])) or "")
        except (NoReverseMatch, Resolver404):
            return None
        return find_topic(place.kwargs["slug"]) if place.view_name == "topics:topic" else None
    return found


def topics_of(comment_id: int) -> list[Topic]:
    """Return what a comment is about, in the order of the names. One query."""
    return _NAMED(comment_id)


def comments_naming(topic_ids: Iterable[int], *, limit_each: int) -> list[tuple[int, int]]:
    """Return (comment, topic) for the latest ``limit_each`` comments that name each of these topics, by ids. One query."""
    shown = Mention.objects.filter(shown=True).order_by("-at", "-comment").values_list("comment_id", "topic_id")
    return [(row[0], row[1]) for row in _read_each(shown.filter(topic=topic_id)[:limit_each] for topic_id in topic_ids)]


def topics_in_articles(topic_ids: Iterable[int]) -> set[int]:
    """Return those of these topics that a published article names. One query, which stops at the first article of each."""
    named = ArticleMention.objects.filter(article__status="published").exclude(standing=Standing.DENIED).values_list("topic_id")
    return {row[0] for row in _read_each(named.filter(topic=topic_id)[:1] for topic_id in topic_ids)}


def _read_each(parts: Iterable[QuerySet[Any, Any]]) -> list[tuple[Any, ...]]:
    """Return the rows of all of ``parts``, read at once."""
    written = [part.query.sql_with_params() for part in parts]
    if not written:
        return []
    # SQLite takes no LIMIT in a part of a UNION itself.
    sql = " UNION ALL ".join(f"SELECT * FROM ({part}) part{number}" for number, (part, _params) in enumerate(written))  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(sql, [value for _part, params in written for value in params])
        return cursor.fetchall()


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


def _ask_named(comment_id: int) -> QuerySet[Topic]:
    named = Mention.objects.filter(comment_id=comment_id, shown=True).values("topic")
    return Topic.objects.filter(pk__in=named, is_active=True).order_by("name")


_NAMED = CompiledObjects(Topic, _ask_named)
