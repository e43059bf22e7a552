"""What a list of comments can be narrowed to by apps that know more of comments than this one; pages show it as links.

Such a filter is named in ``COMMENT_FILTERS`` by the dotted path of an object as ``Filter`` describes it.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from django.conf import settings
from django.db.models import Q
from django.utils.module_loading import import_string


@dataclass(frozen=True, slots=True)
class Choice:
    """Something that comments can be narrowed to: its value in the address, its words, and which comments it means."""

    value: str
    words: str
    condition: Q


class Filter(Protocol):
    """A filter of another app."""

    name: str  # in the address

    def label(self) -> str:
        """Return what is chosen, as a heading: "Topic"."""

    def read(self, value: str) -> Choice:
        """Return the choice that ``value`` names; raise Http404."""

    def offer(self, comment_ids: Collection[int]) -> Sequence[tuple[Choice, int]]:
        """Return what these comments, some thousands, could be narrowed to, with how many of them each means; the most first."""


@dataclass(frozen=True, slots=True)
class Way:
    """A link that narrows a list, or widens it; ``href`` is empty for what is chosen already, ``count`` 0 where none is told."""

    words: str
    href: str
    count: int = 0


@dataclass(frozen=True, slots=True)
class Ways:
    """Links of one kind under a heading; ``all_href`` gives up what was chosen of them."""

    label: str
    ways: list[Way]
    chosen: str = ""
    all_href: str = ""


def read_filters() -> list[Filter]:
    """Return the filters that other apps add."""
    return [import_string(path) for path in settings.COMMENT_FILTERS]


def read_choices(asked: Mapping[str, str]) -> tuple[tuple[str, Choice], ...]:
    """Return what of other apps' filters an address asks for, by their names in it; raise Http404 for what does not exist."""
    return tuple((one.name, one.read(value)) for one in read_filters() if (value := asked.get(one.name)))
