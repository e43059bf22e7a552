"""A small vocabulary for tests, and what stored mentions and counts must agree with, worked out the slow way."""

from collections import Counter
from itertools import combinations_with_replacement

from forum.discussion.models import Comment
from forum.discussion.permissions import ANONYMOUS
from forum.topics.editing import change_vocabulary
from forum.topics.models import Kind, Mention, Spelling, Standing, Topic, TopicPair
from forum.topics.searching import search_all

WORDS = {
    "baclofen": (Kind.TREATMENT, ["baclofen", "Lioresal"]),
    "baclofen pump": (Kind.TREATMENT, ["baclofen pump*"]),
    "stroke": (Kind.CONDITION, ["stroke*"]),
    "splints": (Kind.DEVICE, ["splint", "splints"]),
    "wearing off": (Kind.OUTCOME, ["wore off", "wears off"]),
    "a son or daughter": (Kind.PERSON, ["my son", "my daughter"]),
}


def make_topic(name: str, *spellings: str, kind: str = Kind.TREATMENT, slug: str = "", **fields: object) -> Topic:
    """Store a topic with its spellings, and let the site know of it as the administration does."""
    topic = Topic.objects.create(name=name, slug=slug or name.replace(" ", "-"), kind=kind, **fields)
    Spelling.objects.bulk_create(Spelling(topic=topic, text=text) for text in spellings or (name,))
    change_vocabulary()
    return topic


def make_vocabulary() -> dict[str, Topic]:
    """Store WORDS as topics; return them by name."""
    return {name: make_topic(name, *spellings, kind=kind) for name, (kind, spellings) in WORDS.items()}


def topics_of(comment: Comment) -> set[str]:
    """Return the names of the topics that ``comment`` shows."""
    return set(Mention.objects.filter(comment=comment, shown=True).values_list("topic__name", flat=True))


def stored_counts() -> dict[tuple[int, int], int]:
    """Return all counts that are not nought."""
    return {(pair.low_id, pair.high_id): pair.comment_count for pair in TopicPair.objects.exclude(comment_count=0)}


def true_counts() -> dict[tuple[int, int], int]:
    """Count again, from what everybody may read."""
    visible = Comment.objects.visible_to(ANONYMOUS)
    mentions = Mention.objects.filter(comment__in=visible, topic__is_active=True).exclude(standing=Standing.DENIED)
    by_comment: dict[int, list[int]] = {}
    for comment_id, topic_id in mentions.values_list("comment", "topic"):
        by_comment.setdefault(comment_id, []).append(topic_id)
    counts: Counter[tuple[int, int]] = Counter()
    for topics in by_comment.values():
        counts.update(combinations_with_replacement(sorted(topics), 2))
    return dict(counts)


def search() -> None:
    """Do what the worker does after a change of the vocabulary."""
    assert search_all()
