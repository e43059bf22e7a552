"""What tests of the queue prepare and press."""

from typing import Any

from django.test import Client
from django.urls import reverse

from forum.discussion.models import ActorKind, Comment, Lane, Signal
from forum.discussion.services import Actor, transition
from forum.moderation.queue import sort_comment
from tests.factories import CommentFactory, ModeratorFactory

QUEUE = reverse("moderation:queue")


def suspect(
    comment: Comment, lane: str, *, strength: str = "strong", code: str = "", words: str = "", sentence: str = "", of: str = ""
) -> Signal:
    """Give ``comment`` a signal that marks ``words`` in its text, or in the text ``of``, as a screener would; sort it in."""
    start = (of or comment.body).find(words)
    spans = [[start, start + len(words)]] if words and start >= 0 else []
    signal = Signal.objects.create(
        comment=comment,
        code=code or f"found-{lane}",
        lane=lane,
        strength=strength,
        sentence=sentence or f"A sentence about {lane}.",
        spans=spans,
        made_at=comment.created_at,
    )
    sort_comment(Comment.objects.get(pk=comment.pk))
    return signal


def waiting_in(lane: str, **fields: Any) -> Comment:
    """Return a comment that waits in ``lane``."""
    comment: Comment = CommentFactory(state="held", **fields)
    if lane not in (Lane.FIRST, Lane.CHANGED, Lane.REPORTED):
        suspect(comment, lane)
    elif lane == Lane.REPORTED:
        suspect(comment, lane, strength="weak")
    elif lane == Lane.CHANGED:
        comment = transition(comment, "rejected", actor=moderator(), reason="off_topic")
        comment = transition(comment, "held", actor=Actor(ActorKind.WRITER))
    return Comment.objects.get(pk=comment.pk)


def moderator(**fields: Any) -> Actor:
    """Return a new moderator as who decides."""
    return Actor(ActorKind.MODERATOR, ModeratorFactory(**fields))


def press(client: Client, comment: Comment, verb: str, **typed: Any) -> Any:
    """Press a button on the card of ``comment`` as it was when it was read; return where that leads."""
    address = reverse("moderation:decide", args=[comment.pk])
    return client.post(address, {"do": verb, "version": comment.version} | typed, follow=True)
