"""Signed links that let somebody in without signing in. Each carries a purpose and nothing secret, and opens for ever.

What may be done through an old link is for the page to say: to change something, one older than FRESH_FOR asks for a new one.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from django.core import signing
from django.utils import timezone

from .models import Guest, User
from .people import Person

FRESH_FOR = timedelta(days=30)
GUEST, MEMBER = "guest", "member"  # the kind of person a link is for, in its payload


class Purpose(StrEnum):
    """What a link is for; one made for another purpose is not accepted."""

    MINE = "mine"  # all that somebody wrote
    PROVE = "prove"  # the button by which somebody confirms an address
    DRAFT = "draft"  # going on with a text on another device
    ANSWER = "answer"  # writing in one conversation, from a mail about it
    EMAILS = "emails"  # which mail somebody gets
    UPDATE = "update"  # saying how it went, in one box under what they wrote
    DUTY = "duty"  # which mail about their work staff get


@dataclass(frozen=True)
class OpenedLink:
    """A link that holds: whose it is, how old it is, and the ids of what it was made for."""

    person: Person
    age: timedelta
    about: tuple[int, ...] = ()

    @property
    def guest(self) -> Guest:
        """Return the guest whose it is; members sign in, and have links for their mail only."""
        assert self.person.guest is not None
        return self.person.guest

    @property
    def is_fresh(self) -> bool:
        """Tell whether it may still change something. Without an address there is no way to send a newer one."""
        return not self.person.row.email or self.age <= FRESH_FOR


def make_link(owner: Guest | User, purpose: Purpose, *about: int) -> str:
    """Return the signed part of a link for ``owner``, about the rows with these ids.

    That of a guest is revoked when the guest's link counter grows.
    """
    kind, counter = (GUEST, owner.link_counter) if isinstance(owner, Guest) else (MEMBER, 0)
    return signing.dumps([kind, owner.pk, counter, *about], salt=_salt(purpose))


def read_link(token: str, purpose: Purpose) -> OpenedLink | None:
    """Return what ``token`` opens, or None for one that is forged, cut off, revoked or made for something else.

    Links signed under a key of SECRET_KEY_FALLBACKS hold too. A token that was not signed here costs no query.
    """
    try:
        kind, pk, counter, *about = signing.loads(token, salt=_salt(purpose))
    except (signing.BadSignature, TypeError, ValueError):
        return None
    person = _find_person(kind, pk, counter)
    return OpenedLink(person, timezone.now() - _read_time(token), tuple(about)) if person else None


def _find_person(kind: str, pk: int, counter: int) -> Person | None:
    if kind == MEMBER:
        user = User.objects.filter(pk=pk, is_active=True).first()
        return Person(user=user) if user else None
    guest = Guest.objects.filter(pk=pk, link_counter=counter).first() if kind == GUEST else None
    return Person(guest=guest) if guest else None


def _read_time(token: str) -> datetime:
    """Return when a token that holds was signed: its middle part is seconds since 1970 in base 62 (django.core.signing)."""
    return datetime.fromtimestamp(signing.b62_decode(token.rsplit(":", 2)[1]), tz=UTC)


def _salt(purpose: Purpose) -> str:
    return f"accounts.link.{purpose}"
