"""What a card of the queue shows: the text with its marks, what it answers, why it is here, who wrote it, what can be done."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from forum.accounts.models import User
from forum.discussion.admin.dates import age_of, age_words, year_words
from forum.discussion.admin.verbs import name_of
from forum.discussion.differences import Part as Compared
from forum.discussion.differences import compare_texts
from forum.discussion.editing import text_key
from forum.discussion.models import Appeal, Comment, Lane, PendingChange, Signal, Strength
from forum.discussion.questions import shorten
from forum.discussion.screening import REPORTED_CODE

from .buttons import Button, choose_buttons
from .flags import read_words
from .known import network_of, read_known
from .links import find_links
from .models import QueueItem, is_claim_fresh
from .queue import keyset_of
from .services import find_cuts
from .spans import Part, Span, mark_paragraphs, merge_spans
from .texts import own_text

PARENT_EXCERPT_CHARS = 160
MAX_DOMAINS = 3
_S, _About = Comment.State, QueueItem.About

HEADINGS = {
    Lane.CARE: gettext_lazy("Read first: this person may be at risk"),
    Lane.DETAILS: gettext_lazy("Personal details"),
    Lane.FIRST: gettext_lazy("First comment"),
    Lane.REPORTED: gettext_lazy("Reported"),
    Lane.ADVERTISING: gettext_lazy("Likely advertising"),
    Lane.CHANGED: gettext_lazy("Changed and sent again"),
}
REQUEST_HEADINGS = {
    _About.CHANGE: gettext_lazy("A change of a public comment"),
    _About.APPEAL: gettext_lazy("A second look is asked for"),
}


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a comment is here: a sentence with its evidence, and how much it weighs."""

    strength: str
    sentence: str


@dataclass(slots=True)
class Card:
    """One comment of the queue, or what its writer asks for."""

    item: QueueItem
    comment: Comment
    heading: str | Promise
    name: str
    age: str
    is_care: bool
    is_at_risk: bool  # its writer may be, by its words; else readers fear for others
    about: str
    subject: str
    parent_line: str = ""
    parent_words: str = ""
    paragraphs: list[list[Part]] = field(default_factory=list)
    before: list[list[Part]] = field(default_factory=list)  # of a change: what readers see until it is published
    before_subject: str = ""
    seen: str = ""  # of a change: what stands for the words that are shown here
    request: str = ""  # what its writer says who asks for a second look
    can_uphold: bool = True
    reasons: list[Reason] = field(default_factory=list)
    facts: list[str] = field(default_factory=list)
    reports: list[str] = field(default_factory=list)  # what readers wrote who reported it
    notices: list[str] = field(default_factory=list)  # who reads it, who asks for a second look
    buttons: list[Button] = field(default_factory=list)
    domains: list[str] = field(default_factory=list)
    has_network: bool = False
    keyset: tuple[Any, ...] = ()
    typed: Any = None  # the form that was sent from it and could not be taken

    @property
    def is_chosen_with_others(self) -> bool:
        """Tell whether it can be one of many that are decided on together."""
        return not self.is_care and self.about == _About.COMMENT


def make_cards(items: Sequence[QueueItem], viewer: User, *, is_alone: bool) -> list[Card]:
    """Return a card for each of ``items``; ``is_alone``: nobody but ``viewer`` moderates here. Four queries for all."""
    comments = [item.comment for item in items]
    ids = [comment.pk for comment in comments]
    signals: dict[int, list[Signal]] = {}
    for signal in Signal.objects.filter(comment__in=ids).order_by("pk"):
        signals.setdefault(signal.comment_id, []).append(signal)
    reported = read_words(ids)
    known = read_known(comments)
    cards = []
    for item in items:
        card = _make_card(item, signals.get(item.pk, []), viewer, is_alone=is_alone)
        card.facts = known.tell(item.comment)
        card.notices += _tell_others(item, viewer)
        card.reports = reported.get(item.pk, [])
        cards.append(card)
    return cards


def _make_card(item: QueueItem, signals: list[Signal], viewer: User, *, is_alone: bool) -> Card:
    comment, lane = item.comment, Lane(item.lane)
    change: PendingChange | None = getattr(comment, "pending_change", None) if item.about == _About.CHANGE else None
    text = change or comment
    signals = [signal for signal in signals if signal.of_change == (change is not None) or signal.code == REPORTED_CODE]
    is_stale = change is None and _is_newer(item.redacted_at, signals)  # type: ignore[attr-defined]  # annotated in ``read_items``
    located = [] if is_stale else signals
    is_at_risk = any(signal.lane == Lane.CARE and signal.code != REPORTED_CODE for signal in signals)
    card = Card(
        item=item,
        comment=comment,
        heading=_heading(item, is_at_risk=is_at_risk),
        name=name_of(comment),
        age=age_words(comment),
        is_care=lane == Lane.CARE,
        is_at_risk=is_at_risk,
        about=item.about,
        subject=text.subject,
        reasons=[_reason(signal) for signal in sorted(signals, key=lambda signal: signal.strength != Strength.STRONG)],
        domains=_domains_of(comment),
        has_network=bool(network_of(comment)),
        keyset=keyset_of(item),
    )
    marked = merge_spans((span for signal in located for span in signal.spans), len(text.body))
    if change:
        _describe_change(card, change, marked)
    else:
        card.paragraphs = mark_paragraphs(text.body, marked)
    if item.appeal:
        _describe_appeal(card, item.appeal, viewer, is_alone=is_alone)
    _describe_parent(card)
    if not card.reasons:
        card.reasons = [Reason("", _default_reason(item))]
    card.buttons = choose_buttons(comment, lane, item.about, can_cut=bool(find_cuts(text.body, located)))
    return card


def _heading(item: QueueItem, *, is_at_risk: bool) -> str | Promise:
    """Return the heading of a card. What readers fear is about the comment, not about its writer."""
    lane = Lane(item.lane)
    if lane == Lane.CARE and not is_at_risk:
        return _("Read first: a reader fears that it could harm someone")
    if lane != Lane.CARE and item.about in REQUEST_HEADINGS:
        return REQUEST_HEADINGS[_About(item.about)]
    return HEADINGS[lane]


def _describe_change(card: Card, change: PendingChange, marked: Sequence[Span]) -> None:
    before, after = compare_texts(card.comment.body, change.body)
    card.paragraphs = mark_paragraphs(change.body, marked, _changed_in(after))
    card.before = mark_paragraphs(card.comment.body, (), _changed_in(before))
    card.before_subject, card.seen = card.comment.subject, text_key(change)
    card.age = _("%(age)s ago") % {"age": age_of(change.made_at)}


def _changed_in(parts: Iterable[Compared]) -> list[Span]:
    spans, start = [], 0
    for part in parts:
        if part.is_changed:
            spans.append((start, start + len(part.text)))
        start += len(part.text)
    return spans


def _describe_appeal(card: Card, appeal: Appeal, viewer: User, *, is_alone: bool) -> None:
    decision = appeal.decision
    card.request, card.age = appeal.text, _("%(age)s ago") % {"age": age_of(appeal.made_at)}
    words = {
        "who": str(decision.who) if decision.who else decision.get_actor_kind_display().capitalize(),
        "age": age_of(decision.at),
        "state": decision.get_to_state_display().lower(),
        "reason": decision.get_reason_display().lower(),
    }
    told = (
        _("%(who)s decided this %(age)s ago: %(state)s (%(reason)s).")
        if decision.reason
        else _("%(who)s decided this %(age)s ago: %(state)s.")
    )
    card.notices.append(told % words)
    if decision.note:
        card.notices.append(_("Note: %(words)s") % {"words": decision.note})
    if decision.who_id == viewer.pk and not is_alone:
        card.can_uphold = False
        card.notices.append(_("You decided this: another moderator answers. You can still publish it."))


def _describe_parent(card: Card) -> None:
    parent = card.comment.parent
    if parent is None:
        return
    words = {"name": name_of(parent), "year": year_words(parent)}
    card.parent_line = _("Reply to %(name)s, %(year)s:") % words
    card.parent_words = shorten(parent.body, PARENT_EXCERPT_CHARS)
    if parent.waiting and card.comment.state == _S.HELD:
        card.notices.append(_("Publishing it answers a question that has waited since %(year)s.") % words)


def _domains_of(comment: Comment) -> list[str]:
    """Return the domains that ``comment`` links to; those that it quotes from what it answers are not meant."""
    known = comment.parent.body if comment.parent else ""
    links = find_links(own_text(comment.subject, comment.body), known=known)
    return list(dict.fromkeys(link.domain for link in links))[:MAX_DOMAINS]


def _reason(signal: Signal) -> Reason:
    # How strong words of despair are is nobody's to say.
    is_weighed = signal.lane not in (Lane.CARE, Lane.FIRST)
    return Reason(str(Strength(signal.strength).label) if is_weighed else "", signal.sentence)


def _default_reason(item: QueueItem) -> str:
    if item.about == _About.CHANGE:
        return _("Its writer has changed it. Readers see the earlier text until you decide.")
    if item.about == _About.APPEAL:
        return _("Its writer asks for a second look at the decision.")
    if item.lane == Lane.CHANGED:
        return _("It was not published; its writer has changed it and sent it again.")
    if item.lane == Lane.REPORTED:
        return _("It was taken back to check.")
    if item.comment.author_id:
        return _("One of the first comments of this member. Nothing else found.")
    return _("A guest wrote it. Nothing else found.")


def _is_newer(redacted_at: datetime | None, signals: list[Signal]) -> bool:
    return redacted_at is not None and any(signal.made_at <= redacted_at for signal in signals)


def _tell_others(item: QueueItem, viewer: User) -> list[str]:
    told = []
    if item.claimed_by and item.claimed_by != viewer and is_claim_fresh(item):
        told.append(_("%(name)s is reading this.") % {"name": item.claimed_by})
    if item.asked_by and item.asked_at:
        words = {"name": item.asked_by, "age": age_of(item.asked_at)}
        if item.asked_by == viewer:
            told.append(_("You asked a second moderator to look, %(age)s ago.") % words)
        else:
            told.append(_("%(name)s asks a second moderator to look, %(age)s ago.") % words)
    return told
