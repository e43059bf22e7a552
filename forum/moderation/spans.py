"""The places in a text that signals mean: marked for a moderator, or taken out. Pure; a text is the words as they were typed."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of text: marked as what a signal means, new in a change, both, or neither."""

    text: str
    is_marked: bool = False
    is_new: bool = False


@dataclass(frozen=True, slots=True)
class Cut:
    """A place to take out, and the words that stand there instead, in square brackets."""

    start: int
    end: int
    words: str


def merge_spans(spans: Iterable[Sequence[int]], length: int) -> list[Span]:
    """Return ``spans`` in order, those that touch made one; what does not lie inside a text of ``length`` is left out."""
    merged: list[Span] = []
    for start, end in sorted((int(span[0]), int(span[1])) for span in spans if len(span) == 2):
        if not 0 <= start < end <= length:
            continue
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged


def make_cuts(marked: Iterable[tuple[Sequence[Sequence[int]], str]], length: int) -> list[Cut]:
    """Return the places to take out, in order: ``marked`` pairs spans with words; where they overlap, the first words stand."""
    pairs = [(span, words) for spans, words in marked for span in spans]
    cuts = []
    for start, end in merge_spans((span for span, _words in pairs), length):
        words = next(words for span, words in pairs if start <= span[0] and span[1] <= end)
        cuts.append(Cut(start, end, words))
    return cuts


def mark_paragraphs(text: str, marked: Sequence[Span], new: Sequence[Span] = ()) -> list[list[Part]]:
    """Return the paragraphs of ``text``, each as parts. The spans of a kind are in order and do not touch."""
    edges = sorted({0, len(text), *(edge for span in (*marked, *new) for edge in span)})
    paragraphs: list[list[Part]] = [[]]
    for start, end in pairwise(edges):
        flags = {"is_marked": _holds(marked, start), "is_new": _holds(new, start)}
        first, *rest = re.split(r"\s*\n\s*\n\s*", text[start:end])
        paragraphs[-1].append(Part(first, **flags))
        paragraphs += [[Part(words, **flags)] for words in rest]
    shown = [[part for part in paragraph if part.text] for paragraph in paragraphs]
    return [paragraph for paragraph in shown if paragraph]


def _holds(spans: Sequence[Span], place: int) -> bool:
    return any(start <= place < end for start, end in spans)


def take_out(text: str, cuts: Sequence[Cut]) -> str:
    """Return ``text`` with the words of each of ``cuts`` in square brackets in its place."""
    kept, last = [], 0
    for cut in cuts:
        kept += [text[last : cut.start], f"[{cut.words}]"]
        last = cut.end
        if text[last : last + 1] in ("(", "["):
            kept.append(" ")  # else Markdown would read the brackets as a link
    return "".join([*kept, text[last:]])
