"""Names people may show: two names that look alike are one, and nobody passes for a member or for staff. No database here."""

import re
import unicodedata

from confusable_homoglyphs import confusables
from django.conf import settings

MAX_NAME_CHARS = 60

# A guest under one of these would be taken for somebody who speaks for the site.
STAFF_WORDS = frozenset(
    (
        "admin",
        "administrator",
        "author",
        "editor",
        "moderation",
        "moderator",
        "official",
        "operator",
        "staff",
        "support",
        "team",
        "webmaster",
    )
)

_LATIN_DIGITS = str.maketrans("0135", "oles")


def name_key(name: str) -> str:
    """Return what ``name`` looks like: compatibility form, no accents, no case, look-alike letters as Latin ones, letters only.

    Two names with one key cannot be told apart at a glance ("Marit", "MARlT", "Маrit"). The look-alikes are those of Unicode's
    confusables list (UTS 39). Empty for a name without letters or digits.
    """
    text = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", name))
    text = "".join(char for char in text if not unicodedata.combining(char))
    text = "".join(_latin_look_alike(char) for char in text).casefold()
    text = text.translate(_LATIN_DIGITS).replace("i", "l").replace("rn", "m").replace("vv", "w")
    return re.sub(r"[\W_]+", "", text)


def _latin_look_alike(char: str) -> str:
    if char.isascii():
        return char
    found = confusables.is_confusable(char, preferred_aliases=["latin"])
    for likeness in found[0]["homoglyphs"] if found else ():
        if likeness["c"].isascii() and likeness["c"].isalnum():
            return likeness["c"]
    return char


def sounds_like_staff(name: str) -> bool:
    """Tell whether ``name`` holds a word that only staff may carry, look-alikes included, or is the name of the site."""
    keys = {name_key(word) for word in re.split(r"[\s._\-]+", name)} | {name_key(name)}
    return bool(keys & ({name_key(word) for word in STAFF_WORDS} | {name_key(settings.SITE_NAME)}))
