"""Conditional answers: one who has the latest version gets a 304 (RFC 9110 §13), and nothing is built for them."""

from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.http import http_date
from django.utils.translation import get_language

# Last-Modified counts in seconds. Until one is over, a second change in it would go unnoticed, so nothing is said of the time.
A_SECOND = timedelta(seconds=1)


def answer_if_changed(
    request: HttpRequest, build: Callable[[], HttpResponse], *, proof: tuple[object, ...], changed_at: datetime | None
) -> HttpResponseBase:
    """Return what ``build`` makes, or 304 where the reader has it; caches keep it and ask each time.

    ``proof`` is what the answer hangs on, besides its address and the reader's language: the versions of what it shows.
    ``changed_at`` is when they grew the last time, where that is known.
    """
    digest = sha256(repr((proof, get_language())).encode()).hexdigest()[:24]
    etag = f'"{digest}"'
    is_over = changed_at is not None and timezone.now() - changed_at.replace(microsecond=0) > A_SECOND
    moment = int(changed_at.timestamp()) if changed_at is not None and is_over else None
    response = get_conditional_response(request, etag=etag, last_modified=moment) or build()
    response.setdefault("ETag", etag)
    if moment is not None:
        response.setdefault("Last-Modified", http_date(moment))
    patch_cache_control(response, no_cache=True)
    return response
