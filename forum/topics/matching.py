"""Finding the words of the vocabulary in a text: all of them in one walk over its words, the longest first. Pure.

Whatever is said of a topic counts as a mention: "not", "never" and "instead of" are not judged.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from forum.discussion.patterns import PatternSet, parse_pattern, tokens_of

from .languages import guess_language

_BREAK = re.compile(r"[,;:()]")  # what no spelling reaches across

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Term:
    """A spelling of a topic; ``language`` is a code of two letters, or empty; an exact one keeps its capitals."""

    topic_id: int
    text: str
    language: str = ""
    is_exact: bool = False


class Matcher:
    """A vocabulary, ready to be looked for in texts. Raises PatternError for a spelling that cannot be looked for."""

    def __init__(self, terms: Iterable[Term]) -> None:
        terms = list(terms)
        self.topic_ids = {term.topic_id for term in terms}
        self._patterns = PatternSet((parse_pattern(term.text), term) for term in terms)

    def find(self, text: str, language: str = "") -> dict[int, list[Span]]:
        """Return where each topic stands in ``text``, by its id.

        Where the ``language`` of the text is not known it is guessed; where that fails too, words of all languages are found.
        """
        found: dict[int, list[Span]] = {}
        last = (0, 0)
        # In the order of the text, and of those that begin together the longest first: what it covers is not found again.
        for start, end, topic_id in sorted(set(self._find(text, language)), key=lambda place: (place[0], -place[1], place[2])):
            if start >= last[1] or (start, end) == last:
                found.setdefault(topic_id, []).append((start, end))
                last = (start, end)
        return found

    def _find(self, text: str, language: str) -> Iterator[tuple[int, int, int]]:
        if not self.topic_ids:
            return
        tokens = tokens_of(text)
        spoken = language.split("-")[0].lower() or guess_language(tokens.words)
        for match, term in self._patterns.find(tokens):
            if term.language and spoken and term.language != spoken:
                continue
            first, last = tokens[match.first], tokens[match.last - 1]
            if first.sentence != last.sentence:
                continue
            words = text[first.start : last.end]
            if not _BREAK.search(words) and (not term.is_exact or words == term.text):
                yield first.start, last.end, term.topic_id
