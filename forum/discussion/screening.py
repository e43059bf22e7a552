"""Whether a new comment waits. Screeners look and give reasons; the policy here makes the verdict; only people remove.

A screener is a callable, or a class of such, named in ``COMMENT_SCREENERS`` by dotted path. All run, in order, so that
a moderator sees every reason. One that asks the database may have a method ``asks``, which takes a submission and returns what
it is going to ask: all is asked at once.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from itertools import chain

from django.conf import settings
from django.utils import translation
from django.utils.module_loading import import_string

from articles.models import Article
from forum.database import written
from forum.database.asked import AskedTogether, Call

from . import events, models
from .models import MAX_BODY_CHARS, Comment, Lane, Strength

# An address of the writer's own. A screener that finds one says so with this code; what follows from it is decided here.
LINK_CODE = "link"
# What readers reported. It is about the comment as they saw it: other words of its writer do not answer it.
REPORTED_CODE = "reported"
LINKS_AFTER = 3  # so many approved comments, and a link alone no longer makes the next one wait


class Kind(StrEnum):
    """What is screened: something new, a change of it, or what an old site had published."""

    POST = "post"
    EDIT = "edit"
    IMPORT = "import"


class Action(StrEnum):
    """What becomes of a text. ``REFUSE`` is for what cannot be a comment here; its writer keeps the words and is told why."""

    PUBLISH = "publish"
    HOLD = "hold"
    REFUSE = "refuse"


@dataclass(frozen=True)
class Signal:
    """Why software suspects something: ``sentence`` tells it with the evidence; ``spans`` are (start, end) in the text.

    ``lane`` is where moderators find it. ``refusal`` is what the writer is told where a rule of the site lets nobody post this.
    """

    code: str
    strength: Strength
    sentence: str
    spans: tuple[tuple[int, int], ...] = ()
    lane: Lane = Lane.ADVERTISING
    refusal: str = ""


@dataclass(frozen=True)
class Submission:
    """What a screener may look at.

    ``approved_count`` counts the writer's approved comments; ``is_proven`` says that a guest has proven their address.
    ``form_seconds`` is the time since the form was opened, None where that is not known; ``honeypot`` what stands in the field
    that nobody sees; ``client_ip`` the address it came from, empty where that is not known. ``comment_id`` is set for an edit.
    A guest who is not stored yet has an ``email`` and no ``guest_id``.
    """

    kind: str
    body: str
    subject: str
    name: str
    article: Article
    parent: Comment | None
    is_member: bool
    is_staff: bool
    approved_count: int
    is_proven: bool = False
    author_id: int | None = None
    guest_id: int | None = None
    email: str = ""
    comment_id: int | None = None
    form_seconds: float | None = None
    honeypot: str = ""
    client_ip: str = ""
    now: datetime | None = None


Screener = Callable[[Submission], Sequence[Signal]]


@dataclass(frozen=True)
class Verdict:
    """Publish, hold or refuse what was submitted, and every reason found, by screener in their order."""

    action: Action
    found: tuple[tuple[Signal, ...], ...]
    submission: Submission

    @property
    def signals(self) -> tuple[Signal, ...]:
        """Return all reasons."""
        return tuple(signal for found in self.found for signal in found)

    @property
    def publish(self) -> bool:
        """Tell whether the text is public at once."""
        return self.action == Action.PUBLISH

    @property
    def refusals(self) -> list[str]:
        """Return what the writer of a refused text is told."""
        return [signal.refusal for signal in self.signals if signal.refusal]


class CommentRefusedError(Exception):
    """This cannot be a comment here; ``reasons`` are sentences for its writer, whose words must be given back."""

    def __init__(self, reasons: Sequence[str]) -> None:
        super().__init__("; ".join(reasons))
        self.reasons = reasons


_TOGETHER = AskedTogether()


def screen(submission: Submission) -> Verdict:
    """Run all screeners on ``submission`` and decide. Sentences are in the language of the site: moderators read them."""
    with _language_of_site(), asked_at_once(submission):
        found = tuple(tuple(screener(submission)) for screener in _load_all())
    return Verdict(_decide(submission, tuple(chain(*found))), found, submission)


@contextmanager
def asked_at_once(submission: Submission, *others: Call) -> Iterator[None]:
    """Ask within the block, with one statement, all that ``screen`` is going to ask of ``submission``, and ``others`` beside it.

    How many approved comments its writer has may be told later.
    """
    if _TOGETHER.is_open():
        yield
        return
    screeners = _load_all()
    expected = [call for screener in screeners if (ask := getattr(screener, "asks", None)) for call in ask(submission)]
    with _TOGETHER.at_once(*others, *expected):
        yield


def screen_again(verdict: Verdict) -> Verdict:
    """Return ``verdict`` as it is now, when its text is about to be stored: screeners with ``asks_again`` run once more."""
    with _language_of_site():
        found = tuple(
            tuple(screener(verdict.submission)) if getattr(screener, "asks_again", False) else before
            for screener, before in zip(_load_all(), verdict.found, strict=True)
        )
    if found == verdict.found:
        return verdict
    return Verdict(_decide(verdict.submission, tuple(chain(*found))), found, verdict.submission)


def _language_of_site() -> AbstractContextManager[None]:
    """Let what is said within the block be in the language of moderators; nothing is to be done where that is spoken already."""
    language = settings.LANGUAGE_CODE
    return nullcontext() if translation.get_language() == language else translation.override(language)


def _load_all() -> list[Screener]:
    return [_load(path) for path in settings.COMMENT_SCREENERS]


@cache
def _load(path: str) -> Screener:
    screener = import_string(path)
    return screener() if isinstance(screener, type) else screener


def _decide(submission: Submission, signals: Sequence[Signal]) -> Action:
    """Apply the policy: the strongest reason decides.

    What an old site had published waits only for a strong sign of advertising. Staff are published, unless a sign is strong.
    Of others the first HOLD_FIRST_COMMENTS wait, everything of a guest whose address is not proven, and early links.
    """
    is_strong = any(signal.strength == Strength.STRONG for signal in signals)
    if submission.kind == Kind.IMPORT:
        advertises = any(signal.strength == Strength.STRONG and signal.lane == Lane.ADVERTISING for signal in signals)
        return Action.HOLD if advertises else Action.PUBLISH
    if not submission.body.strip() or len(submission.body) > MAX_BODY_CHARS:
        return Action.REFUSE
    if any(signal.refusal for signal in signals) and not submission.is_staff:
        return Action.REFUSE
    if is_strong:
        return Action.HOLD
    if submission.is_staff:
        return Action.PUBLISH
    has_link = any(signal.code == LINK_CODE for signal in signals)
    if has_link and submission.approved_count < LINKS_AFTER:
        return Action.HOLD
    is_known = is_trusted(
        is_member=submission.is_member, is_proven=submission.is_proven, approved_count=submission.approved_count
    )
    return Action.PUBLISH if is_known else Action.HOLD


def is_trusted(*, is_member: bool, approved_count: int, is_proven: bool = False) -> bool:
    """Tell whether a comment that nothing is found in is public at once: trust follows a login or a proven address."""
    # With no screener nothing would ever be found, so that only members are trusted.
    is_known = is_member or (is_proven and bool(settings.COMMENT_SCREENERS))
    return is_known and approved_count >= settings.HOLD_FIRST_COMMENTS


def keep_verdict(comment: Comment, verdict: Verdict, *, now: datetime, of_change: bool = False) -> None:
    """Store why ``comment`` was suspected (``keep_signals``), and announce what was screened (``comment_screened``)."""
    keep_signals(comment, verdict.signals, now=now, of_change=of_change)
    events.comment_screened.send(Comment, comment=comment, submission=verdict.submission, signals=verdict.signals)


def keep_new_verdict(comment: Comment, verdict: Verdict, *, now: datetime) -> None:
    """Do the same for a comment that was stored this moment."""
    _store_signals(comment, verdict.signals, now=now)
    comment.needs_care = any(signal.lane == Lane.CARE for signal in verdict.signals)
    events.comment_screened.send(Comment, comment=comment, submission=verdict.submission, signals=verdict.signals)


def keep_signals(comment: Comment, signals: Sequence[Signal], *, now: datetime, of_change: bool = False) -> None:
    """Store why ``comment`` was suspected, in place of what was found in an earlier text of it.

    ``of_change`` says that the text is a change that waits, while another one stands.
    """
    models.Signal.objects.filter(comment=comment, of_change=of_change).exclude(code=REPORTED_CODE).delete()
    _store_signals(comment, signals, now=now, of_change=of_change)


def _store_signals(comment: Comment, signals: Sequence[Signal], *, now: datetime, of_change: bool = False) -> None:
    names = ("comment_id", "code", "lane", "strength", "sentence", "spans", "of_change", "made_at")
    rows = [
        (comment.pk, signal.code, signal.lane, signal.strength, signal.sentence, signal.spans, of_change, now)
        for signal in signals
    ]
    written.insert_all(models.Signal, names, rows)
