"""The part of a text that names a topic, in pieces, its words apart. Pure; templates escape the pieces."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

EXCERPT_WORDS = 40
WORDS_BEFORE = 12  # the first marked word, so that it is read in its sentence


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text; ``is_found`` for words that name the topic."""

    text: str
    is_found: bool = False


def mark_words(text: str, words: Collection[str]) -> list[Piece]:
    """Return the whole of ``text`` on one line, all places of ``words`` apart, whatever their capitals."""
    return list(_cut(" ".join(text.split()), words))


def make_excerpt(text: str, words: Collection[str]) -> list[Piece]:
    """Return about EXCERPT_WORDS words of ``text`` around the first of ``words``; its beginning where there is none of them."""
    text = " ".join(text.split())
    match = _find(words).search(text) if words else None
    typed = list(re.finditer(r"\S+", text))
    first = sum(word.end() <= match.start() for word in typed) - WORDS_BEFORE if match else 0
    first = max(0, min(first, len(typed) - EXCERPT_WORDS))
    shown = typed[first : first + EXCERPT_WORDS]
    if not shown:
        return []
    before = [Piece("… ")] if first else []
    after = [Piece(" …")] if first + EXCERPT_WORDS < len(typed) else []
    return [*before, *_cut(text[shown[0].start() : shown[-1].end()], words), *after]


def _cut(text: str, words: Collection[str]) -> Iterator[Piece]:
    start = 0
    for match in _find(words).finditer(text) if words else ():
        if match.start() > start:
            yield Piece(text[start : match.start()])
        yield Piece(match[0], is_found=True)
        start = match.end()
    if start < len(text):
        yield Piece(text[start:])


def _find(words: Collection[str]) -> re.Pattern[str]:
    longest_first = sorted((" ".join(each.split()) for each in words), key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first))})(?!\w)", re.IGNORECASE)
