"""Marking a comment that a person must read first, and closing the mark. Marking happens in the caller's transaction."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from forum.accounts.models import User
from forum.discussion import events as discussion_events
from forum.discussion.models import Comment, Lane, Signal
from forum.discussion.screening import Kind, Submission

from .concerns import Finding, find_concerns
from .events import care_needed
from .models import CareMark
from .vocabulary import load_phrases

KEPT_FOR = timedelta(days=365)  # after it was closed
PURGED_AT_ONCE = 1000
CODE = "care_"  # with which the codes of these signals begin
CODE_BEFORE = "care_before"  # the words stood in an earlier text


def read_submission(submission: Submission) -> Sequence[Finding]:
    """Return what words of ``submission`` can mean, without those about which a moderator has closed a mark of the comment.

    The body comes first: places in it are places in the body as far as that reaches.
    """
    quoted = "\n\n".join((submission.parent.body if submission.parent else "", submission.article.body))
    findings = find_concerns(_text_of(submission), load_phrases(), quoted=quoted)
    if not findings or submission.comment_id is None:
        return findings
    marks = list(CareMark.objects.filter(comment=submission.comment_id))
    if any(mark.closed_at is None for mark in marks):
        return findings
    settled = {words for mark in marks for words in mark.words.splitlines()}
    return [finding for finding in findings if words_of(submission, [finding])[0] not in settled]


def words_of(submission: Submission, findings: Sequence[Finding]) -> list[str]:
    """Return the words that were found, each once, on one line."""
    text = _text_of(submission)
    return list(dict.fromkeys(" ".join(text[finding.start : finding.end].split()) for finding in findings))


def has_open_mark(comment_id: int) -> bool:
    """Tell whether a moderator still has to do something about what stood in an earlier text. Imports alarm nobody."""
    return CareMark.objects.filter(comment=comment_id, closed_at=None).exclude(source=CareMark.Source.IMPORT).exists()


def mark_comment(comment: Comment, submission: Submission) -> None:
    """Mark ``comment`` if its words ask for it, or add them to its open mark. New ones of now are announced (``care_needed``)."""
    findings = read_submission(submission)
    if not findings:
        return
    now = submission.now or timezone.now()
    words = words_of(submission, findings)
    mark = CareMark.objects.filter(comment=comment, closed_at=None).first()
    known = mark.words.splitlines() if mark else []
    new = [word for word in words if word not in known]
    mark = mark or CareMark(comment=comment)
    mark.concerns = sorted({finding.concern.value for finding in findings} | set(mark.concerns))
    mark.words = "\n".join([*known, *new])
    mark.is_past = all(finding.is_past for finding in findings)
    mark.source, mark.found_at = CareMark.Source(submission.kind), now
    mark.save()
    if new and not mark.is_past and submission.kind != Kind.IMPORT:
        care_needed.send(CareMark, mark=mark)


@transaction.atomic
def close_mark(mark: CareMark, *, moderator: User, note: str, now: datetime | None = None) -> CareMark:
    """Close ``mark`` with what was done; the comment leaves the lane. One that is closed already stays as it is."""
    mark = CareMark.objects.select_for_update().select_related("comment").get(pk=mark.pk)
    if mark.closed_at is None:
        mark.closed_at, mark.closed_by, mark.note = now or timezone.now(), moderator, note
        mark.save(update_fields=["closed_at", "closed_by", "note"])
        Signal.objects.filter(comment=mark.comment, lane=Lane.CARE, code__startswith=CODE).delete()
        discussion_events.signals_changed.send(Comment, comment=mark.comment)
    return mark


def _text_of(submission: Submission) -> str:
    return f"{submission.body}\n\n{submission.subject}" if submission.subject else submission.body


def forget_marks(comment: Comment) -> None:
    """Delete the marks of ``comment``: its words or its writer are gone."""
    CareMark.objects.filter(comment=comment).delete()


def purge_marks(now: datetime) -> int:
    """Delete marks that were closed more than KEPT_FOR before ``now``; return how many."""
    old = CareMark.objects.filter(closed_at__lt=now - KEPT_FOR).order_by("closed_at")
    purged = 0
    while ids := list(old.values_list("pk", flat=True)[:PURGED_AT_ONCE]):
        purged += CareMark.objects.filter(pk__in=ids).delete()[0]
    return purged
