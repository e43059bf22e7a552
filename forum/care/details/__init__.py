"""Personal details in a text: e-mail, telephone, address, numbers of records, cards and accounts, children. Pure, no network.

Medical texts are full of numbers: doses, spinal levels, years, numbers of studies. A run of digits is a detail only by its form
and a checksum, or by the words before it. Each module finds its own kinds; here they are put together.
"""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from forum.discussion.details import Detail, DetailKind

from .addresses import find_addresses
from .blanks import blank_references
from .children import find_children
from .contacts import find_mail, find_phones, find_profiles
from .numbers import find_accounts, find_cards, find_records
from .spans import Found

__all__ = ["find_details"]

# Nothing with fewer digits so close together is a number of anything: most texts need not be searched for one.
_NUMBER = re.compile(r"(?:\d[^\d\n]{0,2}){5}")


@lru_cache(maxsize=16)
def find_details(text: str) -> Sequence[Detail]:
    """Return the details in ``text``, in order. Where two overlap, the one that is surer stands for both."""
    chosen: list[Detail] = []
    for kind, places in _find(text):
        for start, end in places:
            if any(start < other.end and other.start < end for other in chosen):
                continue
            chosen.append(Detail(kind, start, end, text[start:end]))
    return tuple(sorted(chosen, key=lambda detail: detail.start))


def _find(text: str) -> Iterable[tuple[DetailKind, Iterable[Found]]]:
    """Yield each kind with its places, the surest first."""
    yield DetailKind.EMAIL, find_mail(text)
    yield DetailKind.PROFILE, find_profiles(text)
    numbers = text
    if _NUMBER.search(text):
        numbers = blank_references(text)
        yield DetailKind.BANK, find_accounts(numbers)
        yield DetailKind.CARD, find_cards(numbers)
        yield DetailKind.RECORD, find_records(numbers)
        yield DetailKind.PHONE, find_phones(numbers)
    yield DetailKind.ADDRESS, find_addresses(numbers)
    children, schools = find_children(text)
    yield DetailKind.CHILD, children
    yield DetailKind.SCHOOL, schools
