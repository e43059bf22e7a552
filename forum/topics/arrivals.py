"""Comments that are new: the worker searches them for topics, so that nobody who posts waits for it.

Each is noted with its comment, and no longer once it was searched: cut short, the next run does the same again.
"""

import time

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
    written.note_all(NewComment, ("comment_id",), [(comment.pk,)])


def search_if_new(comment: Comment) -> None:
    """Find the topics of ``comment`` for somebody who wants to see them now."""
    if NewComment.objects.filter(comment=comment).exists():
        settle_comments([comment], current_matcher())


def search_new(*, seconds: float | None = None) -> bool:
    """Find the topics of what is noted, for about ``seconds``; return whether all is done."""
    deadline = None if seconds is None else time.monotonic() + seconds
    while noted := dict(NewComment.objects.order_by("pk").values_list("pk", "comment")[:BATCH]):
        comments = list(Comment.objects.filter(pk__in=noted.values(), public=True).order_by("pk").only(*FIELDS))
        settle_comments(comments, current_matcher())
        with transaction.atomic():
            new_comments_searched.send(NewComment, ids=list(noted.values()))
            NewComment.objects.filter(pk__in=noted).delete()
        if deadline is not None and time.monotonic() >= deadline:
            return False
    return True
