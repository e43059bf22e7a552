"""Keyed hashes: tables that count words hold none. Without the secret nobody can tell which word a number stands for."""

import hashlib
from collections.abc import Iterable
from functools import lru_cache
from struct import unpack

from django.conf import settings
from django.utils.crypto import salted_hmac


@lru_cache(maxsize=8)
def _key(secret: str, purpose: str) -> bytes:
    return salted_hmac(f"forum.moderation.{purpose}", "", secret=secret, algorithm="sha256").digest()


def hash_all(purpose: str, texts: Iterable[str]) -> list[int]:
    """Return a number of 64 bits, with a sign, for each text. It changes with SECRET_KEY and with ``purpose``.

    BLAKE2b with a key is a message authentication code of its own and half the time of an HMAC (RFC 7693).
    """
    keyed = hashlib.blake2b(digest_size=8, key=_key(settings.SECRET_KEY, purpose))
    digests = []
    for text in texts:
        one = keyed.copy()
        one.update(text.encode())
        digests.append(one.digest())
    return [*unpack(f">{len(digests)}q", b"".join(digests))]


def fingerprint() -> int:
    """Return a number that tells one SECRET_KEY from another."""
    return _fingerprint(settings.SECRET_KEY)


@lru_cache(maxsize=8)
def _fingerprint(secret: str) -> int:
    return hash_all("fingerprint", [""])[0]
