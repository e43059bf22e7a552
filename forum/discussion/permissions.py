"""Who may. ``Viewer`` is all that a rule needs to know of the person behind a request; no rule asks the database."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from django.http import HttpRequest

from forum.accounts.guests import find_guest

if TYPE_CHECKING:
    from .models import Comment, Discussion

# The states in which a writer can change the words, take them back, ask for a second look.
CHANGEABLE = frozenset(("held", "published", "rejected"))
WITHDRAWABLE = frozenset(("held", "published", "hidden", "rejected"))
APPEALABLE = frozenset(("rejected", "removed"))


@dataclass(frozen=True)
class Viewer:
    """Somebody who looks: a member, a guest known by cookie or signed link, both, or nobody in particular."""

    user_id: int | None = None
    guest_id: int | None = None
    is_moderator: bool = False

    @property
    def is_anonymous(self) -> bool:
        """Tell whether this viewer sees just what everybody sees."""
        return self.user_id is None and self.guest_id is None and not self.is_moderator


ANONYMOUS = Viewer()


def viewer_of(request: HttpRequest) -> Viewer:
    """Return who looks. Costs no query without a session and without a guest's cookie."""
    guest = find_guest(request)
    user = request.user
    return Viewer(
        user_id=user.pk if user.is_authenticated else None,
        guest_id=guest.pk if guest else None,
        is_moderator=user.is_staff and user.has_perm("discussion.moderate_comment"),  # asked of few: it costs two queries
    )


class Written(Protocol):
    """Anything that knows who wrote it: a comment, or a row of one."""

    @property
    def author_id(self) -> int | None: ...
    @property
    def guest_id(self) -> int | None: ...


def is_writer(viewer: Viewer, comment: Written) -> bool:
    """Tell whether ``viewer`` wrote ``comment``."""
    if comment.author_id is not None:
        return comment.author_id == viewer.user_id
    return comment.guest_id is not None and comment.guest_id == viewer.guest_id


def can_read_text(viewer: Viewer, comment: "Comment") -> bool:
    """Tell whether ``viewer`` may read the words of ``comment``, whose article and discussion they may read.

    The same rule as ``CommentQuerySet.visible_to`` for a row at hand.
    """
    if comment.public or viewer.is_moderator:
        return True
    return comment.state != "erased" and is_writer(viewer, comment)


def can_post(viewer: Viewer, discussion: "Discussion") -> bool:
    """Tell whether ``viewer`` may write in ``discussion``."""
    if discussion.state == discussion.State.OPEN:
        return True
    return discussion.state == discussion.State.MEMBERS_ONLY and viewer.user_id is not None


def can_edit(viewer: Viewer, comment: "Comment") -> bool:
    """Tell whether ``viewer`` may change the words of ``comment``; one that was not published is sent again so."""
    return comment.state in CHANGEABLE and is_writer(viewer, comment)


def can_reply(viewer: Viewer, parent: "Comment") -> bool:
    """Tell whether ``viewer`` may answer ``parent``, whose discussion and root are at hand."""
    return can_post(viewer, parent.discussion) and not (parent.root or parent).locked


def can_withdraw(viewer: Viewer, comment: "Comment") -> bool:
    """Tell whether ``viewer`` may take ``comment`` back."""
    return comment.state in WITHDRAWABLE and is_writer(viewer, comment)


def can_return(viewer: Viewer, comment: "Comment") -> bool:
    """Tell whether ``viewer`` may return ``comment``, which they took back, while the time for it lasts."""
    return comment.state == "withdrawn" and is_writer(viewer, comment)


def can_appeal(viewer: Viewer, comment: "Comment") -> bool:
    """Tell whether ``viewer`` may ask for a second look at what was decided about ``comment``, if they have not yet."""
    return comment.state in APPEALABLE and is_writer(viewer, comment)
