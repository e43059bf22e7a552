"""What people ask: to be told, to stop, to undo that, how they want mail. Each is one transaction."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from forum.accounts.people import Person
from forum.accounts.proven import people_with
from forum.discussion.models import Comment, Discussion
from forum.mail.models import OutgoingMessage

from .models import Delivery, MailChoice, Subscription

Kind = Subscription.Kind


def subscribe(
    person: Person,
    kind: str,
    *,
    root: Comment | None = None,
    discussion: Discussion | None = None,
    now: datetime | None = None,
) -> Subscription:
    """Let ``person`` be told from now on; a second time changes nothing, but for one that was stopped.

    ``root`` begins the conversation, for replies and threads; ``discussion`` is given for that kind alone.
    """
    now = now or timezone.now()
    row, is_new = Subscription.objects.get_or_create(
        user=person.user, guest=person.guest, kind=kind, root=root, discussion=discussion, defaults={"made_at": now}
    )
    if not is_new and row.stopped_at is not None:
        row.made_at, row.stopped_at = now, None
        row.save(update_fields=["made_at", "stopped_at"])
    return row


def same_people(person: Person) -> list[Person]:
    """Return ``person`` and whoever else has proven the same address: to stop means that the mailbox gets no more."""
    address = person.proven_address
    return [person, *(other for other in people_with(address) if other != person)] if address else [person]


def has_stopped(person: Person, *, root_id: int | None) -> bool:
    """Tell whether ``person`` stopped being told of answers in this conversation, or of their own comments. One query."""
    stopped = Subscription.objects.filter(person.rows()).exclude(stopped_at=None)
    own = Q(kind=Kind.OWN)
    return stopped.filter(own | Q(kind=Kind.REPLIES, root=root_id) if root_id else own).exists()


def rows_of(people: Sequence[Person]) -> Q:
    """Return the condition of rows that belong to one of ``people``."""
    condition = Q(pk__in=())
    for person in people:
        condition |= person.rows()
    return condition


def active_of(people: Sequence[Person]) -> QuerySet[Subscription]:
    """Return what ``people`` are told, with the conversation and the article of each."""
    mine = Subscription.objects.filter(rows_of(people), stopped_at=None, done_at=None)
    slim = mine.select_related("root__discussion__article", "discussion__article")
    return slim.defer(
        "root__body", "root__discussion__article__body", "root__discussion__article__body_html",
        "discussion__article__body", "discussion__article__body_html",
    )  # fmt: skip


@transaction.atomic
def stop(people: Sequence[Person], ids: Collection[int] | None = None, *, now: datetime | None = None) -> datetime:
    """Stop what ``people`` are told, with ``ids`` only those; return the moment, by which it is undone.

    Mail that waits is dropped.
    """
    now = now or timezone.now()
    mine = Subscription.objects.filter(rows_of(people), stopped_at=None)
    if ids is not None:
        mine = mine.filter(pk__in=ids)
    mine.update(stopped_at=now)
    told = Delivery.objects.filter(subscription__in=stopped_at(people, now))
    drop_mail(told.values("message"))
    told.filter(waits_for_digest=True).update(waits_for_digest=False)
    return now


def stopped_at(people: Sequence[Person], moment: datetime) -> QuerySet[Subscription]:
    """Return what ``people`` stopped at that moment and not started again since."""
    return Subscription.objects.filter(rows_of(people), stopped_at=moment)


def undo_stop(people: Sequence[Person], moment: datetime) -> None:
    """Let ``people`` be told again what they stopped at that moment."""
    stopped_at(people, moment).update(stopped_at=None)


@transaction.atomic
def move_subscriptions(comment: Comment, former_root_id: int, moved: Collection[int]) -> None:
    """Give those who were told of the former thread the one in which ``comment`` stands now, with all that ``moved`` along.

    Who wrote something of it hears of replies there; who followed a thread that is another's part now, follows that one.
    """
    writers = Comment.objects.filter(pk__in=moved)
    wrote = Q(user__in=writers.exclude(author=None).values("author")) | Q(guest__in=writers.exclude(guest=None).values("guest"))
    concerned = Q(kind=Kind.REPLIES) & wrote
    if former_root_id == comment.pk:
        concerned |= Q(kind=Kind.THREAD)
    root = comment.root or comment
    for row in Subscription.objects.filter(concerned, root=former_root_id, stopped_at=None).select_related("user", "guest"):
        subscribe(Person(user=row.user, guest=row.guest), row.kind, root=root, now=row.made_at)


def drop_mail(ids: Any) -> None:
    """Delete the mails with these ids that have not been sent."""
    OutgoingMessage.objects.filter(pk__in=ids, state=OutgoingMessage.State.WAITING).delete()


@dataclass(frozen=True)
class Choice:
    """How somebody wants mail."""

    pace: str = MailChoice.Pace.AT_ONCE
    with_text: bool = True


def read_choice(person: Person) -> Choice:
    """Return how ``person`` wants mail."""
    row = MailChoice.objects.filter(person.rows()).first()
    return Choice(row.pace, row.with_text) if row else Choice()


@transaction.atomic
def choose(people: Sequence[Person], choice: Choice) -> None:
    """Store how ``people``, who are one, want mail from now on. What waited for a weekly mail still comes in the next one."""
    for person in people:
        MailChoice.objects.update_or_create(
            user=person.user, guest=person.guest, defaults={"pace": choice.pace, "with_text": choice.with_text}
        )
