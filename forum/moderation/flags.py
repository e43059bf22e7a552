"""Reports by readers: storing one, what it weighs, what it does to the comment, and what came of it.

Whoever reports, the comment goes to the queue once. Only people with a proven address can hide it, several together, and only one
that no person has read; those whose reports were right before weigh more. Reports are settled by the decisions of moderators.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone, translation
from django.utils.translation import ngettext

from forum.accounts.models import Guest, User
from forum.accounts.people import Person
from forum.accounts.proven import others_of
from forum.discussion.events import report_settled
from forum.discussion.models import ActorKind, Comment, Decision, Lane, Signal, Strength
from forum.discussion.permissions import Viewer, is_writer
from forum.discussion.screening import REPORTED_CODE
from forum.discussion.services import SOFTWARE, lock_comment, transition

from .keys import hash_all
from .models import Flag
from .queue import sort_comment
from .sanctions import find_sanctions

MAX_WORDS_CHARS = 1_000
# So many points together hide a comment that no person has read: three people without a record, or two who were mostly right.
HIDE_AT = 6
# Somebody who was right about every report weighs nearly so much; without a record half of it, always wrong nothing.
MOST_POINTS = 4
RECORD = 50  # the latest settled reports of a person that count
PURGED_AT_ONCE = 1_000

_S, _K = Comment.State, Decision.Kind


class NotShownError(Exception):
    """The comment is not public, so that nobody can be worried by it."""


class OwnCommentError(Exception):
    """Somebody reports what they wrote themselves; they can take it back."""


class AlreadyFlaggedError(Exception):
    """The same person reported it before."""


@dataclass(frozen=True)
class Reporter:
    """Who reports: a member, else a guest known by cookie, else whoever is behind ``network``, which may be unknown."""

    member: User | None = None
    guest: Guest | None = None
    network: str = ""

    @property
    def person(self) -> Person | None:
        """Return the person, where one is known."""
        if self.member is not None:
            return Person(user=self.member)
        return Person(guest=self.guest) if self.guest else None

    @property
    def viewer(self) -> Viewer:
        """Return the same person as who looks."""
        return Viewer(self.member.pk if self.member else None, self.guest.pk if self.guest else None)

    @property
    def is_trusted(self) -> bool:
        """Tell whether they have proven an address."""
        return self.member is not None or bool(self.guest and self.guest.proven_at)


def find_flag(comment: Comment, reporter: Reporter) -> Flag | None:
    """Return the report of ``comment`` that the same person made before, also as a guest with the same proven address."""
    person = reporter.person
    if person is None:
        return Flag.objects.filter(comment=comment, network_hash=_hash_network(comment, reporter.network)).first()
    mine = _rows_of(person)
    for other in others_of(person) if reporter.is_trusted else ():
        mine |= _rows_of(other)
    if reporter.guest and not reporter.member and reporter.guest.proven_at:
        address = reporter.guest.email.lower()
        mine |= Q(member__emailaddress__email__iexact=address, member__emailaddress__verified=True)
    return Flag.objects.filter(mine, comment=comment).order_by("pk").first()


def flag_comment(comment: Comment, *, reporter: Reporter, reason: str, words: str = "", now: datetime | None = None) -> Flag:
    """Store a report and return it; the comment is in the queue from then on, and hidden where the reports weigh enough.

    Raises NotShownError, OwnCommentError and AlreadyFlaggedError.
    """
    now = now or timezone.now()
    person = reporter.person
    if is_writer(reporter.viewer, comment):
        raise OwnCommentError
    if find_flag(comment, reporter):
        raise AlreadyFlaggedError
    flag = Flag(
        comment=comment,
        member=reporter.member,
        guest=None if reporter.member else reporter.guest,
        network_hash=None if person else _hash_network(comment, reporter.network),
        reason=reason,
        words=words,
        points=_weigh(reporter),
        made_at=now,
    )
    with transaction.atomic():
        try:
            with transaction.atomic():
                flag.save()
        except IntegrityError as error:
            raise AlreadyFlaggedError from error
        _discussion, comment = lock_comment(comment)
        if comment.state != _S.PUBLISHED:
            raise NotShownError
        show_reports(comment)
        _hide_if_many(comment, now)
    return flag


@transaction.atomic
def withdraw_flag(flag: Flag) -> None:
    """Take back a report that nobody has decided about. What it did stays: the comment may be hidden, and is read."""
    _discussion, comment = lock_comment(flag.comment)
    if Flag.objects.filter(pk=flag.pk, was_right=None).delete()[0]:
        show_reports(comment)


def _weigh(reporter: Reporter) -> int:
    """Return what a report weighs: nothing without a proven address, or from somebody who is sanctioned."""
    person, viewer = reporter.person, reporter.viewer
    if person is None or not reporter.is_trusted:
        return 0
    if find_sanctions(member_id=viewer.user_id, guest_id=None if reporter.member else viewer.guest_id, client_ip=""):
        return 0
    return weigh_reporter(person)


def weigh_reporter(person: Person) -> int:
    """Return what a report of ``person`` weighs: the share of theirs that were right, begun with one right and one wrong."""
    settled = Flag.objects.filter(_rows_of(person)).exclude(was_right=None).order_by("-pk")
    outcomes = list(settled.values_list("was_right", flat=True)[:RECORD])
    return round(MOST_POINTS * (sum(map(bool, outcomes)) + 1) / (len(outcomes) + 2))


def show_reports(comment: Comment) -> None:
    """Let moderators see what is reported about ``comment``: one signal for all open reports, and its place in the queue."""
    flags = list(Flag.objects.filter(comment=comment, was_right=None).order_by("pk"))
    reported = Signal.objects.filter(comment=comment, code=REPORTED_CODE)
    if flags:
        is_urgent = any(flag.reason == Flag.Reason.HARMFUL for flag in flags)
        told = {
            "lane": Lane.CARE if is_urgent else Lane.REPORTED,
            "strength": Strength.STRONG if sum(flag.points for flag in flags) >= HIDE_AT else Strength.WEAK,
            "sentence": _tell_reports(flags),
            "made_at": max(flag.made_at for flag in flags),
        }
        if not reported.update(**told):
            Signal.objects.create(comment=comment, code=REPORTED_CODE, **told)
    else:
        reported.delete()
    sort_comment(comment)


def can_hide(comment: Comment) -> bool:
    """Tell whether reports alone may hide ``comment``.

    Not what a person has approved, not what an old site had published, not what staff wrote; and never somebody whose words may
    be of despair: a person reads those.
    """
    if comment.state != _S.PUBLISHED or comment.seen_by_human or comment.origin or comment.mark:
        return False
    return not Signal.objects.filter(comment=comment, lane=Lane.CARE).exclude(code=REPORTED_CODE).exists()


def _hide_if_many(comment: Comment, now: datetime) -> None:
    weights: Counter[str] = Counter()
    for reason, points in Flag.objects.filter(comment=comment, was_right=None).values_list("reason", "points"):
        weights[reason] += points
    if weights.total() >= HIDE_AT and can_hide(comment):
        transition(comment, _S.HIDDEN, actor=SOFTWARE, reason=weights.most_common(1)[0][0], now=now)


def _tell_reports(flags: Sequence[Flag]) -> str:
    with translation.override(settings.LANGUAGE_CODE):
        counts = Counter(flag.get_reason_display() for flag in flags)
        reasons = ", ".join(f"{reason} ({count})" if count > 1 else reason for reason, count in counts.most_common())
        count = len(flags)
        words = ngettext("%(count)s reader reported it: %(reasons)s.", "%(count)s readers reported it: %(reasons)s.", count)
        return words % {"count": count, "reasons": reasons}


def find_outcome(flag: Flag, decisions: Iterable[Decision]) -> bool | None:
    """Return whether ``flag`` was right by the decisions about its comment, oldest first; None while nobody has decided.

    What stands last counts: taken away, it was right; left public, it was not, unless what it was about was taken out.
    """
    decisions = [decision for decision in decisions if decision.at >= flag.made_at and decision.actor_kind == ActorKind.MODERATOR]
    undone = {decision.undoes_id for decision in decisions}
    outcome = None
    for decision in decisions:
        if decision.pk in undone or decision.undoes_id:
            continue
        if decision.kind == _K.REDACTION and decision.reason == flag.reason:
            return True
        if decision.kind in (_K.STATE, _K.KEPT) and decision.to_state != _S.HIDDEN:
            outcome = decision.to_state != _S.PUBLISHED
    return outcome


def follow_decisions(comment: Comment) -> None:
    """Make the reports of ``comment`` agree with what was decided; tell the apps above what came of each."""
    flags = list(Flag.objects.filter(comment=comment).select_related("member", "guest").order_by("pk"))
    if not flags:
        return
    decisions = list(comment.decisions.order_by("pk"))
    changed = [flag for flag in flags if flag.was_right != find_outcome(flag, decisions)]
    for flag in changed:
        flag.was_right = find_outcome(flag, decisions)
    if not changed:
        return
    Flag.objects.bulk_update(changed, ["was_right"])
    show_reports(comment)
    for flag in changed:
        if flag.was_right is not None and (flag.member or flag.guest):
            report_settled.send(Flag, comment=comment, member=flag.member, guest=flag.guest, was_right=flag.was_right)


def flags_by(person: Person) -> QuerySet[Flag]:
    """Return what ``person`` reported where readers can look, the newest first, with comment and article."""
    readable = Comment.objects.under_open_pages().exclude(state=_S.ERASED).filter(pk=OuterRef("comment_id"))
    mine = Flag.objects.filter(_rows_of(person), Exists(readable)).order_by("-pk")
    return mine.select_related("comment__discussion__article").only(
        "reason", "made_at", "was_right", "comment__state", "comment__discussion__article__title"
    )


def read_words(comment_ids: Iterable[int]) -> dict[int, list[str]]:
    """Return what readers wrote in open reports, by comment."""
    found: dict[int, list[str]] = {}
    told = Flag.objects.filter(comment__in=comment_ids, was_right=None).exclude(words="").order_by("pk")
    for pk, words in told.values_list("comment", "words"):
        found.setdefault(pk, []).append(words)
    return found


def forget_reports(comment: Comment) -> None:
    """Delete the reports of ``comment``: its words are gone."""
    Flag.objects.filter(comment=comment).delete()


@transaction.atomic
def forget_words(comment: Comment) -> None:
    """Delete what readers wrote about ``comment``; that they reported it stays, and is read."""
    if Flag.objects.filter(comment=comment).update(words=""):
        show_reports(comment)


def purge_networks(now: datetime) -> None:
    """Forget where reports of people who are nobody known came from, once EVIDENCE_DAYS have passed."""
    old = Flag.objects.filter(network_hash__isnull=False, made_at__lt=now - timedelta(days=settings.EVIDENCE_DAYS))
    while ids := list(old.order_by("made_at").values_list("pk", flat=True)[:PURGED_AT_ONCE]):
        Flag.objects.filter(pk__in=ids).update(network_hash=None)


def _rows_of(person: Person) -> Q:
    return person.rows("member")


def _hash_network(comment: Comment, network: str) -> int:
    """Return the number by which two reports of one comment from one place are known; two comments share none."""
    return hash_all("flags", [f"{comment.pk} {network}"])[0]
