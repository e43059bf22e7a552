"""Looking through all comments for the words of safety notes, after one has changed: in batches, while people go on writing.

How far it got stands in ``SafetyNote.searched_to``, so that it goes on where it stopped; a newer change starts it anew.
"""

import time
from collections.abc import Sequence

from django.db import transaction
from django.db.models import F, Max

from forum.discussion.models import Comment, Discussion
from forum.site.models import SiteVersion

from .models import NotedComment, SafetyNote
from .notes import Notes, find_notes, load_notes, settle_comments

BATCH = 250  # comments; what is written of them is written in one short transaction
# Ids are given before a transaction ends: the latest are looked at once more at the end, for what was stored meanwhile.
LOOK_BACK = 2_000
FIELDS = ("discussion_id", "subject", "body", "language", "public")


def search_all(*, seconds: float | None = None) -> bool:
    """Search on from where the last call stopped, one step at least, for about ``seconds``; return whether all is done."""
    deadline = None if seconds is None else time.monotonic() + seconds
    while changed := list(SafetyNote.objects.exclude(searched_to=None).order_by("searched_to")):
        _search_batch(changed)
        if deadline is not None and time.monotonic() >= deadline:
            return False
    return True


def _search_batch(changed: Sequence[SafetyNote]) -> None:
    """Search the next comments for all notes, beginning where those that got least far have stopped."""
    start, notes = changed[0].searched_to or 0, load_notes()
    if comments := _read_comments(start):
        settle_batch(comments, notes)
        _move(changed, start, comments[-1].pk)
        return
    last = (Comment.objects.aggregate(last=Max("pk"))["last"] or 0) - LOOK_BACK
    while comments := _read_comments(last):
        settle_batch(comments, notes)
        last = comments[-1].pk
    _move(changed, start, None)


def _read_comments(after: int) -> list[Comment]:
    return list(Comment.objects.filter(pk__gt=after, public=True).order_by("pk").only(*FIELDS)[:BATCH])


def _move(changed: Sequence[SafetyNote], start: int, to: int | None) -> None:
    """Note how far the search got, unless a note was changed again meanwhile."""
    for note in changed:
        if note.searched_to == start:
            SafetyNote.objects.filter(pk=note.pk, changed_at=note.changed_at, searched_to=start).update(searched_to=to)


def settle_batch(comments: Sequence[Comment], notes: Notes | None = None) -> None:
    """Store what stands beneath ``comments``, which nobody has locked and of which FIELDS are enough; all are public.

    Pages that show something else now get a new version. Texts are searched before a row is locked; the few where something is
    different are looked at again under the lock. For whatever stores many comments at once, too: ``transition`` is not needed.
    """
    notes = load_notes() if notes is None else notes
    stored: dict[int, set[int]] = {comment.pk: set() for comment in comments}
    for comment_id, note_id in NotedComment.objects.filter(comment__in=stored).values_list("comment_id", "note_id"):
        stored[comment_id].add(note_id)
    other = [comment for comment in comments if find_notes(comment, notes) != stored[comment.pk]]
    if not other:
        return
    with transaction.atomic():
        touched = {comment.discussion_id for comment in other}
        list(Discussion.objects.select_for_update(no_key=True).filter(pk__in=touched).order_by("pk").values_list("pk"))
        now = list(Comment.objects.filter(pk__in=[comment.pk for comment in other], public=True).only(*FIELDS))
        changed = settle_comments(now, notes)
        shown = {comment.discussion_id for comment in now if comment.pk in changed}
        Discussion.objects.filter(pk__in=shown).update(version=F("version") + 1)
        if shown:
            SiteVersion.objects.bump()
