"""People who follow something, and what is in their mail."""

import re
from datetime import datetime, timedelta
from typing import Any

import time_machine
from django.conf import settings
from django.utils import timezone

from forum.accounts.models import Guest
from forum.accounts.people import Person
from forum.discussion.models import ActorKind, Comment
from forum.discussion.posting import post_comment
from forum.discussion.services import Actor, transition
from forum.jobs.worker import Worker
from forum.mail.models import OutgoingMessage
from tests.factories import GuestFactory, MemberFactory, ModeratorFactory

DELAY = timedelta(minutes=10)
MODERATOR = ActorKind.MODERATOR


def proven_guest(email: str = "", **fields: Any) -> Guest:
    """Return a guest whose address is proven."""
    guest = GuestFactory(proven_at=timezone.now(), **fields)
    guest.email = email or f"guest{guest.pk}@example.org"
    guest.save()
    return guest


def guest_person(email: str = "", **fields: Any) -> Person:
    """Return a guest whose address is proven, as a person."""
    return Person(guest=proven_guest(email, **fields))


def member_person(**fields: Any) -> Person:
    """Return a member, as a person."""
    return Person(user=MemberFactory(**fields))


def write(person: Person, *, body: str = "Does warm water help?", wants_mail: bool = True, **fields: Any) -> Comment:
    """Post a comment as ``person`` would, and let a moderator publish it."""
    wrote = {"author": person.user} if person.user else {"guest": person.guest, "name": person.name}
    comment = post_comment(body=body, wants_mail=wants_mail, **wrote, **fields)
    return publish(comment)


def publish(comment: Comment) -> Comment:
    """Publish a comment as a moderator, unless it is public."""
    return comment if comment.public else decide(comment, "published")


def decide(comment: Comment, to: str, reason: str = "") -> Comment:
    """Bring a comment into a state, as a moderator or, where only they can, as its writer."""
    kind = ActorKind.WRITER if to in ("withdrawn", "erased") or comment.state == "withdrawn" else MODERATOR
    actor = Actor(kind, ModeratorFactory()) if kind == MODERATOR else Actor(kind)
    return transition(comment, to, actor=actor, reason=reason)


def work(at: datetime | None = None) -> None:
    """Do what is due, as a worker does, but send nothing."""
    with time_machine.travel(at or timezone.now(), tick=False):
        Worker(rhythms=[]).run_due()


def work_later(delay: timedelta = DELAY) -> None:
    """Do what is due once ``delay`` is over."""
    work(timezone.now() + delay)


def mails(*kinds: str) -> list[OutgoingMessage]:
    """Return the mail of these kinds that waits, or was written to files, the oldest first."""
    return list(OutgoingMessage.objects.filter(kind__in=kinds or ("reply", "followed")).order_by("pk"))


def recipients(*kinds: str) -> list[str]:
    """Return whom it goes to."""
    return [row.recipient for row in mails(*kinds)]


def links_in(message: OutgoingMessage) -> dict[str, str]:
    """Return the paths in a mail by the words above them."""
    pairs = re.findall(r"^(.+):\n" + re.escape(settings.SITE_URL) + r"(/\S+)$", message.content["body"], re.MULTILINE)
    return dict(pairs)
