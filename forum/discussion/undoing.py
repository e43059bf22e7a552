"""Whether a decision can be taken back. Taking it back is a decision too, which names the one before: ``undoes=…``."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from .models import ActorKind, Comment, Decision

if TYPE_CHECKING:
    from django.db.models import QuerySet

UNDO_FOR = timedelta(days=30)


def is_undoable(comment: Comment, decision: Decision, now: datetime) -> bool:
    """Tell whether ``decision`` about the state of ``comment`` can be taken back: a moderator's, recent, and the last one.

    One that takes another back is not taken back itself: the moderator decides anew.
    """
    is_so = decision.to_state == comment.state
    return is_so and is_last(decision, Decision.objects.filter(comment=comment), now)


def is_last(decision: Decision, among: "QuerySet[Decision]", now: datetime) -> bool:
    """Tell whether ``decision`` is a moderator's of the last UNDO_FOR, and the last of its kind ``among`` all about the same."""
    last = among.filter(kind=decision.kind).order_by("-pk").values_list("pk", flat=True).first()
    is_recent = now - decision.at <= UNDO_FOR
    return decision.actor_kind == ActorKind.MODERATOR and decision.undoes_id is None and is_recent and last == decision.pk


def was_seen_before(decision: Decision) -> bool:
    """Tell whether a moderator had read the comment before ``decision``, in a decision that stands."""
    earlier = Decision.objects.filter(comment=decision.comment_id, actor_kind=ActorKind.MODERATOR, pk__lt=decision.pk)
    return earlier.filter(undoes=None, undone_by=None, kind__in=(Decision.Kind.STATE, Decision.Kind.KEPT)).exists()
