"""All that somebody wrote, for themselves: by login, by a guest's cookie, by a signed link. Acts on one comment are in ``own``.

Opening a page changes nothing in the database: mail scanners and browsers open links before people do.
"""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods

from forum.accounts.guests import change_address, find_guest, prove_address, remember_guest
from forum.accounts.limits import limited
from forum.accounts.links import Purpose, read_link
from forum.accounts.models import User
from forum.site.models import SiteText

from ..attaching import read_attachable
from ..claiming import MOST_READ, read_claims
from ..drafts import drafts_of
from ..forms import AddressForm
from ..letters import mine_path, send_lost_links, send_way_back
from ..limits import ASKING_FOR_MAIL
from ..models import Comment
from ..paging import Pager, read_number
from ..permissions import Viewer, viewer_of
from ..questions import shorten
from ..standing import read_standings

EXCERPT_CHARS = 160


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@limited(ASKING_FOR_MAIL)
def mine(request: HttpRequest, *, token_failed: bool = False) -> HttpResponse:
    """Show what the member or the guest of this browser wrote; take an address from a guest who has not proven one."""
    guest = find_guest(request)
    viewer = viewer_of(request)
    if viewer.user_id is None and guest is None:
        return render(request, "discussion/mine_unknown.html", _token_context(request, token_failed))
    can_give = guest is not None and guest.proven_at is None
    is_sent = request.method == "POST" and not token_failed and can_give
    data = request.POST if request.method == "POST" else None
    form = AddressForm(data, initial={"email": guest.email if guest else ""}, auto_id="f-%s")
    if guest and is_sent and form.is_valid():
        change_address(guest, form.cleaned_data["email"])
        send_way_back(guest)
        response = HttpResponseRedirect(f"{reverse('discussion:mine')}?sent")
        remember_guest(response, guest)
        return response
    context = _list(request, Viewer(viewer.user_id, viewer.guest_id), can_act=True) | _token_context(request, token_failed)
    context |= {
        "guest": guest,
        "address_form": form if can_give else None,
        "problem_count": len(form.errors) if is_sent else 0,
        "is_mailed": "sent" in request.GET,
        "has_attachable": isinstance(request.user, User) and read_attachable(request.user).exists(),
    }
    return render(request, "discussion/mine.html", context)


@never_cache
@sensitive_variables("token")
@require_http_methods(["GET", "HEAD", "POST"])
@limited(ASKING_FOR_MAIL)
def by_link(request: HttpRequest, token: str, *, token_failed: bool = False) -> HttpResponse:
    """Show what a guest wrote, in whatever browser their link is opened.

    A fresh link makes the browser theirs, unless it is another guest's: then a button does. An old one only shows, and its button
    mails a fresh one to the address that is stored.
    """
    link = read_link(token, Purpose.MINE)
    if link is None:
        return _say_link_fails(request)
    is_sent = request.method == "POST" and not token_failed
    known = find_guest(request)
    is_known = known is not None and known.pk == link.guest.pk
    if is_sent and not link.is_fresh:
        send_way_back(link.guest)
        return HttpResponseRedirect(f"{request.path}?sent")
    if is_sent:
        response: HttpResponse = HttpResponseRedirect(request.path)
        remember_guest(response, link.guest)
        return response
    can_act = is_known or (link.is_fresh and known is None)
    context = _list(request, Viewer(guest_id=link.guest.pk), can_act=can_act) | _token_context(request, token_failed)
    context |= {"link": link, "is_mailed": "sent" in request.GET, "is_confirmed": "confirmed" in request.GET}
    response = render(request, "discussion/mine.html", context)
    if can_act and not is_known:
        remember_guest(response, link.guest)
    return response


@never_cache
@sensitive_variables("token")
@require_http_methods(["GET", "HEAD", "POST"])
@limited(ASKING_FOR_MAIL)
def prove(request: HttpRequest, token: str, *, token_failed: bool = False) -> HttpResponse:
    """Show the button by which the owner of an address confirms it, or take its press."""
    link = read_link(token, Purpose.PROVE)
    if link is None or not link.guest.email:
        return _say_link_fails(request)
    is_sent = request.method == "POST" and not token_failed
    if is_sent and link.is_fresh:
        prove_address(link.guest, timezone.now())
        return HttpResponseRedirect(f"{mine_path(link.guest)}?confirmed")
    if is_sent:
        send_way_back(link.guest)
        return HttpResponseRedirect(f"{request.path}?sent")
    written = Comment.objects.visible_to(Viewer(guest_id=link.guest.pk)).filter(guest=link.guest).order_by("-pk").first()
    context = {
        "link": link,
        "excerpt": shorten(written.body, EXCERPT_CHARS) if written else "",
        "is_mailed": "sent" in request.GET,
    }
    return render(request, "discussion/prove.html", context | _token_context(request, token_failed))


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@limited(ASKING_FOR_MAIL)
def lost(request: HttpRequest, *, token_failed: bool = False) -> HttpResponse:
    """Mail somebody who has lost their link a new one. The answer is the same whether the address is known or not."""
    is_sent = request.method == "POST" and not token_failed
    form = AddressForm(request.POST if request.method == "POST" else None, auto_id="f-%s")
    if is_sent and form.is_valid():
        send_lost_links(form.cleaned_data["email"])
        return HttpResponseRedirect(f"{request.path}?sent")
    context = {"form": form, "is_sent": "sent" in request.GET, "problem_count": len(form.errors) if is_sent else 0}
    return render(request, "discussion/mine_lost.html", context | _token_context(request, token_failed))


def _list(request: HttpRequest, viewer: Viewer, *, can_act: bool) -> dict[str, Any]:
    before = read_number(request.GET.get("before"))
    site_text = SiteText.load()
    standings, following = read_standings(viewer, before=before, site_text=site_text, can_act=can_act)
    return {
        "standings": standings,
        "drafts": list(drafts_of(viewer)) if can_act and not before else [],
        "visitor_name": site_text.visitor_name,
        "claims": read_claims(viewer)[:MOST_READ],
        "can_act": can_act,
        "pager": Pager(
            first_href=request.path if before else "",
            first_words=_("Back to the newest"),
            next_href=f"{request.path}?before={following}" if following else "",
            next_words=_("Earlier comments"),
        ),
    }


def _say_link_fails(request: HttpRequest) -> HttpResponse:
    return render(request, "discussion/link_fails.html", status=404)


def _token_context(request: HttpRequest, token_failed: bool) -> dict[str, bool]:
    return {
        "token_failed": token_failed,
        "cookie_missing": token_failed and settings.CSRF_COOKIE_NAME not in request.COOKIES,
    }
