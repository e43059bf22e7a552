"""Signed links that let somebody back in without an account. Each carries a purpose and nothing secret, and opens for ever.

What may be done through an old link is for the page to say: to change something, one older than FRESH_FOR asks for a new one.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from django.core import signing
from django.utils import timezone

from .models import Guest

FRESH_FOR = timedelta(days=30)
GUEST = "guest"  # the kind of person a link is for, in its payload


class Purpose(StrEnum):
    """What a link is for; one made for another purpose is not accepted."""

    MINE = "mine"  # all that somebody wrote
    PROVE = "prove"  # the button by which somebody confirms an address
    DRAFT = "draft"  # going on with a text on another device


@dataclass(frozen=True)
class OpenedLink:
    """A link that holds: whose it is, and how old it is."""

    guest: Guest
    age: timedelta

    @property
    def is_fresh(self) -> bool:
        """Tell whether it may still change something. Without an address there is no way to send a newer one."""
        return not self.guest.email or self.age <= FRESH_FOR


def make_link(guest: Guest, purpose: Purpose) -> str:
    """Return the signed part of a link for ``guest``; it is revoked when the guest's link counter grows."""
    return signing.dumps([GUEST, guest.pk, guest.link_counter], salt=_salt(purpose))


def read_link(token: str, purpose: Purpose) -> OpenedLink | None:
    """Return what ``token`` opens, or None for one that is forged, cut off, revoked or made for something else.

    Links signed under a key of SECRET_KEY_FALLBACKS hold too. A token that was not signed here costs no query.
    """
    try:
        kind, pk, counter = signing.loads(token, salt=_salt(purpose))
    except (signing.BadSignature, TypeError, ValueError):
        return None
    guest = Guest.objects.filter(pk=pk, link_counter=counter).first() if kind == GUEST else None
    return OpenedLink(guest, timezone.now() - _read_time(token)) if guest else None


def _read_time(token: str) -> datetime:
    """Return when a token that holds was signed: its middle part is seconds since 1970 in base 62 (django.core.signing)."""
    return datetime.fromtimestamp(signing.b62_decode(token.rsplit(":", 2)[1]), tz=UTC)


def _salt(purpose: Purpose) -> str:
    return f"accounts.link.{purpose}"
