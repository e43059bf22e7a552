"""Addresses: read strictly, compared without regard to case, and marked when their server refuses them for good."""

import re
from collections.abc import Iterable
from email.utils import parseaddr

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.crypto import salted_hmac
from django.utils.encoding import punycode

from .models import OutgoingMessage, RefusedAddress

_LOOKS_LIKE_AN_ADDRESS = re.compile(r"<?[^\s<>]+@[^\s<>]+>?")


class InvalidAddressError(ValueError):
    """No mail can be sent to this. The text does not repeat it."""


def clean_address(text: str) -> str:
    """Return the bare address in ``text`` ("Marit <marit@example.org>" or only that), its domain as servers know it (IDNA).

    Raises InvalidAddressError, for line breaks anywhere above all: they could smuggle further headers in.
    """
    address = parseaddr(text)[1].strip() if "<" in text else text.strip()
    if any(character in text.strip() for character in "\r\n\0"):
        raise InvalidAddressError("an address has no line break")
    try:
        validate_email(address)
        local, _, domain = address.rpartition("@")
        local.encode("ascii")  # letters beyond ASCII before the @ need a mail server that hardly anybody has
        return f"{local}@{punycode(domain).lower()}"
    except (ValidationError, UnicodeError) as error:
        raise InvalidAddressError("this is not an address") from error


def without_addresses(text: str) -> str:
    """Return ``text``, as mail servers answer, on one line and with every address taken out."""
    return " ".join(_LOOKS_LIKE_AN_ADDRESS.sub("…", text).split())[:300]


def keyed_hashes(address: str, *, purpose: str) -> list[str]:
    """Return the hash of an address, however it is typed, under today's key, then under earlier ones: nobody else can make them.

    Hashes made for one ``purpose`` say nothing about those for another.
    """
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    plain = address.strip().casefold()
    return [salted_hmac(purpose, plain, secret=key, algorithm="sha256").hexdigest() for key in keys]


def _hashes(address: str) -> list[str]:
    return keyed_hashes(address, purpose="forum.mail.refused")


def mark_refused(address: str, answer: str) -> None:
    """Remember that the server of ``address`` refused it for good; mail nobody waits for is no longer tried."""
    RefusedAddress.objects.update_or_create(address_hash=_hashes(address)[0], defaults={"answer": without_addresses(answer)})


def is_refused(address: str) -> bool:
    """Return whether the address has been refused, and nothing has reached it since."""
    return RefusedAddress.objects.filter(address_hash__in=_hashes(address)).exists()


def forget_refusal(address: str) -> None:
    """Take the mark off: the address has just taken a mail."""
    RefusedAddress.objects.filter(address_hash__in=_hashes(address)).delete()


def forget_addresses(addresses: Iterable[str]) -> None:
    """Delete all mail that waits for these addresses, and their marks: their person is erased or wants no more of it."""
    for text in addresses:
        address = clean_address(text)
        OutgoingMessage.objects.filter(recipient__iexact=address).delete()
        forget_refusal(address)
