"""The places in a text that signals mean: marked for a moderator, or taken out. Pure; a text is the words as they were typed."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of text, marked or not."""

    text: str
    is_marked: bool = False


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


def mark_paragraphs(text: str, spans: Sequence[Span]) -> list[list[Part]]:
    """Return the paragraphs of ``text``, each as parts that are marked or not. ``spans`` are in order and do not touch."""
    paragraphs: list[list[Part]] = [[]]
    last = 0
    for start, end in [*spans, (len(text), len(text))]:
        for piece, is_marked in ((text[last:start], False), (text[start:end], True)):
            first, *rest = re.split(r"\s*\n\s*\n\s*", piece)
            paragraphs[-1].append(Part(first, is_marked))
            paragraphs += [[Part(words, is_marked)] for words in rest]
        last = end
    shown = [[part for part in paragraph if part.text] for paragraph in paragraphs]
    return [paragraph for paragraph in shown if paragraph]


def take_out(text: str, spans: Sequence[Span], words: str) -> str:
    """Return ``text`` with ``words`` in square brackets in the place of each span. ``spans`` are in order and do not touch."""
    kept, last = [], 0
    for start, end in spans:
        kept += [text[last:start], f"[{words}]"]
        last = end
    return "".join([*kept, text[last:]])
