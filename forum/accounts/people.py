"""A person, whoever they are here: a member or a guest. What is held on them is said by each app in its ``personal_data.py``."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from allauth.account.models import EmailAddress
from django.db.models import Q
from django.http import HttpRequest

from .guests import find_guest
from .models import Guest, User

SHORTEST_NAME_TAKEN_OUT = 3


@dataclass(frozen=True)
class Person:
    """A member or a guest; exactly one of the two is given."""

    user: User | None = None
    guest: Guest | None = None

    def __post_init__(self) -> None:
        if (self.user is None) == (self.guest is None):
            raise ValueError("a person is a member or a guest")

    @property
    def row(self) -> User | Guest:
        """Return the member or the guest."""
        if self.user is not None:
            return self.user
        assert self.guest is not None
        return self.guest

    @property
    def name(self) -> str:
        """Return the name shown, which a guest may have left out."""
        return self.row.display_name

    @property
    def addresses(self) -> list[str]:
        """Return every e-mail address stored with them, proven or only typed."""
        others = EmailAddress.objects.filter(user=self.user).values_list("email", flat=True) if self.user else ()
        return sorted({address for address in (self.row.email, *others) if address})

    @property
    def proven_address(self) -> str:
        """Return the address that mail about their data may go to; nothing for a guest who has proven none."""
        if self.user is not None:
            return self.user.email
        return self.guest.email if self.guest is not None and self.guest.proven_at else ""

    def rows(self, user_field: str = "user", guest_field: str = "guest") -> Q:
        """Return the condition of rows whose foreign keys of these names point to them."""
        return Q(**{user_field: self.user}) if self.user else Q(**{guest_field: self.guest})


def person_of(request: HttpRequest) -> Person | None:
    """Return who asks: the member signed in, else the guest whose cookie this browser has, else None."""
    if request.user.is_authenticated:
        return Person(user=request.user)
    guest = find_guest(request)
    return Person(guest=guest) if guest else None


def take_out(text: str, names: Iterable[str], instead: str) -> str:
    """Return ``text`` with ``instead`` in place of each of ``names`` (addresses too), where it stands as words of its own.

    A single word must be written just so: "Hope" is a name, "I hope" is not. A name of two letters is left: it is mostly a word.
    """
    for name in sorted({name for name in names if len(name) >= SHORTEST_NAME_TAKEN_OUT}, key=len, reverse=True):
        flags = re.IGNORECASE if re.search(r"[\s@]", name) else 0
        text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", lambda _: instead, text, flags=flags)
    return text
