"""Numbers that stand for a person: of records, insurance, identity, cards and accounts; each by its form and checksum. Pure.

The forms and checksums are those that the issuers publish (ISO 7064 and 13616 for IBAN, ISO/IEC 7812 for cards). A number without
a form of its own counts only after a word such as "patient number".
"""

import re
from collections.abc import Callable, Iterator

from .spans import Found, trim

# Letters of an IBAN by country, from the SWIFT registry.
_IBAN_CHARS = {
    country: size
    for size, countries in {
        15: "NO",
        16: "BE",
        18: "DK FI FO GL NL",
        19: "MK SI",
        20: "AT BA EE KZ LT LU XK",
        21: "CH HR LI LV",
        22: "BG BH CR DE GB GE IE ME RS VA",
        23: "AE GI IL IQ",
        24: "AD CZ ES MD PK RO SA SE SK TN VG",
        25: "PT",
        26: "IS TR",
        27: "FR GR IT MC MR SM",
        28: "AL AZ BY CY DO GT HU LB PL",
        29: "BR EG PS QA UA",
        30: "JO KW MU",
        31: "MT SC",
        32: "LC",
    }.items()
    for country in countries.split()
}
_IBAN = re.compile(r"(?<!\w)[A-Z]{2}\d\d(?: ?[A-Z0-9]){11,30}(?!\w)", re.IGNORECASE)
_OF = (
    r"(?:\s?(?:numbers?|no\.?|nr\.?|num|id|code|nummer|num[ée]ro|número|numero|n[°º.]))?\s?(?:is|ist|est|es|é|è|:|=|#|"
    r"-)?\s?[:#]?\s?"
)
_ACCOUNT = re.compile(
    rf"\b(?:bank\s)?(?:account|acct|a/c|konto(?:nummer)?|compte|cuenta|conta|conto|rekening(?:nummer)?|routing|"
    rf"sort[- ]?code){_OF}"
    r"(\d[\d -]{4,18}\d)(?!\w)",
    re.IGNORECASE,
)

_CARD = re.compile(r"(?<![\w.,/+-])(?<!\d )\d(?:[ -]?\d){12,18}(?![\w/])(?! \d)")
# By the first digits (ISO/IEC 7812), so that a long number of another kind is rarely one by chance.
_CARD_START = re.compile(r"4|5[0-8]|2(?:2[2-9]|[3-6]|7[01]|720)|3[47]|3[068]|35|6(?:011|4[4-9]|5|2|0|3|7)|81|82")

# These say by themselves that a number follows; the others need "number" beside them.
_NUMBERED = (
    r"mrn|ssn|nhs|aadhaar|aadhar|bsn|dni|nie|nif|nuss|cpf|codice fiscale|passport|reisepass|social security|national insurance|"
    r"medicare|medicaid|burgerservice"
)
_KEPT = (
    r"hospital|patient(?:en)?(?:innen)?|medical|health|case|clinic|file|member(?:ship)?|insurance|policy|claim|ni|"
    r"driv(?:er|ing)[’']?s? "
    r"licen[cs]e|(?:kranken)?versicherten?|krankenkassen?|sozialversicherungs?|rentenversicherungs?|ausweis|akten?|fall|"
    r"sécurité sociale|sécu|dossier|assuré|historia clínica|expediente|seguridad social|tarjeta sanitaria|tessera sanitaria|"
    r"cartella clinica|sus|utente|prontuário|processo clínico|pati[eë]nt(?:en)?|verzeker(?:ing|den)"
)
_NUMBER = r"(?:numbers?|no\.?|nr\.?|num|id|nummer|num[ée]ro|número|numero|n[°º.]|#)"
_RECORD_WORDS = re.compile(
    rf"\b(?:(?:{_NUMBERED})(?:[\s:-]{{0,2}}{_NUMBER})?|(?:{_KEPT})(?:[\s-]?(?:record|card|file|insurance|security|karte|"
    rf"carte|kaart))?"
    rf"[\s:-]{{0,2}}{_NUMBER})[\s:=#.-]{{0,4}}(?:is|was|ist|lautet|est|es|é|è)?[\s:=#.-]{{0,4}}"
    r"([A-Z]{0,4}[ -]?\d(?:[ ./-]?[A-Z0-9]){4,19})(?!\w)",
    re.IGNORECASE,
)
# What goes on after the number: a group of letters belongs to it only as one capital, as in some countries' forms.
_WORDS_AFTER = re.compile(r"(?:\s(?:[^\W\d_]{2,}|[a-zI]))*$")
MIN_CHARS = 5


def find_accounts(text: str) -> Iterator[Found]:
    """Yield IBANs whose checksum is right, and numbers that are called those of an account."""
    for match in _IBAN.finditer(text):
        if end := _iban_end(match[0]):
            yield match.start(), match.start() + end
    for match in _ACCOUNT.finditer(text):
        yield trim(text, *match.span(1))


def _iban_end(written: str) -> int:
    """Return where the IBAN at the beginning of ``written`` ends, nought where there is none."""
    size = _IBAN_CHARS.get(written[:2].upper(), 0)
    ends = [match.end() for match in re.finditer(r"[A-Za-z0-9]", written)]
    if not size or len(ends) < size:
        return 0
    end = ends[size - 1]
    if written[end : end + 1].isalnum():
        return 0
    letters = re.sub(r"\s", "", written[:end]).upper()
    return end if int("".join(str(int(char, 36)) for char in letters[4:] + letters[:4])) % 97 == 1 else 0


def find_cards(text: str) -> Iterator[Found]:
    """Yield numbers of payment cards: the first digits of an issuer, and Luhn's checksum."""
    for match in _CARD.finditer(text):
        digits = re.sub(r"\D", "", match[0])
        if _CARD_START.match(digits) and len(set(digits)) > 1 and has_luhn(digits):
            yield match.span()


def find_records(text: str) -> Iterator[Found]:
    """Yield numbers that are called those of a record, and numbers of identity that are known by their form."""
    for match in _RECORD_WORDS.finditer(text):
        start, end = trim(text, *match.span(1))
        end -= len(_WORDS_AFTER.search(text[start:end])[0])  # type: ignore[index]  # it matches nothing, too
        if sum(map(str.isalnum, text[start:end])) >= MIN_CHARS:
            yield start, end
    for pattern, is_right in _FORMS:
        for match in pattern.finditer(text):
            if is_right(re.sub(r"[^A-Za-z0-9]", "", match[0]).upper()):
                yield match.span()


def has_luhn(digits: str) -> bool:
    """Tell whether the last of ``digits`` is the check digit of the others (ISO/IEC 7812-1, annex B)."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        number = int(digit) * (1 + place % 2)
        total += number - 9 if number > 9 else number
    return total % 10 == 0


def _has_nhs_check(digits: str) -> bool:
    """Tell whether these ten digits are a number of the British NHS: weights ten to two, modulo eleven."""
    rest = 11 - sum(int(digit) * weight for digit, weight in zip(digits, range(10, 1, -1), strict=False)) % 11
    return rest != 10 and int(digits[9]) == rest % 11


_VERHOEFF_TURN = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)


def _has_verhoeff(digits: str) -> bool:
    """Tell whether ``digits`` end in their check digit after Verhoeff (1969), as India's Aadhaar numbers do."""
    check = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit)
        for _turn in range(place % 8):
            value = _VERHOEFF_TURN[value]
        check = _multiply_in_d5(check, value)
    return check == 0


def _multiply_in_d5(one: int, other: int) -> int:
    """Multiply in the dihedral group of order ten: turns are 0 to 4, mirrorings 5 to 9."""
    if one < 5:
        return (one + other) % 5 if other < 5 else 5 + (one + other - 5) % 5
    return 5 + (one - 5 - other) % 5 if other < 5 else (one - other) % 5


def _has_nir_key(written: str) -> bool:
    """Tell whether the last two of the fifteen characters are the key of a French number of social security."""
    number = written[:13].replace("2A", "19").replace("2B", "18")
    return number.isdigit() and written[13:].isdigit() and 97 - int(number) % 97 == int(written[13:])


def _has_dni_letter(written: str) -> bool:
    """Tell whether the letter of a Spanish DNI or NIE is that of its number."""
    number = written[:-1].replace("X", "0").replace("Y", "1").replace("Z", "2")
    return number.isdigit() and "TRWAGMYFPDXBNJZSQVHLCKE"[int(number) % 23] == written[-1]


def _has_cpf_checks(digits: str) -> bool:
    """Tell whether the last two of eleven digits are the check digits of a Brazilian CPF."""
    for size in (9, 10):
        rest = sum(int(digit) * weight for digit, weight in zip(digits[:size], range(size + 1, 1, -1), strict=True)) * 10 % 11
        if rest % 10 != int(digits[size]):
            return False
    return len(set(digits)) > 1


def _has_kvnr_check(written: str) -> bool:
    """Tell whether a letter and nine digits are the number of somebody insured in Germany."""
    digits = f"{ord(written[0]) - 64:02}{written[1:9]}"
    products = (int(digit) * (1 + place % 2) for place, digit in enumerate(digits))
    return sum(product // 10 + product % 10 for product in products) % 10 == int(written[9])


def _is_ssn(digits: str) -> bool:
    """Tell whether nine digits can be an American number of social security."""
    return digits[:3] not in ("000", "666") and digits[0] != "9" and digits[3:5] != "00" and digits[5:] != "0000"


def _always(written: str) -> bool:
    return True


_FORMS: tuple[tuple[re.Pattern[str], Callable[[str], bool]], ...] = (
    (re.compile(r"(?<![\w.+-])\d{3} \d{3} \d{4}(?![\w-])(?! \d)"), _has_nhs_check),
    (re.compile(r"(?<![\w.-])\d{3}-\d\d-\d{4}(?![\w-])"), _is_ssn),
    (re.compile(r"(?<![\w.-])(?<!\d )[2-9]\d{3} \d{4} \d{4}(?![\w-])(?! \d)"), _has_verhoeff),
    (re.compile(r"(?<!\w)[12] ?\d\d ?(?:0[1-9]|[1-9]\d) ?(?:\d\d|2[AB]) ?\d{3} ?\d{3} ?\d\d(?!\w)", re.IGNORECASE), _has_nir_key),
    (re.compile(r"(?<!\w)(?:\d{8}|[XYZ]-?\d{7})-?[A-Z](?!\w)"), _has_dni_letter),
    (re.compile(r"(?<!\w)\d{3}\.\d{3}\.\d{3}-\d\d(?!\w)"), _has_cpf_checks),
    (re.compile(r"(?<!\w)[A-Z]\d{9}(?!\w)"), _has_kvnr_check),
    (re.compile(r"(?<!\w)[A-Z]{6}\d\d[A-EHLMPRST]\d\d[A-Z]\d{3}[A-Z](?!\w)", re.IGNORECASE), _always),  # Italy: codice fiscale
    (re.compile(r"(?<!\w)[A-CEGHJ-PR-TW-Z]{2} ?\d\d ?\d\d ?\d\d ?[A-D](?!\w)"), _always),  # Britain: national insurance
    (re.compile(r"(?<![\w.])756\.\d{4}\.\d{4}\.\d\d(?!\w)"), _always),  # Switzerland: AHV
)  # fmt: skip
