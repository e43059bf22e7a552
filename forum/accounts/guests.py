"""Guests: who one is on this device (a signed cookie, set when they write, never for reading), and which names they may use."""

from copy import copy
from datetime import datetime, timedelta

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Lower
from django.http import HttpRequest, HttpResponse

from . import events
from .models import Guest
from .names import sounds_like_staff
from .naming import is_held

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
    kept = foresee_guest(guest, name=name, email=email)
    store_guest(kept, guest)
    return kept


def foresee_guest(guest: Guest | None, *, name: str, email: str) -> Guest:
    """Return the guest that ``keep_guest`` would return, and store nothing: a new one, or a changed copy (``store_guest``)."""
    if guest is None or (guest.proven_at and email and email != guest.email):
        return Guest(display_name=name, email=email)
    kept = copy(guest)
    kept.display_name = name
    if not kept.proven_at:
        _set_address(kept, email)
    return kept


def store_guest(kept: Guest, former: Guest | None) -> None:
    """Store what ``foresee_guest`` made of ``former``."""
    if kept.pk is None or former is None:
        kept.save()
        return
    names = ("display_name", "email", "proven_at", "link_counter")
    if changed := [name for name in names if getattr(kept, name) != getattr(former, name)]:
        kept.save(update_fields=changed)


def change_address(guest: Guest, email: str) -> None:
    """Store another, unproven address of ``guest``, empty for none.

    Links that went to the old one stop working, and so do cookies: it may have been a stranger's, by a slip of the finger.
    Whoever asked for the change gets a new cookie.
    """
    if email != guest.email:
        _set_address(guest, email)
        guest.save(update_fields=["email", "proven_at", "link_counter"])


def _set_address(guest: Guest, email: str) -> None:
    if email != guest.email:
        guest.link_counter += int(bool(guest.email))
        guest.email, guest.proven_at = email, None


def keep_guest_of_draft(guest: Guest | None, *, email: str, is_deliberate: bool) -> Guest:
    """Return the guest whom a draft belongs to: ``guest``, known by cookie, else a new one, with the address they typed so far.

    A proven address stays. Another one is written over only where its writer pressed a button (``is_deliberate``): what a script
    saves may be half an address. Nothing is taken away here; the name stands in the draft until it is posted.
    """
    if guest is None:
        return Guest.objects.create(email=email)
    if email and email != guest.email and not guest.proven_at and (is_deliberate or not guest.email):
        change_address(guest, email)
    return guest


def find_guests_by_address(address: str) -> QuerySet[Guest]:
    """Return the guests who gave ``address``, however it is typed, those who proved it first."""
    named = Guest.objects.exclude(email="").annotate(plain=Lower("email")).filter(plain=address.strip().lower())
    return named.order_by(F("proven_at").desc(nulls_last=True), "-pk")


@transaction.atomic
def prove_address(guest: Guest, now: datetime) -> None:
    """Take the address of ``guest`` for proven from now on: its owner pressed the button that a mailed link leads to.

    Sends ``address_proven`` the first time.
    """
    if Guest.objects.filter(pk=guest.pk, proven_at=None).exclude(email="").update(proven_at=now):
        guest.proven_at = now
        events.address_proven.send(Guest, guest=guest)


def is_name_free(name: str) -> bool:
    """Tell whether a guest may write as ``name``: it looks like no member's, and like nobody's who speaks for the site."""
    if sounds_like_staff(name):
        return False
    return not is_held(name)
