"""Work of moderation in the background: large batches, forgetting evidence, following what was decided lately."""

from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from forum.accounts.models import User
from forum.discussion.models import ActorKind
from forum.discussion.services import Actor
from forum.jobs.definitions import job
from forum.jobs.schedule import daily

from . import flags, memory, sanctions, training
from .batches import run_batch, undo_batch
from .keys import fingerprint
from .models import Batch, BatchItem, FilterState
from .retraining import remark, retrain

PREVIEWS_KEPT = timedelta(days=1)
BATCHES_KEPT = timedelta(days=31)  # a day longer than a decision can be undone
TIME_LIMIT = timedelta(minutes=30)  # 5,000 comments on a slow disk
LEARNING_LIMIT = timedelta(hours=2)  # all decisions, all texts: a million comments and fifty thousand decisions take minutes
SWEPT_AT_ONCE = 1_000


@job(time_limit=TIME_LIMIT)
def carry_out(batch_id: str) -> None:
    """Carry out a batch that was started, or what is left of it."""
    batch = Batch.objects.select_related("moderator").filter(pk=UUID(batch_id)).first()
    if batch:
        run_batch(batch)


@job(time_limit=TIME_LIMIT)
def take_back(batch_id: str, moderator_id: int) -> None:
    """Undo a batch, or what is left of it."""
    batch, moderator = Batch.objects.filter(pk=UUID(batch_id)).first(), User.objects.filter(pk=moderator_id).first()
    if batch and moderator:
        undo_batch(batch, actor=Actor(ActorKind.MODERATOR, moderator))


@daily(at="03:20")
@job()
def sweep_batches() -> None:
    """Delete previews that nobody carried out, and batches that are too old to be undone; the log keeps what they did."""
    now = timezone.now()
    old = Q(state=Batch.State.PREVIEWED, made_at__lt=now - PREVIEWS_KEPT) | Q(made_at__lt=now - BATCHES_KEPT)
    for batch in Batch.objects.filter(old).order_by("made_at"):
        while ids := list(batch.items.values_list("pk", flat=True)[:SWEPT_AT_ONCE]):
            BatchItem.objects.filter(pk__in=ids).delete()
        batch.delete()


@daily(at="03:30")
@job()
def purge_evidence() -> None:
    """Delete where comments and reports came from, once EVIDENCE_DAYS have passed, and sanctions that were over long ago."""
    now = timezone.now()
    memory.purge_evidence(now)
    flags.purge_networks(now)
    sanctions.forget_sanctions(now)


@job(time_limit=LEARNING_LIMIT)
def remember_texts() -> None:
    """Find again what stands for every text, by which repeats are known."""
    remark()


@daily(at="03:40")
@job(time_limit=LEARNING_LIMIT)
def tune_filter() -> None:
    """Choose the thresholds of the filter anew; after a change of SECRET_KEY, learn everything again."""
    state = FilterState.objects.filter(pk=1).first()
    if state and state.fingerprint != fingerprint():
        remember_texts.enqueue()  # first: as soon as the filter begins again, nothing tells any more that texts are behind
        retrain()
    elif state:
        with transaction.atomic():
            training.calibrate()
