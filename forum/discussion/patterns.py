"""Phrases that people look out for in texts: plain words, written by somebody who knows no programming. Pure.

A star at the start or the end of a word stands for the rest of it (``loan*``), a stroke for a choice (``pump/pumpe``), three dots
for up to MAX_GAP words of the same sentence (``stopped … pump``). Capitals, accents, apostrophes and hyphens make no difference.
Words are compared one by one, so that no phrase can take more time than the text is long: a regular expression could. Chinese and
Japanese leave no space between words: there each sign counts as one.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Generic, NamedTuple, TypeVar, overload

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

PATTERN_HELP = gettext_lazy(
    "Words as they are written, capitals and accents or not. A star stands for the rest of a word: loan* finds loans. A stroke "
    "stands for a choice: loan/credit. Three dots stand for up to six words of the same sentence: stopped … pump."
)
MAX_GAP = 6  # words
MIN_LETTERS = 3  # beside a star: "a*" would find half of all texts
KEPT_WORDS = 8192  # of a set of patterns, for which is remembered what can begin with them

_UNSPACED = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
_LETTER = rf"[^\W_{_UNSPACED}]"
_WORD = rf"{_LETTER}+(?:[\u0300-\u036f]+{_LETTER}*)*"  # an accent may be a character of its own
_TOKEN = re.compile(rf"{_WORD}(?:['’ʼ`]{_WORD})*|[{_UNSPACED}]|(?<!\.)[.!?](?=[\s\"”’)\]]|$)|[。！？]|\n\s*\n")
_ASCII_WORD = re.compile("[a-z0-9]+(?:['`][a-z0-9]+)*")  # the words of _TOKEN, in small letters
_SIGNS = re.compile(rf"[{_UNSPACED}]+")
# Letters that are one sign, not a letter with an accent.
_PLAIN = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "ı": "i"})
_ADDRESS = re.compile(r"https?://\S+|\S+@\S+|\bwww\.\S+", re.IGNORECASE)
_QUOTED_LINE = re.compile(r"^[ \t]*>.*$", re.MULTILINE)
_PIECE = re.compile(r"\*?[^\W_]+(?:['’ʼ`-][^\W_]+)*\*?")
_GAPS = ("…", "...")
_ENDS = frozenset(".!?؟…。？！\n")  # of sentences


class PatternError(ValueError):
    """The phrase cannot be looked for; ``sentence`` says why, to the person who typed it."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class Token(NamedTuple):
    """A word as it is compared, where it stands, and in which sentence."""

    text: str
    start: int
    end: int
    sentence: int


@dataclass(frozen=True, slots=True)
class Part:
    """One word of a phrase, and on which sides it may go on."""

    text: str
    opens: bool = False
    goes_on: bool = False

    def fits(self, word: str) -> bool:
        """Tell whether ``word``, as it is compared, is this part."""
        if self.opens and self.goes_on:
            return self.text in word
        if self.opens:
            return word.endswith(self.text)
        return word.startswith(self.text) if self.goes_on else word == self.text


@dataclass(frozen=True, slots=True)
class Place:
    """One place of a phrase: any of its ``parts``, after a gap or at once."""

    parts: tuple[Part, ...]
    after_gap: bool = False
    words: frozenset[str] = field(init=False, compare=False)  # the whole words among the parts
    others: tuple[Part, ...] = field(init=False, compare=False)

    def __post_init__(self) -> None:
        others = tuple(part for part in self.parts if part.opens or part.goes_on)
        object.__setattr__(self, "others", others)
        object.__setattr__(self, "words", frozenset(part.text for part in self.parts if part not in others))

    def fits(self, word: str) -> bool:
        """Tell whether ``word`` can stand here."""
        return word in self.words or (bool(self.others) and any(part.fits(word) for part in self.others))


Pattern = tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Match:
    """Where a phrase stands: from the token ``first`` up to before ``last``."""

    first: int
    last: int


def normalise(word: str) -> str:
    """Return ``word`` as it is compared: small letters without accents, apostrophes and stars."""
    if word.isascii():
        return word.lower().replace("'", "").replace("`", "")
    letters = unicodedata.normalize("NFD", word.casefold())
    return "".join(char for char in letters if char not in "'’ʼ`" and not unicodedata.combining(char)).translate(_PLAIN)


def blank_quotes(text: str) -> str:
    """Return ``text`` with spaces in place of quoted lines, so that what is left stands where it stood."""
    return _QUOTED_LINE.sub(lambda match: " " * len(match[0]), text) if ">" in text else text


def blank_addresses(text: str) -> str:
    """Return ``text`` with spaces in place of addresses of the web and of mail."""
    if "://" not in text and "@" not in text and "www." not in text.lower():
        return text  # nearly all: the pattern below looks at every letter
    return _ADDRESS.sub(lambda match: " " * len(match[0]), text)


class Tokens(Sequence[Token]):
    """The words of a text that are neither in quoted lines nor part of an address.

    Where they stand is worked out when somebody asks: in most texts nothing is found that is looked for.
    """

    def __init__(self, text: str) -> None:
        self._written = text
        self._text = blank_addresses(blank_quotes(text))

    def may_open(self, index: int) -> bool:
        """Tell whether a sentence may begin with the word at ``index``, however texts are parted into sentences."""
        if index == 0:
            return True
        end, start = self._spans[index - 1][1], self._spans[index][0]
        return not _ENDS.isdisjoint(self._written[end:start])

    @cached_property
    def _spans(self) -> list[tuple[int, int]]:
        if self._text.isascii():
            return [match.span() for match in _ASCII_WORD.finditer(self._text.lower())]
        return [(start, end) for start, end, _sentence in self._places]

    @cached_property
    def words(self) -> list[str]:
        """The words alone, as they are compared."""
        if not self._text.isascii():
            return [normalise(word) for word in _TOKEN.findall(self._text) if word[0].isalnum()]
        text = self._text.lower()
        if "'" in text or "`" in text:
            return [normalise(word) for word in _ASCII_WORD.findall(text)]
        return _ASCII_WORD.findall(text)

    @cached_property
    def _places(self) -> list[tuple[int, int, int]]:
        places, sentence = [], 0
        for match in _TOKEN.finditer(self._text):
            start, end = match.span()
            if self._text[start].isalnum():
                places.append((start, end, sentence))
            else:
                sentence += 1
        return places

    def __len__(self) -> int:
        return len(self.words)

    @overload
    def __getitem__(self, index: int) -> Token: ...
    @overload
    def __getitem__(self, index: slice) -> "Tokens": ...
    def __getitem__(self, index: int | slice) -> "Token | Tokens":
        if isinstance(index, slice):
            part = Tokens("")
            part.words, part._places = self.words[index], self._places[index]
            return part
        return Token(self.words[index], *self._places[index])


@lru_cache(maxsize=64)
def tokens_of(text: str) -> Tokens:
    """Return the words of ``text``, kept for whoever asks next."""
    return Tokens(text)


def parse_pattern(phrase: str) -> Pattern:
    """Return the places of ``phrase``. Raises PatternError where there is no word in it, or a star that stands for anything."""
    places: list[Place] = []
    after_gap = False
    for piece in phrase.split():
        if piece in _GAPS:
            if not places:
                raise PatternError(_("Write a word before the dots."))
            after_gap = True
            continue
        for place in _parse_piece(piece):
            places.append(Place(place, after_gap))
            after_gap = False
    if not places:
        raise PatternError(_("Write at least one word."))
    if after_gap:
        raise PatternError(_("Write a word after the dots."))
    return tuple(places)


def _parse_piece(piece: str) -> Iterator[tuple[Part, ...]]:
    """Yield the choices of each place: a word with a hyphen is two, unless it is one of several choices."""
    if _SIGNS.fullmatch(piece.strip("*")):  # what stands around makes no difference there
        for sign in piece.strip("*"):
            yield (Part(normalise(sign)),)
        return
    choices = piece.split("/")
    if len(choices) > 1:
        yield tuple(_parse_word(choice, piece) for choice in choices)
        return
    words = piece.split("-")
    if len(words) > 1 and all(words) and _PIECE.fullmatch(piece):
        for word in words:
            yield (_parse_word(word, piece),)
        return
    yield (_parse_word(piece, piece),)


def _parse_word(word: str, piece: str) -> Part:
    if not _PIECE.fullmatch(word) or "-" in word:
        if not re.search(r"\w", word):
            raise PatternError(_("“%(piece)s” would match every comment. Write a word beside the star.") % {"piece": piece})
        raise PatternError(
            _(
                "“%(piece)s” cannot be looked for. Use letters and numbers, a star only at the start or the end of a word, "
                "a stroke between words to choose from, and three dots between words."
            )
            % {"piece": piece}
        )
    part = Part(normalise(word.strip("*")), word.startswith("*"), word.endswith("*"))
    if (part.opens or part.goes_on) and len(part.text) < MIN_LETTERS:
        raise PatternError(_("Write at least three letters beside the star in “%(piece)s”.") % {"piece": piece})
    return part


def find_pattern(pattern: Pattern, tokens: Tokens) -> list[Match]:
    """Return where ``pattern`` stands in a text of these tokens, at each beginning the shortest way."""
    first = pattern[0]
    starts = (index for index, word in enumerate(tokens.words) if first.fits(word))
    return [match for start in starts if (match := _follow(pattern, tokens, start))]


def _follow(pattern: Pattern, tokens: Tokens, start: int) -> Match | None:
    """Return the shortest match that begins at ``start``, whose token fits; all ways on are followed at once."""
    words = tokens.words
    end, number = start + 1, 1
    while number < len(pattern) and not pattern[number].after_gap:  # one way on, as nearly always
        if end >= len(words) or not pattern[number].fits(words[end]):
            return None
        end, number = end + 1, number + 1
    ends = {end}
    for place in pattern[number:]:
        following = set()
        for end in ends:
            limit = min(len(words), end + 1 + (MAX_GAP if place.after_gap else 0))
            for index in range(end, limit):
                if not place.fits(words[index]):
                    continue
                if place.after_gap and tokens[index].sentence != tokens[end - 1].sentence:
                    break
                following.add(index + 1)
        ends = following
        if not ends:
            return None
    return Match(start, min(ends))


def find_in_text(pattern: Pattern, text: str) -> list[tuple[int, int]]:
    """Return where ``pattern`` stands in ``text``, quoted lines and addresses left out."""
    tokens = tokens_of(text)
    return [(tokens[match.first].start, tokens[match.last - 1].end) for match in find_pattern(pattern, tokens)]


T = TypeVar("T")


class _Beginning(Generic[T]):
    """The patterns that can begin with one word: by the word that must come next, and those of which none must."""

    def __init__(self, patterns: Iterable[tuple[Pattern, T]]) -> None:
        self.by_next: dict[str, list[tuple[Pattern, T]]] = defaultdict(list)
        self.others: list[tuple[Pattern, T]] = []
        for pattern, owner in patterns:
            if len(pattern) == 1 or pattern[1].after_gap or pattern[1].others:
                self.others.append((pattern, owner))
                continue
            for word in pattern[1].words:
                self.by_next[word].append((pattern, owner))


class _Beginnings(dict[str, _Beginning[T] | None], Generic[T]):
    """Words that were met, each with the patterns that can begin with it, if there are any."""

    def __init__(self, patterns: Iterable[tuple[Pattern, T]]) -> None:
        super().__init__()
        self.by_word: dict[str, list[tuple[Pattern, T]]] = {}
        self.by_start: dict[str, list[tuple[Pattern, T]]] = {}
        self.others: list[tuple[Pattern, T]] = []
        for pattern, owner in patterns:
            for part in pattern[0].parts:
                if part.opens:
                    self.others.append((pattern, owner))
                elif part.goes_on:
                    self.by_start.setdefault(part.text[:MIN_LETTERS], []).append((pattern, owner))
                else:
                    self.by_word.setdefault(part.text, []).append((pattern, owner))

    def __missing__(self, word: str) -> _Beginning[T] | None:
        if len(self) >= KEPT_WORDS:
            self.clear()
        found = None
        by_word, by_start = self.by_word.get(word), self.by_start.get(word[:MIN_LETTERS])
        if by_word or by_start or self.others:
            candidates = (*(by_word or ()), *(by_start or ()), *self.others)
            fitting = [(pattern, owner) for pattern, owner in candidates if pattern[0].fits(word)]
            found = _Beginning(fitting) if fitting else None
        self[word] = found
        return found


class PatternSet(Generic[T]):
    """Many patterns looked for at once, each with something of its own: a text is read once, whatever their number."""

    def __init__(self, patterns: Iterable[tuple[Pattern, T]]) -> None:
        self._beginnings = _Beginnings(patterns)
        self.is_empty = not (self._beginnings.by_word or self._beginnings.by_start or self._beginnings.others)

    def find(self, tokens: Tokens) -> Iterator[tuple[Match, T]]:
        """Yield where each pattern stands, in the order of the text. One may be found more than once at a place."""
        if self.is_empty:
            return
        words = tokens.words
        for index, here in enumerate(map(self._beginnings.__getitem__, words)):
            if here is None:
                continue
            following = here.by_next.get(words[index + 1]) if index + 1 < len(words) else None
            for pattern, owner in (*here.others, *(following or ())):
                if match := _follow(pattern, tokens, index):
                    yield match, owner
