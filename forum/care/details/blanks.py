"""What looks like somebody's number and is none: addresses of pages, numbers of studies, articles, books and devices, doses."""

import re

_WEB = r"(?:https?://|www\.)\S{1,2000}"
_DOI = r"\b(?:doi:?\s*)?10\.\d{4,9}/\S{1,200}"
_PAPER = r"\b(?:pmid|pmcid|pmc|pubmed(?: id)?|arxiv|isbn(?:-1[03])?|issn|nct|isrctn|eudract|drks|actrn|umin|ctri|chictr|anzctr)"
_PAPER += r"\s*(?:no\.?|number|nr\.?|id)?\s*[:#]?\s*[\dX][\d/X.–-]{3,24}(?: [\dX][\d/X.–-]{1,12}){0,4}"
_EUDRACT = r"\b(?:19|20)\d\d-\d{6}-\d\d\b"
_DEVICE = (
    r"\b(?:lot|batch|serial|model|catalog(?:ue)?|ref|part|order|invoice|ticket|study|trial|protocol|grant|patent|version|"
    r"page|pp?\.)"
)
_DEVICE += r"(?:\s*(?:no\.?|number|nr\.?|id|code))?\s*[:#]?\s*[A-Z]{0,4}[-/]?\d[\d/.–-]{2,20}(?: \d[\d/.–-]{1,12}){0,3}"
_DATE = (
    r"\b(?:\d{1,2}[./-]\d{1,2}[./-](?:19|20)?\d\d|(?:19|"
    r"20)\d\d[./-]\d{1,2}[./-]\d{1,2})\b(?:[ ,T]{1,2}\d{1,2}[:.]\d\d(?:[:.]\d\d)?)?"
)
_YEARS = r"\b(?:1[89]|20)\d\d\s?[–—/-]\s?(?:(?:1[89]|20)\d\d|\d\d)\b(?![-–/.\d])"
_UNIT = (
    r"(?:mgs?|mcg|µg|μg|ug|g|kg|ml|l|iu|ie|units?|u|einheiten|unités|unidades|unità|mmol|mm|cm|m|km|miles?|%|°|bpm|mmhg|hz|kcal)"
)
_AMOUNT = r"\d{1,5}(?:[.,]\d{1,4})?"
_DOSE = (
    rf"(?<![\w.,/+-])(?<!\d ){_AMOUNT}(?:\s?[/x×–-]\s?{_AMOUNT}){{0,6}}\s?{_UNIT}(?![\w@])(?! (?:road|street|marg|"
    rf"nagar)\b)(?:/\w+)?"
)

_REFERENCE = re.compile("|".join((_WEB, _DOI, _PAPER, _EUDRACT, _DEVICE, _DATE, _YEARS, _DOSE)), re.IGNORECASE)


def blank_references(text: str) -> str:
    """Return ``text`` with spaces in place of these, so that what is left stands where it stood.

    A word that calls it a telephone number, or the like, is looked at by nobody here: such words stand before other numbers.
    """
    return _REFERENCE.sub(lambda match: " " * len(match[0]), text)
