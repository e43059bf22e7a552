"""What is held on a person here: which mail to staff they do not want, and what they were told."""

from typing import Any

from forum.accounts.people import Person

from .models import DutyChoice, Notice

MODELS = ["duty.DutyChoice", "duty.Notice"]


def export(person: Person) -> dict[str, Any]:
    """Return what staff chose and were told; nothing of anybody else."""
    if person.user is None:
        return {}
    stopped = DutyChoice.objects.filter(user=person.user).order_by("pk")
    told = Notice.objects.filter(user=person.user).order_by("pk")
    return {
        "mail_to_staff_stopped": [{"what": row.get_kind_display(), "at": row.stopped_at} for row in stopped],
        "mail_to_staff": [{"what": row.get_kind_display(), "at": row.made_at} for row in told],
    }


def erase(person: Person, *, keep_words: bool) -> None:
    """Delete all of it."""
    if person.user is not None:
        DutyChoice.objects.filter(user=person.user).delete()
        Notice.objects.filter(user=person.user).delete()
