"""Comments near to one: those that share its topics and its rare words. Bounded work, however many comments there are.

What few others write about tells most. A topic weighs more than a word: the operator has said that it matters, and it is one
thing under all its spellings. Candidates are the latest with each of the most telling topics and words.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from forum.discussion.models import Comment
from forum.discussion.permissions import ANONYMOUS
from forum.search.models import IndexState
from forum.search.services import weight_of
from forum.search.similar import Telling, find_sharing, find_telling
from forum.search.words import read_words
from forum.topics.counting import pair_key
from forum.topics.matching import Span
from forum.topics.mentions import find_topics
from forum.topics.models import Mention, TopicPair
from forum.topics.texts import text_of_comment
from forum.topics.vocabulary import current_matcher

MOST_NEIGHBOURS = 8
MOST_TOPICS = 8  # the rarest of a comment that names more
# Candidates by each topic, the rarest first. What shares several is among those of the rarest that it shares.
BY_TOPIC = (150, 75, 50, 25, 25, 25, 25, 25)
MOST_BY_WORDS = 150
MOST_LOOKED_AT = 60  # of the best: some cannot be read now, others are by one person
WORD_WEIGHT = 0.5  # of a word, beside a topic that is as rare
COMMON_SHARE = 1 / 3  # what more comments than that have makes nobody a neighbour by itself
MOST_WORDS_KEPT = 3


@dataclass(frozen=True, slots=True)
class Near:
    """A comment that is near, and by what: ids of topics and words as they were typed, the most telling first."""

    comment_id: int
    version: int  # of the comment that was looked at
    topics: tuple[int, ...]
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Shared:
    topics: list[int]
    words: list[Telling]


def find_nearest(comment: Comment, *, limit: int = MOST_NEIGHBOURS) -> list[Near]:
    """Return the comments near to ``comment`` that everybody may read, the nearest first.

    None of its own thread, none by its writer, one of each thread and each person. ``comment`` may be one that waits.
    """
    places = find_topics(comment, current_matcher())
    topic_ids = _read_topics(comment) if comment.public else set(places)
    count = IndexState.load().comment_count
    weights = _weigh_topics(topic_ids, count)
    words = _find_words(comment, places, count)
    shared = _find_candidates(weights, words)
    shared.pop(comment.pk, None)
    least = weight_of(max(1, int(count * COMMON_SHARE)), count)
    scores = {pk: _score(one, weights) for pk, one in shared.items() if _tells(one, weights, least)}
    best = sorted(scores, key=lambda pk: (-scores[pk], -pk))[:MOST_LOOKED_AT]
    return [_describe(other, shared[other.pk], weights) for other in _choose(comment, best, limit)]


def _read_topics(comment: Comment) -> set[int]:
    return set(Mention.objects.filter(comment=comment, shown=True).values_list("topic", flat=True))


def _weigh_topics(topic_ids: Collection[int], count: int) -> dict[int, float]:
    """Return how much each topic tells, the rarest first."""
    keys = {pair_key(pk, pk): pk for pk in topic_ids}
    rows = TopicPair.objects.filter(pk__in=keys, comment_count__gt=0).order_by("comment_count", "pk")
    found = list(rows.values_list("low", "comment_count")[:MOST_TOPICS])
    return {pk: weight_of(uses, count) for pk, uses in found}


def _find_words(comment: Comment, places: Mapping[int, Sequence[Span]], count: int) -> list[Telling]:
    """Return the telling words of ``comment`` that are no topic's and no name's."""
    text = text_of_comment(comment)
    for start, end in (span for spans in places.values() for span in spans):
        text = f"{text[:start]}{' ' * (end - start)}{text[end:]}"
    names = [comment.name, comment.parent.name if comment.parent else ""]
    left_out = {word.text for name in names for word in read_words(name)}
    language = comment.language or comment.discussion.article.language
    return find_telling(text, language, left_out=left_out, least_uses=2 if comment.public else 1)


def _find_candidates(weights: Mapping[int, float], words: Sequence[Telling]) -> dict[int, _Shared]:
    """Return by id what comments share, with at least one topic or word."""
    by_words = find_sharing(words, limit=MOST_BY_WORDS)
    pks = set(by_words)
    for topic_id, most in zip(weights, BY_TOPIC, strict=False):
        latest = Mention.objects.filter(topic=topic_id, shown=True).order_by("-at", "-id")
        pks.update(latest.values_list("comment", flat=True)[:most])
    topics: dict[int, list[int]] = {}
    if weights:
        rows = Mention.objects.filter(comment__in=pks, topic__in=weights, shown=True)
        for pk, topic_id in rows.values_list("comment", "topic"):
            topics.setdefault(pk, []).append(topic_id)
    return {pk: _Shared(topics.get(pk, []), by_words.get(pk, [])) for pk in pks}


def _score(shared: _Shared, weights: Mapping[int, float]) -> float:
    return sum(weights[pk] for pk in shared.topics) + WORD_WEIGHT * sum(word.weight for word in shared.words)


def _tells(shared: _Shared, weights: Mapping[int, float], least: float) -> bool:
    """Tell whether what is shared is worth saying: two things, or a topic that tells at ``least`` so much."""
    return len(shared.topics) + len(shared.words) > 1 or any(weights[pk] >= least for pk in shared.topics)


def _choose(comment: Comment, best: Sequence[int], limit: int) -> Iterable[Comment]:
    """Yield up to ``limit`` of the comments with these ids, in their order: of other people, in other threads, one of each."""
    fields = ("root", "author", "guest", "name", "origin", "version")
    rows = Comment.objects.visible_to(ANONYMOUS).filter(pk__in=best).only(*fields)
    found = {row.pk: row for row in rows}
    threads, chosen = {comment.thread_id}, [comment]
    for row in (found[pk] for pk in best if pk in found):
        if row.thread_id in threads or any(row.is_by_same_person(other) for other in chosen):
            continue
        threads.add(row.thread_id)
        chosen.append(row)
        yield row
        if len(chosen) > limit:
            return


def _describe(other: Comment, shared: _Shared, weights: Mapping[int, float]) -> Near:
    topics = sorted(shared.topics, key=lambda topic: -weights[topic])
    words = sorted(shared.words, key=lambda word: -word.weight)[:MOST_WORDS_KEPT]
    return Near(other.pk, other.version, tuple(topics), tuple(word.word for word in words))
