"""The part of a text that shows why it was found, in pieces, the found words apart. Pure; templates escape the pieces."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .query import Ways
from .words import Word, base_language, read_words, stem

SNIPPET_WORDS = 36
WORDS_BEFORE = 8  # the first found word, so that it is read in its sentence
MAX_LOOKED_THROUGH = 30_000  # characters of a long article; found further on, it is shown by its beginning


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text; ``is_found`` for words that were looked for."""

    text: str
    is_found: bool = False


def mark(text: str, looked_for: Sequence[Ways], language: str) -> list[Piece]:
    """Return the whole of ``text``, the found words apart."""
    words = list(read_words(text))
    return _cut(text, 0, len(text), _spans(words, looked_for, language))


def make_snippet(text: str, looked_for: Sequence[Ways], language: str) -> list[Piece]:
    """Return about SNIPPET_WORDS words of ``text`` on one line: where the most of what was looked for stands closest together."""
    text = " ".join(text[:MAX_LOOKED_THROUGH].split())
    words = list(read_words(text))
    if not words:
        return [Piece(text)] if text else []
    spans = _spans(words, looked_for, language)
    first = _best_start(spans, len(words))
    last = min(first + SNIPPET_WORDS, len(words)) - 1
    start = words[first].start if first else 0
    end = words[last].end if last < len(words) - 1 else len(text)
    pieces = _cut(text, start, end, spans)
    before, after = ("… " if first else ""), (" …" if end < len(text) else "")
    return [*([Piece(before)] if before else []), *pieces, *([Piece(after)] if after else [])]


@dataclass(frozen=True, slots=True)
class _Span:
    """A place where a term stands: its words by number, its characters, and which term it is."""

    word: int
    start: int
    end: int
    term: int


def _spans(words: Sequence[Word], looked_for: Sequence[Ways], language: str) -> list[_Span]:
    """Return where the terms stand, in order, none inside another."""
    base = base_language(language)
    heads: dict[str, list[tuple[int, tuple[str, ...]]]] = {}
    for number, ways in enumerate(looked_for):
        for way in ways:
            heads.setdefault(way[0], []).append((number, way))
    spans: list[_Span] = []
    free = 0
    for index, word in enumerate(words):
        if index < free:
            continue
        for number, way in sorted(heads.get(stem(word.text, base), ()), key=lambda pair: -len(pair[1])):
            run = words[index : index + len(way)]
            if len(way) == 1 or tuple(stem(part.text, base) for part in run) == way:
                spans.append(_Span(index, word.start, run[-1].end, number))
                free = index + len(way)
                break
    return spans


def _best_start(spans: Sequence[_Span], count: int) -> int:
    """Return the number of the word at which the snippet starts: most terms first, then most places, then the earliest."""
    best, best_value = 0, (0, 0)
    for index, span in enumerate(spans):
        start = max(0, min(span.word - WORDS_BEFORE, count - SNIPPET_WORDS))
        # Every span takes a word or more: so many are looked at, and no more.
        inside = [other for other in spans[index : index + SNIPPET_WORDS] if other.word < start + SNIPPET_WORDS]
        value = (len({other.term for other in inside}), len(inside))
        if value > best_value:
            best, best_value = start, value
    return best


def _cut(text: str, start: int, end: int, spans: Iterable[_Span]) -> list[Piece]:
    pieces: list[Piece] = []
    for span in spans:
        if span.start < start or span.end > end:
            continue
        if span.start > start:
            pieces.append(Piece(text[start : span.start]))
        pieces.append(Piece(text[span.start : span.end], is_found=True))
        start = span.end
    if start < end:
        pieces.append(Piece(text[start:end]))
    return pieces
