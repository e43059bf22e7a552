"""Guests: who one is on this device (a signed cookie, set when they write, never for reading), and which names they may use."""

from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

from .models import Guest, User
from .names import name_key, sounds_like_staff

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
        pk, counter = map(int, signing.loads(value, salt=COOKIE_SALT))
    except (signing.BadSignature, TypeError, ValueError):
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


def keep_guest(guest: Guest | None, *, name: str, email: str) -> Guest:
    """Return the guest whom a new comment belongs to: ``guest``, known by cookie, with what they typed this time, else a new one.

    The name is always the latest. The address changes while it is unproven. Nothing typed un-proves a proven address: leaving the
    field empty changes nothing, and another address is another person on the same device, so a guest of its own, unproven.
    """
    if guest is None or (guest.proven_at and email and email != guest.email):
        return Guest.objects.create(display_name=name, email=email)
    if guest.proven_at:
        email = guest.email
    if (guest.display_name, guest.email) != (name, email):
        guest.display_name, guest.email = name, email
        guest.save(update_fields=["display_name", "email"])
    return guest


def is_name_free(name: str) -> bool:
    """Tell whether a guest may write as ``name``: it looks like no member's, and like nobody's who speaks for the site."""
    if sounds_like_staff(name):
        return False
    key = name_key(name)
    return not key or not User.objects.filter(name_key=key).exists()
