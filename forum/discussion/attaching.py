"""Giving a comment to the person who wrote it: a guest who became a member, or whoever wrote what an import brought.

Nobody is asked here whether it is theirs: a proven address says so (``read_attachable``), or a moderator (``claiming``).
"""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from forum.accounts.ignoring import follow_writer
from forum.accounts.models import Guest, User
from forum.accounts.proven import guests_of

from .models import Comment, Decision
from .querysets import CommentQuerySet
from .services import Actor, lock_comment, show_change
from .tally import change_writer


class NotAttachableError(Exception):
    """The comment was erased, or belongs to somebody who is known."""


def read_attachable(member: User) -> CommentQuerySet:
    """Return the comments that ``member`` wrote as a guest with an address that both have proven; no erased ones."""
    return Comment.objects.filter(guest__in=guests_of(member)).exclude(state=Comment.State.ERASED)


def is_claimable(comment: Comment) -> bool:
    """Tell whether nobody is known to have written ``comment``, which came from another site. Its guest is loaded."""
    return bool(comment.origin) and comment.guest is not None and not comment.guest.email


@transaction.atomic
def attach_comment(
    comment: Comment, *, actor: Actor, author: User | None = None, guest: Guest | None = None, now: datetime | None = None
) -> Comment:
    """Make ``comment`` that of ``author``, or of ``guest``, and return it. The name, the role and the words stay as they are.

    Only a guest's comment can be given away, and it happens once: raises NotAttachableError. Writes a Decision.
    """
    discussion, comment = lock_comment(comment)
    former = comment.guest
    if former is None or former == guest:
        raise NotAttachableError
    comment.version += 1
    change_writer(discussion=discussion, comment=comment, author=author, guest=guest)
    if author is not None:
        follow_writer(former, author)
    Decision.objects.create(
        comment=comment,
        kind=Decision.Kind.WRITER,
        who=actor.user,
        actor_kind=actor.kind,
        from_state=comment.state,
        to_state=comment.state,
        at=now or timezone.now(),
    )
    if comment.listed:
        show_change(discussion, comment)
    return comment
