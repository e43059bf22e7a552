"""What the filter looks at in a comment: words, neighbouring words, domains linked to, the name, how the form was sent. Pure.

A feature is a text such as "w:recall"; only its keyed hash is ever stored. Spans let a reason point at the comment at hand.
"""

from collections.abc import Iterable
from functools import partial
from typing import NamedTuple

from .links import Link
from .wording import Reading, find_words

# A long comment has no more to say to a filter, and each feature costs time: words and pairs of its beginning and its end.
MAX_WORDS = 120
MAX_PAIRS = 80
FAR_APART = 3  # characters between two neighbours: a space, or a sign and a space


class Feature(NamedTuple):
    """One feature; ``shown`` is how a reason calls it, "" for one that cannot be shown, ``span`` where it first stands."""

    key: str
    shown: str = ""
    span: tuple[int, int] | None = None


_make = partial(tuple.__new__, Feature)  # two hundred in a comment: what a class makes of its arguments takes twice as long


def features_of(
    *, subject: str, body: str, name: str, links: Iterable[Link] = (), reading: Reading | None = None, form: Iterable[str] = ()
) -> list[Feature]:
    """Return each feature of a comment once. ``form`` holds codes of how it was sent; quoted lines count for nothing."""
    words = find_words(body)
    singles: dict[str, Feature] = {}
    pairs: dict[str, Feature] = {}
    before = None
    for word in words:
        text = "#" if word.text.isdigit() else word.text[:40]
        if text not in singles:
            singles[text] = _make((f"w:{text}", text, (word.start, word.end)))
        if before and word.start - before[1].end < FAR_APART and (pair := f"{before[0]} {text}") not in pairs:
            pairs[pair] = _make((f"p:{pair}", pair, (before[1].start, word.end)))
        before = text, word
    found = [*_ends(list(singles.values()), MAX_WORDS), *_ends(list(pairs.values()), MAX_PAIRS)]
    keys = [f"t:{word.text}" for word in find_words(subject)[:20]]
    keys += [f"n:{word.text}" for word in find_words(name)[:6]] or ["n:"]
    keys += [f"f:{code}" for code in form]
    keys += _signs(reading) if reading else []
    found += [Feature(key) for key in dict.fromkeys(keys)]
    domains = {link.domain: link for link in links}
    found += [Feature(f"d:{domain}", domain, (link.start, link.end)) for domain, link in domains.items()]
    return [*found, Feature("d:some" if domains else "d:none")]


def _ends(features: list[Feature], limit: int) -> list[Feature]:
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
