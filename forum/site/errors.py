"""Failures of our own, answered without the database. What a request got wrong (400, 403, 404, 410) has ordinary templates."""

import sys

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from .reading import read_settings

# How long a browser or a search engine is asked to wait after a 503.
RETRY_AFTER_SECONDS = 120
# The field in which people write; its text goes back to them when a request fails.
TEXT_FIELD = "body"


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer 503 if the database failed to do its work (away, locked, disk full), else 500; with the text that was sent, if any.

    Django calls this inside its ``except`` block, so the failure is the one being handled. A view for programs says it in its own
    way: by its attribute ``tell_failure``, which takes the status.
    """
    status = 503 if isinstance(sys.exc_info()[1], OperationalError | InterfaceError) else 500
    tell_failure = getattr(request.resolver_match and request.resolver_match.func, "tell_failure", None)
    response: HttpResponse = tell_failure(status) if tell_failure else _answer(request, f"{status}.html", status)
    if status == 503:
        response["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return response


def _answer(request: HttpRequest, template: str, status: int) -> HttpResponse:
    # No request context: its processors may ask the database, or be what failed.
    context = {"site_name": settings.SITE_NAME, "reading": read_settings(request), "sent_text": _sent_text(request)}
    return HttpResponse(render_to_string(template, context), status=status)


def _sent_text(request: HttpRequest) -> str:
    """Return what the writer typed; nothing if the request itself broke off on its way."""
    try:
        return str(request.POST.get(TEXT_FIELD, ""))
    except OSError:
        return ""
