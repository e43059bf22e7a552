"""Decisions of moderators → counts of the filter, in the same transaction. What a decision taught, its undoing takes back.

A comment teaches one thing at a time: what its last standing decision says. Publishing is "no advertising", not publishing or
removing as advertising is "advertising"; other reasons say nothing about it. Software, writers and imports teach nothing.
"""

from array import array
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from django.db.models import F

from forum.database import written
from forum.discussion.models import ActorKind, Comment, Decision

from . import counts
from .calibration import MIN_DECISIONS, UNSCORED, choose_thresholds
from .classifier import Counts, score
from .features import features_of
from .keys import fingerprint, hash_all
from .models import FilterState, TrainedComment
from .texts import own_links, own_text, topic_of
from .wording import read

PURPOSE = "tokens"  # of the keyed hashes
RECENT_SCORES = 1000  # thresholds follow what was decided lately
CALIBRATED_EVERY = 10  # decisions, once MIN_DECISIONS are there; the daily job does it too
FORM_CODES = ("form_fast", "honeypot")  # signals about the form that are features too


@dataclass(frozen=True)
class Text:
    """A comment's text as it was when it was decided on."""

    subject: str
    body: str


@dataclass(frozen=True)
class Lesson:
    """What a comment teaches, and the decision since which it does."""

    is_spam: bool
    decision: Decision


def find_lesson(decisions: Iterable[Decision]) -> Lesson | None:
    """Return what the decisions about a comment, oldest first, teach; None for nothing.

    A decision that was undone never was, and its undoing decides nothing of its own.
    """
    standing = list(decisions)
    undone = {decision.undoes_id for decision in standing if decision.undoes_id}
    lesson = None
    for decision in standing:
        if decision.pk in undone or decision.undoes_id:
            continue
        taught = _taught_by(decision)
        if taught is not None and (lesson is None or lesson.is_spam != taught):
            lesson = Lesson(taught, decision)
    return lesson


def _taught_by(decision: Decision) -> bool | None:
    if decision.kind != Decision.Kind.STATE or decision.actor_kind != ActorKind.MODERATOR:
        return None
    if decision.to_state == Comment.State.PUBLISHED:
        return False
    is_gone = decision.to_state in (Comment.State.REMOVED, Comment.State.REJECTED)
    return True if is_gone and decision.reason == Comment.Reason.ADVERTISING else None


def train(comment: Comment) -> None:
    """Make the counts agree with the decisions about ``comment``. One who is erased teaches nothing any more.

    Does nothing while the counts stand under another secret than SECRET_KEY: ``retrain_spam_filter`` counts anew.
    """
    lesson = None if comment.state == Comment.State.ERASED else find_lesson(comment.decisions.order_by("pk"))
    learned = TrainedComment.objects.filter(comment=comment).first()
    if (lesson and lesson.is_spam) == (learned and learned.is_spam):
        return
    state = lock_state()
    if state.fingerprint != fingerprint():
        return
    if learned:
        unlearn(learned)
    if lesson:
        # As it was decided on: an undoing may bring back what was decided about an earlier text.
        at = lesson.decision.at
        learn(comment, text_at(comment, at), state=state, is_spam=lesson.is_spam, now=at)
    decided = state.ham + state.spam
    if decided >= MIN_DECISIONS and decided % CALIBRATED_EVERY == 0:
        calibrate()


def lock_state() -> FilterState:
    """Return the row of the filter, locked: those who learn stand in line here, before any count is touched."""
    locked = FilterState.objects.select_for_update().filter(pk=1)
    state = locked.first()
    if state is None:
        FilterState.objects.get_or_create(pk=1, defaults={"fingerprint": fingerprint()})
        state = locked.get()
    return state


def learn(comment: Comment, text: Text, *, state: FilterState, is_spam: bool, now: datetime) -> None:
    """Count ``comment`` as advertising or not, and keep what was counted and what the filter would have said."""
    hashes = hash_all(PURPOSE, features_in(comment, text))
    totals = Counts(state.ham, state.spam)
    before = counts.raise_counts(hashes, ham=int(not is_spam), spam=int(is_spam))
    said = None
    if state.ham + state.spam >= UNSCORED:
        said = score([before.get(number) for number in hashes], totals).probability
    FilterState.objects.filter(pk=1).update(ham=F("ham") + int(not is_spam), spam=F("spam") + int(is_spam), stamp=uuid4())
    state.ham, state.spam = state.ham + (not is_spam), state.spam + is_spam
    lesson = TrainedComment(comment=comment, is_spam=is_spam, hashes=array("q", hashes).tobytes(), score=said, trained_at=now)
    written.insert(lesson)


def unlearn(learned: TrainedComment) -> None:
    """Take back exactly what was counted of a comment."""
    hashes = array("q", bytes(learned.hashes))
    ham, spam = int(not learned.is_spam), int(learned.is_spam)
    counts.lower_counts(hashes, ham=ham, spam=spam)
    FilterState.objects.filter(pk=1).update(ham=F("ham") - ham, spam=F("spam") - spam, stamp=uuid4())
    learned.delete()


def features_in(comment: Comment, text: Text) -> list[str]:
    """Return the features of a stored comment; how it was sent is known from its signals, which stay when evidence is purged."""
    article = comment.discussion.article
    codes = {signal.code for signal in comment.signals.all()}
    return features_of(
        subject=text.subject,
        body=text.body,
        name=comment.name,
        links=own_links(text.subject, text.body, article=article, parent=comment.parent),
        reading=read(own_text(text.subject, text.body), topic=topic_of(article)),
        form=[code for code in FORM_CODES if code in codes],
    )


def calibrate() -> None:
    """Choose the thresholds anew from what the filter said of the latest comments before it learned them."""
    scored = TrainedComment.objects.exclude(score=None).order_by("-trained_at").values_list("is_spam", "score")[:RECENT_SCORES]
    ham: list[float] = []
    spam: list[float] = []
    for is_spam, said in scored:
        (spam if is_spam else ham).append(said or 0.0)
    state = lock_state()
    chosen = choose_thresholds(ham, spam, decisions=state.ham + state.spam)
    FilterState.objects.filter(pk=1).update(weak_from=chosen.weak, strong_from=chosen.strong)


def text_at(comment: Comment, moment: datetime) -> Text:
    """Return the text of ``comment`` as it stood at ``moment``; asks for its revisions."""
    later = [revision for revision in comment.revisions.all() if revision.replaced_at > moment]
    text = min(later, key=lambda revision: (revision.replaced_at, revision.pk)) if later else comment
    return Text(text.subject, text.body)
