"""What the writer of a comment is told of decisions about it: which are worth a mail, and what has become of them by then.

A decision is told once (``Told``), ten minutes after it was made, if it still stands. Several that belong together are one mail.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto

from django.db.models import QuerySet

from forum.discussion.differences import compare_texts
from forum.discussion.models import ActorKind, Comment, Decision

from .models import Told

_S = Comment.State
_K = Decision.Kind
_ANSWERS = (_K.REDACTION, _K.CHANGE, _K.DECLINED, _K.APPEAL)
MOST_PASSAGES = 10


class Fate(Enum):
    """What became of a comment, or of what its writer asked."""

    PUBLISHED = auto()
    REJECTED = auto()
    REMOVED = auto()
    RESTORED = auto()
    REDACTED = auto()
    CHANGE_PUBLISHED = auto()
    CHANGE_DECLINED = auto()
    UPHELD = auto()


@dataclass(frozen=True)
class News:
    """What is told of ``decision``; ``passages`` are the words that were taken out since the writer was told last, and why."""

    fate: Fate
    decision: Decision
    passages: tuple[str, ...] = ()
    reason: str = ""
    redactions: tuple[int, ...] = ()  # the decisions that took them out


def is_worth_telling(decision: Decision) -> bool:
    """Tell whether the writer may have to be told: a moderator decided, about the comment itself or what its writer asked."""
    if decision.actor_kind != ActorKind.MODERATOR or decision.comment is None:
        return False
    if decision.kind == _K.STATE:
        return decision.to_state in (_S.PUBLISHED, _S.REJECTED, _S.REMOVED)
    return decision.kind in _ANSWERS and decision.undoes_id is None


def read_news(decision: Decision) -> News | None:
    """Return what there is to tell of ``decision`` now; None where it was told, overtaken, or changes nothing for the writer."""
    comment = decision.comment
    if comment is None or Told.objects.filter(decision=decision).exists() or decision.undone_by.exists():
        return None
    match decision.kind:
        case _K.STATE:
            fate = _read_state(comment, decision)
        case _K.REDACTION:
            fate = Fate.REDACTED if comment.public and not _is_published_since(comment, decision) else None
        case _K.CHANGE:
            cut = _passages(comment, decision.at) if decision.reason else ()
            return News(Fate.CHANGE_PUBLISHED, decision, cut, decision.reason)
        case _K.DECLINED:
            return News(Fate.CHANGE_DECLINED, decision)
        case _:
            return News(Fate.UPHELD, decision)
    if fate is None:
        return None
    if fate not in (Fate.PUBLISHED, Fate.RESTORED, Fate.REDACTED):
        return News(fate, decision)
    redactions = list(_untold_redactions(comment))
    if fate is Fate.REDACTED and decision not in redactions:
        return None
    if not redactions:
        return News(fate, decision)
    first = redactions[0]
    return News(fate, decision, _passages(comment, first.at), first.reason, tuple(row.pk for row in redactions))


def _read_state(comment: Comment, decision: Decision) -> Fate | None:
    """Return what the state that ``decision`` gave means to the writer, if the comment is still in it."""
    changes = Decision.objects.filter(comment=comment, kind=_K.STATE)
    last = changes.order_by("-pk").first()
    if last is None or last.pk != decision.pk:
        return None
    told = changes.filter(pk__in=Told.objects.values("decision")).order_by("-pk").first()
    # Back to what they know, and they did nothing themselves in between: nothing has happened.
    if told and told.to_state == decision.to_state and not changes.filter(pk__gt=told.pk, actor_kind=ActorKind.WRITER).exists():
        return None
    match decision.to_state:
        case _S.REJECTED:
            return Fate.REJECTED
        case _S.REMOVED:
            return Fate.REMOVED
    if told and told.to_state == _S.REMOVED:
        return Fate.RESTORED
    was_waiting = decision.from_state in (_S.HELD, _S.REJECTED)
    return Fate.PUBLISHED if was_waiting else None


def _is_published_since(comment: Comment, decision: Decision) -> bool:
    """Tell whether a moderator published ``comment`` after ``decision``, which is told together with that."""
    later = Decision.objects.filter(comment=comment, kind=_K.STATE, to_state=_S.PUBLISHED, pk__gt=decision.pk)
    return later.filter(actor_kind=ActorKind.MODERATOR).exclude(pk__in=Told.objects.values("decision")).exists()


def _untold_redactions(comment: Comment) -> QuerySet[Decision]:
    """Return what was taken out and not put back, and that the writer has not been told of, the first one first."""
    taken_out = Decision.objects.filter(comment=comment, kind=_K.REDACTION, undoes=None, undone_by=None)
    return taken_out.exclude(pk__in=Told.objects.values("decision")).order_by("pk")


def _passages(comment: Comment, since: datetime) -> tuple[str, ...]:
    """Return the words of the text before ``since`` that are not in it any more."""
    before = comment.revisions.filter(replaced_at=since).order_by("pk").last()  # of two, the later one is in the writer's words
    if before is None:
        return ()
    parts, _ = compare_texts(f"{before.subject}\n{before.body}", f"{comment.subject}\n{comment.body}")
    found = [" ".join(part.text.split()) for part in parts if part.is_changed]
    return tuple(words for words in found if words)[:MOST_PASSAGES]
