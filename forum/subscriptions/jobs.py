"""The jobs of subscriptions. Each may run twice: what says that somebody was told is stored with their mail."""

from datetime import timedelta

from django.utils import timezone

from forum.jobs.definitions import job
from forum.jobs.schedule import daily, every

from . import digest, outcomes, writers
from .alerts import LOOKED_AT_AGAIN_AFTER, CommentChangedError, Place, drop_waiting, find_announced, is_out_of_sight, tell_batch
from .models import Delivery, Subscription

FOLLOWED_KEPT = timedelta(days=60)  # twice as long as a comment can be told of late
BATCH_ROWS = 1000


@job()
def tell_readers(comment_id: int, is_article: bool = False, after: int = 0) -> None:
    """Tell the next people of a new comment, if everybody may read it now, and enqueue the rest."""
    now = timezone.now()
    comment = find_announced(comment_id, now)
    if comment is None:
        if is_out_of_sight(comment_id, now):
            tell_readers.using(run_after=now + LOOKED_AT_AGAIN_AFTER).enqueue(comment_id, is_article, after)
        return

    def go_on(place: Place) -> None:
        tell_readers.enqueue(comment_id, place.is_article, place.after)

    try:
        tell_batch(comment, Place(is_article, after), now, go_on)
    except CommentChangedError:  # out of sight now, or other words: the next look finds out
        tell_readers.enqueue(comment_id, is_article, after)


@job()
def take_back(comment_id: int) -> None:
    """Delete mail about a comment that has changed since it was written; what can still be read is told anew."""
    if drop_waiting(comment_id):
        tell_readers.enqueue(comment_id)


@every(weeks=1)
@job()
def send_digests() -> None:
    """Write the weekly mails, a few dozen at a time."""
    if digest.send_next(timezone.now()):
        send_digests.enqueue()


@job()
def tell_writer(decision_id: int) -> None:
    """Tell the writer of a comment what was decided about it."""
    writers.tell_writer(decision_id)


@daily(at="09:00")
@job()
def ask_for_outcomes(after: int = 0) -> None:
    """Ask those how it went who allowed it half a year ago, a hundred at a time."""
    if last := outcomes.ask_next(timezone.now(), after):
        ask_for_outcomes.enqueue(last)


@daily(at="04:30")
@job()
def prune_deliveries() -> None:
    """Forget who was told of what they only followed; answers stay for their readers."""
    old = Delivery.objects.filter(made_at__lt=timezone.now() - FOLLOWED_KEPT, waits_for_digest=False)
    old = old.exclude(reason=Subscription.Kind.REPLIES).order_by("made_at")
    while ids := list(old.values_list("pk", flat=True)[:BATCH_ROWS]):
        Delivery.objects.filter(pk__in=ids).delete()
