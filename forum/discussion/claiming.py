"""Asking for an imported comment: "I wrote this". A moderator decides, and the one who asked reads the answer."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from forum.accounts.models import Guest, User

from .attaching import NotAttachableError, attach_comment, is_claimable
from .models import Claim, Comment
from .permissions import Viewer
from .services import Actor, lock_comment

MAX_EVIDENCE_CHARS = 2_000
MAX_OPEN = 20  # of one person: a moderator reads each
MOST_READ = 50


class NotClaimableError(Exception):
    """The comment has a writer who is known."""


class TooManyClaimsError(Exception):
    """This person has MAX_OPEN requests that nobody has decided yet."""


class AlreadyDecidedError(Exception):
    """Another moderator was faster; ``claim`` is as it is now."""

    def __init__(self, claim: Claim) -> None:
        super().__init__(f"claim {claim.pk} was decided")
        self.claim = claim


@dataclass(frozen=True)
class Claimer:
    """Who asks: exactly one of the two."""

    member: User | None = None
    guest: Guest | None = None

    @property
    def viewer(self) -> Viewer:
        """Return the same person as rules about reading know them."""
        return Viewer(self.member.pk if self.member else None, self.guest.pk if self.guest else None)


def claimer_of(member: User | None, guest: Guest | None) -> Claimer | None:
    """Return who may ask: a member, or a guest whose address is proven, so that the comment goes to somebody who can be told."""
    if member is not None:
        return Claimer(member=member)
    return Claimer(guest=guest) if guest is not None and guest.proven_at else None


@transaction.atomic
def make_claim(comment: Comment, *, claimer: Claimer, evidence: str, now: datetime | None = None) -> Claim:
    """Store a request for ``comment`` and return it; while one is open, a second one changes its evidence.

    Raises NotClaimableError and TooManyClaimsError.
    """
    if not is_claimable(comment):
        raise NotClaimableError
    mine = read_claims(claimer.viewer).filter(decided_at=None)
    if not mine.filter(comment=comment).exists() and mine.count() >= MAX_OPEN:
        raise TooManyClaimsError
    claim, _ = Claim.objects.update_or_create(
        comment=comment,
        member=claimer.member,
        guest=claimer.guest,
        decided_at=None,
        defaults={"evidence": evidence, "made_at": now or timezone.now()},
    )
    return claim


def read_claims(viewer: Viewer) -> QuerySet[Claim]:
    """Return what ``viewer`` asked for, the latest first."""
    mine = Q(pk__in=())
    if viewer.user_id is not None:
        mine |= Q(member_id=viewer.user_id)
    if viewer.guest_id is not None:
        mine |= Q(guest_id=viewer.guest_id)
    slim = Claim.objects.select_related("comment").defer("comment__body", "comment__body_html")
    return slim.filter(mine).order_by("-made_at", "-pk")


@transaction.atomic
def decide_claim(claim: Claim, *, grant: bool, actor: Actor, answer: str = "", now: datetime | None = None) -> Claim:
    """Give the comment to who asked, or leave it; ``answer`` is for them to read. Other requests for it stay to be decided.

    Raises AlreadyDecidedError, and NotAttachableError where somebody else has got the comment meanwhile.
    """
    now = now or timezone.now()
    lock_comment(claim.comment)  # before the claim, as whoever erases the comment does
    decided = {"decided_at": now, "decided_by": actor.user, "granted": grant, "answer": answer}
    if not Claim.objects.filter(pk=claim.pk, decided_at=None).update(**decided):
        raise AlreadyDecidedError(Claim.objects.get(pk=claim.pk))
    claim = Claim.objects.select_related("comment__guest", "member", "guest").get(pk=claim.pk)
    if grant:
        if not is_claimable(claim.comment):
            raise NotAttachableError
        attach_comment(claim.comment, author=claim.member, guest=claim.guest, actor=actor, now=now)
    return claim
