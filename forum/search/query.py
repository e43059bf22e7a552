"""What a reader types → what is looked for. Pure; any input is read as something, or as nothing at all.

A word, "words that stand together", the begin* of a word, and -what must not be there. Every sign that means nothing is left out.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from .words import Word, read_words, stem

MAX_WORDS = 16  # so many are looked for; a question in a whole sentence fits
MAX_READ_CHARS = 2_000
MIN_BEGINNING_CHARS = 2

_QUOTES = '"“”„«»'
_PART = re.compile(
    rf"(?P<minus>(?<!\S)[-−–—](?=\S))?(?:[{_QUOTES}](?P<phrase>[^{_QUOTES}]*)[{_QUOTES}]|(?P<plain>[^\s{_QUOTES}]+))"
)

# Ways in which a term may stand in a text: each a run of stems. One of them is enough.
Ways = frozenset[tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Term:
    """One thing that is looked for: a word, or several in a row. Each word knows where it was typed."""

    words: tuple[Word, ...]
    is_beginning: bool = False  # "relax*": of any word that begins so
    is_excluded: bool = False

    def ways(self, languages: Iterable[str], endings: Mapping[str, Iterable[str]]) -> Ways:
        """Return its stems in each of ``languages``; ``endings`` are the stems of what begins like a word with a star."""
        found = {tuple(stem(word.text, language) for word in self.words) for language in languages}
        if self.is_beginning:
            found |= {(ending,) for ending in endings.get(self.words[0].text, ())}
        return frozenset(found or {tuple(word.text for word in self.words)})


@dataclass(frozen=True, slots=True)
class Query:
    """All that is looked for: every term that is not excluded, and none of those that are."""

    typed: str = ""
    terms: tuple[Term, ...] = ()
    is_cut: bool = False  # more words were typed than are looked for

    @property
    def wanted(self) -> tuple[Term, ...]:
        """Return the terms that a text must have."""
        return tuple(term for term in self.terms if not term.is_excluded)

    @property
    def unwanted(self) -> tuple[Term, ...]:
        """Return the terms that a text must not have."""
        return tuple(term for term in self.terms if term.is_excluded)

    def words(self) -> Iterator[Word]:
        """Yield the words that a text must have, but for mere beginnings."""
        return (word for term in self.wanted if not term.is_beginning for word in term.words)

    def respell(self, spellings: Mapping[str, str]) -> "Query":
        """Return the query with some of its words replaced, as if it had been typed so."""
        typed, shift = self.typed, 0
        for word in sorted(self.words(), key=lambda word: word.start):
            if (spelling := spellings.get(word.text)) is not None:
                typed = typed[: word.start + shift] + spelling + typed[word.end + shift :]
                shift += len(spelling) - (word.end - word.start)
        return parse(typed)


def parse(typed: str) -> Query:
    """Return what ``typed`` asks for, at most MAX_WORDS words of it."""
    typed = typed.replace("\0", " ").strip()
    terms: list[Term] = []
    left = MAX_WORDS
    is_cut = len(typed) > MAX_READ_CHARS
    for match in _PART.finditer(typed[:MAX_READ_CHARS]):
        term = _read_term(match)
        if term is None:
            continue
        if len(term.words) > left:
            is_cut = True
            term = replace(term, words=term.words[:left], is_beginning=False)
        if not term.words:
            break
        left -= len(term.words)
        terms.append(term)
    return Query(typed, tuple(terms), is_cut)


def _read_term(match: re.Match[str]) -> Term | None:
    group = "plain" if match["phrase"] is None else "phrase"
    start = match.start(group)
    words = tuple(Word(word.text, word.start + start, word.end + start) for word in read_words(match[group]))
    if not words:
        return None
    # Signs between the letters join them: x-ray, mg/ml. A star counts only at the end of one word.
    is_beginning = (
        group == "plain"
        and len(words) == 1
        and len(words[0].text) >= MIN_BEGINNING_CHARS
        and match.string[words[0].end : words[0].end + 1] == "*"
    )
    return Term(words, is_beginning=is_beginning, is_excluded=bool(match["minus"]))
