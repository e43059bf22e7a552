"""Pages on which a comment comes to whoever wrote it: guests' comments to a member, imported ones by a moderator's decision."""

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render, resolve_url
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from forum.accounts.guests import find_guest
from forum.accounts.models import User
from forum.database import BIGGEST_ID
from forum.site.models import SiteText

from ..attaching import NotAttachableError, attach_comment, is_claimable, read_attachable
from ..claiming import MOST_READ, TooManyClaimsError, claimer_of, make_claim, read_claims
from ..forms import ClaimForm
from ..models import ActorKind, Comment
from ..moments import moment_of
from ..paging import Pager, read_number
from ..permissions import ANONYMOUS, Viewer
from ..services import Actor
from .desk import kept_by_browser_only
from .pages import find_place

COMMENTS_ON_A_PAGE = 50


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def attach(request: HttpRequest) -> HttpResponse:
    """Show what the member wrote as a guest before, each with a box to tick, or give them what they ticked."""
    assert isinstance(request.user, User)
    mine = read_attachable(request.user)
    if request.method == "POST":
        chosen = mine if "all" in request.POST else mine.filter(pk__in=_read_ids(request.POST.getlist("comment")))
        count = sum(_attach(comment, request.user) for comment in chosen.order_by("pk")[:COMMENTS_ON_A_PAGE])
        return HttpResponseRedirect(f"{request.path}?attached={count}")
    before = read_number(request.GET.get("before"))
    found = mine.filter(pk__lt=before) if before else mine
    found = found.select_related("discussion__article").defer("discussion__article__body", "discussion__article__body_html")
    comments = list(found.order_by("-pk")[: COMMENTS_ON_A_PAGE + 1])
    here = comments[:COMMENTS_ON_A_PAGE]
    context = {
        "entries": [(comment, moment_of(comment)) for comment in here],
        "claims": read_claims(Viewer(request.user.pk))[:MOST_READ],
        "attached": read_number(request.GET.get("attached")) if request.GET.get("attached") != "0" else 0,
        "site_text": SiteText.load(),
        "pager": Pager(
            first_href=request.path if before else "",
            first_words=_("Back to the newest"),
            next_href=f"{request.path}?before={here[-1].pk}" if len(comments) > len(here) else "",
            next_words=_("Earlier comments"),
        ),
    }
    return render(request, "discussion/attach.html", context)


def _read_ids(values: list[str]) -> list[int]:
    return [int(value) for value in values if value.isdecimal() and int(value) <= BIGGEST_ID]


def _attach(comment: Comment, member: User) -> bool:
    try:
        attach_comment(comment, author=member, actor=Actor(ActorKind.WRITER, member))
    except NotAttachableError:  # in another tab, a moment ago
        return False
    return True


@kept_by_browser_only
@sensitive_post_parameters("evidence")
@require_http_methods(["GET", "HEAD", "POST"])
def claim(request: HttpRequest, pk: int, *, token_failed: bool = False) -> HttpResponse:
    """Show the form "I wrote this comment", or store what it says for a moderator; who has asked before sees what came of it."""
    if pk > BIGGEST_ID:
        raise Http404
    readable = Comment.objects.visible_to(ANONYMOUS).select_related("discussion__article", "root", "guest")
    comment = get_object_or_404(readable.exclude(origin=""), pk=pk)
    member = request.user if request.user.is_authenticated else None
    claimer = claimer_of(member, find_guest(request))
    mine = read_claims(claimer.viewer).filter(comment=comment).first() if claimer else None
    is_sent = request.method == "POST" and not token_failed
    form = ClaimForm(request.POST if request.method == "POST" else None)
    has_too_many = False
    if is_sent and claimer and is_claimable(comment) and form.is_valid():
        try:
            make_claim(comment, claimer=claimer, evidence=form.cleaned_data["evidence"])
            return HttpResponseRedirect(request.path)
        except TooManyClaimsError:
            has_too_many = True
    site_text = SiteText.load()
    context: dict[str, Any] = {
        "comment": comment,
        "site_text": site_text,
        "name": comment.name or site_text.visitor_name,
        "place": find_place(comment),
        "can_ask": claimer is not None,
        "is_claimable": is_claimable(comment),
        "is_member": member is not None,
        "claim": mine,
        "form": form,
        "problem_count": len(form.errors) if is_sent and claimer else 0,
        "has_too_many": has_too_many,
        "token_failed": token_failed,
        "cookie_missing": token_failed and settings.CSRF_COOKIE_NAME not in request.COOKIES,
        "sent_text": request.POST.get("evidence", ""),
        "login_url": resolve_url(settings.LOGIN_URL),
    }
    status = 403 if token_failed or (is_sent and claimer is None) else 200
    return render(request, "discussion/claim.html", context, status=status)
