"""Personal details in what somebody writes: what is asked about them before posting, and how they are left out.

What looks like a detail is for ``settings.PERSONAL_DETAILS_FINDER`` to say, a function of an app above; with none, nothing is
ever found. The field of the form is in ``forms``; what a moderator is told, the finder's own screener says.
"""

import hashlib
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from html import escape

from django.conf import settings
from django.db import models
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from forum.accounts.names import tidy_name
from forum.site.models import HelpLine


class DetailKind(models.TextChoices):
    """What can be found, in the words of the form: "We found: a phone number"."""

    EMAIL = "email", _("an email address")
    PHONE = "phone", _("a phone number")
    ADDRESS = "address", _("a home address")
    RECORD = "record", _("a record or identity number")
    CARD = "card", _("a card number")
    BANK = "bank", _("a bank account")
    CHILD = "child", _("a child’s name")
    SCHOOL = "school", _("the name of a school")
    PROFILE = "profile", _("a link to somebody’s own page")


# What stands in the place of a detail that is left out.
LEFT_OUT = {
    DetailKind.EMAIL: _("email address left out"),
    DetailKind.PHONE: _("phone number left out"),
    DetailKind.ADDRESS: _("address left out"),
    DetailKind.RECORD: _("number left out"),
    DetailKind.CARD: _("card number left out"),
    DetailKind.BANK: _("bank account left out"),
    DetailKind.CHILD: _("child’s name left out"),
    DetailKind.SCHOOL: _("name of a school left out"),
    DetailKind.PROFILE: _("link left out"),
}


class DetailChoice(models.TextChoices):
    """What somebody wants to be done with what was found."""

    REDACT = "redact", _("Take them out for me")
    KEEP = "keep", _("Leave them in")
    CHANGED = "changed", _("I have changed it myself")


@dataclass(frozen=True, slots=True)
class Detail:
    """What looks like a personal detail: ``text`` stands from ``start`` to ``end``."""

    kind: DetailKind
    start: int
    end: int
    text: str

    @property
    def key(self) -> str:
        """What stands for it in a form, so that the next sending tells whether its writer has seen it named."""
        return hashlib.sha256(f"{self.kind}:{_letters_of(self.text)}".encode()).hexdigest()[:12]


Finder = Callable[[str], Sequence[Detail]]


def find_details(text: str) -> Sequence[Detail]:
    """Return the personal details in ``text``, in order; none overlaps another. How to reach a help line is none."""
    if not text or not settings.PERSONAL_DETAILS_FINDER:
        return ()
    finder: Finder = import_string(settings.PERSONAL_DETAILS_FINDER)
    found = finder(text)
    if not found:
        return ()
    lines = [_letters_of(how) for how in HelpLine.objects.values_list("how", flat=True)]
    return [detail for detail in found if not any(_letters_of(detail.text) in how for how in lines)]


def leave_out(text: str, details: Iterable[Detail]) -> str:
    """Return ``text`` with a plain word in square brackets in the place of each of ``details``, which were found in it."""
    kept, last = [], 0
    for detail in details:
        kept += [text[last : detail.start], f"[{LEFT_OUT[detail.kind]}]"]
        last = detail.end
        if text[last : last + 1] in ("(", "["):
            kept.append(" ")  # else Markdown would read the brackets as a link
    return "".join([*kept, text[last:]])


def take_out(name: str, details: Iterable[Detail]) -> str:
    """Return ``name`` without ``details``, which were found in it, and with nothing in their place."""
    for detail in details:
        name = name.replace(detail.text, " ")
    return tidy_name(name)


def mark_in_html(html: str, details: Iterable[Detail]) -> str:
    """Return safe ``html`` of a text with the ``details`` that were found in the text marked wherever they stand in one piece."""
    words = sorted({escape(detail.text, quote=False) for detail in details}, key=len, reverse=True)
    if not words:
        return html
    pattern = re.compile("|".join(map(re.escape, words)))
    pieces = re.split(r"(<[^>]*>)", html)
    return "".join(piece if piece.startswith("<") else pattern.sub(r"<mark>\g<0></mark>", piece) for piece in pieces)


def _letters_of(text: str) -> str:
    return "".join(char for char in text.casefold() if char.isalnum())
