"""Which topics a comment shows: its words searched, what people corrected, whether everybody may read it. Stored, and counted.

The one place that writes mentions of comments. All that is stored of a comment's topics is worked out anew from it, so whatever
happens to it, the same function follows: called twice, it changes nothing the second time.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from forum.accounts.models import User
from forum.database.bulk import insert_rows
from forum.discussion.models import ActorKind, Comment, Decision, Discussion
from forum.discussion.permissions import ANONYMOUS
from forum.discussion.services import lock_comment, show_change

from .counting import Pair, apply_change, count_change, lock_counts, pairs_of
from .events import topics_corrected
from .matching import Matcher, Span
from .models import By, Mention, Standing, Topic
from .texts import text_of_comment
from .vocabulary import current_matcher

Found = Mapping[int, list[Span]]

_SEARCHED = ("subject", "body", "language", "public")
_COLUMNS = ("comment_id", "topic_id", "spans", "at", "standing", "corrected_by", "shown")


@dataclass
class _Plan:
    """What is to be written."""

    new: list[Mention] = field(default_factory=list)
    changed: list[Mention] = field(default_factory=list)
    gone: list[int] = field(default_factory=list)
    counts: Counter[Pair] = field(default_factory=Counter)
    comment_ids: set[int] = field(default_factory=set)


def settle_comment(comment: Comment) -> None:
    """Store what topics ``comment`` shows as it is now. Its row is locked by the caller's transaction."""
    matcher = current_matcher()
    found = find_topics(comment, matcher) if comment.public else None
    if not found and not Mention.objects.filter(comment=comment).exists():
        return
    lock_counts()
    _write(_make_plan({comment: found}, matcher))


def find_topics(comment: Comment, matcher: Matcher) -> dict[int, list[Span]]:
    """Return the places of each topic in the words of ``comment``."""
    return matcher.find(text_of_comment(comment), comment.language)


def settle_comments(comments: Sequence[Comment], matcher: Matcher, *, searches: bool = True) -> int:
    """Do the same for many at once, which nobody has locked; return for how many something was written.

    Texts are searched before the lock is taken. One that has other words since it was read, or is public no longer or only now,
    has been settled by whoever changed that.
    With ``searches`` false only who may read them is looked at.
    """
    found = {comment: find_topics(comment, matcher) if searches and comment.public else None for comment in comments}
    changing = _make_plan(found, matcher).comment_ids
    if not changing:
        return 0
    with transaction.atomic():
        _show(changing)
        lock_counts()
        stale = _find_changed(comments)
        found = {comment: places for comment, places in found.items() if comment.pk not in stale}
        plan = _make_plan(found, matcher)
        _write(plan)
    return len(plan.comment_ids)


def _find_changed(comments: Sequence[Comment]) -> set[int]:
    """Return the ids of those that are gone, or whose words or publicity are others by now."""
    versions = dict(Comment.objects.filter(pk__in=[comment.pk for comment in comments]).values_list("pk", "version"))
    changed = [comment for comment in comments if versions.get(comment.pk) != comment.version]
    rows = Comment.objects.filter(pk__in=[comment.pk for comment in changed]).values_list("pk", *_SEARCHED) if changed else ()
    now = {pk: tuple(values) for pk, *values in rows}
    return {comment.pk for comment in changed if now.get(comment.pk) != tuple(getattr(comment, name) for name in _SEARCHED)}


def store_found(found: Iterable[tuple[Comment, Found]]) -> None:
    """Store what was found in new comments, in the transaction that stores them. ``show_comments`` counts it in."""
    rows = [
        (comment.pk, topic_id, spans, comment.published_at or comment.sort_at, Standing.FOUND.value, "", False)
        for comment, places in found
        for topic_id, spans in places.items()
    ]
    insert_rows(Mention, _COLUMNS, rows)


@transaction.atomic
def show_comments(ids: Collection[int]) -> None:
    """Show and count in what ``store_found`` stored of these comments, as far as everybody may read them. Twice does no harm."""
    if not (ids := {comment_id for comment_id, shown in _read_mentions(ids, "comment", "shown") if not shown}):
        return
    _show(ids)
    lock_counts()
    visible = list(Comment.objects.visible_to(ANONYMOUS).filter(pk__in=ids).values_list("pk", flat=True))
    in_use = set(Topic.objects.filter(is_active=True).values_list("pk", flat=True))
    before, pks, added = defaultdict[int, set[int]](set), [], defaultdict[int, set[int]](set)
    for pk, comment_id, topic_id, shown, standing in _read_mentions(visible, "pk", "comment", "topic", "shown", "standing"):
        if shown:
            before[comment_id].add(topic_id)
        elif topic_id in in_use and standing != Standing.DENIED:
            pks.append(pk)
            added[comment_id].add(topic_id)
    Mention.objects.filter(pk__in=pks).update(shown=True)
    counts: Counter[Pair] = Counter()
    for comment_id, topics in added.items():
        counts.update(count_change(before[comment_id], before[comment_id] | topics))
    apply_change(counts)


def _read_mentions(comment_ids: Collection[int], *names: str) -> Iterable[tuple[Any, ...]]:
    """Return columns of what is stored of comments, shown or not.

    Asked for the shown ones alone, PostgreSQL may walk along all that are shown, of which its statistics know nothing while an
    import writes them.
    """
    return Mention.objects.filter(comment__in=comment_ids).values_list(*names)


def _shown_topics(comment_ids: Collection[int]) -> dict[int, set[int]]:
    topics: dict[int, set[int]] = {}
    for comment_id, topic_id, shown in _read_mentions(comment_ids, "comment", "topic", "shown"):
        if shown:
            topics.setdefault(comment_id, set()).add(topic_id)
    return topics


def _show(comment_ids: Collection[int]) -> None:
    """Raise the versions that pages of the conversations with these comments hang on: they name topics. Before the counts."""
    places = Discussion.objects.filter(comments__in=comment_ids).values("pk")
    rows = Discussion.objects.select_for_update(no_key=True).filter(pk__in=places).order_by("pk")
    Discussion.objects.filter(pk__in=[row.pk for row in rows.only("pk")]).update(version=F("version") + 1)


@transaction.atomic
def correct_comment(comment: Comment, *, topic_ids: Collection[int], by: By, who: User | None = None) -> None:
    """Store that ``comment`` is about these topics and no others, as a person says; later searches leave that alone.

    Topics that are not in use stay as they are. What a moderator said, its writer does not change; what ``who``, a moderator,
    changes is in the log. Nothing is stored for an erased comment. Sends ``topics_corrected``.
    """
    discussion, comment = lock_comment(comment)
    if comment.state == Comment.State.ERASED:
        return
    topics_corrected.send(Comment, comment=comment)
    lock_counts()
    matcher = current_matcher()
    stored = {mention.topic_id: mention for mention in Mention.objects.filter(comment=comment)}
    changed: dict[int, bool] = {}
    for topic_id, mention in stored.items():
        is_about = topic_id in topic_ids
        if is_about == (mention.standing != Standing.DENIED) or topic_id not in matcher.topic_ids:
            continue
        if by == By.WRITER and mention.corrected_by == By.MODERATOR:
            continue
        changed[topic_id] = is_about
        # Where its words are there, "about this" is no more than what was found.
        about = Standing.FOUND if mention.spans else Standing.ADDED
        mention.standing, mention.corrected_by = about if is_about else Standing.DENIED, by
        mention.save(update_fields=["standing", "corrected_by"])
    at = comment.published_at or comment.sort_at
    added = matcher.topic_ids & set(topic_ids) - stored.keys()
    Mention.objects.bulk_create(
        Mention(comment=comment, topic_id=topic_id, standing=Standing.ADDED, corrected_by=by, at=at) for topic_id in added
    )
    if by == By.MODERATOR:
        _log(comment, who, changed | dict.fromkeys(added, True))
    _write(_make_plan({comment: find_topics(comment, matcher) if comment.public else None}, matcher))
    show_change(discussion)


def _log(comment: Comment, who: User | None, changed: Mapping[int, bool]) -> None:
    names = Topic.objects.filter(pk__in=changed).order_by("name").values_list("pk", "name")
    said = [f"{'+' if changed[pk] else '-'} {name}" for pk, name in names]
    if said:
        Decision.objects.create(
            comment=comment,
            kind=Decision.Kind.TOPICS,
            who=who,
            actor_kind=ActorKind.MODERATOR,
            from_state=comment.state,
            to_state=comment.state,
            note=", ".join(said),
            at=timezone.now(),
        )


def forget_comments(ids: Collection[int]) -> None:
    """Delete the mentions of comments that are about to be deleted, and count them out. Their rows are locked."""
    shown = _shown_topics(ids)
    if not Mention.objects.filter(comment__in=ids).exists():
        return
    lock_counts()
    counts: Counter[Pair] = Counter()
    for topics in shown.values():
        counts.subtract(pairs_of(topics))
    Mention.objects.filter(comment__in=ids).delete()
    apply_change(counts)


def _make_plan(found: Mapping[Comment, Found | None], matcher: Matcher) -> _Plan:
    """Return what is to be written so that the mentions of these comments are right. ``found`` is None for words not searched."""
    plan = _Plan()
    ids = [comment.pk for comment in found]
    stored: dict[int, dict[int, Mention]] = {pk: {} for pk in ids}
    for mention in Mention.objects.filter(comment__in=ids):
        stored[mention.comment_id][mention.topic_id] = mention
    visible = set(Comment.objects.visible_to(ANONYMOUS).filter(pk__in=ids).values_list("pk", flat=True))
    for comment, places in found.items():
        _plan_one(plan, comment, stored[comment.pk], places, matcher.topic_ids, is_visible=comment.pk in visible)
    return plan


def _plan_one(
    plan: _Plan,
    comment: Comment,
    stored: Mapping[int, Mention],
    places: Found | None,
    in_use: Collection[int],
    *,
    is_visible: bool,
) -> None:
    before = {topic_id for topic_id, mention in stored.items() if mention.shown}
    after = set()
    is_erased = comment.state == Comment.State.ERASED
    for topic_id, mention in stored.items():
        spans = mention.spans if places is None else [list(span) for span in places.get(topic_id, ())]
        if is_erased or (mention.standing == Standing.FOUND and not spans):
            plan.gone.append(mention.pk)
            plan.comment_ids.add(comment.pk)
            continue
        shown = is_visible and mention.standing != Standing.DENIED and topic_id in in_use
        if shown:
            after.add(topic_id)
        if (shown, spans) != (mention.shown, mention.spans):
            mention.shown, mention.spans = shown, spans
            plan.changed.append(mention)
            plan.comment_ids.add(comment.pk)
    at = comment.published_at or comment.sort_at
    for topic_id, found in (places or {}).items() if not is_erased else ():
        if topic_id in stored:
            continue
        plan.new.append(Mention(comment=comment, topic_id=topic_id, spans=found, shown=is_visible, at=at))
        plan.comment_ids.add(comment.pk)
        if is_visible:
            after.add(topic_id)
    plan.counts.update(count_change(before, after))


def _write(plan: _Plan) -> None:
    """Store ``plan``; the counts are locked."""
    if plan.gone:
        Mention.objects.filter(pk__in=plan.gone).delete()
    Mention.objects.bulk_update(plan.changed, ["shown", "spans"], batch_size=200)
    Mention.objects.bulk_create(plan.new, batch_size=200)
    apply_change(plan.counts)
