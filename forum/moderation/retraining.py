"""The filter built anew from decisions alone, and what stands for texts. In batches: people can post meanwhile."""

from collections.abc import Callable, Iterator
from uuid import uuid4

from django.db import transaction

from forum.discussion.models import ActorKind, Comment, Decision

from .keys import fingerprint
from .memory import remember_all
from .models import FilterState, TextMark, TokenCount, TrainedComment
from .training import calibrate, find_lesson, learn, lock_state, text_at

BATCH_ROWS = 200
OnProgress = Callable[[int], None]


def retrain(on_progress: OnProgress = lambda done: None) -> int:
    """Forget all counts and learn every decision of a moderator again, the oldest first; return how many comments taught.

    Decisions that are made meanwhile are learned by whoever comes first: each comment is learned once.
    """
    _empty()
    learned = 0
    for ids in _batches():
        with transaction.atomic():
            state = lock_state()
            known = set(TrainedComment.objects.filter(comment__in=ids).values_list("comment", flat=True))
            rows = Comment.objects.filter(pk__in=ids).exclude(state=Comment.State.ERASED).order_by("pk")
            rows = rows.select_related("discussion__article", "parent").prefetch_related("revisions", "signals")
            decisions: dict[int | None, list[Decision]] = {}
            for decision in Decision.objects.filter(comment__in=ids).order_by("pk"):
                decisions.setdefault(decision.comment_id, []).append(decision)
            for comment in rows:
                lesson = find_lesson(decisions[comment.pk])
                if lesson and comment.pk not in known:
                    at = lesson.decision.at
                    learn(comment, text_at(comment, at), state=state, is_spam=lesson.is_spam, now=at)
                    learned += 1
        on_progress(learned)
    with transaction.atomic():
        calibrate()
    return learned


def remark(on_progress: OnProgress = lambda done: None) -> int:
    """Find the hashes and links of every comment again; return how many comments there are."""
    last = done = 0
    there = Comment.objects.exclude(state=Comment.State.ERASED).order_by("pk")
    while ids := list(there.filter(pk__gt=last).values_list("pk", flat=True)[:BATCH_ROWS]):
        with transaction.atomic():
            # Locked: what somebody changes or erases meanwhile is remembered after this, or not at all.
            locked = there.select_for_update(no_key=True, of=("self",)).filter(pk__in=ids)
            remember_all(list(locked.select_related("discussion__article", "parent")))
        last, done = ids[-1], done + len(ids)
        on_progress(done)
    return done


def _empty() -> None:
    """Forget what was counted, in one step, and put the counts under the secret of today."""
    with transaction.atomic():
        state = lock_state()
        TokenCount.objects.all().delete()  # one statement: nothing refers to these rows
        TrainedComment.objects.all().delete()
        FilterState.objects.filter(pk=state.pk).update(
            ham=0, spam=0, weak_from=None, strong_from=None, fingerprint=fingerprint(), stamp=uuid4()
        )


def _batches() -> Iterator[list[int]]:
    """Yield ids of comments that moderators decided on, by the time of the first decision."""
    last = 0
    seen: set[int] = set()
    while rows := list(
        Decision.objects.filter(pk__gt=last, actor_kind=ActorKind.MODERATOR, comment__isnull=False)
        .order_by("pk")
        .values_list("pk", "comment")[:BATCH_ROWS]
    ):
        last = rows[-1][0]
        ids = list(dict.fromkeys(pk for _decision, pk in rows if pk not in seen))
        seen.update(ids)
        yield ids


@transaction.atomic
def note_secret() -> None:
    """Where no text is remembered and the filter has no row yet, note that both will be under the secret of today.

    Called before many texts come at once, while nothing else is locked.
    """
    if not TextMark.objects.exists():
        lock_state()


def marks_are_stale() -> bool:
    """Tell whether texts are remembered under another secret than that of today, or not at all."""
    state = FilterState.objects.filter(pk=1).first()
    return not TextMark.objects.exists() or state is None or state.fingerprint != fingerprint()
