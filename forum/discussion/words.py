"""What somebody typed, on its way from a form to a comment or a draft."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Words:
    """What somebody typed; ``name`` is empty for a guest who gives none, ``email`` for most."""

    body: str
    subject: str = ""
    name: str = ""
    relation: str = ""
    email: str = ""
    asks: bool = False  # they say that they are asking something
    wants_mail: bool = False  # when it is public and when somebody answers
    wants_asking: bool = False  # once, in half a year: how did it go?
