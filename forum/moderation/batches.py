"""Deciding on many comments as one: preview, carrying out step by step, undo. Each comment is a transaction of its own.

A batch remembers which comments it was about and how each then was. So what is done is what was previewed, an interruption at any
moment leaves whole steps, and going on or undoing later begins where it stopped. Large ones are done by a worker.
"""

from collections.abc import Iterable
from functools import reduce
from itertools import islice
from operator import or_
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from forum.accounts.people import Person
from forum.accounts.proven import others_of
from forum.discussion.models import ActorKind, Comment, Decision
from forum.discussion.placing import find_branch
from forum.discussion.services import Actor, StaleVersionError, TransitionError

from .links import registered_domain
from .models import Batch, BatchItem, Evidence
from .services import publish_comment, remove_comment, undo

MAX_COMMENTS = 5_000  # of one batch
AT_ONCE = 50  # done in the request itself; more than these are left to a worker
READ_AT_ONCE = 200

_V, _O, _B = Batch.Verb, BatchItem.Outcome, Batch.State
_S = Comment.State
# From which states a verb takes a comment elsewhere.
ORIGINS: dict[str, tuple[str, ...]] = {
    _V.PUBLISH: (_S.HELD, _S.HIDDEN),
    _V.ADVERTISING: (_S.HELD, _S.PUBLISHED, _S.HIDDEN),
    _V.REMOVE: (_S.HELD, _S.PUBLISHED, _S.HIDDEN),
}


def comments_by_writer(comment: Comment) -> QuerySet[Comment]:
    """Return all by the writer of ``comment``, also as a guest who has proven the same address; nothing for an erased one."""
    if comment.author is None and comment.guest is None:
        return Comment.objects.none()
    person = Person(user=comment.author) if comment.author else Person(guest=comment.guest)
    return Comment.objects.filter(reduce(or_, (one.rows("author") for one in (person, *others_of(person)))))


def comments_from_network(comment: Comment) -> QuerySet[Comment]:
    """Return what came from where ``comment`` did, as long as that is known (EVIDENCE_DAYS); nothing where it is not."""
    network = Evidence.objects.filter(comment=comment).values_list("network", flat=True).first()
    return Comment.objects.filter(evidence__network=network) if network else Comment.objects.none()


def comments_with_domain(domain: str) -> QuerySet[Comment]:
    """Return what links to ``domain`` or to a host below it; what only quotes the article or a parent does not."""
    return Comment.objects.filter(host_mentions__host__domain=registered_domain(domain))


def find_in_scope(scope: str, about: Comment | None, host: str, chosen: Iterable[int]) -> Iterable[int]:
    """Return the ids of the comments that a batch of this scope is about, whatever their state."""
    match scope:
        case Batch.Scope.WRITER if about:
            return comments_by_writer(about).order_by("pk").values_list("pk", flat=True)
        case Batch.Scope.NETWORK if about:
            return comments_from_network(about).order_by("pk").values_list("pk", flat=True)
        case Batch.Scope.HOST if host:
            return comments_with_domain(host).order_by("pk").values_list("pk", flat=True)
        case Batch.Scope.BRANCH if about:
            return find_branch(about)
    return sorted(chosen)


@transaction.atomic
def prepare_batch(
    *,
    moderator: Actor,
    verb: str,
    scope: str,
    about: Comment | None = None,
    host: str = "",
    chosen: dict[int, int] | None = None,
    reason: str = "",
) -> Batch:
    """Store what a batch would change, at most MAX_COMMENTS comments, and return it. Nothing is changed yet.

    ``chosen`` gives the version of each comment that the moderator has seen; of others it is the one they have now.
    """
    assert moderator.user is not None
    chosen = chosen or {}
    batch = Batch.objects.create(
        moderator=moderator.user, verb=verb, scope=scope, about=about, host=host, reason=_reason_of(verb, reason)
    )
    ids = iter(find_in_scope(scope, about, host, chosen))
    while part := list(islice(ids, READ_AT_ONCE)):
        rows = Comment.objects.filter(pk__in=part, state__in=ORIGINS[verb]).order_by("pk").values_list("pk", "version")
        items = [BatchItem(batch=batch, comment_id=pk, version=chosen.get(pk, version)) for pk, version in rows]
        room = MAX_COMMENTS - batch.total
        BatchItem.objects.bulk_create(items[:room])
        batch.total += len(items[:room])
        if len(items) > room:
            batch.is_cut = True
            break
    batch.save(update_fields=["total", "is_cut"])
    return batch


def _reason_of(verb: str, reason: str) -> str:
    return {_V.PUBLISH: "", _V.ADVERTISING: Comment.Reason.ADVERTISING}.get(_V(verb), reason)


def start_batch(batch: Batch, *, reason: str = "", note: str = "") -> bool:
    """Let a previewed batch begin, once; return whether it was this call that did. ``run_batch`` does the work."""
    changes = {"state": _B.RUNNING, "note": note, "reason": _reason_of(batch.verb, reason or batch.reason)}
    return bool(Batch.objects.filter(pk=batch.pk, state=_B.PREVIEWED).update(**changes))


def start_undo(batch: Batch) -> bool:
    """Let the undoing of a batch begin, also of one that is under way or stopped; return whether it was this call that did."""
    return bool(Batch.objects.filter(pk=batch.pk, state__in=(_B.RUNNING, _B.DONE)).update(state=_B.UNDOING))


def run_batch(batch: Batch) -> None:
    """Carry out what is left of a batch that has begun; call it again after an interruption. Stops where it is being undone."""
    actor = Actor(ActorKind.MODERATOR, batch.moderator)
    while items := list(batch.items.filter(outcome=_O.WAITING).select_related("comment").order_by("pk")[:READ_AT_ONCE]):
        for item in items:
            if not _take_step(batch, item, actor):
                return
    Batch.objects.filter(pk=batch.pk, state=_B.RUNNING).update(state=_B.DONE)


def _take_step(batch: Batch, item: BatchItem, actor: Actor) -> bool:
    """Decide on one comment and note it, both or neither; whoever else works on the batch leaves this one alone.

    Returns False where the batch is not under way any more: with its row locked, its undoing waits for this step.
    """
    about: dict[str, Any] = {"batch": batch.pk, "note": batch.note, "expected_version": item.version}
    try:
        with transaction.atomic():
            if not Batch.objects.select_for_update(no_key=True).filter(pk=batch.pk, state=_B.RUNNING):
                return False
            if not _claim_step(item, _O.WAITING, _O.DONE):
                return True
            if batch.verb == _V.PUBLISH:
                publish_comment(item.comment, actor=actor, **about)
            else:
                remove_comment(item.comment, actor=actor, reason=batch.reason, **about)
    except (StaleVersionError, TransitionError):
        _claim_step(item, _O.WAITING, _O.LEFT)
    return True


def undo_batch(batch: Batch, *, actor: Actor) -> None:
    """Take back every decision of a batch whose undoing has begun; what has changed since stays. Call it again to go on."""
    while items := list(batch.items.filter(outcome=_O.DONE).order_by("pk")[:READ_AT_ONCE]):
        ids = [item.comment_id for item in items]
        made = Decision.objects.filter(batch=batch.pk, undoes=None, comment__in=ids).select_related("comment")
        decisions = {decision.comment_id: decision for decision in made}
        for item in items:
            try:
                with transaction.atomic():
                    if _claim_step(item, _O.DONE, _O.UNDONE):
                        undo(decisions[item.comment_id], actor=actor)
            except TransitionError:
                _claim_step(item, _O.DONE, _O.KEPT)
    Batch.objects.filter(pk=batch.pk, state=_B.UNDOING).update(state=_B.UNDONE)


def blank_batch_notes(comments: QuerySet[Comment]) -> None:
    """Forget what moderators noted on batches that ``comments`` were in: the words may be about their writers."""
    Batch.objects.exclude(note="").filter(pk__in=BatchItem.objects.filter(comment__in=comments).values("batch")).update(note="")


def _claim_step(item: BatchItem, before: str, after: str) -> bool:
    return bool(BatchItem.objects.filter(pk=item.pk, outcome=before).update(outcome=after))
