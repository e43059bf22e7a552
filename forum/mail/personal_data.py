"""What is held on a person here: mail that waits for them, and whether their mail server has refused them."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Protocol

from .addresses import InvalidAddressError, clean_address, forget_addresses, is_refused
from .models import OutgoingMessage

MODELS = ["mail.OutgoingMessage", "mail.RefusedAddress"]


class Person(Protocol):
    """Whom the apps above know."""

    @property
    def addresses(self) -> Sequence[str]:
        """Every address stored with them."""


def export(person: Person) -> dict[str, Any]:
    """Return the mail that is on its way, and whether an address of theirs takes none."""
    found: dict[str, Any] = {"waiting_mail": [], "refused_addresses": []}
    for text in person.addresses:
        with suppress(InvalidAddressError):  # then no mail ever went there
            address = clean_address(text)
            waiting = OutgoingMessage.objects.filter(recipient__iexact=address).order_by("pk")
            found["waiting_mail"] += [{"kind": row.kind, "created_at": row.created_at, **_words_of(row)} for row in waiting]
            found["refused_addresses"] += [text] if is_refused(address) else []
    return found


def erase(person: Person, *, keep_words: bool) -> None:
    """Delete all mail that waits for the person. Of mail that was sent nothing is left to delete."""
    for text in person.addresses:
        with suppress(InvalidAddressError):
            forget_addresses([text])


def _words_of(row: OutgoingMessage) -> dict[str, Any]:
    return {key: row.content[key] for key in ("subject", "body") if key in row.content}
