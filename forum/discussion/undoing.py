"""Whether a decision can be taken back. Taking it back is a change of state too: ``services.transition(undoes=…)``."""

from datetime import datetime, timedelta

from .models import ActorKind, Comment, Decision

UNDO_FOR = timedelta(days=30)


def is_undoable(comment: Comment, decision: Decision, now: datetime) -> bool:
    """Tell whether ``decision`` can be taken back: a moderator's, of the last UNDO_FOR, the last about the state of ``comment``.

    One that takes another back is not taken back itself: the moderator decides anew.
    """
    last = Decision.objects.filter(comment=comment, kind=Decision.Kind.STATE).order_by("-pk")
    return (
        decision.actor_kind == ActorKind.MODERATOR
        and decision.undoes_id is None
        and now - decision.at <= UNDO_FOR
        and decision.to_state == comment.state
        and last.values_list("pk", flat=True).first() == decision.pk
    )


def was_seen_before(decision: Decision) -> bool:
    """Tell whether a moderator had read the comment before ``decision``, in a decision that stands."""
    earlier = Decision.objects.filter(comment=decision.comment_id, actor_kind=ActorKind.MODERATOR, pk__lt=decision.pk)
    return earlier.filter(undoes=None, undone_by=None, kind__in=(Decision.Kind.STATE, Decision.Kind.KEPT)).exists()
