"""Who a guest is on this device: one signed cookie, set when they write, never for reading."""

from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

from .models import Guest

COOKIE_SALT = "accounts.guest-cookie"
COOKIE_AGE = timedelta(days=400)  # the longest that browsers keep one; each comment renews it


def find_guest(request: HttpRequest) -> Guest | None:
    """Return the guest whose cookie this is, or None: no cookie, a forged one, or one revoked since.

    Costs a query only where there is a cookie.
    """
    value = request.COOKIES.get(settings.GUEST_COOKIE_NAME)
    if not value:
        return None
    try:
        pk, counter = signing.loads(value, salt=COOKIE_SALT)
    except (signing.BadSignature, ValueError):
        return None
    return Guest.objects.filter(pk=pk, link_counter=counter).first()


def remember_guest(response: HttpResponse, guest: Guest) -> None:
    """Set the cookie that lets this browser see and change the comments of ``guest``."""
    response.set_cookie(
        settings.GUEST_COOKIE_NAME,
        signing.dumps([guest.pk, guest.link_counter], salt=COOKIE_SALT),
        max_age=COOKIE_AGE,
        secure=settings.IS_HTTPS,
        httponly=True,
        samesite="Lax",
    )
