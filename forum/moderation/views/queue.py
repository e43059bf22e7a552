"""The queue: its page, and the verbs of its cards. Every verb is a form; with scripts, htmx swaps the page's own part."""

from datetime import datetime
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from forum.discussion.admin.dates import age_of
from forum.discussion.admin.forms import MAX_NOTE_CHARS
from forum.discussion.admin.verbs import name_of, tell_who_decided
from forum.discussion.editing import NotChangeableError
from forum.discussion.models import Comment, Lane
from forum.discussion.paging import read_keyset, write_keyset
from forum.discussion.responding import OwnDecisionError
from forum.discussion.services import StaleVersionError, TransitionError
from forum.site.models import HelpLine

from .. import services
from ..cards import make_cards
from ..desk import carry_out, desk_columns, read_desk
from ..forms import REASON_CHOICES, CardForm
from ..models import RANKS, Batch, Preference, QueueItem
from ..queue import Keyset, LaneCount, count_lanes, find_next, read_items
from ..telling import tell_decision
from .access import moderator_of, moderators_only, page_context, user_of


@moderators_only
@require_safe
def show_queue(request: HttpRequest) -> HttpResponse:
    """Show a page of what waits, in one lane (``?lane=``) or in all, from a keyset (``?after=``) on."""
    lane = _read_lane(request.GET.get("lane", ""))
    return _show(request, lane, request.GET.get("after", ""), landed=request.GET.get("at", ""))


def _show(
    request: HttpRequest, lane: str, after: str, *, landed: str, refused: CardForm | None = None, status: int = 200
) -> HttpResponse:
    """Show the queue; ``refused`` is what was sent from the card ``landed`` and could not be taken."""
    viewer = user_of(request)
    items, following = read_items(lane, _read_after(after), desk_columns(viewer))
    lanes = count_lanes()
    last = services.find_last_decision(moderator_of(request), timezone.now())
    desk = read_desk(viewer, items)
    cards = make_cards(items, viewer, is_alone=desk.is_alone)
    for card in cards:
        if refused and str(card.comment.pk) == landed:
            card.typed = refused
    context = {
        "cards": cards,
        "lane": lane,
        "after": after,
        "landed": landed,
        "lanes": _describe_lanes(lanes, lane),
        "waiting_line": _tell_waiting(lanes),
        "is_care": lane == Lane.CARE,
        "last": tell_decision(last) if last else None,
        "shortcuts": desk.shortcuts,
        "reasons": REASON_CHOICES,
        "max_note": MAX_NOTE_CHARS,
        "bulk_verbs": Batch.Verb.choices,
        "first_href": _queue_url(lane) if after else "",
        "next_href": _queue_url(lane, after=_write_after(following)) if following else "",
    }
    page = page_context(request, _("Comments to read"), **context)
    return TemplateResponse(request, "admin/moderation/queue.html", page, status=status)


@moderators_only
@require_safe
def show_steps(request: HttpRequest) -> HttpResponse:
    """Show what to do, step by step, where a person may be at risk."""
    context = page_context(request, _("What to do, step by step"), help_lines=HelpLine.objects.all())
    return TemplateResponse(request, "admin/moderation/steps.html", context)


@moderators_only
@require_http_methods(["GET", "HEAD", "POST"])
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Carry out a verb on one card, and lead to the next one; the address alone leads to the card."""
    if request.method != "POST":
        return HttpResponseRedirect(_queue_url("", at=pk))
    moderator = moderator_of(request)
    form = CardForm(request.POST)
    comment = Comment.objects.select_related("discussion", "parent", "root").filter(pk=pk).first()
    if comment is None:
        raise Http404
    item = QueueItem.objects.filter(pk=pk).first()
    lane, after = _read_way(form)
    # Whoever is late is told so first: what is missing on their form matters no more.
    is_late = form.data.get("version") != str(comment.version) or (item is None and not form.is_valid())
    if not is_late and not form.is_valid():
        return _show(request, lane, after, landed=str(pk), refused=form, status=400)
    following = find_next(item, lane) if item else None
    try:
        if is_late:
            raise StaleVersionError(comment)
        carry_out(form, comment, item, moderator)
    except (StaleVersionError, TransitionError, NotChangeableError):
        messages.warning(request, _tell_late(Comment.objects.get(pk=pk), form.typed))
        following = pk
    except OwnDecisionError:
        messages.warning(request, _("You decided this: another moderator answers. You can still publish it."))
        following = pk
    except services.NothingMarkedError:
        messages.warning(request, _("Nothing in the text is marked any more. Read it again before you decide."))
        following = pk
    else:
        if following:
            services.claim(following, actor=moderator)
    return HttpResponseRedirect(_queue_url(lane, after=after, at=following))


def _tell_late(comment: Comment, typed: str) -> str:
    """Say who was faster with ``comment``, and give back what the moderator typed."""
    told = f"{name_of(comment)}: {tell_who_decided(comment)}"
    return f"{told} {_('You had written: “%(words)s”') % {'words': typed}}" if typed else told


@moderators_only
@require_POST
def claim(request: HttpRequest, pk: int) -> HttpResponse:
    """Note that this moderator reads a card now; sent by the script when a card gets the focus."""
    services.claim(pk, actor=moderator_of(request))
    return HttpResponse(status=204)


@moderators_only
@require_POST
def set_shortcuts(request: HttpRequest) -> HttpResponse:
    """Turn this moderator's shortcuts on or off."""
    wanted = request.POST.get("keys") == "on"
    Preference.objects.update_or_create(moderator=user_of(request), defaults={"shortcuts": wanted})
    lane = request.POST.get("lane", "")
    return HttpResponseRedirect(_queue_url(lane if lane in RANKS else ""))


def _describe_lanes(lanes: list[LaneCount], chosen: str) -> list[dict[str, object]]:
    every = {"label": _("All"), "count": sum(lane.count for lane in lanes), "href": _queue_url(""), "is_here": not chosen}
    return [every] + [
        {"label": lane.lane.label, "count": lane.count, "href": _queue_url(lane.lane), "is_here": lane.lane == chosen}
        for lane in lanes
    ]


def _tell_waiting(lanes: list[LaneCount]) -> str:
    oldest = min((lane.oldest for lane in lanes if lane.oldest), default=None)
    if oldest is None:
        return _("No comment is waiting.")
    count = sum(lane.count for lane in lanes)
    words = ngettext(
        "%(count)d waiting. It has waited %(age)s. Goal: 1 day.",
        "%(count)d waiting. The oldest has waited %(age)s. Goal: 1 day.",
        count,
    )
    return words % {"count": count, "age": age_of(oldest)}


def _queue_url(lane: str, **parameters: object) -> str:
    """Return the address of the queue; ``at`` is the card to land on."""
    query = urlencode({name: value for name, value in ({"lane": lane} | parameters).items() if value})
    anchor = f"#card-{parameters['at']}" if parameters.get("at") else ""
    return f"{reverse('moderation:queue')}{'?' if query else ''}{query}{anchor}"


def _read_lane(value: str) -> str:
    if value and value not in RANKS:
        raise Http404("no such lane")
    return value


def _read_way(form: CardForm) -> tuple[str, str]:
    """Return the lane and the place from which ``form`` was sent; nonsense leads to the beginning."""
    lane, after = form.data.get("lane", ""), form.data.get("after", "")
    try:
        _read_after(after)
    except Http404:
        after = ""
    return (lane if lane in RANKS else ""), after


def _write_after(keyset: Keyset) -> str:
    rank, place_at, pk = keyset
    return f"{rank}-{write_keyset(place_at, pk)}"


def _read_after(value: str) -> tuple[int, datetime, int] | None:
    if not value:
        return None
    rank, _dash, rest = value.partition("-")
    found = read_keyset(rest)
    if found is None or rank not in {str(number) for number in RANKS.values()}:
        raise Http404("no such place in the queue")
    return int(rank), *found
