"""Whom a member does not want to read. Pages fold the comments of these people; nobody else notices."""

from dataclasses import dataclass

from django.db.models import Q

from .models import Guest, Ignore, User


@dataclass(frozen=True)
class Ignored:
    """The people a member ignores, by id."""

    member_ids: frozenset[int] = frozenset()
    guest_ids: frozenset[int] = frozenset()

    def has(self, author_id: int | None, guest_id: int | None) -> bool:
        """Tell whether the person with one of these ids is among them."""
        return author_id in self.member_ids or guest_id in self.guest_ids


NOBODY = Ignored()


def read_ignored(member_id: int | None) -> Ignored:
    """Return whom the member with this id ignores; no query for somebody who has not signed in."""
    if member_id is None:
        return NOBODY
    pairs = list(Ignore.objects.filter(member_id=member_id).values_list("author_id", "guest_id"))
    return Ignored(
        frozenset(author for author, _guest in pairs if author is not None),
        frozenset(guest for _author, guest in pairs if guest is not None),
    )


def ignore(member: User, *, author: User | None = None, guest: Guest | None = None) -> Ignore:
    """Fold the comments of ``author``, or of ``guest``, for ``member`` from now on; a second time changes nothing."""
    return Ignore.objects.get_or_create(member=member, author=author, guest=guest)[0]


def follow_writer(guest: Guest, member: User) -> None:
    """Let who ignores ``guest`` ignore ``member`` too: they are one person, and what was folded stays folded."""
    already = Ignore.objects.filter(author=member).values("member")
    followers = Ignore.objects.filter(guest=guest).exclude(Q(member__in=already) | Q(member=member))
    Ignore.objects.bulk_create(
        (Ignore(member_id=pk, author=member) for pk in followers.values_list("member_id", flat=True)), ignore_conflicts=True
    )
