"""What this app does about what happens below: rows in the same transaction; one job for a comment, however many readers."""

from collections.abc import Sequence
from typing import Any

from django.utils import timezone

from forum.accounts.models import Guest
from forum.accounts.people import Person
from forum.discussion.models import Comment, Decision

from . import jobs, proving
from .alerts import delay, is_told_of
from .fates import is_worth_telling
from .models import Subscription
from .services import move_subscriptions, subscribe
from .waiting import unseen


def follow_own(sender: type, comment: Comment, wants_mail: bool, wants_asking: bool, **kwargs: Any) -> None:
    """Let a writer be told what becomes of their comment and who answers, and be asked how it went, where they asked for it."""
    person = Person(user=comment.author, guest=comment.guest)
    if wants_asking and person.row.email:
        subscribe(person, Subscription.Kind.OUTCOME, root=comment, now=comment.created_at)
    if wants_mail:
        subscribe(person, Subscription.Kind.OWN, now=comment.created_at)
        subscribe(person, Subscription.Kind.REPLIES, root=comment.root or comment, now=comment.created_at)


def alert(sender: type, comment: Comment, **kwargs: Any) -> None:
    """Tell readers in ten minutes."""
    _tell_later(comment)


def follow_state(sender: type, comment: Comment, decision: Decision, **kwargs: Any) -> None:
    """Take back mail about what went out of sight; tell of it when it returns."""
    if not decision.from_state:
        return
    if decision.from_state == Comment.State.PUBLISHED:
        jobs.take_back.enqueue(comment.pk)
    elif comment.public and comment.published_at != decision.at:
        _tell_later(comment)
    if decision.kind == Decision.Kind.PLACE:  # it answers somebody else now
        _tell_later(comment)


def follow_move(sender: type, comment: Comment, former_root_id: int, moved: Sequence[int], **kwargs: Any) -> None:
    """Let those who wrote what moved hear of answers where it stands now."""
    move_subscriptions(comment, former_root_id, moved)


def note_answer(sender: type, comment: Comment, **kwargs: Any) -> None:
    """Take answers in this conversation off the list of what waits for the writer: they have read on, and written."""
    if comment.root_id:
        person = Person(user=comment.author, guest=comment.guest)
        unseen(person).filter(comment__root=comment.root_id).update(seen_at=comment.created_at)


def follow_words(sender: type, comment: Comment, **kwargs: Any) -> None:
    """Write mail anew that still holds the former words, or the name of somebody who is erased."""
    if comment.public:
        jobs.take_back.enqueue(comment.pk)


def tell_decision(sender: type, decision: Decision | None, **kwargs: Any) -> None:
    """Tell the writer of a decision in ten minutes, if it is one that they have to know."""
    if decision is not None and is_worth_telling(decision):
        jobs.tell_writer.using(run_after=timezone.now() + delay()).enqueue(decision.pk)


def welcome(sender: type, guest: Guest, **kwargs: Any) -> None:
    """Say what comes to an address from now on."""
    proving.welcome(guest)


def _tell_later(comment: Comment) -> None:
    now = timezone.now()
    if is_told_of(comment, now):
        jobs.tell_readers.using(run_after=now + delay()).enqueue(comment.pk)
