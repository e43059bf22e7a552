"""Get my data, erase it, and "this is about me". Members by their login, guests by their cookie or by a mailed link."""

from dataclasses import dataclass

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from forum.accounts.limits import HOUR, By, Limit, limited
from forum.accounts.links import Purpose, read_link
from forum.accounts.people import Person, person_of

from . import services
from .forms import OPTIONAL, AboutMeForm, ErasureForm
from .models import DataExport, ErasureRequest

_both = require_http_methods(["GET", "HEAD", "POST"])
# A file takes a worker a while, and asking for erasure and undoing it sends a mail each time.
_ASKING = (Limit("data", 20, HOUR, By.PERSON), Limit("data", 60, HOUR, By.ADDRESS))
_ABOUT_ME = (Limit("about-me", 30, HOUR, By.ADDRESS),)


@dataclass(frozen=True)
class Visit:
    """Who came, and through which link; nobody in particular without a login, a cookie and a link."""

    person: Person | None
    token: str = ""
    is_old: bool = False  # the link is too old to do anything with it

    def path(self, name: str) -> str:
        """Return the address of one of the pages, for this person."""
        return reverse(f"privacy:{name}-by-link", args=[self.token]) if self.token else reverse(f"privacy:{name}")


def _receive(request: HttpRequest, token: str) -> Visit | None:
    """Return who came; None for a link that does not hold."""
    if not token:
        return Visit(person_of(request))
    link = read_link(token, Purpose.MINE)
    if link is None:
        return None
    return Visit(Person(guest=link.guest), token, is_old=not link.is_fresh)


@never_cache
@_both
@limited(_ASKING)
def data(request: HttpRequest, token: str = "", *, token_failed: bool = False) -> HttpResponse:
    """Show whether a file is being made or ready, or have one made."""
    visit = _receive(request, token)
    if visit is None or visit.person is None or visit.is_old:
        return _show_door(request, visit)
    if request.method == "POST" and not token_failed:
        services.request_export(visit.person)
        return redirect(visit.path("data"))
    export = DataExport.objects.filter(visit.person.rows()).first()
    context = {"visit": visit, "export": export, "here": visit.path("data"), "has_mail": bool(visit.person.proven_address)}
    return render(request, "privacy/data.html", context | _about_lost_token(request, token_failed))


@never_cache
@require_safe
def file(request: HttpRequest, key: str) -> FileResponse:
    """Give the file to whoever knows its name."""
    export = get_object_or_404(DataExport, key=key, ready_at__isnull=False)
    try:
        content = export.path.open("rb")
    except FileNotFoundError as error:
        raise Http404 from error
    return FileResponse(content, as_attachment=True, filename="my-data.zip", content_type="application/zip")


@never_cache
@_both
@limited(_ASKING)
def erase(request: HttpRequest, token: str = "", *, token_failed: bool = False) -> HttpResponse:
    """Ask how to be erased, say when it will be done, or undo it."""
    visit = _receive(request, token)
    if visit is None or visit.person is None or visit.is_old:
        return _show_door(request, visit)
    is_sent = request.method == "POST" and not token_failed
    form = ErasureForm(request.POST if is_sent and "undo" not in request.POST else None)
    if is_sent and "undo" in request.POST:
        services.undo_erasure(visit.person)
        return redirect(f"{visit.path('erase')}?undone")
    if is_sent and form.is_valid():
        services.request_erasure(visit.person, keep_words=form.keep_words)
        return redirect(visit.path("erase"))
    context = {
        "visit": visit,
        "form": form,
        "asked": ErasureRequest.objects.filter(visit.person.rows()).first(),
        "here": visit.path("erase"),
        "data_path": visit.path("data"),
        "is_undone": "undone" in request.GET,
        "has_mail": bool(visit.person.proven_address),
    }
    return render(request, "privacy/erase.html", context | _about_lost_token(request, token_failed))


@sensitive_post_parameters()
@never_cache
@_both
@limited(_ABOUT_ME)
def about_me(request: HttpRequest, *, token_failed: bool = False) -> HttpResponse:
    """Take what somebody asks who is named in a comment; no account is needed."""
    context = _about_lost_token(request, token_failed) | {"optional": OPTIONAL, "is_sent": "sent" in request.GET}
    if token_failed:
        return render(request, "privacy/about_me.html", context | {"form": AboutMeForm(initial=request.POST.dict())})
    if request.method != "POST":
        form = AboutMeForm(initial={"comment": _address_of(request, request.GET.get("comment", ""))})
        return render(request, "privacy/about_me.html", context | {"form": form})
    form = AboutMeForm(request.POST)
    if form.is_valid():
        try:
            services.request_for_third_party(**form.cleaned_data)
        except services.TooManyRequestsError:
            return render(request, "privacy/about_me.html", context | {"form": form, "is_full": True}, status=429)
        return redirect(f"{reverse('privacy:about-me')}?sent")
    return render(request, "privacy/about_me.html", context | {"form": form})


def _address_of(request: HttpRequest, number: str) -> str:
    """Return the address of a comment, for the field that asks for one; nothing for what is no number."""
    is_number = number.isascii() and number.isdigit() and len(number) < 20
    return request.build_absolute_uri(reverse("discussion:comment", args=[int(number)])) if is_number else ""


def _show_door(request: HttpRequest, visit: Visit | None) -> HttpResponse:
    """Say how to come in: the link does not hold or is too old, or nobody is known here."""
    if visit is None:
        return render(request, "discussion/link_fails.html", status=404)
    return render(request, "privacy/door.html", {"visit": visit})


def _about_lost_token(request: HttpRequest, token_failed: bool) -> dict[str, bool]:
    """Return what a page says when the check of its form failed: a cookie is off, or the page is from before signing in."""
    return {
        "token_failed": token_failed,
        "cookie_missing": token_failed and settings.CSRF_COOKIE_NAME not in request.COOKIES,
    }


for view in (data, erase, about_me):
    setattr(view, "comes_back", True)  # noqa: B010 - read by show_form_again: a failed check of the form shows the page again
