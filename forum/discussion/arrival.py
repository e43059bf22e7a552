"""How a text came in: when its form was opened, what stood in the field that nobody sees, from which address."""

from dataclasses import dataclass
from datetime import datetime

from django.core import signing
from django.utils import timezone

_SALT = "forum.discussion.arrival.opened"


@dataclass(frozen=True)
class Arrival:
    """Seconds since the form was opened, what stood in the unseen field, the network address; each if it is known."""

    form_seconds: float | None = None
    honeypot: str = ""
    client_ip: str = ""


UNKNOWN_ARRIVAL = Arrival()


def sign_opening(now: datetime | None = None) -> str:
    """Return ``now``, by default this moment, signed: when a form was opened."""
    return signing.dumps(int((now or timezone.now()).timestamp()), salt=_SALT)


def seconds_since_opening(signed: str) -> float | None:
    """Return the seconds since the moment that ``sign_opening`` gave; None for anything else."""
    try:
        return max(0.0, timezone.now().timestamp() - float(signing.loads(signed, salt=_SALT)))
    except (signing.BadSignature, TypeError, ValueError):
        return None
