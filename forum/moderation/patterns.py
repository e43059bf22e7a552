"""Phrases of the site's rules: plain words, a star at the start or the end of a word for the rest of it. Pure.

Words are compared one by one, so that no phrase can take more time than the text is long: a regular expression could.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from .wording import Word, find_words

_PART = re.compile(r"\*?[^\W_]+(?:[-'’][^\W_]+)*\*?")
MIN_LETTERS = 3  # beside a star: "a*" would find half of all texts


class PatternError(ValueError):
    """The phrase cannot be looked for; ``sentence`` says why, to the person who typed it."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True)
class Part:
    """One word of a phrase, and on which sides it may go on."""

    text: str
    opens: bool = False
    goes_on: bool = False

    def fits(self, word: str) -> bool:
        """Tell whether ``word``, in small letters, is this part."""
        if self.opens and self.goes_on:
            return self.text in word
        if self.opens:
            return word.endswith(self.text)
        return word.startswith(self.text) if self.goes_on else word == self.text


Pattern = tuple[Part, ...]


def parse_pattern(phrase: str) -> Pattern:
    """Return the parts of ``phrase``. Raises PatternError where there is no word in it, or a star that stands for anything."""
    parts = []
    for piece in phrase.split():
        if not _PART.fullmatch(piece):
            if not re.search(r"\w", piece):
                raise PatternError(_("“%(piece)s” would match every comment. Write a word beside the star.") % {"piece": piece})
            raise PatternError(
                _("“%(piece)s” cannot be looked for. Use letters and numbers, and a star only at the start or the end of a word.")
                % {"piece": piece}
            )
        part = Part(piece.strip("*").casefold().replace("’", "'"), piece.startswith("*"), piece.endswith("*"))
        if (part.opens or part.goes_on) and len(part.text) < MIN_LETTERS:
            raise PatternError(_("Write at least three letters beside the star in “%(piece)s”.") % {"piece": piece})
        parts.append(part)
    if not parts:
        raise PatternError(_("Write at least one word."))
    return tuple(parts)


def find_pattern(pattern: Pattern, words: Sequence[Word]) -> list[tuple[int, int]]:
    """Return where ``pattern`` stands in a text of these words."""
    size = len(pattern)
    return [
        (words[start].start, words[start + size - 1].end)
        for start in range(len(words) - size + 1)
        if all(part.fits(words[start + offset].text) for offset, part in enumerate(pattern))
    ]


def find_in_text(pattern: Pattern, text: str) -> list[tuple[int, int]]:
    """Return where ``pattern`` stands in ``text``, quoted lines left out."""
    return find_pattern(pattern, find_words(text))
