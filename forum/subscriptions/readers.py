"""Who is told of a new comment: subscriptions to people, each once, with all their reasons. The same few queries for a thousand.

Left out are the writer, whoever ignores the writer, and whoever was told before. Without a proven address nobody gets mail; an
answer is kept for them all the same, to be shown on their own page.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from allauth.account.models import EmailAddress
from django.db.models import Q

from forum.accounts.models import Guest, Ignore, User
from forum.accounts.people import Person
from forum.discussion.models import Comment
from forum.mail.addresses import InvalidAddressError, clean_address, keyed_hashes

from .models import Delivery, MailChoice, Subscription
from .services import Choice

Kind = Subscription.Kind
MOST_ANSWERS = 200  # whose writers hear how it went
_HASHED_FOR = "subscriptions.delivery"
_ORDER = [kind.value for kind in Kind]  # of importance


@dataclass(frozen=True)
class Identity:
    """What tells whether two rows are one person: an id, or the hash of an address that both have proven."""

    user_id: int | None
    guest_id: int | None
    hashes: tuple[str, ...] = ()  # under today's key, then under earlier ones; none without a proven address

    def is_same(self, other: "Identity") -> bool:
        """Tell whether both are one person."""
        if self.user_id is not None and self.user_id == other.user_id:
            return True
        if self.guest_id is not None and self.guest_id == other.guest_id:
            return True
        return bool(self.hashes) and self.hashes == other.hashes


@dataclass(frozen=True)
class Reader:
    """Somebody who is told, and why, the weightiest reason first."""

    person: Person
    identity: Identity
    choice: Choice
    subscriptions: tuple[Subscription, ...]
    own: Comment | None = None  # what they wrote, where the new comment answers it

    @property
    def reason(self) -> str:
        """Return the first reason."""
        return self.subscriptions[0].kind

    @property
    def address_hash(self) -> str:
        """Return what stands for their address in a Delivery."""
        return self.identity.hashes[0] if self.identity.hashes else ""

    @property
    def gets_mail(self) -> bool:
        """Tell whether a mail goes out for this comment alone."""
        return bool(self.identity.hashes) and self.choice.pace == MailChoice.Pace.AT_ONCE

    @property
    def gets_digest(self) -> bool:
        """Tell whether it stands in their next weekly mail."""
        return bool(self.identity.hashes) and self.choice.pace == MailChoice.Pace.WEEKLY


def identity_of(user: User | None, guest: Guest | None, *, is_proven: bool = True) -> Identity:
    """Return who this is; the address of a member counts only with ``is_proven``."""
    address = (user.email if user and is_proven else "") or (guest.email if guest and guest.proven_at else "")
    return Identity(user.pk if user else None, guest.pk if guest else None, _hashes(address))


def find_readers(comment: Comment, rows: Sequence[Subscription]) -> list[Reader]:
    """Return who is told of ``comment`` among the owners of ``rows``, which are active and hold their owners.

    ``comment`` has its writer, its parent and its root with theirs.
    """
    owners = {(row.user_id, row.guest_id): row for row in rows}
    user_ids = [user_id for user_id, _ in owners if user_id is not None]
    guest_ids = [guest_id for _, guest_id in owners if guest_id is not None]
    theirs = Q(user__in=user_ids) | Q(guest__in=guest_ids)
    proven = set(EmailAddress.objects.filter(user__in=user_ids, verified=True).values_list("user_id", "email"))
    ignoring = _find_ignoring(comment, user_ids)
    choices = {(row.user_id, row.guest_id): Choice(row.pace, row.with_text) for row in MailChoice.objects.filter(theirs)}
    reasons = _find_reasons(comment, theirs)
    writer = identity_of(comment.author, comment.guest)
    answers = _find_answers(comment)
    readers: list[Reader] = []
    for key, row in owners.items():
        is_proven = row.user is not None and (row.user_id, row.user.email) in proven
        identity = identity_of(row.user, row.guest, is_proven=is_proven)
        if identity.is_same(writer) or row.user_id in ignoring or (row.user and not row.user.is_active):
            continue
        own = find_answered(comment, identity, answers)
        why = [found for found in reasons.get(key, ()) if found.kind != Kind.REPLIES or own]
        if why:
            person, is_answer = Person(user=row.user, guest=row.guest), why[0].kind == Kind.REPLIES
            readers.append(Reader(person, identity, choices.get(key, Choice()), tuple(why), own if is_answer else None))
    return _without_told(comment, readers)


def find_answered(comment: Comment, identity: Identity, answers: Sequence[Comment] = ()) -> Comment | None:
    """Return what ``comment`` answers of this person: the one replied to, else the beginning of the conversation.

    An update answers whoever had answered what it is about (``answers``): they hear how it went.
    """
    for row in (comment.parent, comment.root, *answers):
        if row is not None and identity_of(row.author, row.guest).is_same(identity):
            return row
    return None


def _find_answers(comment: Comment) -> Sequence[Comment]:
    """Return the latest answers to what an update is about; nothing, and no query, for any other comment."""
    if not comment.is_update:
        return ()
    answers = Comment.objects.filter(parent=comment.parent_id, public=True, is_update=False).select_related("author", "guest")
    return list(answers.order_by("-pk")[:MOST_ANSWERS])


def active_on(comment: Comment) -> Q:
    """Return the condition of subscriptions that speak of ``comment``: made before it was public, and not stopped."""
    return Q(stopped_at=None, made_at__lte=comment.published_at) & ~Q(kind=Kind.OUTCOME)


def _find_reasons(comment: Comment, theirs: Q) -> dict[tuple[int | None, int | None], list[Subscription]]:
    """Return all reasons of each owner, the weightiest first."""
    here = Q(root=comment.thread_id) | Q(discussion=comment.discussion_id)
    found: dict[tuple[int | None, int | None], list[Subscription]] = {}
    for row in Subscription.objects.filter(theirs, here, active_on(comment)):
        found.setdefault((row.user_id, row.guest_id), []).append(row)
    for rows in found.values():
        rows.sort(key=lambda row: _ORDER.index(row.kind))
    return found


def _find_ignoring(comment: Comment, user_ids: Iterable[int]) -> set[int]:
    if comment.author_id is None and comment.guest_id is None:
        return set()
    writer = {"author": comment.author_id} if comment.author_id else {"guest": comment.guest_id}
    return set(Ignore.objects.filter(member__in=user_ids, **writer).values_list("member_id", flat=True))


def _without_told(comment: Comment, readers: Sequence[Reader]) -> list[Reader]:
    """Return ``readers`` but for those who were told before, and for the second of two who are one person."""
    user_ids = [reader.identity.user_id for reader in readers if reader.identity.user_id]
    guest_ids = [reader.identity.guest_id for reader in readers if reader.identity.guest_id]
    hashes = [digest for reader in readers for digest in reader.identity.hashes]
    known = Q(user__in=user_ids) | Q(guest__in=guest_ids) | Q(address_hash__in=hashes)
    told = Delivery.objects.filter(known, comment=comment, kind=Delivery.Kind.ALERT)
    users, guests, addresses = set(), set(), set()
    for user_id, guest_id, digest in told.values_list("user_id", "guest_id", "address_hash"):
        users.add(user_id)
        guests.add(guest_id)
        addresses.add(digest)
    addresses.discard("")
    kept = []
    for reader in readers:
        who = reader.identity
        is_told = (who.user_id and who.user_id in users) or (who.guest_id and who.guest_id in guests)
        if is_told or addresses & set(who.hashes):
            continue
        addresses |= set(who.hashes)
        kept.append(reader)
    return kept


def _hashes(address: str) -> tuple[str, ...]:
    try:
        return tuple(keyed_hashes(clean_address(address), purpose=_HASHED_FOR)) if address else ()
    except InvalidAddressError:  # no mail can go there
        return ()
