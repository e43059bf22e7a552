"""Phrases by which people ask without a question mark, in the languages that readers write in. They stand in ``data/asking.txt``.

A line there is a phrase, compared word by word as ``tokens.fold`` gives them, accents and capitals left out:

    can/could anyone     one word of each group, in this order
    ^what is             only at the beginning of a sentence, perhaps after "and", "but" and the like
    would ... know       up to GAP other words between the two
    don t? know          the word before the question mark may be missing
    -c/n est ce que      not after one of the words behind the minus sign

A phrase belongs here if people who tell something hardly ever use it: a story that is taken for a question waits for an answer
for ever.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from .tokens import fold, list_words

GAP = 4
THANKS = "thanks"  # the table of thanks for what is still to come

_FILE = Path(__file__).parent / "data" / "asking.txt"

# In the last word of a sentence: Chinese and Japanese put no space between words.
ENDINGS = ("ですか", "ますか", "でしょうか", "ませんか", "でしたか", "吗", "嗎")

# Words before the first one of a sentence that begins it again.
_LEAD_INS = frozenset(
    """
    and but so or also hi hello please well then now und aber oder auch hallo et mais ou alors bonjour y pero o entonces hola
    e mas entao ola ma allora ciao salve en maar of dus och men eller hej i a ale albo και αλλα η
    """.split()  # noqa: SIM905 - a list of a line a word is harder to read
)


@dataclass(frozen=True)
class _Phrase:
    """``groups`` holds the words of each place, None for a gap."""

    groups: tuple[frozenset[str] | None, ...]
    is_opening: bool
    not_after: frozenset[str]


def has_phrase(sentence: str) -> bool:
    """Tell whether one of the phrases, or one of ENDINGS, is in ``sentence``."""
    words = list_words(sentence)
    return sentence.rstrip(" 。.!！").endswith(ENDINGS) or _finds(_BY_FIRST_WORD, words)


def has_thanks(text: str) -> bool:
    """Tell whether ``text`` thanks for an answer that is still to come."""
    return _finds(_THANKS_BY_FIRST_WORD, list_words(text))


def _finds(table: dict[str, list[_Phrase]], words: Sequence[str]) -> bool:
    start = next((index for index, word in enumerate(words) if word not in _LEAD_INS), 0)
    for index, word in enumerate(words):
        for phrase in table.get(word, ()):
            is_in_place = not phrase.is_opening or index <= start
            if is_in_place and _fits(phrase.groups, words, index) and not (index and words[index - 1] in phrase.not_after):
                return True
    return False


def _fits(groups: Sequence[frozenset[str] | None], words: Sequence[str], at: int) -> bool:
    for number, group in enumerate(groups):
        if group is None:
            return any(_fits(groups[number + 1 :], words, at + skipped) for skipped in range(GAP + 1))
        if at >= len(words) or words[at] not in group:
            return False
        at += 1
    return True


def read_tables() -> dict[str, list[str]]:
    """Return the lines of ``data/asking.txt`` by language; those of "thanks" are of all languages."""
    tables: dict[str, list[str]] = {}
    for line in filter(None, map(str.strip, _FILE.read_text(encoding="utf-8").splitlines())):
        if line.startswith("["):
            table = tables.setdefault(line.strip("[]"), [])
        elif not line.startswith("#"):
            table.append(line)
    return tables


def _read_phrases(line: str) -> Iterator[_Phrase]:
    """Yield the phrase of ``line`` of a table; with a word that may be missing, both."""
    if "?" in line:
        with_all, without = line.replace("?", ""), " ".join(part for part in line.split() if not part.endswith("?"))
        yield from (*_read_phrases(with_all), *_read_phrases(without))
        return
    parts = line.removeprefix("^").split()
    not_after = _read_group(parts.pop(0)[1:]) if parts[0].startswith("-") else frozenset()
    yield _Phrase(tuple(None if part == "..." else _read_group(part) for part in parts), line.startswith("^"), not_after)


def _read_group(part: str) -> frozenset[str]:
    return frozenset(fold(word) for word in part.split("/"))


def _by_first_word(lines: Iterable[str]) -> dict[str, list[_Phrase]]:
    found: dict[str, list[_Phrase]] = {}
    for phrase in (phrase for line in lines for phrase in _read_phrases(line)):
        for word in phrase.groups[0] or ():
            found.setdefault(word, []).append(phrase)
    return found


_TABLES = read_tables()
_THANKS_BY_FIRST_WORD = _by_first_word(_TABLES.pop(THANKS))
_BY_FIRST_WORD = _by_first_word(line for lines in _TABLES.values() for line in lines)
