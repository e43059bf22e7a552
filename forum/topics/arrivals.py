"""Comments that are new: the worker searches them for topics, so that nobody who posts waits for it.

Each is noted with its comment, and no longer once it was searched: cut short, the next run does the same again.
"""

import time
from collections.abc import Sequence

from django.db import transaction

from forum.database import written
from forum.discussion.models import Comment

from .events import new_comments_searched
from .mentions import settle_comments
from .models import NewComment
from .searching import FIELDS
from .vocabulary import current_matcher

BATCH = 100  # comments; what they show is written in one short transaction


def note_new(comment: Comment) -> None:
    """Let the worker find the topics of ``comment``, which was stored this moment."""
    written.note(NewComment(comment=comment))


def search_new(*, seconds: float | None = None) -> bool:
    """Find the topics of what is noted, for about ``seconds``; return whether all is done."""
    deadline = None if seconds is None else time.monotonic() + seconds
    while noted := dict(NewComment.objects.order_by("pk").values_list("pk", "comment")[:BATCH]):
        comments = list(Comment.objects.filter(pk__in=noted.values(), public=True).order_by("pk").only(*FIELDS))
        settle_comments(comments, current_matcher())
        stale = _find_changed(comments)  # which are looked at again
        searched = {row: pk for row, pk in noted.items() if pk not in stale}
        with transaction.atomic():
            new_comments_searched.send(NewComment, ids=list(searched.values()))
            NewComment.objects.filter(pk__in=searched).delete()
        if deadline is not None and time.monotonic() >= deadline:
            return False
    return True


def _find_changed(comments: Sequence[Comment]) -> set[int]:
    """Return the ids of those that are no longer as they were read: ``settle_comments`` may have left them alone."""
    versions = dict(Comment.objects.filter(pk__in=[comment.pk for comment in comments]).values_list("pk", "version"))
    return {comment.pk for comment in comments if versions.get(comment.pk, comment.version) != comment.version}
