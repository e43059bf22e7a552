"""What counts as a question, by a rule anyone can check: a question mark, or words of asking. Pure; a person may correct it."""

import re

from .asking import has_phrase, has_thanks, may_have_phrase
from .patterns import blank_addresses, blank_quotes

# Latin and full width with their doubles, Arabic, Armenian, Ethiopian, the Spanish one that opens, the Greek one that few type.
QUESTION_MARKS = "?⁇⁈⁉‽？؟՞፧¿\u037e"
EXCERPT_CHARS = 110
_MARKS = frozenset(QUESTION_MARKS)

_NO_MARK = re.compile(r"\([?？؟]+\)")  # doubt about a word, not a question
_GREEK_MARK = re.compile(r"[\u0370-\u03ff\u1f00-\u1fff]{2}[\"'»”’)]*\s?;")  # the mark that Greek keyboards have
_SENTENCE_END = re.compile(r"(?<=[.!?؟…])\s+|(?<=[。？！])\s*|\n+")


def is_question(text: str) -> bool:
    """Tell whether ``text`` asks something: it holds a question mark (not one inside an address) or a phrase of asking.

    Thanks for an answer that is still to come count as well; quoted lines do not.
    """
    text = blank_quotes(text)
    return _asking_sentence(text) is not None or has_thanks(text)


def may_ask(text: str) -> bool:
    """Tell whether ``is_question`` can be true of ``text`` or of sentences of it."""
    return _may_have_mark(text) or may_have_phrase(text) or has_thanks(text)


def question_excerpt(text: str) -> str:
    """Return the sentence that asks, in the writer's words, else the first thirty; cut at a word near EXCERPT_CHARS."""
    sentence = _asking_sentence(text)
    if sentence is None:
        words = text.split()
        sentence = " ".join(words[:30]) + ("…" if len(words) > 30 else "")
    return shorten(sentence, EXCERPT_CHARS)


def _asking_sentence(text: str) -> str | None:
    if not (_may_have_mark(text) or may_have_phrase(text)):
        return None
    sentences = [sentence.strip() for sentence in _SENTENCE_END.split(text) if sentence.strip()]
    for sentence in sentences:
        if _has_mark(sentence):
            return sentence
    return next((sentence for sentence in sentences if has_phrase(sentence)), None)


def _may_have_mark(text: str) -> bool:
    return ";" in text or not _MARKS.isdisjoint(text)


def _has_mark(sentence: str) -> bool:
    if not _may_have_mark(sentence):
        return False
    plain = _NO_MARK.sub("", blank_addresses(sentence))
    return not _MARKS.isdisjoint(plain) or _GREEK_MARK.search(plain) is not None


def shorten(text: str, limit: int) -> str:
    """Return ``text`` on one line, at most ``limit`` characters, cut at a word and ending in "…" where something is left out."""
    text = " ".join(text.split())
    if len(text) <= limit:
        return text
    head = text[: limit - 1]
    return (head.rsplit(" ", 1)[0] if " " in head else head).rstrip(".,;:–- ") + "…"
