"""Text size, spacing and colours as chosen at /reading/: kept in a small cookie, for members in a field of their account too."""

from dataclasses import dataclass
from typing import ClassVar, Self

from django.conf import settings
from django.http import HttpRequest


@dataclass(frozen=True)
class ReadingSettings:
    """The choices; each is one of CHOICES, the first being what a new reader gets."""

    CHOICES: ClassVar[dict[str, tuple[str, ...]]] = {
        "text": ("normal", "large", "larger"),
        "space": ("normal", "loose"),
        "theme": ("device", "light", "dark"),
    }

    text: str = "normal"
    space: str = "normal"
    theme: str = "device"

    @classmethod
    def from_cookie(cls, value: str) -> Self:
        """Read ``text-space-theme``; anything not understood is as if it were not there."""
        found = dict(zip(cls.CHOICES, value.split("-"), strict=False))
        return cls(**{name: found[name] for name, choices in cls.CHOICES.items() if found.get(name) in choices})

    def to_cookie(self) -> str:
        """Return the value of the cookie."""
        return "-".join((self.text, self.space, self.theme))


def read_settings(request: HttpRequest) -> ReadingSettings:
    """Return what this reader chose, or what a new reader gets. What a member chose follows them from device to device."""
    # Pages of failures are shown before anybody is known.
    member = getattr(request, "user", None)
    chosen = member.reading if member is not None and member.is_authenticated else ""
    return ReadingSettings.from_cookie(chosen or request.COOKIES.get(settings.READING_COOKIE_NAME, ""))
