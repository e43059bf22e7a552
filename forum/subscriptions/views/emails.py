"""Which emails somebody gets: by the link in any of them, without signing in, or by a login or a guest's cookie.

Opening a page changes nothing: scanners open links. A link allows what its page offers to whoever has it, for ever, and no more;
so a POST needs neither cookie nor token of the form, as mail programs with a Stop button of their own send it (RFC 8058).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods

from forum.accounts.limits import limited
from forum.accounts.links import Purpose, read_link
from forum.accounts.people import Person, person_of
from forum.discussion.limits import ASKING_FOR_MAIL
from forum.discussion.paging import Pager, read_keyset, read_number, write_keyset
from forum.site.models import SiteText

from ..forms import ChoiceForm, LinkForm
from ..models import Subscription
from ..proving import send_emails_link
from ..services import active_of, choose, read_choice, same_people, stop, stopped_at, undo_stop
from ..words import describe, stop_words, stopped_words

ROWS_ON_A_PAGE = 50


@dataclass(frozen=True)
class Visit:
    """Who came to which address; ``about`` are the subscriptions of the mail whose link they opened."""

    request: HttpRequest
    people: Sequence[Person]
    about: tuple[int, ...] = ()
    is_by_link: bool = False
    token_failed: bool = False

    @property
    def is_sent(self) -> bool:
        return self.request.method == "POST" and not self.token_failed


@csrf_exempt
@never_cache
@sensitive_variables("token")
@require_http_methods(["GET", "HEAD", "POST"])
def by_link(request: HttpRequest, token: str) -> HttpResponse:
    """Show what somebody is told and take what they change; a mail program's own POST stops at once."""
    link = read_link(token, Purpose.EMAILS)
    if link is None:
        return _show_lost(request, link_fails=True)
    visit = Visit(request, same_people(link.person), about=link.about, is_by_link=True)
    if visit.is_sent and not {"stop", "undo", "pace", "text"} & request.POST.keys():
        moment = stop(visit.people, link.about or None)
        return _show(visit, ChoiceForm(choice=read_choice(link.person)), stopped=write_keyset(moment, 1))
    return _answer(visit)


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@limited(ASKING_FOR_MAIL)
def own(request: HttpRequest, *, token_failed: bool = False) -> HttpResponse:
    """Do the same for the member or the guest of this browser; anybody else can have the link mailed."""
    person = person_of(request)
    if person is None:
        return _show_lost(request, token_failed=token_failed)
    return _answer(Visit(request, same_people(person), token_failed=token_failed))


setattr(own, "comes_back", True)  # noqa: B010 - a failed check of the form shows the page again


def _answer(visit: Visit) -> HttpResponse:
    post = visit.request.POST
    form = ChoiceForm(post if visit.is_sent and "pace" in post else None, choice=read_choice(visit.people[0]))
    if not visit.is_sent:
        return _show(visit, form, stopped=visit.request.GET.get("stopped", ""))
    if "stop" in post:
        moment = stop(visit.people, _ids_to_stop(visit))
        return HttpResponseRedirect(f"{visit.request.path}?stopped={write_keyset(moment, 1)}")
    if "undo" in post:
        if found := read_keyset(post["undo"]):
            undo_stop(visit.people, found[0])
        return HttpResponseRedirect(visit.request.path)
    if form.is_valid():
        choose(visit.people, form.choice)
        return HttpResponseRedirect(f"{visit.request.path}?saved")
    return _show(visit, form)


def _ids_to_stop(visit: Visit) -> Sequence[int] | None:
    """Return what the pressed button stops; None for everything."""
    match visit.request.POST["stop"]:
        case "all":
            return None
        case "mail":
            return visit.about
        case value:
            number = read_number(value)
            return [] if number is None else [number]


def _show(visit: Visit, form: ChoiceForm, *, stopped: str = "") -> HttpResponse:
    request, person = visit.request, visit.people[0]
    before = read_number(request.GET.get("before"))
    rows = active_of(visit.people).order_by("-pk")
    found = list((rows.filter(pk__lt=before) if before else rows)[: ROWS_ON_A_PAGE + 1])
    here, following = found[:ROWS_ON_A_PAGE], len(found) > ROWS_ON_A_PAGE
    asked = list(Subscription.objects.filter(pk__in=visit.about, stopped_at=None).values_list("kind", flat=True))
    moment = read_keyset(stopped)
    ended = list(stopped_at(visit.people, moment[0]).values_list("kind", flat=True)) if moment else []
    visitor_name = SiteText.load().visitor_name
    context: dict[str, Any] = {
        "person": person,
        "is_by_link": visit.is_by_link,
        "entries": [describe(row, visitor_name) for row in here],
        "asked_words": stop_words(asked) if asked else "",
        "stopped": stopped if ended else "",
        "stopped_words": stopped_words(ended, is_all=not found and not before) if ended else "",
        "is_saved": "saved" in request.GET,
        "form": form,
        "problem_count": len(form.errors),
        "pager": Pager(
            first_href=request.path if before else "",
            next_href=f"{request.path}?before={here[-1].pk}" if following else "",
        ),
    }
    return render(request, "subscriptions/emails.html", context | _about_lost_token(visit.request, visit.token_failed))


def _show_lost(request: HttpRequest, *, link_fails: bool = False, token_failed: bool = False) -> HttpResponse:
    """Offer to mail the link, or mail it. The answer is the same whether the address is known or not."""
    is_sent = request.method == "POST" and not token_failed and not link_fails
    form = LinkForm(request.POST if request.method == "POST" and not link_fails else None, auto_id="f-%s")
    if is_sent and form.is_valid():
        send_emails_link(form.cleaned_data["email"], timezone.now())
        return HttpResponseRedirect(f"{reverse('subscriptions:emails')}?sent")
    context = {
        "form": form,
        "link_fails": link_fails,
        "is_mailed": "sent" in request.GET,
        "problem_count": len(form.errors) if is_sent else 0,
    }
    status = 404 if link_fails else 200
    return render(request, "subscriptions/lost.html", context | _about_lost_token(request, token_failed), status=status)


def _about_lost_token(request: HttpRequest, token_failed: bool) -> dict[str, bool]:
    return {
        "token_failed": token_failed,
        "cookie_missing": token_failed and settings.CSRF_COOKIE_NAME not in request.COOKIES,
    }
