"""Signs of advertising in a text, weighed together. Pure: no sign alone is more than a hint, and asking for help weighs against.

An advertisement dressed as a story has a phrase from a search engine in it, thanks a page it has not read, and wants nothing of
anybody who reads it. Somebody who writes about their life asks, answers, or says what they tried.
"""

import re
from dataclasses import dataclass

from .links import Link
from .wording import Reading
from .wordlists import OFFER, TRADE, is_listed

STRONG_AT = 5  # points; chosen on tests/data/labelled_comments.jsonl so that no honest text there reaches it


@dataclass(frozen=True)
class Sign:
    """One sign: a code, its points, and where it stands in the text."""

    code: str
    points: int
    spans: tuple[tuple[int, int], ...] = ()


def find_signs(reading: Reading, *, links: tuple[Link, ...] = (), name_is_trade: bool = False) -> list[Sign]:
    """Return the signs in a text. ``links`` are the writer's own."""
    signs = []
    if reading.phrases:
        weight = max(phrase.weight for phrase in reading.phrases)
        points = min(weight, 5) + (1 if len(reading.phrases) > 1 else 0)
        signs.append(Sign("phrase", points, tuple((phrase.start, phrase.end) for phrase in reading.phrases)))
    if reading.praise:
        signs.append(Sign("praise", 3 if reading.names_venue else 2, reading.praise))
    if reading.sells:
        signs.append(Sign("sells", 3 if len(reading.sells) == 1 else 5, reading.sells))
    if reading.sends:
        signs.append(Sign("sends", 2 if len(reading.sends) == 1 else 3, reading.sends))
    if reading.miracles:
        signs.append(Sign("miracle", 2 if len(reading.miracles) == 1 else 3, reading.miracles))
    if reading.has_contact and (reading.sells or reading.sends or reading.miracles or reading.phrases):
        signs.append(Sign("contact", 1))
    if links:
        points = 4 if any(is_trade_host(link.host) for link in links) else 2
        signs.append(Sign("link", points, tuple((link.start, link.end) for link in links)))
    if name_is_trade:
        signs.append(Sign("name", 2))
    return signs


def is_trade_host(host: str) -> bool:
    """Tell whether the name of a host says that something is sold: best-deals.example."""
    return any(is_listed(part, TRADE | OFFER) for part in re.split(r"[.\d-]+", host))


def relief(reading: Reading, *, answers: bool = False) -> int:
    """Return the points that speak for somebody who takes part: a question, a person addressed, things they did or live with."""
    return (4 if reading.asks else 0) + (1 if answers or reading.greets else 0) + min(reading.experience // 2, 3)


def weigh(signs: list[Sign], reading: Reading, *, answers: bool = False) -> int:
    """Return the points of all signs together; one sign alone weighs no more than a hint."""
    total = sum(sign.points for sign in signs)
    return total - relief(reading, answers=answers) if signs else 0
