"""What was decided, in the words of the bar and the log; what came of a report, to the reader who made it."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from forum.discussion.admin.verbs import name_of
from forum.discussion.closing import THREAD_CLOSED
from forum.discussion.models import Comment, Decision, Discussion

from .models import Batch, Flag

_S, _K = Comment.State, Decision.Kind
_KIND_WORDS: dict[str, str | Promise] = {
    _K.KEPT: gettext_lazy("Left public"),
    _K.REDACTION: gettext_lazy("Words taken out"),
    _K.CHANGE: gettext_lazy("Change published"),
    _K.DECLINED: gettext_lazy("Change not published"),
    _K.APPEAL: gettext_lazy("Answered: it stays as it is"),
}


@dataclass(frozen=True, slots=True)
class Told:
    """A decision in words; ``batch`` is set where it was one of many that are undone together."""

    decision: Decision
    words: str
    batch: UUID | None = None


def with_batches(rows: QuerySet[Decision]) -> QuerySet[Decision]:
    """Tell ``rows`` how many comments were decided on together with each, for ``tell_decision``."""
    return rows.annotate(batch_total=Subquery(Batch.objects.filter(pk=OuterRef("batch")).values("total")))


def tell_decision(decision: Decision) -> Told:
    """Return what to say about a decision of a moderator, read ``with_batches``; what it is about is at hand."""
    total: int | None = decision.batch_total  # type: ignore[attr-defined]  # annotated by ``with_batches``
    done = _done_words(decision)
    if total:
        words = ngettext("%(done)s: a batch of %(count)d comment.", "%(done)s: a batch of %(count)d comments.", total)
        return Told(decision, words % {"done": done, "count": total}, decision.batch)
    return Told(decision, f"{done}: {tell_about(decision)}.")


def tell_about(decision: Decision) -> str:
    """Say what ``decision`` is about, whose comment or discussion is at hand."""
    if decision.discussion is not None:
        return _("all comments under “%(title)s”") % {"title": decision.discussion.article.title}
    assert decision.comment is not None
    words = _("the conversation that %(name)s began") if decision.kind == _K.LOCK else _("the comment by %(name)s")
    return words % {"name": name_of(decision.comment)}


def _done_words(decision: Decision) -> str:
    if decision.kind in _KIND_WORDS:
        return str(_KIND_WORDS[decision.kind])
    if decision.kind == _K.LOCK:
        return _("Closed to replies") if decision.note == THREAD_CLOSED else _("Opened to replies")
    if decision.kind == _K.DISCUSSION:
        return str(Discussion.State(decision.to_state).label)
    words = {
        _S.PUBLISHED: _("Published"),
        _S.REJECTED: _("Not published"),
        _S.REMOVED: _("Removed"),
        _S.HIDDEN: _("Taken back to check"),
        _S.HELD: _("Waiting again"),
    }
    return words.get(_S(decision.to_state), decision.get_to_state_display())


def tell_flag(flag: Flag, comment: Comment) -> str:
    """Return what came of a report, to whoever made it; ``comment`` is the one it is about."""
    if flag.was_right is None and comment.public:
        return _("Thank you. A moderator will read it. We do not tell the writer who reported.")
    if flag.was_right is None:
        return _("Thank you. The comment is not shown while a moderator reads it. We do not tell the writer who reported.")
    if not flag.was_right:
        return _("A moderator read the comment and left it as it is. Thank you for looking out for others.")
    if comment.public:
        return _("A moderator took out what you reported. Thank you for looking out for others.")
    return _("A moderator took the comment away. Thank you for looking out for others.")
