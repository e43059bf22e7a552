"""What pages hang on that are kept for everybody: the words that ``page_cache`` and ``proving`` share."""

from dataclasses import dataclass, field
from typing import NamedTuple

Versions = tuple[int, ...]

# Both numbers of the row that changes with any list of the whole site, or with what every page shows.
SITE = """
    SELECT COALESCE((SELECT version FROM site_siteversion WHERE id = 1), 0),
           COALESCE((SELECT frame FROM site_siteversion WHERE id = 1), 0)
    WHERE %s = ''
"""


class Proof(NamedTuple):
    """What shows whether a page is still right.

    ``statement`` takes one text (``%s``) and gives one row of whole numbers, one of which grows with every change that a reader
    could see, or no row where the subject is gone. It is asked for every request: an index must find its rows.
    """

    statement: str
    of: str = ""


@dataclass(frozen=True, slots=True)
class KeptPage:
    """A kind of page that is the same for all of whom nothing is known.

    ``subject`` is the part of its address that ``statement`` takes, "" for none. With parameters other than ``parameters`` it is
    answered and not kept.
    """

    statement: str
    subject: str = ""
    parameters: frozenset[str] = field(default_factory=frozenset)
