"""The fixed pages of the site, and the choice of text size and colours. Answers to failures are in ``errors``."""

from dataclasses import asdict
from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from .forms import ReadingForm
from .models import HelpLine
from .reading import ReadingSettings, read_settings

READING_COOKIE_AGE = timedelta(days=365)


@require_safe
def guidelines(request: HttpRequest) -> HttpResponse:
    """Show the five guidelines, and how moderation works."""
    return render(request, "site/guidelines.html")


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """Say what is stored, and how to get or erase it."""
    return render(request, "site/privacy.html", {"evidence_days": settings.EVIDENCE_DAYS})


@require_safe
def help_and_contact(request: HttpRequest) -> HttpResponse:
    """Say how to use the site and how to reach the people who run it."""
    return render(request, "site/help.html")


@require_safe
def help_now(request: HttpRequest) -> HttpResponse:
    """Name who answers today."""
    return render(request, "site/help_now.html", {"lines": HelpLine.objects.all()})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def reading(request: HttpRequest) -> HttpResponse:
    """Show the choice of text size, spacing and colours, or keep it and go back to the page the reader came from."""
    if request.method != "POST":
        back = _own_address(request, request.headers.get("Referer", ""))
        form = ReadingForm(initial=asdict(read_settings(request)))
        return render(request, "site/reading.html", {"form": form, "next": back, "is_saved": "saved" in request.GET})
    back = _own_address(request, request.POST.get("next", ""))
    form = ReadingForm(request.POST)
    if not form.is_valid():
        return render(request, "site/reading.html", {"form": form, "next": back})
    response = redirect(back or f"{reverse('site:reading')}?saved")
    # For members too: their own device looks the same when the session has ended and they sign in again.
    _remember(response, form.chosen())
    if request.user.is_authenticated:
        request.user.reading = form.chosen().to_cookie()
        request.user.save(update_fields=["reading"])
    return response


def _own_address(request: HttpRequest, address: str) -> str:
    """Return ``address`` if it is a page of this site other than /reading/ itself, else nothing."""
    is_own = url_has_allowed_host_and_scheme(address, {request.get_host()}, require_https=request.is_secure())
    return address if is_own and reverse("site:reading") not in address else ""


def _remember(response: HttpResponse, chosen: ReadingSettings) -> None:
    """Keep what differs from what a new reader gets; a reader who wants nothing special has no cookie."""
    if chosen == ReadingSettings():
        response.delete_cookie(settings.READING_COOKIE_NAME, samesite="Lax")
        return
    response.set_cookie(
        settings.READING_COOKIE_NAME,
        chosen.to_cookie(),
        max_age=READING_COOKIE_AGE,
        secure=settings.IS_HTTPS,
        httponly=True,
        samesite="Lax",
    )
