"""What somebody is told on the page after posting, and only there: a guest the way back, somebody in distress who answers now.

Apps above add what they know of the comment that was just posted (``find_posted``).

A cookie of ten minutes brings it to the next page. What it holds says nothing about anybody.
"""

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from forum.accounts.guests import find_guest
from forum.database.compiled import Compiled
from forum.site.models import HelpLine, SiteText

from .letters import mine_path
from .models import Comment, Lane, Signal
from .screening import REPORTED_CODE

COOKIE_AGE = timedelta(minutes=10)  # long enough for a page that loads at the second attempt
_WAY_BACK = "1"
_HELP = re.compile(r"2-(\d{1,18})")
_POSTED = re.compile(r"3-(\d{1,18})")


@dataclass(frozen=True)
class WayBack:
    """The link, to be kept, for a guest without an address; empty for one whose address it was mailed to."""

    link: str


def promise(response: HttpResponse, comment: Comment, *, way_back: bool = True, is_new: bool = False) -> None:
    """Let the next page tell the writer of ``comment`` who answers now, if they may need it; with ``way_back``, how they return.

    The way back is for guests whose address is not proven: others have it. ``is_new`` says that it was just posted.
    """
    way_back = way_back and comment.guest is not None and comment.guest.proven_at is None
    needs_help = bool(_CARE(comment.pk)) if comment.needs_care is None else comment.needs_care
    _set(response, [_WAY_BACK] * way_back + [f"2-{comment.pk}"] * needs_help + [f"3-{comment.pk}"] * is_new)


_CARE = Compiled(
    lambda pk: Signal.objects.filter(comment=pk, lane=Lane.CARE).exclude(code=REPORTED_CODE).order_by().values_list("pk")[:1]
)


def find_way_back(request: HttpRequest) -> WayBack | None:
    """Return what was promised to this browser. Costs a query only where something was."""
    guest = find_guest(request) if _WAY_BACK in _read(request) else None
    if guest is None:
        return None
    return WayBack("" if guest.email else settings.SITE_URL + mine_path(guest))


def find_helped(request: HttpRequest) -> int | None:
    """Return the id of the comment whose writer is to be shown who answers now, None for most visits."""
    return _find_id(request, _HELP)


def find_posted(request: HttpRequest) -> int | None:
    """Return the id of the comment that was just posted from this browser, as it says itself; None for most visits."""
    return _find_id(request, _POSTED)


def describe_help(site_text: SiteText) -> dict[str, Any]:
    """Return what ``_help_lines.html`` takes."""
    return {"lines": HelpLine.objects.all(), "emergency": site_text.emergency}


def forget_way_back(request: HttpRequest, response: HttpResponse) -> None:
    """Tell the browser that the way back was shown. The rest stays on the page until the ten minutes are over."""
    rest = [part for part in _read(request) if _HELP.fullmatch(part) or _POSTED.fullmatch(part)]
    _set(response, rest)
    if not rest:
        response.delete_cookie(settings.POSTED_COOKIE_NAME, samesite="Lax")


def _find_id(request: HttpRequest, pattern: re.Pattern[str]) -> int | None:
    found = next((match for part in _read(request) if (match := pattern.fullmatch(part))), None)
    return int(found[1]) if found else None


def _read(request: HttpRequest) -> list[str]:
    return request.COOKIES.get(settings.POSTED_COOKIE_NAME, "").split(".")


def _set(response: HttpResponse, parts: list[str]) -> None:
    if parts:
        response.set_cookie(
            settings.POSTED_COOKIE_NAME,
            ".".join(parts),
            max_age=COOKIE_AGE,
            secure=settings.IS_HTTPS,
            httponly=True,
            samesite="Lax",
        )
