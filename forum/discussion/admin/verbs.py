"""What a moderator can do to a comment, in the words of the buttons, and how the outcome is told."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from ..models import ActorKind, Comment, Decision
from ..services import TRANSITIONS
from .dates import age_of

_S = Comment.State


@dataclass(frozen=True)
class Verb:
    """One button: it takes a comment that is in one of ``origins`` to the state ``to``."""

    name: str
    origins: tuple[str, ...]
    to: str
    label: str | Promise
    done: str | Promise
    takes_reason: bool = False  # it can be told to the writer why
    needs_reason: bool = False

    def is_possible(self, state: str) -> bool:
        """Tell whether the table of states lets a moderator do this to a comment in ``state``."""
        return state in self.origins and ActorKind.MODERATOR in TRANSITIONS.get((state, self.to), ())


PUBLISH = Verb("publish", (_S.HELD, _S.REJECTED), _S.PUBLISHED, gettext_lazy("Publish"), gettext_lazy("Published"))
RESTORE = Verb("restore", (_S.HIDDEN, _S.REMOVED), _S.PUBLISHED, gettext_lazy("Restore"), gettext_lazy("Restored"))
REJECT = Verb(
    "reject", (_S.HELD,), _S.REJECTED, gettext_lazy("Do not publish"), gettext_lazy("Not published"),
    takes_reason=True, needs_reason=True,
)  # fmt: skip
REMOVE = Verb(
    "remove", (_S.PUBLISHED, _S.HIDDEN), _S.REMOVED, gettext_lazy("Remove"), gettext_lazy("Removed"),
    takes_reason=True, needs_reason=True,
)  # fmt: skip
HIDE = Verb(
    "hide", (_S.PUBLISHED,), _S.HIDDEN, gettext_lazy("Take back to check"), gettext_lazy("Taken back to check"), takes_reason=True
)
VERBS = {verb.name: verb for verb in (PUBLISH, RESTORE, HIDE, REJECT, REMOVE)}


def possible_verbs(comment: Comment) -> list[Verb]:
    """Return what can be done to ``comment`` now, the likeliest first."""
    return [verb for verb in VERBS.values() if verb.is_possible(comment.state)]


def name_of(comment: Comment) -> str:
    """Return the name to call a comment by."""
    return comment.name or _("somebody without a name")


def tell_who_decided(comment: Comment) -> str:
    """Say who was faster, when, and what ``comment`` is now. Two queries."""
    last = comment.decisions.select_related("who").first()
    text = comment.revisions.order_by("-pk").first()
    if text is not None and (last is None or text.replaced_at > last.at):
        return _("Its writer changed it %(age)s ago. Read it again before you decide.") % {"age": age_of(text.replaced_at)}
    if last is None:
        return _("This comment has changed since you opened it.")
    words = {
        "who": str(last.who) if last.who else last.get_actor_kind_display().capitalize(),
        "age": age_of(last.at),
        "state": last.get_to_state_display().lower(),
    }
    if last.kind == Decision.Kind.REDACTION:
        return _("%(who)s took details out %(age)s ago. Read it again before you decide.") % words
    if last.kind in (Decision.Kind.CHANGE, Decision.Kind.DECLINED, Decision.Kind.APPEAL):
        return _("%(who)s answered its writer %(age)s ago. Read it again before you decide.") % words
    return _("%(who)s decided this %(age)s ago: %(state)s.") % words


def tell_replies_stay(count: int) -> str:
    """Say that the replies below a comment are not touched; empty without replies."""
    if not count:
        return ""
    return ngettext("%(count)d reply stands below it and stays.", "%(count)d replies stand below it and stay.", count) % {
        "count": count
    }
