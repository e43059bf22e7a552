"""Two texts side by side, with the words marked that only one of them has. Pure."""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

_WORD = re.compile(r"\S+|\s+")
MOST_WORDS = 4_000  # of both texts; beyond it the comparison takes seconds, and the texts stand there unmarked


@dataclass(frozen=True, slots=True)
class Part:
    """A run of words; ``is_changed``: the other text does not have it."""

    text: str
    is_changed: bool


def compare_texts(before: str, after: str) -> tuple[list[Part], list[Part]]:
    """Return both texts cut where they begin or cease to differ; joined again, the parts are the texts."""
    old, new = _WORD.findall(before), _WORD.findall(after)
    if len(old) + len(new) > 2 * MOST_WORDS:
        return [Part(before, False)], [Part(after, False)]
    left, right = [], []
    for tag, start, end, new_start, new_end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if end > start:
            left.append(Part("".join(old[start:end]), tag != "equal"))
        if new_end > new_start:
            right.append(Part("".join(new[new_start:new_end]), tag != "equal"))
    return left, right
