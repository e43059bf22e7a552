"""Which mail staff get: by the link in any of it, without signing in, or by their login. Opening a page changes nothing.

A link allows what its page offers and no more, so a POST needs neither cookie nor token of the form: as mail programs with a Stop
button of their own send it (RFC 8058).
"""

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods

from forum.accounts.links import Purpose, read_link
from forum.accounts.models import User
from forum.discussion.paging import read_number

from .models import Kind
from .people import has_duty, stopped_kinds
from .services import start, stop


@csrf_exempt
@never_cache
@sensitive_variables("token")
@require_http_methods(["GET", "HEAD", "POST"])
def by_link(request: HttpRequest, token: str) -> HttpResponse:
    """Show what somebody is told and take what they change; a mail program's own POST stops at once."""
    link = read_link(token, Purpose.DUTY)
    user = link.person.user if link else None
    if link is None or user is None or not has_duty(user):
        return render(request, "duty/lost.html", status=404)
    if request.method == "POST" and not {"stop", "start"} & request.POST.keys():
        stop(user, link.about, timezone.now())
        return _show(request, user, is_by_link=True)
    return _answer(request, user, is_by_link=True)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def own(request: HttpRequest, *, token_failed: bool = False) -> HttpResponse:
    """Do the same for staff who have signed in."""
    assert isinstance(request.user, User)
    if not has_duty(request.user):
        raise PermissionDenied
    if token_failed:
        return _show(request, request.user, token_failed=True)
    return _answer(request, request.user)


setattr(own, "comes_back", True)  # noqa: B010 - a failed check of the form shows the page again


def _answer(request: HttpRequest, user: User, *, is_by_link: bool = False) -> HttpResponse:
    if request.method != "POST":
        return _show(request, user, is_by_link=is_by_link)
    for change in ("stop", "start"):
        kind = read_number(request.POST.get(change))
        if kind in Kind.values:
            if change == "stop":
                stop(user, [kind], timezone.now())
            else:
                start(user, [kind])
    return HttpResponseRedirect(request.path)


def _show(request: HttpRequest, user: User, *, is_by_link: bool = False, token_failed: bool = False) -> HttpResponse:
    about = {
        Kind.WAITING: _("Once a day, and only when something waits. Operators get it when the oldest has waited for three days."),
        Kind.CARE: _("At once, when somebody writes words that can mean that they are at risk."),
    }
    stopped = stopped_kinds(user)
    context: dict[str, Any] = {
        "entries": [{"kind": kind, "about": about[kind], "is_stopped": kind in stopped} for kind in Kind],
        "is_by_link": is_by_link,
        "token_failed": token_failed,
        "cookie_missing": token_failed and settings.CSRF_COOKIE_NAME not in request.COOKIES,
    }
    return render(request, "duty/choices.html", context)
