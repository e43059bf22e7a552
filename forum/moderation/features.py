"""What the filter looks at in a comment: words, neighbouring words, domains linked to, the name, how the form was sent. Pure.

A feature is a text such as "w:recall"; only its keyed hash is ever stored.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from .links import Link
from .wording import Reading, find_words, list_words, split_words

# A long comment has no more to say to a filter, and each feature costs time: words and pairs of its beginning and its end.
MAX_WORDS = 120
MAX_PAIRS = 80
FAR_APART = 3  # characters between two neighbours: a space, or a sign and a space
_WORD, _PAIR, _DOMAIN = "w:", "p:", "d:"
_SOME_DOMAIN, _NO_DOMAIN = "d:some", "d:none"


def features_of(
    *, subject: str, body: str, name: str, links: Iterable[Link] = (), reading: Reading | None = None, form: Iterable[str] = ()
) -> list[str]:
    """Return each feature of a comment once. ``form`` holds codes of how it was sent; quoted lines count for nothing."""
    words, gaps = split_words(body)
    texts = _texts_of(words)
    near = zip(texts, texts[1:], gaps, strict=False)
    pairs = [f"{_PAIR}{before} {text}" for before, text, gap in near if len(gap) < FAR_APART]
    found = [_WORD + text for text in _ends(list(dict.fromkeys(texts)), MAX_WORDS)]
    found += _ends(list(dict.fromkeys(pairs)), MAX_PAIRS)
    keys = [f"t:{word}" for word in list_words(subject)[:20]]
    keys += [f"n:{word}" for word in list_words(name)[:6]] or ["n:"]
    keys += [f"f:{code}" for code in form]
    keys += _signs(reading) if reading else []
    found += dict.fromkeys(keys)
    domains = dict.fromkeys(link.domain for link in links)
    found += [_DOMAIN + domain for domain in domains]
    return [*found, _SOME_DOMAIN if domains else _NO_DOMAIN]


class Shown(NamedTuple):
    """How a reason calls a feature, and where in the text it first stands."""

    text: str
    span: tuple[int, int]


def show(feature: str, body: str, links: Iterable[Link] = ()) -> Shown | None:
    """Return how to show a feature of a comment; None for one that is neither a word nor two, nor a domain of ``links``."""
    kind, text = feature[:2], feature[2:]
    if kind == _DOMAIN:
        return next((Shown(text, (link.start, link.end)) for link in links if link.domain == text), None)
    words = find_words(body)
    texts = _texts_of([word.text for word in words])
    if kind == _WORD:
        return next((Shown(text, (word.start, word.end)) for word, own in zip(words, texts, strict=True) if own == text), None)
    if kind == _PAIR:
        neighbours = zip(words, words[1:], texts, texts[1:], strict=False)
        for first, second, before, after in neighbours:
            if second.start - first.end < FAR_APART and f"{before} {after}" == text:
                return Shown(text, (first.start, second.end))
    return None


def _texts_of(words: Sequence[str]) -> list[str]:
    return ["#" if word.isdigit() else word[:40] for word in words]


def _ends(features: list[str], limit: int) -> list[str]:
    half = limit // 2
    return features if len(features) <= limit else [*features[:half], *features[-half:]]


def _signs(reading: Reading) -> list[str]:
    """Return what was read in the text as features: they say more than any word while few decisions are known."""
    known = {
        "phrase": reading.phrases,
        "praise": reading.praise,
        "venue": reading.names_venue,
        "sells": reading.sells,
        "sends": reading.sends,
        "miracle": reading.miracles,
        "contact": reading.has_contact,
        "greets": reading.greets,
    }
    keys = [f"s:{name}" for name, value in known.items() if value]
    keys.append("s:asks" if reading.asks else "s:asks nothing")
    return [*keys, f"s:experience {min(reading.experience, 3)}"]
