"""How it went: what the writer of a comment tells later, by the link in a mail that they allowed. It stands beneath their words.

An update is a reply to one's own comment: it has a state, is screened, read by moderators, found, exported and erased like any
other. A comment has one at most.
"""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.urls import reverse

from forum.accounts.links import Purpose, make_link
from forum.accounts.people import Person

from .arrival import UNKNOWN_ARRIVAL, Arrival
from .models import Comment
from .posting import post_comment


class AlreadyToldError(Exception):
    """There is an update already; ``update`` is it."""

    def __init__(self, update: Comment) -> None:
        super().__init__(update.pk)
        self.update = update


def update_path(person: Person, comment: Comment) -> str:
    """Return the path by which ``person`` tells how it went with their ``comment``; it opens for ever."""
    return reverse("discussion:update", args=[make_link(person.row, Purpose.UPDATE, comment.pk)])


def find_update(comment: Comment) -> Comment | None:
    """Return what the writer of ``comment`` told later, whatever its state; not what is erased."""
    return Comment.objects.filter(parent=comment, is_update=True).exclude(state=Comment.State.ERASED).first()


def post_update(comment: Comment, *, body: str, arrival: Arrival = UNKNOWN_ARRIVAL, now: datetime | None = None) -> Comment:
    """Store the update of ``comment``, under the name that is shown there, and return it, published or held.

    Raises AlreadyToldError for a second one, and what ``post_comment`` raises.
    """
    if earlier := find_update(comment):
        raise AlreadyToldError(earlier)
    try:
        with transaction.atomic():
            return post_comment(
                discussion=comment.discussion,
                parent=comment,
                author=comment.author,
                guest=comment.guest,
                name=comment.name,
                relation=comment.relation,
                body=body,
                arrival=arrival,
                is_update=True,
                now=now,
            )
    except IntegrityError:
        # The button was pressed twice, and the other press was a moment faster.
        earlier = find_update(comment)
        if earlier is None:
            raise
        raise AlreadyToldError(earlier) from None
