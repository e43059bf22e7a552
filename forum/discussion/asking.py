"""Phrases by which people ask without a question mark, in the languages that readers write in. They stand in ``data/asking.txt``.

A line there is a phrase as in ``patterns``, and two things more:

    ^what is             only at the beginning of a sentence, perhaps after "and", "but" and the like
    -to/will let me      not after one of the words behind the minus sign

A phrase belongs here if people who tell something hardly ever use it: a story that is taken for a question waits for an answer
for ever.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from .patterns import Pattern, PatternSet, normalise, parse_pattern, tokens_of

THANKS = "thanks"  # the table of thanks for what is still to come

_FILE = Path(__file__).parent / "data" / "asking.txt"

# In the last word of a sentence: Chinese and Japanese put no space between words.
ENDINGS = ("ですか", "ますか", "でしょうか", "ませんか", "でしたか", "吗", "嗎")

# Words before the first one of a sentence that begins it again.
_LEAD_INS = frozenset(
    """
    and but so or also hi hello please well then now und aber oder auch hallo et mais ou alors bonjour y pero o entonces hola
    e mas entao ola ma allora ciao salve en maar of dus och men eller hej ale albo και αλλα η
    """.split()  # noqa: SIM905 - a list of a line a word is harder to read
)


@dataclass(frozen=True)
class _Place:
    """Where in a sentence a phrase counts."""

    is_opening: bool
    not_after: frozenset[str]

    def suits(self, words: Sequence[str], at: int, start: int) -> bool:
        """Tell whether a phrase at the word ``at`` counts in a sentence that begins in earnest at ``start``."""
        return (not self.is_opening or at <= start) and not (at and words[at - 1] in self.not_after)


@lru_cache(maxsize=64)  # asked by several checks of one text, and of its sentences
def may_have_phrase(text: str) -> bool:
    """Tell whether ``has_phrase`` can be true of a sentence of ``text``: most texts need not be taken apart to know that."""
    tokens = tokens_of(text)
    return any(ending in text for ending in ENDINGS) or any(
        not place.is_opening or tokens.may_open(match.first) or tokens.words[match.first - 1] in _LEAD_INS
        for match, place in _PHRASES.find(tokens)
    )


@lru_cache(maxsize=64)
def has_phrase(sentence: str) -> bool:
    """Tell whether one of the phrases, or one of ENDINGS, is in ``sentence``."""
    return sentence.rstrip(" 。.!！").endswith(ENDINGS) or _finds(_PHRASES, sentence)


@lru_cache(maxsize=32)
def has_thanks(text: str) -> bool:
    """Tell whether ``text`` thanks for an answer that is still to come."""
    return _finds(_THANKS, text)


def _finds(phrases: PatternSet[_Place], text: str) -> bool:
    tokens = tokens_of(text)
    start = next((index for index, word in enumerate(tokens.words) if word not in _LEAD_INS), 0)
    return any(place.suits(tokens.words, match.first, start) for match, place in phrases.find(tokens))


def read_tables() -> dict[str, list[str]]:
    """Return the lines of ``data/asking.txt`` by language; those of THANKS are of all languages."""
    tables: dict[str, list[str]] = {}
    for line in filter(None, map(str.strip, _FILE.read_text(encoding="utf-8").splitlines())):
        if line.startswith("["):
            table = tables.setdefault(line.strip("[]"), [])
        elif not line.startswith("#"):
            table.append(line)
    return tables


def _read_phrase(line: str) -> tuple[Pattern, _Place]:
    is_opening, line = line.startswith("^"), line.removeprefix("^")
    not_after = ""
    if line.startswith("-"):
        not_after, _, line = line[1:].partition(" ")
    return parse_pattern(line), _Place(is_opening, frozenset(normalise(word) for word in not_after.split("/")))


def _read(lines: Iterable[str]) -> PatternSet[_Place]:
    return PatternSet(_read_phrase(line) for line in lines)


_TABLES = read_tables()
_THANKS = _read(_TABLES.pop(THANKS))
_PHRASES = _read(line for lines in _TABLES.values() for line in lines)
