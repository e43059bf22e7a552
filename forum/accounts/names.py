"""Names people may show: two names that look alike are one, and nobody passes for a member or for staff. No database here."""

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache
from string import ascii_uppercase

from django.conf import settings
from django.utils.translation import gettext as _

MAX_NAME_CHARS = 60
MAX_KEY_CHARS = MAX_NAME_CHARS * 4  # a few characters spell out a whole phrase in their compatibility form
MAX_SLUG_CHARS = MAX_KEY_CHARS

# A guest under one of these would be taken for somebody who speaks for the site. Whole words only: "Teamwork" is a name.
STAFF_WORDS = frozenset(
    (
        "admin",
        "admins",
        "administrator",
        "administrators",
        "author",
        "editor",
        "editors",
        "mod",
        "moderation",
        "moderator",
        "moderators",
        "mods",
        "official",
        "operator",
        "operators",
        "staff",
        "support",
        "team",
        "webmaster",
    )
)

_LATIN_SIGNS = str.maketrans("013457@$|", "oleastasl")
# Invisible although Unicode counts them as letters or marks: fillers, joiners, variation selectors.
_INVISIBLE = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]")
# Accents and the optional points of Hebrew and Arabic. The vowels and voicing marks of other scripts tell names apart and stay.
_ACCENTS = re.compile(
    "[\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
)
_JOINERS = "\u200c\u200d"  # part of the spelling in Persian and in the languages of India
_WORD_BREAK = re.compile(r"(?:[^\w@$|]|_)+|(?<=[a-z])(?=[A-Z])")  # "SiteAdmin" is two words


def tidy_name(name: str) -> str:
    """Return ``name`` on one line without what nobody sees: control characters, direction marks, zero-width characters."""
    text = unicodedata.normalize("NFC", _INVISIBLE.sub("", name))
    if text.replace("\n", " ").isprintable():  # nearly always: there is nothing that nobody sees
        return " ".join(text.split()).strip(_JOINERS)
    text = "".join(" " if unicodedata.category(char) in ("Zs", "Zl", "Zp") or char in "\t\r\n" else char for char in text)
    text = "".join(char for char in text if char in _JOINERS or unicodedata.category(char) not in ("Cc", "Cf", "Cn", "Co", "Cs"))
    return " ".join(text.split()).strip(_JOINERS)


def name_key(name: str) -> str:
    """Return what ``name`` looks like: letters, digits and vowel marks, without accents and case, look-alikes as Latin letters.

    Two names with one key cannot be told apart at a glance ("Marit", "MARlT", "Маrit"). The look-alikes are those of Unicode's
    confusables list (UTS 39). Empty for a name without letters or digits.
    """
    text = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", _INVISIBLE.sub("", name)))
    text = unicodedata.normalize("NFKC", "".join(_latin_look_alike(char) for char in _ACCENTS.sub("", text))).casefold()
    text = text.translate(_LATIN_SIGNS).replace("i", "l").replace("rn", "m").replace("vv", "w")
    return "".join(char for char in text if unicodedata.category(char)[0] in "LNM")[:MAX_KEY_CHARS]


def make_slug(name: str) -> str:
    """Return ``name`` as part of an address: letters, vowel marks and digits of its own script, small, with hyphens.

    A slug made into a slug again is the same. "member" for a name that has none of these ("@@@").
    """
    text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", _INVISIBLE.sub("", name)).casefold())
    kinds = [(char, unicodedata.category(char)) for char in text]
    words = "".join(char if kind[0] in "LNM" else " " for char, kind in kinds if kind != "Cf").split()
    return "-".join(words)[:MAX_SLUG_CHARS].strip("-") or "member"


@lru_cache(maxsize=4096)
def _latin_look_alike(char: str) -> str:
    """Return the Latin letter or digit that ``char`` looks like, as itself or as a capital ("н" goes with "Н"), else ``char``."""
    if char.isascii():
        return char
    from confusable_homoglyphs import confusables  # 7 MB that a process needs once somebody writes such a letter

    for form in (char, char.upper()):
        found = confusables.is_confusable(form) if len(form) == 1 else []
        for likeness in found[0]["homoglyphs"] if isinstance(found, list) and found else ():
            if likeness["c"].isascii() and likeness["c"].isalnum():
                return str(likeness["c"])
    return char


def sounds_like_staff(name: str) -> bool:
    """Tell whether ``name`` holds a word that only staff may carry, look-alikes included, or the name of the site.

    Words next to each other count as one too ("Mod erator"), and digits around a word do not hide it ("admin2").
    """
    text = unicodedata.normalize("NFKC", name)  # a letter in a circle is a letter
    found: set[str] = set()
    for parted in (text, text.replace("@", " ")):  # "@dmin", and "admin@site"
        words = _WORD_BREAK.split(parted)
        keys = [key for word in words if (key := name_key(word))]
        found |= {"".join(keys[start:end]) for start in range(len(keys)) for end in range(start + 1, len(keys) + 1)}
        found |= {name_key(word.strip("0123456789")) for word in words}
    return bool(found & _reserved_keys(settings.SITE_NAME))


@lru_cache(maxsize=8)
def _reserved_keys(site_name: str) -> frozenset[str]:
    return frozenset(name_key(word) for word in (*STAFF_WORDS, site_name)) - {""}


def suggest_names(name: str, is_free: Callable[[str], bool]) -> list[str]:
    """Return up to two names close to ``name`` that ``is_free`` accepts.

    What is left without words of staff; else the name with an initial, and with a place.
    """
    words = [word for word in name.split() if not sounds_like_staff(word)]
    kept = tidy_name(re.sub(r"[()\[\]]", "", " ".join(words)))
    if name_key(kept) in ("", "a", "an", "the"):
        return []
    if kept != name and is_free(kept):
        return [kept]
    initial = _first_free(kept, [f" {letter}." for letter in ascii_uppercase[1:]], is_free)
    place = _first_free(kept, [f" from {place}" for place in ("Leeds", "Cork", "Oslo", "Perth")], is_free)
    return [found for found in (initial, place) if found]


def _first_free(name: str, endings: list[str], is_free: Callable[[str], bool]) -> str:
    candidates = (name[: MAX_NAME_CHARS - len(ending)].rstrip() + ending for ending in endings)
    return next((candidate for candidate in candidates if is_free(candidate)), "")


def explain_taken_name(name: str, is_free: Callable[[str], bool], *, may_be_empty: bool) -> str:
    """Return the sentence for somebody who cannot have ``name``: why, and what they could write."""
    suggestions = suggest_names(name, is_free)
    first, second = [*suggestions, "", ""][:2]
    values = {"name": name, "first": first, "second": second}
    if not sounds_like_staff(name):
        if second:
            return _("Somebody else here is called %(name)s. You could write “%(first)s” or “%(second)s”") % values
        if may_be_empty:
            return _("Somebody else here is called %(name)s. Choose another name, or leave this empty") % values
        return _("Somebody else here is called %(name)s. Choose another name") % values
    if first and may_be_empty:
        return _("“%(name)s” sounds like somebody who runs this site. You could write “%(first)s”, or leave this empty") % values
    if first:
        return _("“%(name)s” sounds like somebody who runs this site. You could write “%(first)s”") % values
    if may_be_empty:
        return _("“%(name)s” sounds like somebody who runs this site. Write a first name, or leave this empty") % values
    return _("“%(name)s” sounds like somebody who runs this site. Write a first name") % values
