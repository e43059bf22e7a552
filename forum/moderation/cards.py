"""What a card of the queue shows: the text with its marks, what it answers, why it is here, who wrote it, what can be done."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Count, Q
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from forum.accounts.models import User
from forum.discussion.admin.dates import age_of, age_words, year_words
from forum.discussion.admin.verbs import name_of
from forum.discussion.models import Comment, Decision, Lane, Signal, Strength
from forum.discussion.questions import shorten
from forum.discussion.screening import REPORTED_CODE

from .batches import hosts_of
from .flags import read_words
from .models import QueueItem, is_claim_fresh
from .queue import keyset_of
from .services import find_marked
from .spans import Part, mark_paragraphs

PARENT_EXCERPT_CHARS = 160
MAX_HOSTS = 3
_S = Comment.State


@dataclass(frozen=True, slots=True)
class Button:
    """A verb on a card; ``key`` is its shortcut."""

    verb: str
    label: str | Promise
    key: str = ""
    css: str = ""


PUBLISH = Button("publish", gettext_lazy("Publish"), "P", "q-go")
PUBLISH_AS_IT_IS = Button("publish", gettext_lazy("Publish as it is"), "P")
LEAVE_PUBLIC = Button("publish", gettext_lazy("Leave it public"), "P", "q-go")
CUT_PHRASE = Button("cut", gettext_lazy("Publish without the phrase"), "D")
CUT_DETAILS = Button("cut", gettext_lazy("Publish without the details"), "D", "q-go")
ADVERTISING = Button("advertising", gettext_lazy("Remove as advertising"), "A", "q-no")
SECOND = Button("second", gettext_lazy("Ask a second moderator"))
LATER = Button("later", gettext_lazy("Not now"), "N")

HEADINGS = {
    Lane.CARE: gettext_lazy("Read first: this person may be at risk"),
    Lane.DETAILS: gettext_lazy("Personal details"),
    Lane.FIRST: gettext_lazy("First comment"),
    Lane.REPORTED: gettext_lazy("Reported"),
    Lane.ADVERTISING: gettext_lazy("Likely advertising"),
    Lane.CHANGED: gettext_lazy("Changed and sent again"),
}


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a comment is here: a sentence with its evidence, and how much it weighs."""

    strength: str
    sentence: str


@dataclass(slots=True)
class Card:
    """One comment of the queue."""

    item: QueueItem
    comment: Comment
    heading: str | Promise
    name: str
    age: str
    is_care: bool
    parent_line: str = ""
    parent_words: str = ""
    paragraphs: list[list[Part]] = field(default_factory=list)
    reasons: list[Reason] = field(default_factory=list)
    facts: list[str] = field(default_factory=list)
    reports: list[str] = field(default_factory=list)  # what readers wrote who reported it
    notices: list[str] = field(default_factory=list)  # who reads it, who asks for a second look
    buttons: list[Button] = field(default_factory=list)
    hosts: list[str] = field(default_factory=list)
    keyset: tuple[Any, ...] = ()


def make_cards(items: Sequence[QueueItem], viewer: User, now: datetime) -> list[Card]:
    """Return a card for each of ``items``. Four queries, however many they are."""
    comments = [item.comment for item in items]
    ids = [comment.pk for comment in comments]
    signals: dict[int, list[Signal]] = {}
    for signal in Signal.objects.filter(comment__in=ids).order_by("pk"):
        signals.setdefault(signal.comment_id, []).append(signal)
    redacted, reported = _read_redactions(ids), read_words(ids)
    records = _read_records(comments)
    cards = []
    for item in items:
        found = signals.get(item.pk, [])
        card = _make_card(item, found, is_redacted=_is_newer(redacted.get(item.pk), found))
        card.facts = _tell_writer(item.comment, records.get((item.comment.author_id, item.comment.guest_id), _NO_RECORD), now)
        card.notices += _tell_others(item, viewer)
        card.reports = reported.get(item.pk, [])
        cards.append(card)
    return cards


def _make_card(item: QueueItem, signals: list[Signal], *, is_redacted: bool) -> Card:
    comment, lane = item.comment, Lane(item.lane)
    marked = [] if is_redacted else [signal for signal in signals if signal.spans]
    cuttable = find_marked(comment.body, marked)
    shown = find_marked(comment.body, [Signal(lane="", spans=signal.spans) for signal in marked])
    card = Card(
        item=item,
        comment=comment,
        heading=_heading(lane, signals),
        name=name_of(comment),
        age=age_words(comment),
        is_care=lane == Lane.CARE,
        paragraphs=mark_paragraphs(comment.body, shown),
        reasons=[_reason(signal) for signal in signals],
        hosts=hosts_of(comment.body)[:MAX_HOSTS],
        keyset=keyset_of(item),
    )
    if comment.parent:
        words = {"name": name_of(comment.parent), "year": year_words(comment.parent)}
        card.parent_line = _("Reply to %(name)s, %(year)s:") % words
        card.parent_words = shorten(comment.parent.body, PARENT_EXCERPT_CHARS)
        if comment.parent.waiting and comment.state == _S.HELD:
            card.notices.append(_("Publishing it answers a question that has waited since %(year)s.") % words)
    if not card.reasons:
        card.reasons = [Reason("", _default_reason(comment, lane))]
    card.buttons = choose_buttons(comment, lane, can_cut=bool(cuttable))
    return card


def _heading(lane: Lane, signals: list[Signal]) -> str | Promise:
    """Return the heading of a card. What readers fear is about the comment, not about its writer."""
    if lane == Lane.CARE and all(signal.code == REPORTED_CODE for signal in signals if signal.lane == Lane.CARE):
        return _("Read first: a reader fears that it could harm someone")
    return HEADINGS[lane]


def choose_buttons(comment: Comment, lane: Lane, *, can_cut: bool) -> list[Button]:
    """Return the verbs for a card, the likeliest first; Read first has neither shortcuts nor a quick removal."""
    publish = LEAVE_PUBLIC if comment.state == _S.PUBLISHED else PUBLISH
    if lane == Lane.CARE:
        return [Button(publish.verb, publish.label, "", publish.css), SECOND]
    if lane == Lane.DETAILS:
        return [CUT_DETAILS, PUBLISH_AS_IT_IS] if can_cut else [publish, ADVERTISING]
    if lane == Lane.ADVERTISING:
        plain = Button(publish.verb, publish.label, publish.key)
        return [ADVERTISING, CUT_PHRASE, plain] if can_cut else [ADVERTISING, plain]
    return [publish, CUT_PHRASE, ADVERTISING] if can_cut else [publish, ADVERTISING]


def _reason(signal: Signal) -> Reason:
    # How strong words of despair are is nobody's to say.
    is_weighed = signal.lane not in (Lane.CARE, Lane.FIRST)
    return Reason(str(Strength(signal.strength).label) if is_weighed else "", signal.sentence)


def _default_reason(comment: Comment, lane: Lane) -> str:
    if lane == Lane.CHANGED:
        return _("It was not published; its writer has changed it and sent it again.")
    if lane == Lane.REPORTED:
        return _("It was taken back to check.")
    if comment.author_id:
        return _("One of the first comments of this member. Nothing else found.")
    return _("A guest wrote it. Nothing else found.")


_NO_RECORD = {"public": 0, "removed": 0}


def _read_redactions(ids: list[int]) -> dict[int, datetime]:
    standing = Decision.objects.filter(comment__in=ids, kind=Decision.Kind.REDACTION, undoes=None, undone_by=None)
    return dict(standing.order_by("pk").values_list("comment", "at"))


def _is_newer(redacted_at: datetime | None, signals: list[Signal]) -> bool:
    return redacted_at is not None and any(signal.made_at <= redacted_at for signal in signals)


def _read_records(comments: list[Comment]) -> dict[tuple[int | None, int | None], dict[str, int]]:
    """Return how many comments of each writer are public, and how many were removed or not published."""
    authors = {comment.author_id for comment in comments} - {None}
    guests = {comment.guest_id for comment in comments} - {None}
    theirs = Comment.objects.filter(Q(author__in=authors) | Q(guest__in=guests)).values("author", "guest").order_by()
    counted = theirs.annotate(
        public_count=Count("pk", filter=Q(public=True)),
        removed_count=Count("pk", filter=Q(state__in=(_S.REMOVED, _S.REJECTED))),
    )
    return {(row["author"], row["guest"]): {"public": row["public_count"], "removed": row["removed_count"]} for row in counted}


def _tell_writer(comment: Comment, record: dict[str, int], now: datetime) -> list[str]:
    if comment.origin:
        return [_("Somebody on the old site.")]
    public, removed = record["public"], record["removed"]
    who = _("A member.") if comment.author_id else _("A guest.")
    if comment.author:
        who = _("A member for %(age)s.") % {"age": age_of(comment.author.date_joined)}
    elif comment.guest and comment.guest.proven_at:
        who = _("A guest whose address is proven.")
    facts = [who]
    facts.append(ngettext("%(count)d public comment.", "%(count)d public comments.", public) % {"count": public})
    if removed:
        facts.append(ngettext("%(count)d not shown.", "%(count)d not shown.", removed) % {"count": removed})
    return facts


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
