"""Breaks for text that has none: where a long block can become paragraphs without one word changed. Pure."""

import re

from .markup import render, to_plain

LONG_BLOCK_WORDS = 120  # more than this without a line break is hard to read
PARAGRAPH_WORDS = 60  # a new paragraph begins at the first end of a sentence after so many

_SENTENCE_END = re.compile(r"(?<=[.!?…؟۔।])([\"'”’)\]]*)[ \t]+(?=\S)")
# Not the end of a sentence: titles, short forms, a lone initial ("J. Smith").
_SHORT_FORM = re.compile(r"(?:^|[\s(])(?:\w|dr|mr|mrs|ms|prof|st|vs|etc|e\.g|i\.e|approx|no)\.$", re.IGNORECASE)
# At the beginning of a line these make a list or a quotation.
_MARKER = re.compile(r"(?:[-+*>]|\d{1,9}[.)])")


def split_long_blocks(text: str) -> str:
    """Return ``text`` with an empty line at ends of sentences in every line of more than LONG_BLOCK_WORDS words.

    The words and their order stay; only spaces become line breaks. Lists and quotations stay whole, and so does a text whose
    visible words would not survive. What comes back equals ``text`` where there is nothing to offer.
    """
    lines = [_split_line(line) for line in text.split("\n")]
    divided = "\n".join(lines)
    return divided if divided == text or _words_shown(divided) == _words_shown(text) else text


def _split_line(line: str) -> str:
    if len(line.split()) <= LONG_BLOCK_WORDS or _MARKER.match(line.lstrip()):
        return line
    paragraphs, start = [], 0
    for end in _SENTENCE_END.finditer(line):
        sentence_so_far, rest = line[start : end.start()], line[end.end() :]
        if len(sentence_so_far.split()) < PARAGRAPH_WORDS or len(rest.split()) < PARAGRAPH_WORDS // 2:
            continue
        if _SHORT_FORM.search(sentence_so_far) or _MARKER.match(rest):
            continue
        paragraphs.append(line[start : end.end()].rstrip())
        start = end.end()
    return "\n\n".join([*paragraphs, line[start:]])


def _words_shown(text: str) -> list[str]:
    return to_plain(render(text)).split()
