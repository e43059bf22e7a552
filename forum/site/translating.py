"""``gettext`` for what a page says hundreds of times: Django looks through six catalogues each time, here it is remembered."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache

from django.utils import translation


class _Here(threading.local):
    language: str | None = None  # that of ``one_language``; what Django knows is slow to ask


_here = _Here()


@contextmanager
def one_language() -> Iterator[None]:
    """Ask for the language of the reader once for all that is said within the block; it must not change in there."""
    before, _here.language = _here.language, translation.get_language()
    try:
        yield
    finally:
        _here.language = before


def gettext(message: str) -> str:
    """Return ``message`` in the language of the reader; messages are those of the code, so there are only so many."""
    return _remembered(_here.language or translation.get_language(), message)


def ngettext(singular: str, plural: str, number: int) -> str:
    """Return the form for ``number`` in the language of the reader."""
    return _remembered_number(_here.language or translation.get_language(), singular, plural, number)


def current_language() -> str | None:
    """Return the language of the reader."""
    return _here.language or translation.get_language()


@lru_cache(maxsize=8_192)
def _remembered(language: str | None, message: str) -> str:
    with translation.override(language):
        return translation.gettext(message)


@lru_cache(maxsize=8_192)
def _remembered_number(language: str | None, singular: str, plural: str, number: int) -> str:
    with translation.override(language):
        return translation.ngettext(singular, plural, number)
