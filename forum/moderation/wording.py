"""A text read for signs of advertising: phrases that people search for, praise that fits any page, calls to buy. Pure.

Nothing here looks at spelling, capitals, punctuation, grammar or length. A sign is a place in the text and a weight; what follows
from the signs together is in ``advertising``.
"""

import re
from bisect import bisect_left
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple

from forum.discussion.patterns import blank_addresses, blank_quotes
from forum.discussion.questions import is_question, may_ask

from . import wordlists
from .caseless import Caseless

_PARTS = re.compile(r"([^\W_]+(?:[-'’][^\W_]+)*)")  # words, which stay among the parts
_BREAK = re.compile(r"[.!?…,;:()\[\]\"“”\n/]")
_WEB_ADDRESS = re.compile(r"(?:https?://|\bwww\.)\S*[^\s.,!?…]", re.IGNORECASE)
_SENTENCE_END = re.compile(r"[.!?…\n]+")

# Words of somebody who sells, and of somebody who sends readers elsewhere.
_SELL = Caseless(
    r"\b(?:visit (?:our|us|my|their|his|her) |(?:contact|call|email|message) us\b|call now|click here|order (?:now|"
    r"yours|online|today)|"
    r"buy (?:now|it from|from|yours)|(?:promo|discount|coupon) code|free (?:quote|consultation|trial|shipping|delivery)|"
    r"get (?:a|your) (?:free|quote)|book (?:now|your|an appointment|online)|special offer|limited (?:time|offer)|"
    r"money[- ]back|"
    r"we (?:offer|provide|specialise|specialize|deliver|supply|sell|manufacture)\b|best price|lifetime guarantee|"
    r"no win no fee|"
    r"our (?:company|team of|services|clinic|products?|website|store|experts?|professional)\b|(?:i|we|my cousin|"
    r"my brother) (?:run|sells?|own)\b)",
)
_SEND = Caseless(
    r"\b(?:check (?:out|this|it out)|(?:contact|reach|text|message|email) (?:him|her|them|dr|doctor)\b|visit (?:the|"
    r"this) (?:website|site|blog)|"
    r"whats ?app|telegram|learn more|find out more|i (?:highly|strongly) recommend|see also|you can (?:buy|order|"
    r"reach|get it))",
)
_MIRACLE = Caseless(
    r"\b(?:herbal (?:medicine|cure|remedy|treatment|formula|doctor|product)s?|spell ?(?:caster|s)|natural (?:herbs|"
    r"cure|remedy)|"
    r"(?:completely|totally|permanently|fully|finally) (?:cured|healed|gone)|cured (?:me|my|him|her) |got (?:cured|healed)|"
    r"total(?:ly)? (?:cure|free from)|reverse[ds]? (?:my|his|her|the))",
)
_MAIL = Caseless(r"[\w.+-]{1,64}@[\w-]{1,63}\.[a-z]{2,12}")
_PHONE = Caseless(r"(?:\+|\b00)\d[\d ().-]{7,18}\d|whats ?app|telegram|\.com\b")
_EXPERIENCE = Caseless(
    r"\b(?:i|we|ive|we've|i've)\s+(?:have|had|take|took|am on|was|were|am|tried|try|been|use|still|cannot|can ?not|"
    r"can't|got|went|find|found|feel|felt|do|did|"
    r"started|stopped|wake|walk|live|lost|woke|asked|stretch|put|cant|couldn't|could|never|know|wish|hope)\b|"
    r"\b\d+\s*(?:mg|mcg|ml|years?|yrs?|months?|weeks?|days?|hours?|times|units)\b|"
    r"\b(?:my|the|his|her|our) (?:doctor|neurologist|consultant|surgeon|physio|therapist|nurse|gp|specialist|team)\b",
)
_ASKS = Caseless(
    r"\b(?:please (?:help|advise|advice|suggest|guide|tell|let me|share|reply|any)|any (?:one|body)|anyone|anybody|"
    r"some ?one (?:help|tell|suggest|know|please|can)|advice|"
    r"suggestions?|kindly (?:suggest|guide|advise|help|tell|share|reply)|what (?:should|can|to) (?:i|we|do)|"
    r"want to know|like to know|wondering|need (?:help|advice)|"
    r"how (?:can|do|to|long|did)|is (?:there|it) (?:any|possible|normal|safe)|does (?:it|this|any)|can (?:any|some|"
    r"you)|let me know)\b",
)
_SALUTATION = re.compile(r"^\s*(?:hi|hello|hey|dear|@)\s*[A-Z]?\w+", re.IGNORECASE)
_THANKS_FOR_SHARING = Caseless(
    r"\b(?:thanks?(?: you)?(?: so much| a lot| very much)? for (?:sharing|posting|this|the|your|such)|keep (?:up the|"
    r"posting|sharing|writing|it up)|keep up|"
    r"well written|bookmark|looking forward to (?:reading|more|your)|gave me (?:\w+ ){0,4}(?:information|info|ideas?|"
    r"knowledge)|"
    r"(?:lots?|a lot|plenty) of (?:information|info|knowledge)|come back (?:to|for)|came across your|"
    r"stumbled (?:up)?on|very informative)\b",
)


class Word(NamedTuple):
    """A word in small letters and where it stands."""

    text: str
    start: int
    end: int


@dataclass(frozen=True)
class Phrase:
    """Neighbouring words that look like what somebody typed into a search engine; ``rare`` are those among them that are rare.

    ``weight`` without them is ``sold``: trade words count two, offers one, and up to two rare names beside them one each.
    """

    text: str
    start: int
    end: int
    sold: int
    rare: frozenset[str]
    length: int

    @property
    def weight(self) -> int:
        """How much it looks like a search phrase."""
        return self.sold + min(2, len(self.rare))

    @property
    def counts(self) -> bool:
        """Tell whether it weighs enough to be called one; two words alone need more."""
        return self.sold > 0 and self.weight >= (3 if self.length == 2 else 2)


@dataclass(frozen=True)
class Reading:
    """What was found in one text, each as places in it."""

    phrases: tuple[Phrase, ...]
    praise: tuple[tuple[int, int], ...]
    names_venue: bool  # the praise calls the page a blog, a website: the word of those who write under many
    sells: tuple[tuple[int, int], ...]
    sends: tuple[tuple[int, int], ...]
    miracles: tuple[tuple[int, int], ...]
    has_contact: bool
    asks: bool
    greets: bool
    experience: int


@lru_cache(maxsize=32)
def find_words(text: str) -> tuple[Word, ...]:
    """Return the words of ``text`` that are neither quoted nor part of an address."""
    words, parts = _take_apart(text)
    places = tuple(accumulate(map(len, parts)))  # where each part ends
    return tuple(map(Word, words, places[::2], places[1::2]))


def split_words(text: str) -> tuple[Sequence[str], Sequence[str]]:
    """Return the same words without their places, in a fraction of the time, and what stands between each two of them."""
    words, parts = _take_apart(text)
    return words, parts[2:-1:2]


@lru_cache(maxsize=16)
def _take_apart(text: str) -> tuple[Sequence[str], Sequence[str]]:
    """Return the words in small letters, and all of ``text`` in parts of which each second is a word."""
    parts = _PARTS.split(blank_addresses(blank_quotes(text)))
    words = "\n".join(parts[1::2]).casefold().replace("’", "'").split("\n") if len(parts) > 1 else ()
    return tuple(words), parts


def list_words(text: str) -> Sequence[str]:
    """Return the words alone."""
    return split_words(text)[0]


def sentences_of(text: str) -> list[tuple[int, int]]:
    """Return where the sentences of ``text`` stand; a line break ends one."""
    found, start = [], 0
    for match in _SENTENCE_END.finditer(_WEB_ADDRESS.sub(lambda match: " " * len(match[0]), text)):
        found.append((start, match.start()))
        start = match.end()
    found.append((start, len(text)))
    return [
        (start + len(text[start:end]) - len(text[start:end].lstrip()), end) for start, end in found if text[start:end].strip()
    ]


def _runs(text: str, words: Sequence[Word]) -> Iterable[Sequence[Word]]:
    """Yield runs with something that is sold: neighbours with neither a small word like "the" nor a break between them."""
    end = 0
    for index, word in enumerate(words):
        if index < end or not _is_sold(word.text) or not _is_content(word):
            continue
        start, end = index, index + 1
        while start and _is_content(words[start - 1]) and not _is_break(text, words[start - 1], words[start]):
            start -= 1
        while end < len(words) and _is_content(words[end]) and not _is_break(text, words[end - 1], words[end]):
            end += 1
        yield words[start:end]


def _is_sold(word: str) -> bool:
    return wordlists.is_listed(word, SOLD)


def _is_content(word: Word) -> bool:
    return word.text.replace("'", "") not in wordlists.FUNCTION and not word.text.isdigit()


def _is_break(text: str, word: Word, following: Word) -> bool:
    return _BREAK.search(text, word.end, following.start) is not None


def _is_rare(word: str, topic: Collection[str]) -> bool:
    plain = word.replace("'", "")
    return (
        len(plain) > 2
        and word not in topic
        and plain not in wordlists.FUNCTION
        and plain.isalpha()
        and plain.isascii()
        and not plain.endswith(wordlists.MEDICAL_ENDINGS)
        and not wordlists.is_common(plain)
        and not any(stem in topic for stem in wordlists.stems(word))
    )


def _phrase_of(own: str, run: Sequence[Word], topic: Collection[str]) -> Phrase | None:
    trade = {word.text for word in run if wordlists.is_listed(word.text, wordlists.TRADE) and word.text not in topic}
    offers = {word.text for word in run if wordlists.is_listed(word.text, wordlists.OFFER) and word.text not in topic} - trade
    if not trade and not offers:
        return None
    rare = frozenset(word.text for word in run if _is_rare(word.text, topic)) - trade - offers
    start, end = _trim(run, rare, topic)
    phrase = Phrase(own[start:end], start, end, 2 * len(trade) + len(offers), rare, len(run))
    return phrase if phrase.counts else None


def without_familiar(reading: Reading, familiar: Collection[str]) -> Reading:
    """Return ``reading`` with the words that people use on the site counted as rare no more."""
    kept = (replace(phrase, rare=phrase.rare.difference(familiar)) for phrase in reading.phrases)
    return replace(reading, phrases=tuple(phrase for phrase in kept if phrase.counts))


@lru_cache(maxsize=16)
def read(text: str, *, topic: frozenset[str]) -> Reading:
    """Return what is found in ``text``, kept for the length of a screening. ``topic`` holds the words of the article."""
    own = blank_quotes(text)
    known = set(list_words(text))
    phrases = _find_phrases(own, text, topic) if _are_listed(known, SOLD) else []
    may_praise = not (known.isdisjoint(wordlists.PAGES) or known.isdisjoint(wordlists.PRAISE))
    may_praise = may_praise or _THANKS_FOR_SHARING.search(own) is not None
    praise, venue = _find_praise(own, find_words(text), topic) if may_praise else ((), False)
    sells = tuple(match.span() for match in _SELL.finditer(own))
    return Reading(
        phrases=tuple(phrases),
        praise=praise,
        names_venue=venue,
        sells=sells,
        sends=tuple(match.span() for match in _SEND.finditer(own)),
        miracles=tuple(match.span() for match in _MIRACLE.finditer(own)),
        has_contact=("@" in own and _MAIL.search(own) is not None) or _PHONE.search(own) is not None,
        asks=_asks(own, [*((phrase.start, phrase.end) for phrase in phrases), *sells]),
        greets=_SALUTATION.match(own) is not None,
        experience=sum(1 for _match in _EXPERIENCE.finditer(own)),
    )


def _find_phrases(own: str, text: str, topic: Collection[str]) -> list[Phrase]:
    return [phrase for run in _runs(own, find_words(text)) if len(run) > 1 and (phrase := _phrase_of(own, run, topic))]


def _are_listed(words: Collection[str], listed: frozenset[str]) -> bool:
    """Tell whether one of ``words``, or its singular, stands in ``listed``."""
    return not (listed.isdisjoint(words) and listed.isdisjoint([word[:-1] for word in words if word.endswith("s")]))


def _trim(run: Sequence[Word], rare: Collection[str], topic: Collection[str]) -> tuple[int, int]:
    """Return where the phrase in ``run`` stands: from its first to its last word that says something."""
    sold = [word.text in rare or word.text in SOLD or word.text.removesuffix("s") in SOLD for word in run]
    first, last = sold.index(True), len(sold) - 1 - sold[::-1].index(True)
    while last + 1 < len(run) and run[last + 1].text in topic:
        last += 1  # "… surgery", where the article is about it
    return run[first].start, run[last].end


SOLD = wordlists.TRADE | wordlists.OFFER


def _asks(own: str, sold: Collection[tuple[int, int]]) -> bool:
    """Tell whether something is asked that is no offer: "Do you need a loan?" asks nothing."""
    asked = [match.start() for match in _ASKS.finditer(own)]
    may_be = may_ask(own)
    for start, end in sentences_of(own) if asked or may_be else ():
        first = bisect_left(asked, start)
        if not ((first < len(asked) and asked[first] < end) or (may_be and is_question(own[start : end + 1]))):
            continue
        words = list_words(own[start : end + 1])
        if wordlists.VENUES.isdisjoint(words) and not any(start <= place[0] < end for place in sold):
            return True
    return False


def _find_praise(own: str, words: tuple[Word, ...], topic: Collection[str]) -> tuple[tuple[tuple[int, int], ...], bool]:
    """Return the sentences that praise the page in words that fit any page, and whether one calls it a blog or the like.

    A sentence that names something of the topic, or asks, is not among them.
    """
    found, venue = [], False
    for start, end in sentences_of(own):
        inside = [word.text for word in words if start <= word.start < end]
        if len(inside) > MAX_PRAISE_WORDS or own[end : end + 1] == "?":
            continue
        special = {w for w in inside if w in topic and w not in _UNSPECIFIC and not wordlists.is_common(w)}
        names_page = any(w in wordlists.PAGES for w in inside)
        lauds = any(w in wordlists.PRAISE for w in inside)
        if not special and ((names_page and lauds) or _THANKS_FOR_SHARING.search(own, start, end)):
            found.append((start, end))
            venue = venue or any(w in wordlists.VENUES for w in inside)
    return tuple(found), venue


MAX_PRAISE_WORDS = 30
_UNSPECIFIC = wordlists.PAGES | wordlists.FUNCTION
