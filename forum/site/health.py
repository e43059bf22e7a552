"""/healthz: this process answers. /readyz: it can also do its work; 503 names the part that cannot.

A part without which the site goes on (a shared cache, room on the disk for what is written next) is named too, and changes no
status: taking every machine out of service would make it worse.
"""

import shutil

from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache

from .startup import count_missing_migrations

LITTLE_ROOM = 100 * 1024 * 1024  # bytes free for DATA_DIR


@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """Answer 200 as long as the process runs."""
    return HttpResponse("ok\n", content_type="text/plain")


@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """Answer 200 if the database is reachable and all migrations are applied, else 503 and the part that fails."""
    try:
        waiting = count_missing_migrations()
    except DatabaseError:
        return HttpResponse("database: cannot be reached\n", status=503, content_type="text/plain")
    if waiting:
        return HttpResponse(f"migrations: {waiting} not applied\n", status=503, content_type="text/plain")
    return HttpResponse("\n".join(["ok", *_find_troubles(), ""]), content_type="text/plain")


def _find_troubles() -> list[str]:
    troubles = []
    cache.get("readyz")  # asks the shared cache whether it is there
    if getattr(cache, "is_away", False):
        troubles.append("cache: cannot be reached, the database counts in its stead")
    if shutil.disk_usage(settings.DATA_DIR).free < LITTLE_ROOM:
        troubles.append("disk: almost full")
    return troubles
