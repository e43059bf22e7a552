"""What a writer does with their own comment later: change it, take it back, return it, send it again, ask for a second look.

Here too: the end of what was taken back. States are written by ``services.transition``; this module decides which change of the
text needs a moderator first. What moderators answer is in ``responding``.
"""

import hashlib
from datetime import datetime

from django.db import transaction
from django.db.models import OuterRef, QuerySet, Subquery
from django.utils import timezone

from . import events, markup
from .correcting import mark_question
from .models import ActorKind, Appeal, Comment, Decision, Discussion, PendingChange
from .permissions import APPEALABLE, CHANGEABLE
from .questions import is_question
from .screening import Action, CommentRefusedError, Kind, Submission, Verdict, keep_signals, keep_verdict, screen
from .services import (
    MAX_RESUBMISSIONS,
    SOFTWARE,
    WITHDRAWN_FOR,
    Actor,
    StaleVersionError,
    count_approved,
    keep_revision,
    lock_comment,
    show_change,
    transition,
)
from .tally import refresh_waiting

_S = Comment.State
ERASED_AT_ONCE = 200  # read in one go; each is erased in a transaction of its own


class NotChangeableError(Exception):
    """The comment is in a state in which this cannot be done to it."""


class NothingChangedError(Exception):
    """The same words were sent again after a moderator had read them."""


class AlreadyAppealedError(Exception):
    """A second look at this decision was asked for before."""


class StaleTextError(Exception):
    """The text was changed since the page was opened: ``text`` is what it is now."""

    def __init__(self, text: "Comment | PendingChange", *, by_moderator: bool) -> None:
        super().__init__(f"{text!r} was changed")
        self.text, self.by_moderator = text, by_moderator


def text_key(text: Comment | PendingChange) -> str:
    """Return what stands for the words of ``text`` in a form, so that its answer tells whether they have changed since."""
    return hashlib.sha256(f"{text.subject}\n{text.body}".encode()).hexdigest()[:16]


def latest_text(comment: Comment) -> Comment | PendingChange:
    """Return the last words of the writer: a change that waits or was not published, else ``comment`` itself. One query."""
    return PendingChange.objects.filter(comment=comment).first() or comment


@transaction.atomic
def edit_comment(
    comment: Comment,
    *,
    body: str,
    subject: str,
    relation: str,
    actor: Actor,
    asks: bool | None = None,
    seen: str | None = None,
    now: datetime | None = None,
) -> Comment:
    """Store a writer's new words and return the comment.

    A waiting comment changes in place; one that was not published is sent again. A public one changes at once, unless screening
    would hold the new text: then the old one stays up and the new one waits as a PendingChange. ``asks``: its
    writer says that it asks something, or does not; None leaves that to the rule. ``seen`` is the ``text_key`` that the form was
    opened with. Raises NotChangeableError, StaleTextError, NothingChangedError, CommentRefusedError; TransitionError
    for what was sent again MAX_RESUBMISSIONS times.
    """
    now = now or timezone.now()
    discussion, comment = lock_comment(comment)
    if comment.state not in CHANGEABLE:
        raise NotChangeableError
    subject = subject if comment.is_root else ""
    current = latest_text(comment)
    is_same = (subject, body) == (current.subject, current.body)
    if not is_same and seen is not None and seen != text_key(current):
        raise StaleTextError(current, by_moderator=_has_been_redacted(comment, last=True))
    is_declined = isinstance(current, PendingChange) and current.declined_at is not None
    if is_same and (is_declined or comment.state == _S.REJECTED):
        raise NothingChangedError
    if relation != comment.relation:
        comment.relation = relation
        comment.version += 1
        comment.save(update_fields=["relation", "version"])
        if comment.listed:
            show_change(discussion, comment)
    if not is_same:
        _take_text(discussion, comment, subject=subject, body=body, now=now)
    if asks is not None and asks != comment.is_question:
        comment = mark_question(comment, is_question=asks, actor=actor, now=now)
    if comment.state == _S.REJECTED:
        comment = transition(comment, _S.HELD, actor=actor, now=now)
    return comment


def _take_text(discussion: Discussion, comment: Comment, *, subject: str, body: str, now: datetime) -> None:
    is_shown = (subject, body) == (comment.subject, comment.body)
    verdict = None if is_shown else _screen_change(comment, body, subject, now)
    if verdict and verdict.action == Action.REFUSE:
        raise CommentRefusedError(verdict.refusals)
    # What a moderator took out could come back.
    waits = comment.public and verdict is not None and (not verdict.publish or _has_been_redacted(comment))
    if verdict:
        keep_verdict(comment, verdict, now=now, of_change=waits)
    if waits:
        waiting = {"subject": subject, "body": body, "made_at": now, "declined_at": None, "reason": ""}
        PendingChange.objects.update_or_create(comment=comment, defaults=waiting)
        events.comment_request_changed.send(Comment, comment=comment)
        return
    if PendingChange.objects.filter(comment=comment).delete()[0]:
        keep_signals(comment, (), now=now, of_change=True)
        events.comment_request_changed.send(Comment, comment=comment)
    if not is_shown:
        replace_text(discussion, comment, subject=subject, body=body, now=now)


def replace_text(discussion: Discussion, comment: Comment, *, subject: str, body: str, now: datetime) -> None:
    """Put ``body`` in place of the text, which stays as a Revision; both rows are locked. Sends ``comment_edited``."""
    revision = keep_revision(comment, now)
    comment.subject, comment.body, comment.body_html = subject, body, markup.render(body)
    comment.render_version = markup.RENDER_VERSION
    comment.version += 1
    if comment.reply_count:
        comment.edited_at = now  # until somebody has answered it, a change leaves no mark
    if not comment.is_question_fixed:
        comment.is_question = is_question(f"{subject}\n{body}")
    comment.save(update_fields=["subject", "body", "body_html", "render_version", "version", "edited_at", "is_question"])
    refresh_waiting(discussion, [comment])
    discussion.save(update_fields=["waiting_count"])
    events.comment_edited.send(Comment, comment=comment, revision=revision, decision=None)
    if comment.listed:
        show_change(discussion, comment)


def _screen_change(comment: Comment, body: str, subject: str, now: datetime) -> Verdict:
    return screen(
        Submission(
            kind=Kind.EDIT,
            body=body,
            subject=subject,
            name=comment.name,
            article=comment.discussion.article,
            parent=comment.parent,
            is_member=comment.author is not None,
            is_staff=bool(comment.author and comment.author.is_staff),
            approved_count=count_approved(comment.author, comment.guest),
            is_proven=bool(comment.guest and comment.guest.proven_at),
            author_id=comment.author_id,
            guest_id=comment.guest_id,
            comment_id=comment.pk,
            now=now,
        )
    )


def _has_been_redacted(comment: Comment, *, last: bool = False) -> bool:
    """Tell whether a moderator took details out of ``comment``, with ``last``: and nobody changed its text since."""
    redactions = comment.decisions.filter(kind=Decision.Kind.REDACTION)
    newest = comment.revisions.order_by("-pk").first() if last else None
    return redactions.filter(at=newest.replaced_at).exists() if newest else redactions.exists()


def count_sendings_left(comment: Comment) -> int:
    """Return how often a comment that was not published can still be sent again."""
    sent = comment.decisions.filter(from_state=_S.REJECTED, to_state=_S.HELD).count()
    return max(0, MAX_RESUBMISSIONS - sent)


def read_withdrawal(comment: Comment) -> Decision | None:
    """Return the decision by which ``comment`` was taken back, while it is."""
    return _last_decision(comment, _S.WITHDRAWN) if comment.state == _S.WITHDRAWN else None


@transaction.atomic
def return_comment(comment: Comment, *, actor: Actor, now: datetime | None = None) -> Comment:
    """Give a comment that was taken back its former state again. Raises TransitionError after WITHDRAWN_FOR."""
    withdrawal = _last_decision(comment, _S.WITHDRAWN)
    former = withdrawal.from_state if withdrawal else _S.HELD
    before = _last_decision(comment, former)
    return transition(comment, former, actor=actor, reason=before.reason if before else "", now=now)


def find_contested(comment: Comment) -> Decision | None:
    """Return the decision that the writer of ``comment`` may ask to look at again; None where there is none."""
    if comment.state not in APPEALABLE:
        return None
    # Not their own: taking it back and returning it does not make a decision new.
    return _decisions_to(comment, comment.state).exclude(actor_kind=ActorKind.WRITER).first()


@transaction.atomic
def appeal(comment: Comment, *, text: str, now: datetime | None = None) -> Appeal:
    """Ask for a second look at the last decision about ``comment``, once for each.

    Raises AlreadyAppealedError, and NotChangeableError where nothing was decided that could be looked at again.
    """
    _discussion, comment = lock_comment(comment)
    decision = find_contested(comment)
    if decision is None:
        raise NotChangeableError
    found, is_new = Appeal.objects.get_or_create(
        decision=decision, defaults={"comment": comment, "text": text, "made_at": now or timezone.now()}
    )
    if not is_new:
        raise AlreadyAppealedError
    events.comment_request_changed.send(Comment, comment=comment)
    return found


def erase_withdrawn(now: datetime) -> int:
    """Erase what its writer took back more than WITHDRAWN_FOR before ``now``, as they asked; return how many comments.

    Each in a transaction of its own: a site with many is never locked for long, and what stops half-way goes on the next day.
    """
    taken_back = Decision.objects.filter(comment=OuterRef("pk"), kind=Decision.Kind.STATE, to_state=_S.WITHDRAWN)
    # The words of its index: what is neither public nor waiting, by state.
    withdrawn = Comment.objects.filter(public=False, held=False, state=_S.WITHDRAWN)
    withdrawn = withdrawn.annotate(taken_back_at=Subquery(taken_back.order_by("-pk").values("at")[:1]))
    due = withdrawn.filter(taken_back_at__lt=now - WITHDRAWN_FOR).defer("body", "body_html").order_by("-pk")
    count, below = 0, due.first()
    last = below.pk + 1 if below else 0
    while batch := list(due.filter(pk__lt=last)[:ERASED_AT_ONCE]):
        count += sum(_erase(comment, now) for comment in batch)
        last = batch[-1].pk
    return count


def _erase(comment: Comment, now: datetime) -> bool:
    try:
        transition(comment, _S.ERASED, actor=SOFTWARE, expected_version=comment.version, now=now)
    except StaleVersionError:
        return False  # somebody was here in the meantime; the next day looks again
    return True


def _last_decision(comment: Comment, to: str) -> Decision | None:
    return _decisions_to(comment, to).first()


def _decisions_to(comment: Comment, to: str) -> QuerySet[Decision]:
    return comment.decisions.filter(kind=Decision.Kind.STATE, to_state=to).order_by("-pk")
