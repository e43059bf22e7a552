"""What is possible at most on this machine, with the web server of the site: the WSGI application that bounds are measured on.

``/bench/bare``    the bytes of a page and nothing else
``/bench/ready``   the same bytes through Django with the middleware of the site
``/bench/insert``  one comment by the ORM and one counter raised, in one transaction, without middleware
"""

import json
import os
from collections.abc import Iterable
from pathlib import Path
from wsgiref.types import StartResponse, WSGIEnvironment

import django

django.setup()

from django.conf import settings  # noqa: E402  (the settings come first)
from django.core.handlers.wsgi import WSGIHandler  # noqa: E402
from django.db import transaction  # noqa: E402
from django.db.models import F  # noqa: E402
from django.http import HttpRequest, HttpResponse  # noqa: E402
from django.test import override_settings  # noqa: E402
from django.urls import path  # noqa: E402
from django.utils import timezone  # noqa: E402

from forum.discussion.markup import RENDER_VERSION, render  # noqa: E402
from forum.discussion.models import Comment, Discussion  # noqa: E402
from forum.urls import urlpatterns as _addresses  # noqa: E402

_page = json.loads(Path(os.environ["BENCH_PAGE"]).read_text())
HEADERS: list[tuple[str, str]] = [(name, value) for name, value in _page["headers"]]
BODY = bytes.fromhex(_page["body"])
TEXT: str = _page["text"]
HTML = render(TEXT)
DISCUSSION = int(os.environ["BENCH_DISCUSSION"])
_guest = Comment.objects.filter(discussion=DISCUSSION).values_list("guest", flat=True).first()


def ready(request: HttpRequest) -> HttpResponse:
    """Return the bytes of the page."""
    return HttpResponse(BODY, headers=dict(HEADERS))


def insert(request: HttpRequest) -> HttpResponse:
    """Store a comment of which nothing follows, and raise a number."""
    now = timezone.now()
    with transaction.atomic():
        Comment.objects.create(
            discussion_id=DISCUSSION,
            guest_id=_guest,
            name="Bench",
            body=TEXT,
            body_html=HTML,
            render_version=RENDER_VERSION,
            posted_at=now,
            sort_at=now,
            active_at=now,
        )
        Discussion.objects.filter(pk=DISCUSSION).update(version=F("version") + 1)
    return HttpResponse(b"")


urlpatterns = [path("bench/ready", ready), path("bench/insert", insert), *_addresses]
settings.ROOT_URLCONF = __name__
_with_middleware = WSGIHandler()
with override_settings(MIDDLEWARE=[]):
    _without = WSGIHandler()


def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Answer at the three addresses above."""
    if environ["PATH_INFO"] == "/bench/bare":
        start_response("200 OK", HEADERS)
        return [BODY]
    return (_without if environ["PATH_INFO"] == "/bench/insert" else _with_middleware)(environ, start_response)
