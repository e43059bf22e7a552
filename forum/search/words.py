"""Text to the words by which it is found: where each stands, folded (case, accents, apostrophes), and its stem. Pure.

Both databases store these words and are asked for them; none of them takes a text apart itself, so that they find the same.
"""

import re
import threading
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

import snowballstemmer

MAX_WORD_CHARS = 40  # of a longer one the beginning stands for the whole
KEPT_WORDS = 16_384  # of a language, whose stems are remembered

# Scripts that put no spaces between words: there each character is a word, and a word is found as a phrase.
_UNSPACED = "\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f"
# What belongs to a letter before it and is no letter itself: accents, points, vowel signs, joiners, soft hyphens.
_SIGNS = (
    "\u00ad\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc"
    "\u0900-\u0dff\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ecd\u1ab0-\u1aff\u200c\u200d"
)
_SPACED_WORD = re.compile(rf"[^\W_]+(?:(?:[{_SIGNS}]|['’ʼ](?=[^\W_]))[^\W_]*)*")
_ANY_WORD = re.compile(rf"[{_UNSPACED}]|(?:(?![{_UNSPACED}])[^\W_])(?:(?![{_UNSPACED}])(?:[^\W_]|[{_SIGNS}]|['’ʼ](?=[^\W_])))*")
_ASCII_WORD = re.compile("[a-zA-Z0-9]+(?:'[a-zA-Z0-9]+)*")  # what _SPACED_WORD comes to, in half the time
_HAS_UNSPACED = re.compile(f"[{_UNSPACED}]")

_LETTERS = str.maketrans(
    {"æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "ħ": "h", "ŋ": "n", "ŧ": "t"}
)
_LAST_ACCENTED = "\u0400"  # above Latin and Greek, what looks like an accent makes another letter
_POINTS = re.compile("[\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u0640]")  # Hebrew and Arabic write without them
_KEPT_SIGN = re.compile("[\u0300-\u036f\u0483-\u0487\u0900-\u0dff\u0e31-\u0eff]")

# Snowball's stemmers by language; a text in any other language is found by its words as they are.
_STEMMERS = {
    "ar": "arabic", "ca": "catalan", "cs": "czech", "da": "danish", "de": "german", "el": "greek", "en": "english",
    "eo": "esperanto", "es": "spanish", "et": "estonian", "eu": "basque", "fa": "persian", "fi": "finnish", "fr": "french",
    "ga": "irish", "hi": "hindi", "hu": "hungarian", "hy": "armenian", "id": "indonesian", "it": "italian", "lt": "lithuanian",
    "nb": "norwegian", "ne": "nepali", "nl": "dutch", "nn": "norwegian", "no": "norwegian", "pl": "polish", "pt": "portuguese",
    "ro": "romanian", "ru": "russian", "sr": "serbian", "sv": "swedish", "ta": "tamil", "tr": "turkish", "yi": "yiddish",
}  # fmt: skip
_of_thread = threading.local()  # a stemmer keeps the word it works on


class Word(NamedTuple):
    """A word of a text: folded, and where it stands there."""

    text: str
    start: int
    end: int


def read_words(text: str) -> Iterator[Word]:
    """Yield the words of ``text`` in order; what holds no letter and no digit is none."""
    for match in _pattern_for(text).finditer(text):
        if folded := fold(match[0]):
            yield Word(folded, match.start(), match.end())


def _pattern_for(text: str) -> re.Pattern[str]:
    if text.isascii():
        return _ASCII_WORD
    return _ANY_WORD if _HAS_UNSPACED.search(text) else _SPACED_WORD


@lru_cache(maxsize=KEPT_WORDS)
def fold(word: str) -> str:
    """Return ``word`` as it is compared: small letters without accents, apostrophes and whatever is neither letter nor digit."""
    if word.isascii():
        return word.lower().replace("'", "")[:MAX_WORD_CHARS]
    text = unicodedata.normalize("NFKD", word.casefold()).casefold().translate(_LETTERS)
    kept: list[str] = []
    base = ""
    for char in _POINTS.sub("", text):
        if not unicodedata.combining(char):
            base = char
        elif base < _LAST_ACCENTED or (base == "е" and char == "\u0308"):
            continue
        if char.isalnum() or _KEPT_SIGN.match(char):
            kept.append(char)
    return unicodedata.normalize("NFC", "".join(kept)).translate(_LETTERS)[:MAX_WORD_CHARS]


def base_language(language: str) -> str:
    """Return the language of a code without its country: "en" of "en-GB"."""
    return re.split("[-_]", language, maxsplit=1)[0].lower()


@lru_cache(maxsize=32_768)
def stem(word: str, language: str) -> str:
    """Return what ``word``, folded, has in common with its other forms in ``language`` ("en")."""
    if language not in _STEMMERS or not word.isalpha():
        return word
    stemmers: dict[str, snowballstemmer.stemmer] = _of_thread.__dict__
    if language not in stemmers:
        stemmers[language] = snowballstemmer.stemmer(_STEMMERS[language])
    return fold(stemmers[language].stemWord(word)) or word


def stems_of(text: str, language: str) -> list[str]:
    """Return the stems of all words of ``text`` in order; ``language`` is a code such as "en-GB"."""
    return [*_stems_of(text, base_language(language))] if text else []


@lru_cache(maxsize=8)  # who posts asks twice: before the transaction, and in it
def _stems_of(text: str, base: str) -> Sequence[str]:
    return tuple(filter(None, map(_written_in(base).__getitem__, _pattern_for(text).findall(text))))


class _Written(dict[str, str]):
    """Words as they are written with their stems, empty for what is no word; one that is missing is worked out."""

    def __init__(self, base: str) -> None:
        self.base = base

    def __missing__(self, word: str) -> str:
        if len(self) >= KEPT_WORDS:
            self.clear()
        folded = fold(word)
        found = self[word] = stem(folded, self.base) if folded else ""
        return found


@lru_cache(maxsize=len(_STEMMERS))
def _written_in(base: str) -> _Written:
    return _Written(base)
