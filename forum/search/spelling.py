"""How near two spellings are, and where to look for near ones. Pure.

A word's skeleton is what errors of typing and hearing leave alone: its first sound and its consonants, those that sound alike
written alike, each once and in the order of the alphabet. "bacolfen", "baclofin" and "backlofen" have that of "baclofen"; one
consonant more or less, or another one, is one step away.
"""

import re

MIN_CHARS = 4  # a shorter word is one error away from half of the language
_ALIKE = str.maketrans({"q": "k", "c": "k", "x": "k", "z": "s", "v": "f", "w": "f", "y": None, "h": None, "j": "g"})
_VOWELS = re.compile("[aeiou]")
_VOWEL = "a"  # stands for any at the beginning
_CONSONANTS = "bdfgklmnprst"


def allowed_distance(word: str) -> int:
    """Return how many errors ``word`` may hold and still be taken for another."""
    if len(word) < MIN_CHARS or not word.isalpha():
        return 0
    return 1 if len(word) < 6 else 2 if len(word) < 10 else 3


def skeleton(word: str) -> str:
    """Return the skeleton of ``word``, which is folded: its first sound and its consonants; letters beyond a to z stay."""
    return _write(*_read(word))


def near_skeletons(word: str) -> set[str]:
    """Return the skeletons of words that ``word`` may be a misspelling of: its own, and those one step away."""
    first, own = _read(word)
    fewer = [own - {letter} for letter in own]
    near = {(first, letters) for letters in (own, *fewer)}
    for letter in _CONSONANTS:
        near |= {(first, own | {letter}), *((first, letters | {letter}) for letters in fewer)}
        near |= {(letter, own), (letter, own | {letter}), (letter, own - {first} | {letter})}
    return {_write(*parts) for parts in near}


def _read(word: str) -> tuple[str, frozenset[str]]:
    sounds = word.replace("ph", "f").translate(_ALIKE)
    first = _VOWELS.sub(_VOWEL, sounds[:1])
    return first, frozenset(_VOWELS.sub("", sounds))


def _write(first: str, letters: frozenset[str]) -> str:
    return f"{first} {''.join(sorted(letters))}"


def distance(one: str, other: str, most: int) -> int:
    """Return how many letters have to be put in, left out, replaced or exchanged with their neighbour; ``most`` + 1 for more.

    The optimal string alignment distance (Damerau 1964), row by row.
    """
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, start=1):
        last_before, before, row = before, row, [i]
        for j, counterpart in enumerate(other, start=1):
            steps = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != counterpart))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == counterpart:
                steps = min(steps, last_before[j - 2] + 1)
            row.append(steps)
        if min(row) > most:
            return most + 1
    return min(row[-1], most + 1)
