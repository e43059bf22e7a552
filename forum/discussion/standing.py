"""How a comment stands, in kind words for the one who wrote it: its state, why, what comes next, and what they can do.

What other readers are told in its place is in ``rendering``. Three queries for a page of comments, whatever their number.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from forum.site.models import SiteText

from .markup import render
from .models import ActorKind, Appeal, Comment, Decision, Discussion, PendingChange
from .moments import Moment, moment_of
from .permissions import APPEALABLE, CHANGEABLE, WITHDRAWABLE, Viewer
from .services import MAX_RESUBMISSIONS, WITHDRAWN_FOR

COMMENTS_ON_A_PAGE = 20
_S, _R = Comment.State, Comment.Reason

# Why something is not public, to the person who wrote it: about the text, never about them.
REASONS = {
    _R.ADVERTISING: gettext_lazy("It reads like advertising, and this site carries none."),
    _R.PERSONAL_DETAILS: gettext_lazy("It held details by which someone could be found."),
    _R.HARMFUL: gettext_lazy("Someone who does as it says could come to harm."),
    _R.UNKIND: gettext_lazy("Parts of it could hurt someone who reads it."),
    _R.OFF_TOPIC: gettext_lazy("It is about something else than this article."),
    _R.REPEATED: gettext_lazy("The same words were already here once."),
    _R.OTHER: gettext_lazy("The moderator had a reason that is not on our list. You can ask us about it."),
}


@dataclass(frozen=True, slots=True)
class Act:
    """Something its writer can do: a link to the page that does it."""

    words: str
    path: str


@dataclass(slots=True)
class Standing:
    """One comment as its writer sees it in the list of all theirs."""

    comment: Comment
    moment: Moment
    headline: str  # what became of it, in one sentence
    told: list[str] = field(default_factory=list)  # why, and what comes next
    acts: list[Act] = field(default_factory=list)
    is_readable: bool = True  # false where its whole conversation is out of sight
    is_linked: bool = False  # its place in the conversation opens for whoever sees this list
    change_html: str = ""  # their new text, where it waits or was not published
    change_subject: str = ""


def read_standings(
    viewer: Viewer, *, before: int | None, site_text: SiteText, can_act: bool
) -> tuple[list[Standing], int | None]:
    """Return what ``viewer`` wrote, the newest first, with ids below ``before``; and the id that the next page starts below."""
    rows = Comment.objects.written_by(viewer).exclude(state=_S.ERASED).order_by("-pk")
    rows = rows.select_related("discussion__article", "pending_change", "root").defer(
        "discussion__article__body", "discussion__article__body_html", "root__body", "root__body_html"
    )
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found = list(rows[: COMMENTS_ON_A_PAGE + 1])
    here = found[:COMMENTS_ON_A_PAGE]
    decisions = _group(Decision.objects.filter(comment__in=here).order_by("pk"))
    appeals = {appeal.decision_id: appeal for appeal in Appeal.objects.filter(comment__in=here)}
    standings = [_describe(comment, decisions.get(comment.pk, []), appeals, site_text, can_act) for comment in here]
    return standings, here[-1].pk if len(found) > len(here) else None


def is_in_sight(comment: Comment) -> bool:
    """Tell whether readers can open the conversation that ``comment`` is in. Its article is on it."""
    return comment.discussion.article.is_published() and comment.discussion.state != Discussion.State.HIDDEN


def reason_words(reason: str) -> str:
    """Return why, as its writer is told; empty where no reason was given."""
    return str(REASONS[_R(reason)]) if reason else ""


def return_until(withdrawal: Decision) -> datetime:
    """Return until when what was taken back can be returned."""
    return withdrawal.at + WITHDRAWN_FOR


def day_words(moment: datetime) -> str:
    """Return the day of ``moment`` in the site's time zone."""
    return date_format(timezone.localtime(moment), "j F Y")


def _group(decisions: Iterable[Decision]) -> dict[int | None, list[Decision]]:
    found: dict[int | None, list[Decision]] = {}
    for decision in decisions:
        found.setdefault(decision.comment_id, []).append(decision)
    return found


def _describe(
    comment: Comment, decisions: Sequence[Decision], appeals: dict[int, Appeal], site_text: SiteText, can_act: bool
) -> Standing:
    standing = Standing(comment, moment_of(comment), "", is_readable=is_in_sight(comment))
    changes = [decision for decision in decisions if decision.kind == Decision.Kind.STATE]
    match comment.state:
        case _S.HELD:
            standing.headline = _("It is waiting for a moderator.")
            wait = _("Only you can see it. Someone will read it, usually within %(time)s.") % {"time": site_text.usual_wait}
            standing.told = [wait]
        case _S.PUBLISHED:
            standing.headline = _("It is public.")
        case _S.HIDDEN:
            standing.headline = _("A moderator is checking it.")
            standing.told = [_("While that lasts, only you can see it."), reason_words(comment.reason)]
        case _S.REJECTED:
            standing.headline = _("We did not publish it.")
            standing.told = [reason_words(comment.reason), _tell_sendings(changes)]
        case _S.REMOVED:
            standing.headline = _("A moderator took it off the page.")
            standing.told = [reason_words(comment.reason)]
        case _S.WITHDRAWN:
            standing.headline = _("You took it back.")
            until = day_words(return_until(changes[-1]))
            standing.told = [_("You can return it until %(date)s. After that day its words are erased.") % {"date": until}]
    if not standing.is_readable:
        standing.told = [_("The article or its conversation is not open to readers now. Your words are kept.")]
    standing.told += _tell_redactions(decisions)
    _tell_change(standing)
    asked = _tell_appeal(standing, changes, appeals, site_text)
    standing.told = [words for words in standing.told if words]
    standing.is_linked = standing.is_readable and (comment.public or can_act)
    if can_act:
        standing.acts = _acts_on(comment, changes, is_readable=standing.is_readable, has_asked=asked)
    return standing


def _tell_redactions(decisions: Sequence[Decision]) -> list[str]:
    """Say what a moderator took out of the text and why, unless that was undone; brackets in the text say which kind it was."""
    undone = {decision.undoes_id for decision in decisions}
    kinds = (Decision.Kind.REDACTION, Decision.Kind.CHANGE)
    standing = [one for one in decisions if one.kind in kinds and one.pk not in undone and one.undoes_id is None]
    reasons = {decision.reason for decision in standing}
    told = []
    if _R.PERSONAL_DETAILS in reasons:
        told.append(_("A moderator took details out of it, so that nobody can be found by them. Tell us if we were wrong."))
    if _R.ADVERTISING in reasons:
        told.append(_("A moderator took words out of it that read like advertising. Tell us if we were wrong."))
    if reasons - {_R.PERSONAL_DETAILS, _R.ADVERTISING, ""}:
        told.append(_("A moderator took words out of it. Tell us if we were wrong."))
    return told


def _tell_sendings(changes: Sequence[Decision]) -> str:
    left = _sendings_left(changes)
    if not left:
        return _("You have sent it again as often as possible. You can still ask us to look again.")
    return ngettext(
        "You can change it and send it again, %(count)d more time.",
        "You can change it and send it again, up to %(count)d times.",
        left,
    ) % {"count": left}


def _sendings_left(changes: Sequence[Decision]) -> int:
    return MAX_RESUBMISSIONS - sum((change.from_state, change.to_state) == (_S.REJECTED, _S.HELD) for change in changes)


def _tell_change(standing: Standing) -> None:
    change: PendingChange | None = getattr(standing.comment, "pending_change", None)
    if change is None or not standing.is_readable:
        return
    standing.change_html, standing.change_subject = render(change.body), change.subject
    if change.declined_at is None:
        standing.told.append(_("Your change waits for a moderator. Until then readers see the text that you had before."))
        return
    standing.told += [
        _("We did not publish your change. Readers see the text that you had before."),
        reason_words(change.reason),
        _("You can change it again."),
    ]


def _tell_appeal(standing: Standing, changes: Sequence[Decision], appeals: dict[int, Appeal], site_text: SiteText) -> bool:
    """Say what came of a question for a second look; return whether one was asked about how it stands now."""
    decided = [
        change.pk for change in changes if change.to_state == standing.comment.state and change.actor_kind != ActorKind.WRITER
    ]
    appeal = appeals.get(decided[-1]) if decided and standing.comment.state in APPEALABLE else None
    if appeal is None:
        return False
    if appeal.answered_at is None:
        words = _("You asked us to look again. Someone will, usually within %(time)s.") % {"time": site_text.usual_wait}
        standing.told.append(words)
        return True
    standing.told.append(_("You asked us to look again. We did, and it stays as it is."))
    if appeal.answer:
        standing.told.append(_("The moderator wrote: “%(words)s”") % {"words": appeal.answer})
    return True


def _acts_on(comment: Comment, changes: Sequence[Decision], *, is_readable: bool, has_asked: bool) -> list[Act]:
    acts = []
    can_send = comment.state != _S.REJECTED or _sendings_left(changes) > 0
    if comment.state in CHANGEABLE and is_readable and can_send:
        words = _("Change it and send it again") if comment.state == _S.REJECTED else _("Change it")
        acts.append(Act(words, reverse("discussion:comment-edit", args=[comment.pk])))
    if comment.state in APPEALABLE and not has_asked:
        acts.append(Act(_("Ask us to look again"), reverse("discussion:comment-appeal", args=[comment.pk])))
    if comment.state in WITHDRAWABLE:
        acts.append(Act(_("Take it back"), reverse("discussion:comment-withdraw", args=[comment.pk])))
    if comment.state == _S.WITHDRAWN:
        acts.append(Act(_("Return it"), reverse("discussion:comment-withdraw", args=[comment.pk])))
    return acts
