"""What a guest is told once, on the page after posting: the link back, or that it was mailed."""

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from forum.accounts.guests import find_guest
from forum.accounts.models import Guest

from .letters import mine_path

COOKIE_AGE = timedelta(minutes=10)  # long enough for a page that loads at the second attempt


@dataclass(frozen=True)
class WayBack:
    """The link, to be kept, for a guest without an address; empty for one whose address it was mailed to."""

    link: str


def promise_way_back(response: HttpResponse, guest: Guest) -> None:
    """Let the next page of a conversation tell ``guest`` the way back, unless their address is proven: then they have it."""
    if guest.proven_at is None:
        response.set_cookie(
            settings.POSTED_COOKIE_NAME, "1", max_age=COOKIE_AGE, secure=settings.IS_HTTPS, httponly=True, samesite="Lax"
        )


def find_way_back(request: HttpRequest) -> WayBack | None:
    """Return what was promised to this browser. Costs a query only where something was."""
    guest = find_guest(request) if request.COOKIES.get(settings.POSTED_COOKIE_NAME) else None
    if guest is None:
        return None
    return WayBack("" if guest.email else settings.SITE_URL + mine_path(guest))


def forget_promise(response: HttpResponse) -> None:
    """Tell the browser that the way back was shown."""
    response.delete_cookie(settings.POSTED_COOKIE_NAME, samesite="Lax")
