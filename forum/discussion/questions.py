"""What counts as a question, by a rule anyone can check: a question mark, or words of asking. Pure; a person may correct it."""

import re

QUESTION_MARKS = "?？؟՞"  # Latin, full width, Arabic, Armenian
EXCERPT_CHARS = 110

_PHRASES = re.compile(
    r"""\b(
        (can|could|would|will|does|do|did|has|have|is|are) \s
            (any\s?(one|body)|some\s?(one|body)|any\s?of\s(you|u)|you|there\sany)
      | any\s?(one|body) \s (else|know|have|has|had|tried|out\sthere|got|been|who)
      | any \s (advice|ideas?|help|hope|suggestions?|thoughts|tips|luck|information|info)
      | please \s (help|advise|tell|let\sme\sknow|guide|share|suggest|email|update|reply|answer)
      | (kindly|pls|plz) \s \w+
      | (i|we) (\s (would|'d|will|should|am|are|'m))? \s (like|love|want|need|trying) \s to \s (know|hear|find\sout|ask)
      | (i|we) \s (wonder|am\swondering|was\swondering|were\swondering)
      | wondering \s (if|whether|what|how)
      | looking \s for \s (advice|help|answers|someone|anyone|information)
      | let \s me \s know
    )""",
    re.IGNORECASE | re.VERBOSE,
)
# Only at the start of a sentence: "my brother, who was there" asks nothing.
_OPENING = re.compile(
    r"(and |but |so |or )?(what|how|where|when|why|who|which) (should|can|could|do|does|did|is|are|would|will|to)\b",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"(?<=[.!?？؟…])\s+|\n+")


def is_question(text: str) -> bool:
    """Tell whether ``text`` asks something: it holds a question mark (not one inside an address) or a phrase of asking."""
    return _asking_sentence(text) is not None


def question_excerpt(text: str) -> str:
    """Return the sentence that asks, in the writer's words, else the first thirty; cut at a word near EXCERPT_CHARS."""
    sentence = _asking_sentence(text)
    if sentence is None:
        words = text.split()
        sentence = " ".join(words[:30]) + ("…" if len(words) > 30 else "")
    return shorten(sentence, EXCERPT_CHARS)


def _asking_sentence(text: str) -> str | None:
    sentences = [sentence.strip() for sentence in _SENTENCE_END.split(text) if sentence.strip()]
    without_addresses = [re.sub(r"https?://\S+", "", sentence) for sentence in sentences]
    for sentence, plain in zip(sentences, without_addresses, strict=True):
        if any(mark in plain for mark in QUESTION_MARKS):
            return sentence
    for sentence, plain in zip(sentences, without_addresses, strict=True):
        if _PHRASES.search(plain) or _OPENING.match(plain):
            return sentence
    return None


def shorten(text: str, limit: int) -> str:
    """Return ``text`` on one line, at most ``limit`` characters, cut at a word and ending in "…" where something is left out."""
    text = " ".join(text.split())
    if len(text) <= limit:
        return text
    head = text[: limit - 1]
    return (head.rsplit(" ", 1)[0] if " " in head else head).rstrip(".,;:–- ") + "…"
