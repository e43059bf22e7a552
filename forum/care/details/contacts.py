"""E-mail addresses, telephone numbers, and links to somebody's own page on a network. Pure.

A number with its country's code is a telephone number. One without is judged by the numbering plans of the countries below, and
only in a form that people write numbers in; after words such as "call me on" any form will do. Numbers that cost nothing, or that
belong to a service, are nobody's: help lines are named in comments, and should be.
"""

import re
from collections.abc import Iterator

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberType

from .spans import Found, has_any, trim

_NAME_AT_HOST = r"[^\W_][\w.+'-]{0,63}@(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.){1,6}[^\W\d_]{2,24}"
# "joan (at) example (dot) org", and "joan at example dot org", where both words are there.
_NAME_SPELT = (
    r"[^\W_][\w.+-]{0,63}\s?(?:[(\[{]\s?at\s?[)\]}]\s?[\w-]{1,62}(?:\s?(?:\.|[(\[{]\s?dot\s?[)\]}])\s?[\w-]{2,24}){1,4}"
    r"|\sat\s[\w-]{1,62}\sdot\s[^\W\d_]{2,24}(?:\sdot\s[^\W\d_]{2,24})?)"
)
_MAIL = re.compile(rf"(?<![\w.+-])(?:mailto:)?(?:{_NAME_AT_HOST}|{_NAME_SPELT})(?![\w@])", re.IGNORECASE)

_PROFILE = re.compile(
    r"(?<![\w@.-])(?:https?://)?(?:www\.|m\.|[a-z]{2}\.)?"
    r"(?:(?:facebook|instagram|twitter|tiktok|snapchat)\.com/(?:add/)?@?|x\.com/|fb\.me/|m\.me/|wa\.me/|t\.me/|linkedin\.com/in/)"
    r"(?!(?:groups|pages|watch|events|share|sharer|hashtag|explore|p|reel|search|i|intent|status|help|privacy)\b)"
    r"[\w.%+-]{2,80}(?:/(?=[\s.,)]|$))?",
    re.IGNORECASE,
)

_PROFILE_HINTS = (
    "facebook.com/",
    "instagram.com/",
    "twitter.com/",
    "tiktok.com/",
    "snapchat.com/",
    "x.com/",
    ".me/",
    "linkedin.com/in/",
)

_CANDIDATE = re.compile(r"(?<![\w.,/+-])(?<!\d )(?:\+|\(\+?)?\d(?:[\d()/]|[ .\u00a0–-](?! )){5,24}\d(?![\w/@%])(?![.,]\d)")
# "Call me on 07…", "Tel.: …", "my number is …", in the languages of the word lists.
_CALLED = re.compile(
    r"(?:\b(?:call|ring|phone|text|reach|contact|message|whats ?app|signal|telegram|viber)(?:\s\w+){0,3}?\s(?:on|at|under|"
    r"via|to|is|it.?s)?"
    r"|\b(?:tel(?:e(?:ph|f)on[eo]?|éfono)?|(?:tele)?phone|phone|mobile?|m[óo]vil|cell(?:phone|ulare)?|celular|handy|"
    r"whats ?app|fax|ph|mob|"
    r"telemóvel|telefoon(?:nummer)?|mobiel|portable|téléphone|telefonnummer|handynummer|rufnummer|festnetz|natel)"
    r"(?:\s?(?:number|no|nr|nummer|num[eé]ro|número|numero|n[°º]))?"
    r"|\b(?:my|our|his|her|the|meine|unsere|mon|notre|mi|nuestro|meu|nosso|il mio|mijn|ons)\s(?:\w+\s){0,2}?"
    r"(?:number|nummer|num[eé]ro|número|numero)"
    r"|\b(?:rufen? sie (?:mich|uns)|ruf (?:mich|uns)|appele[zr]?[- ]moi|ll[aá]m(?:a|e)me|me ligu?e|chiama(?:mi|temi)|"
    r"bel (?:me|mij|ons)))"
    r"[\s.:=]*(?:is|ist|est|es|é|è|on|at|under|unter|au|al|no|op|for|an)?[\s.:=]*\(?\+?$",
    re.IGNORECASE,
)
_IS_NUMBER = re.compile(r"^\W{0,3}(?:is|it's|its|ist|est|es|é|è)\s(?:my|our|meine|mon|mi|meu|il mio|mijn)\b", re.IGNORECASE)
CALLED_WITHIN = 48  # characters before a number

# Where numbers are written with a nought in front, and where in other forms that can be told from anything else.
_WITH_NOUGHT = ("GB", "DE", "FR", "NL", "IE", "BE", "CH", "AT", "IT", "AU", "NZ", "ZA", "IN", "SE", "FI", "TR", "IL", "JP")
_NORTH_AMERICA = re.compile(r"(?:1[ .-])?(?:\([2-9]\d\d\) ?|[2-9]\d\d[.-] ?)[2-9]\d\d[ .-]\d{4}")
_INDIA = re.compile(r"[6-9]\d{4}[ -]?\d{5}")
_BRAZIL = re.compile(r"\(\d\d\) ?9?\d{4}-\d{4}")
_EVERYWHERE = (*_WITH_NOUGHT, "US", "BR", "ES", "PT", "PL", "DK", "NO", "CZ", "MX", "SG", "PH", "KE", "NG", "PK", "BD", "GR")
_NOBODYS = frozenset((PhoneNumberType.TOLL_FREE, PhoneNumberType.PREMIUM_RATE, PhoneNumberType.SHARED_COST, PhoneNumberType.UAN))
# Free or shared numbers by their beginning: a plan of another country may give the same digits to a person.
_SERVICE = re.compile(r"0080\d|080[058]|03\d{9}$|1?8(?:00|33|44|55|66|77|88)\d{7}$|1[38]00\d|[89]00\d{6}$")
_DECIMAL = re.compile(r"(?<!\d)0\.\d")
MIN_DIGITS, MAX_DIGITS = 7, 15  # of E.164


def find_mail(text: str) -> Iterator[Found]:
    """Yield e-mail addresses, spelt out ones too."""
    if not has_any(text.lower(), ("@", "at)", "at]", "at}", " dot ")):
        return
    for match in _MAIL.finditer(text):
        yield match.span()


def find_profiles(text: str) -> Iterator[Found]:
    """Yield links to pages of people on networks; groups and posts are not among them."""
    if not has_any(text.lower(), _PROFILE_HINTS):
        return
    for match in _PROFILE.finditer(text):
        yield trim(text, *match.span())


def find_phones(text: str) -> Iterator[Found]:
    """Yield telephone numbers that may be somebody's."""
    for match in _CANDIDATE.finditer(text):
        start, end = trim(text, *match.span())
        written = text[start:end]
        digits = re.sub(r"\D", "", written)
        if written.count("(") < written.count(")") or _SERVICE.match(digits) or _DECIMAL.search(written):
            continue
        if MIN_DIGITS <= len(digits) <= MAX_DIGITS and _is_phone(written, digits, _is_called(text, start, end)):
            yield start, end


def _is_called(text: str, start: int, end: int) -> bool:
    return bool(_CALLED.search(text[max(0, start - CALLED_WITHIN) : start]) or _IS_NUMBER.match(text[end : end + 24]))


def _is_phone(written: str, digits: str, is_called: bool) -> bool:
    if written.lstrip("(").startswith("+") or (digits.startswith("00") and len(digits) >= 10):
        return _is_somebodys("+" + digits.removeprefix("00"), None) is not False
    if is_called:
        answers = [_is_somebodys(digits, region) for region in _EVERYWHERE]
        # A number that no plan knows was still called one; that of a service is not somebody's.
        return any(answers) or False not in answers
    if digits.startswith("0") and 9 <= len(digits) <= 12:
        return any(_is_somebodys(digits, region) for region in _WITH_NOUGHT)
    if _NORTH_AMERICA.fullmatch(written):
        return bool(_is_somebodys(digits, "US"))
    if _INDIA.fullmatch(written):
        return bool(_is_somebodys(digits, "IN"))
    return bool(_BRAZIL.fullmatch(written)) and bool(_is_somebodys(digits, "BR"))


def _is_somebodys(digits: str, region: str | None) -> bool | None:
    """Tell whether this is a number of a person in ``region``; False for that of a service, None for none at all."""
    try:
        number = phonenumbers.parse(digits, region)
    except NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.number_type(number) not in _NOBODYS
