"""Home addresses: a street with its number, alone where nothing else can be meant, else with a postcode; some postcodes. Pure.

Spinal levels look like postcodes ("L4-L5", "C5 6th"), doses like house numbers, "via" and "place" like streets: so what is not
certain by itself needs the other half.
"""

import re
from bisect import bisect
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from .spans import Found, has_any, trim

NEAR = 64  # characters between street and postcode
_DIGIT = re.compile(r"\d")
_BREAK = re.compile(r"\n\s*\n|[!?;]|\.\s+[^\W\d_]{3,} [^\W\d_]")

# Areas of British postcodes: what else looks like one is none.
_AREAS = """
AB AL B BA BB BD BF BH BL BN BR BS BT CA CB CF CH CM CO CR CT CV CW DA DD DE DG DH DL DN DT DY E EC EH EN EX FK FY
G GL GU GY HA HD HG HP HR HS HU HX IG IM IP IV JE KA KT KW KY L LA LD LE LL LN LS LU M ME MK ML N NE NG NN NP NR NW
OL OX PA PE PH PL PO PR RG RH RM S SA SE SG SK SL SM SN SO SP SR SS ST SW SY TA TD TF TN TQ TR TS TW UB W WA WC WD
WF WN WR WS WV YO ZE
"""
_UK = re.compile(r"(?<![\w.-])([A-Z]{1,2})\d[A-Z\d]? ?\d[ABD-HJLNP-UW-Z]{2}(?![\w-])")
_CANADA = re.compile(r"(?<![\w.-])[ABCEGHJ-NPRSTVXY]\d[ABCEGHJ-NPRSTV-Z] ?\d[ABCEGHJ-NPRSTV-Z]\d(?![\w-])")
# Beside a street, postcodes of any country: the British one in small letters, five digits, four with or without letters, three
# and three (India), with a dash (Portugal, Brazil, Poland), of the United States with nine digits.
_ANY_POSTCODE = re.compile(
    r"(?<![\w.,/-])(?:[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}|[A-Z]\d[A-Z] ?\d[A-Z]\d|(?:D-|F-|CH-|A-|I-|E-)?\d{5}(?:-\d{3,4})?"
    r"|[1-9]\d{3} ?[A-Z]{2}|\d{4}-\d{3}|\d\d-\d{3}|[1-9]\d\d ?\d{3}|(?:CH-|A-|B-)?[1-9]\d{3}(?= [A-ZÄÖÜÉ]))(?![\w-])",
    re.IGNORECASE,
)

_NO = r"\d{1,5}(?: ?[a-z](?![\w]))?"
_WORD = r"[^\W\d_][\w'’.-]{0,30}"
# What stands between a number and "road" in a phrase that is no address: "a 10 minute road trip", "a 2 way street".
_NO_NAME = (
    r"(?!(?:way|lane|min(?:ute)?s?|hours?|hrs?|day|days|week|weeks|months?|years?|yrs?|miles?|km|mg|mcg|ml|units?|very|"
    r"more|times?|"
    r"or|and|of|in|on|the|different|people|steps?|feet|foot|metres?|meters?)\b)"
)
_BEFORE = r"(?<![\w.,/+-])(?:(?i:flat|apt|apartment|unit|no)\.? ?\d{1,4}[a-z]?,? ?)?"
_NOT_AMOUNT = (
    r"(?! ?(?:mg|mcg|µg|ml|g|%|km|m|min|hours?|days?|weeks?|months?|years?|times|minuten|stunden|tage|jahre|ans|años|anni|"
    r"jaar)\b)"
)


@dataclass(frozen=True)
class Street:
    """How streets with their numbers are written somewhere; one of ``hints``, in small letters, is always there."""

    pattern: re.Pattern[str]
    hints: tuple[str, ...] = ()


# A street with its number that is nothing else. In English the name of the street has a capital letter.
_CERTAIN = (
    Street(
        re.compile(
            rf"{_BEFORE}{_NO},? (?:(?!And|The)[A-Z][\w'’.-]{{1,30}} ){{1,3}}(?:Street|Road|Avenue|Lane|Crescent|Boulevard|"
            rf"Terrace|"
            r"Gardens|Drive|Close|Court|Grove|Mews|Parade|Place|Square|Hill|Way|Highway|St|Rd|Ave|Ln|Blvd|Dr)\b\.?"
        )
    ),
    Street(
        re.compile(rf"\b(?:{_WORD} )?[^\W\d_]{{2,40}}-?(?:straße|strasse|str\.) ?{_NO}\b{_NOT_AMOUNT}", re.IGNORECASE),
        ("straße", "strasse", "str."),
    ),
    Street(
        re.compile(
            rf"(?<![\w.,/-]){_NO}(?: ?(?:bis|ter))?,? (?:rue|avenue|boulevard|impasse|chemin) "
            rf"(?:(?:de|du|des|la|le|les|l['’]|d['’]) ?){{0,3}}{_WORD}(?: [A-ZÉÈÀ][\w'’.-]{{1,30}}){{0,2}}",
            re.IGNORECASE,
        ),
        ("rue ", "avenue ", "boulevard ", "impasse ", "chemin "),
    ),
    Street(
        re.compile(rf"\b[^\W\d_]{{2,40}}(?:straat|laan|gracht|singel|plein|kade) {_NO}\b{_NOT_AMOUNT}", re.IGNORECASE),
        ("straat", "laan", "gracht", "singel", "plein", "kade"),
    ),
    Street(
        re.compile(
            rf"\b(?:calle|c/|avenida|avda\.?|rua|travessa|alameda) (?:(?:de|del|da|do|dos|das|la|las|los|el) ){{0,3}}{_WORD}"
            rf"(?: (?:(?:de|del|da|do|dos|das|la|y|e) )?{_WORD}){{0,3}},? ?(?:n[º°.o]\.? ?|número )?{_NO}\b{_NOT_AMOUNT}",
            re.IGNORECASE,
        ),
        ("calle ", "c/", "avenida ", "avda", "rua ", "travessa ", "alameda "),
    ),
    Street(
        re.compile(
            r"\b(?:P\.? ?O\.? ?Box|Postfach|boîte postale|apartado(?: de correos)?|caixa postal) \d[\d ]{0,8}\d\b", re.IGNORECASE
        ),
        ("box", "postfach", "postal", "apartado"),
    ),
)
# A street with its number that may be something else: an address only beside a postcode.
_POSSIBLE = (
    Street(
        re.compile(
            rf"{_BEFORE}{_NO},? (?:{_NO_NAME}{_WORD} ){{1,3}}(?:street|road|avenue|lane|crescent|boulevard|terrace|gardens|drive|"
            r"close|court|grove|mews|parade|place|square|hill|way|walk|row|park|view|rise|circle|trail|highway|nagar|marg|colony|"
            r"st|rd|ave|ln|blvd|dr)\b\.?",
            re.IGNORECASE,
        )
    ),
    Street(
        re.compile(
            rf"\b[^\W\d_]{{2,40}}-?(?:weg|gasse|allee|platz|ring|damm|ufer|hof|berg|dijk|markt) {_NO}\b{_NOT_AMOUNT}",
            re.IGNORECASE,
        )
    ),
    Street(
        re.compile(
            r"\b(?:via|viale|piazza|corso|vicolo|largo|plaza|paseo|camino|praça|estrada|place|quai|allée|route|am|an der|"
            r"im|in der) "
            rf"{_WORD}(?: {_WORD}){{0,3}},? ?{_NO}\b{_NOT_AMOUNT}",
            re.IGNORECASE,
        )
    ),
)


def find_addresses(text: str) -> Iterator[Found]:
    """Yield addresses: from the street to the postcode where both are there."""
    if not _DIGIT.search(text):
        return
    postcodes = [match.span() for match in _ANY_POSTCODE.finditer(text)]
    streets = [(street, True) for street in _find_streets(text, _CERTAIN)]
    if postcodes:  # else none of the others can be one
        streets += [(street, False) for street in _find_streets(text, _POSSIBLE)]
    taken: list[Found] = []
    for street, is_certain in sorted(streets, key=lambda found: (found[0][0], not found[1])):
        postcode = _find_beside(text, street, postcodes)
        if (taken and street[0] < taken[-1][1]) or not (postcode or is_certain):
            continue
        start, end = (min(street[0], postcode[0]), max(street[1], postcode[1])) if postcode else street
        taken.append(trim(text, start, end))
    yield from taken
    yield from _find_lone_postcodes(text)


def _find_streets(text: str, kinds: Iterable[Street]) -> Iterator[Found]:
    lowered = text.lower()
    for street in kinds:
        if not street.hints or has_any(lowered, street.hints):
            yield from (match.span() for match in street.pattern.finditer(text))


def _find_beside(text: str, street: Found, postcodes: Sequence[Found]) -> Found | None:
    """Return the nearest of ``postcodes``, which are in order, with no paragraph and no end of a sentence between."""
    here = bisect(postcodes, street)
    beside = []
    for postcode in postcodes[max(0, here - 1) : here + 2]:
        is_after = postcode[0] >= street[1]
        if not is_after and postcode[1] > street[0]:
            continue
        between = text[street[1] : postcode[0]] if is_after else text[postcode[1] : street[0]]
        if len(between) <= NEAR and not _BREAK.search(between):
            beside.append((len(between), postcode))
    return min(beside)[1] if beside else None


def _find_lone_postcodes(text: str) -> Iterator[Found]:
    """Yield postcodes of which each belongs to a few houses; the caller knows which of them are part of an address."""
    areas = _AREAS.split()
    for match in _UK.finditer(text):
        if match[1] in areas:
            yield match.span()
    for match in _CANADA.finditer(text):
        yield match.span()
