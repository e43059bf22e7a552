"""Old addresses with stars in them: reading one, holding a path against it, filling in where it leads. Pure.

``*`` stands for anything within one part of an address, ``**`` for any number of whole parts. In the address of today ``{1}``
is what the first of them stood for, ``{2}`` the second. None of it becomes a regular expression: a path is read once.
"""

import re
from dataclasses import dataclass
from urllib.parse import quote

from django.utils.translation import gettext as _

STAR, DEEP = "*", "**"
MOST_STARS = 5
FEWEST_LETTERS = 2  # before the first star: what begins with one would answer for the whole site
_PLACE = re.compile(r"\{([^{}]*)\}")


class PatternError(ValueError):
    """What was typed cannot be used; the text is a sentence that says why."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """An old address. ``parts`` are what stands between its slashes."""

    parts: tuple[str, ...]

    @property
    def weight(self) -> int:
        """Return how many letters of it are plain: the more, the more exactly it says what it means."""
        return len("/".join(self.parts).replace(STAR, ""))

    def match(self, path: str) -> list[str] | None:
        """Return what each star stands for in ``path``, None where it is another address. A slash at the end may be missing."""
        parts = path.split("/")[1:]
        if parts[-1:] == [""] and self.parts[-1] not in ("", DEEP):
            parts.pop()
        if DEEP not in self.parts:
            return _match_parts(self.parts, parts)
        place = self.parts.index(DEEP)
        head, tail = self.parts[:place], self.parts[place + 1 :]
        if len(parts) < len(head) + len(tail):
            return None
        end = len(parts) - len(tail)
        before, after = _match_parts(head, parts[:place]), _match_parts(tail, parts[end:])
        return None if before is None or after is None else [*before, "/".join(parts[place:end]), *after]


def is_pattern(path: str) -> bool:
    """Tell whether an old address has stars in it."""
    return STAR in path


def parse_pattern(path: str) -> Pattern:
    """Read an old address with stars. Raises PatternError."""
    parts = tuple(path.split("/")[1:])
    if sum(part.count(STAR) for part in parts if part != DEEP) + parts.count(DEEP) > MOST_STARS:
        raise PatternError(_("Five stars at most, please."))
    if any(part.count(STAR) > 1 for part in parts if part != DEEP):
        raise PatternError(_("Between two slashes there can be one star, or two stars and nothing else."))
    if parts.count(DEEP) > 1:
        raise PatternError(_("Two stars can stand in one place only."))
    if len(parts[0].split(STAR)[0]) < FEWEST_LETTERS:
        raise PatternError(_("Write out how it begins, at least two letters: else it would answer for the whole site."))
    return Pattern(parts)


def count_stars(path: str) -> int:
    """Return how many places of an old address are left open; two stars are one place."""
    return path.replace(DEEP, STAR).count(STAR)


def check_places(target: str, stars: int) -> None:
    """Raise PatternError where ``target`` names a star that the old address does not have."""
    for named in _PLACE.findall(target):
        if not named.isdecimal() or not 1 <= int(named) <= stars:
            raise PatternError(_("{%(named)s} stands for nothing: the old path has no such star.") % {"named": named})
    if re.search(r"[{}*]", _PLACE.sub("", target)):
        raise PatternError(_("Stars and brackets have no meaning here, but for {1}, {2} and so on."))


def fill(target: str, found: list[str]) -> str:
    """Return ``target`` with what the stars stood for. The result stays on this site, whatever was asked for."""
    filled = _PLACE.sub(lambda place: quote(found[int(place[1]) - 1], safe="/"), target)
    path, mark, rest = filled.partition("?")
    return re.sub("/{2,}", "/", path) + mark + rest


def _match_parts(pattern: tuple[str, ...], parts: list[str]) -> list[str] | None:
    if len(pattern) != len(parts):
        return None
    found: list[str] = []
    for wanted, part in zip(pattern, parts, strict=True):
        before, star, after = wanted.partition(STAR)
        if not star:
            if wanted != part:
                return None
            continue
        middle = part[len(before) : len(part) - len(after)]
        if part != before + middle + after or not middle or re.search("[?&]", middle):
            return None
        found.append(middle)
    return found
