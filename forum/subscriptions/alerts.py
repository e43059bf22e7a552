"""Telling people of a new comment: ten minutes after it became public, each person once, a few hundred of them at a time.

One batch is one job and one transaction: it holds what says that somebody was told, their mail, and the job for the next batch.
A worker that dies has told nobody of that batch, or all of it.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from forum.discussion.models import Comment
from forum.discussion.permissions import ANONYMOUS
from forum.mail.backend import pack_messages, queue_rows
from forum.mail.models import OutgoingMessage
from forum.mail.sending import LetterMessage

from .letters import Announcement, write_alert
from .models import Delivery, Subscription
from .readers import Reader, active_on, find_readers
from .services import drop_mail

BATCH_PEOPLE = 250  # about a second of work: a code for signing in does not wait longer behind it
RETURN_WITHIN = timedelta(days=30)  # what is out of sight when its turn comes may return for so long
LOOKED_AT_AGAIN_AFTER = timedelta(days=1)


@dataclass(frozen=True)
class Place:
    """How far the telling has come: through the conversation first, then through the article; after which subscription."""

    is_article: bool = False
    after: int = 0


class CommentChangedError(Exception):
    """The comment was changed or went out of sight while the mail about it was written."""


def is_told_of(comment: Comment, now: datetime) -> bool:
    """Tell whether anybody may be told of ``comment`` now: never of an imported one, and of no old one."""
    return not comment.origin and comment.published_at is not None and now - comment.published_at <= RETURN_WITHIN


def delay() -> timedelta:
    """Return how long after something happened it is told, so that undoing it is real."""
    return timedelta(seconds=settings.ALERT_DELAY_SECONDS)


def find_announced(comment_id: int, now: datetime) -> Comment | None:
    """Return the comment with all that a mail about it needs, if everybody may read it and be told of it now."""
    rows = Comment.objects.visible_to(ANONYMOUS).select_related(
        "discussion__article", "author", "guest", "parent__author", "parent__guest", "root__author", "root__guest"
    )
    comment = rows.defer("discussion__article__body", "discussion__article__body_html").filter(pk=comment_id).first()
    return comment if comment and is_told_of(comment, now) else None


def is_out_of_sight(comment_id: int, now: datetime) -> bool:
    """Tell whether a public comment stands under a page that is closed for now; nothing announces when that opens again."""
    comment = Comment.objects.filter(pk=comment_id, public=True).first()
    return comment is not None and is_told_of(comment, now)


def tell_batch(comment: Comment, place: Place, now: datetime, go_on: Callable[[Place], None]) -> None:
    """Tell the next people of ``comment``; ``go_on`` enqueues the batch after this one, in the same transaction.

    Letters are written before the transaction begins. Raises CommentChangedError, and IntegrityError where another worker was
    faster; then nothing is stored.
    """
    rows = list(_find_rows(comment, place)[:BATCH_PEOPLE])
    announcement = Announcement.of(comment)
    told = [(reader, write_alert(announcement, reader) if reader.gets_mail else None) for reader in find_readers(comment, rows)]
    mails = pack_messages(message for _, message in told if message)
    with transaction.atomic():
        lock = Comment.objects.select_for_update(no_key=True).filter(pk=comment.pk, public=True, version=comment.version)
        if not lock.first():
            raise CommentChangedError
        if mails:
            queue_rows(mails)
        _store(comment, told, iter(mails), now)
        if following := _next_place(place, rows):
            go_on(following)


def drop_waiting(comment_id: int) -> bool:
    """Delete the mail about a comment that has not been sent; return whether there was any.

    Who had none of it yet can be told again. What a worker has in hand at this moment may arrive, so that person counts as told.
    """
    waiting = Delivery.objects.filter(comment=comment_id, message__state=OutgoingMessage.State.WAITING)
    has_dropped = False
    while ids := list(waiting.order_by("pk").values_list("pk", flat=True)[:BATCH_PEOPLE]):
        has_dropped = True
        with transaction.atomic():
            dropped = Delivery.objects.filter(pk__in=ids)
            in_hand = list(dropped.filter(message__is_in_flight=True).values_list("pk", flat=True))
            messages = list(dropped.values_list("message", flat=True))
            dropped.exclude(pk__in=in_hand).delete()
            dropped.update(message=None)
            drop_mail(messages)
    return has_dropped


def _find_rows(comment: Comment, place: Place) -> QuerySet[Subscription]:
    target = {"discussion": comment.discussion_id} if place.is_article else {"root": comment.thread_id}
    rows = Subscription.objects.filter(active_on(comment), pk__gt=place.after, **target)
    return rows.select_related("user", "guest").order_by("pk")


def _store(
    comment: Comment,
    told: Sequence[tuple[Reader, LetterMessage | None]],
    mails: Iterator[OutgoingMessage],
    now: datetime,
) -> None:
    """Write down who was told; those without mail only where it is shown to them: an answer, or the next weekly mail."""
    Delivery.objects.bulk_create(
        Delivery(
            comment=comment,
            user=reader.person.user,
            guest=reader.person.guest,
            address_hash=reader.address_hash,
            reason=reader.reason,
            subscription=reader.subscriptions[0],
            message=next(mails) if message else None,
            waits_for_digest=reader.gets_digest,
            made_at=now,
        )
        for reader, message in told
        if message or reader.gets_digest or reader.reason == Subscription.Kind.REPLIES
    )


def _next_place(place: Place, rows: Sequence[Subscription]) -> Place | None:
    if len(rows) == BATCH_PEOPLE:
        return Place(place.is_article, rows[-1].pk)
    return None if place.is_article else Place(is_article=True)
