"""Text as words that can be compared: small letters, no accents, each with its place. Pure.

Phrases are looked for word by word, so that no phrase can take more time than the text is long: a regular expression could.
"""

import re
import unicodedata
from typing import NamedTuple

# Letters that are one sign, not a letter with an accent.
_PLAIN = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "ı": "i", "ς": "σ"})
# Chinese and Japanese leave no space between words: there each sign stands for itself.
_UNSPACED = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
_WORD = re.compile(rf"[{_UNSPACED}]|[^\W_{_UNSPACED}]+")
_ADDRESS = re.compile(r"(?:https?://|www\.)\S+|\S+@\S+\.\w+", re.IGNORECASE)


class Token(NamedTuple):
    """A word as ``fold`` gives it, and where it stands in the text."""

    text: str
    start: int
    end: int


def fold(word: str) -> str:
    """Return ``word`` in small letters and without accents, however it was typed."""
    word = word.casefold()
    if word.isascii():
        return word
    bare = "".join(char for char in unicodedata.normalize("NFKD", word) if not unicodedata.combining(char))
    return bare.translate(_PLAIN)


def find_tokens(text: str) -> list[Token]:
    """Return the words of ``text`` in order; "don't" is two. What belongs to an address of the web or of mail is left out."""
    return [Token(fold(match[0]), match.start(), match.end()) for match in _WORD.finditer(blank_addresses(text))]


def list_words(text: str) -> list[str]:
    """Return the same words without their places."""
    return [fold(word) for word in _WORD.findall(blank_addresses(text))]


def blank_addresses(text: str) -> str:
    """Return ``text`` with spaces in place of addresses, so that all other words keep their places."""
    if "://" not in text and "@" not in text and "www." not in text.lower():
        return text  # nearly all: the pattern below looks at every letter
    return _ADDRESS.sub(lambda match: " " * len(match[0]), text)
