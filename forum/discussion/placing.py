"""Moving a reply to what it answers, as moderators do. Text and state stay."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from . import events
from .models import Comment, Decision, Discussion
from .recount import recount_family
from .services import Actor, StaleVersionError, show_change
from .tally import renumber_replies

MAX_MOVED = 500  # comments that move together: what one short transaction can do


class PlaceError(ValueError):
    """The comment cannot stand there."""


@transaction.atomic
def reattach_comment(
    comment: Comment,
    *,
    parent: Comment | None,
    actor: Actor,
    expected_version: int | None = None,
    now: datetime | None = None,
) -> Comment:
    """Make ``comment`` an answer to ``parent``, or with None the beginning of a thread; what answers it moves along.

    Every state stays as it is. In the new thread they stand by their time; their permalinks find them there. Raises PlaceError
    for a place in another discussion or below itself, StaleVersionError as ``transition`` does. Sends
    ``comment_state_changed`` and, in another thread, ``comment_moved``.
    """
    discussion = Discussion.objects.select_for_update(no_key=True).get(pk=comment.discussion_id)
    comment = Comment.objects.get(pk=comment.pk)
    if expected_version is not None and comment.version != expected_version:
        raise StaleVersionError(comment)
    moved = _find_moved(comment)
    _require_place(comment, parent, moved)
    before, old_root_id, new_root = comment.parent_id, comment.thread_id, _root_of(parent)
    family = {*moved, old_root_id, *filter(None, (before, parent.pk if parent else None, new_root.pk if new_root else None))}
    list(Comment.objects.select_for_update(no_key=True).filter(pk__in=family).order_by("pk").values_list("pk"))
    new_root_id = new_root.pk if new_root else comment.pk
    comment.parent = parent
    comment.version += 1
    if new_root_id == old_root_id:
        comment.save(update_fields=["parent", "version"])
    else:
        _take_places(discussion, comment, new_root, moved)
        renumber_replies(new_root_id)
    recount_family(discussion.pk, sorted(family), sorted({old_root_id, new_root_id} - ({comment.pk} if new_root else set())))
    decision = Decision.objects.create(
        comment=comment,
        kind=Decision.Kind.PLACE,
        who=actor.user,
        actor_kind=actor.kind,
        from_state=comment.state,
        to_state=comment.state,
        note=f"{before or '–'} → {parent.pk if parent else '–'}",
        at=now or timezone.now(),
    )
    comment = Comment.objects.get(pk=comment.pk)
    events.comment_state_changed.send(Comment, comment=comment, decision=decision)
    if new_root_id != old_root_id:
        events.comment_moved.send(Comment, comment=comment, former_root_id=old_root_id, moved=moved)
    show_change(discussion)
    return comment


def find_branch(comment: Comment) -> list[int]:
    """Return the ids of ``comment`` and of all that answers it, directly or not, by id. Two queries."""
    if comment.is_root:
        below = Comment.objects.filter(root=comment).order_by("pk").values_list("pk", flat=True)
        return [comment.pk, *below]
    children: dict[int | None, list[int]] = {}
    thread = Comment.objects.filter(root=comment.root_id).order_by("pk")
    for pk, parent_id in thread.values_list("pk", "parent_id").iterator():
        children.setdefault(parent_id, []).append(pk)
    found, pending = [], [comment.pk]
    while pending:
        pk = pending.pop()
        found.append(pk)
        pending += children.get(pk, [])
    return sorted(found)


def _find_moved(comment: Comment) -> list[int]:
    moved = find_branch(comment)
    if len(moved) > MAX_MOVED:
        raise PlaceError(f"{len(moved)} comments would move, which is more than {MAX_MOVED}")
    return moved


def _require_place(comment: Comment, parent: Comment | None, moved: Sequence[int]) -> None:
    if parent is not None and parent.discussion_id != comment.discussion_id:
        raise PlaceError("that comment stands under another article")
    if parent is not None and parent.pk in moved:
        raise PlaceError("a comment cannot answer itself, nor what answers it")
    if comment.parent_id == (parent.pk if parent else None):
        raise PlaceError("it stands there already")
    if comment.is_update:
        raise PlaceError("an update stands with what it is about")
    if comment.state == Comment.State.ERASED:
        raise PlaceError("an erased comment stays where it is")


def _root_of(parent: Comment | None) -> Comment | None:
    return Comment.objects.get(pk=parent.thread_id) if parent else None


def _take_places(discussion: Discussion, comment: Comment, new_root: Comment | None, moved: Sequence[int]) -> None:
    """Write root, position and reply number of all ``moved`` in the thread of ``new_root``, None being ``comment`` itself."""
    rows = {row.pk: row for row in Comment.objects.filter(pk__in=moved).only("root", "position", "reply_index", "reply_seq")}
    had_place = {pk for pk, row in rows.items() if row.position is not None or row.reply_index is not None}
    number = new_root.reply_seq if new_root else 0
    for pk in moved:
        row = rows[pk]
        if pk == comment.pk:
            row.parent, row.version, row.locked = comment.parent, comment.version, False
            row.root = new_root
            if new_root is None:
                discussion.root_seq += 1
                row.position, row.reply_index = (discussion.root_seq if pk in had_place else None), None
                continue
            row.position = None
        else:
            row.root_id = new_root.pk if new_root else comment.pk
        if pk in had_place:
            number += 1
        row.reply_index = number if pk in had_place else None
    for pk in moved:
        fields = ["root", "position", "reply_index"]
        rows[pk].save(update_fields=fields + (["parent", "version", "locked"] if pk == comment.pk else []))
    if new_root is None:
        discussion.save(update_fields=["root_seq"])
