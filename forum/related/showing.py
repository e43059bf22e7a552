"""Others who wrote about the same, ready for the page of a thread: below it, and for whoever has just posted there.

Stored for a thread, found at once for a text that was only now written. Who may be shown is asked each time (``visible_to``).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from forum.accounts.ignoring import read_ignored
from forum.database.compiled import Compiled
from forum.discussion.markup import to_plain
from forum.discussion.models import Comment
from forum.discussion.moments import Moment, moment_of
from forum.discussion.permissions import ANONYMOUS, Viewer, is_writer
from forum.discussion.questions import shorten
from forum.topics.models import Topic

from .models import Neighbour
from .nearest import find_nearest
from .reasons import tell_why

MOST_SHOWN = 5
WORDS_CHARS = 200


@dataclass(frozen=True, slots=True)
class Other:
    """A comment of somebody else, and why it is shown."""

    comment: Comment
    name: str
    moment: Moment
    words: str
    why: str


def read_others(thread_id: int, viewer: Viewer, visitor_name: str) -> list[Other]:
    """Return who else wrote about what the thread with this root is about. One query, three where there is somebody."""
    return _show(_STORED(thread_id), thread_id, thread_id, viewer, visitor_name)


def find_others(comment_id: int, thread_id: int, viewer: Viewer, visitor_name: str) -> list[Other]:
    """Return who else wrote about what ``viewer`` has just written in a thread, public or not.

    For a comment of others, or in another thread, there is nobody.
    """
    mine = Comment.objects.visible_to(replace(viewer, is_moderator=False)).written_by(viewer)
    found = mine.filter(pk=comment_id).select_related("discussion__article", "parent").first()
    if found is None or found.thread_id != thread_id:
        return []
    near = [(one.comment_id, one.topics, one.words) for one in find_nearest(found)]
    return _show(near, comment_id, thread_id, viewer, visitor_name)


def _show(
    near: Iterable[tuple[int, Sequence[int], Sequence[str]]], near_to: int, thread_id: int, viewer: Viewer, visitor_name: str
) -> list[Other]:
    """Return those of ``near`` who may be shown: one of each person, and none who wrote the comment ``near_to`` themselves."""
    near = list(near)
    if not near:
        return []
    rows = Comment.objects.visible_to(ANONYMOUS).filter(pk__in=[near_to, *(pk for pk, _topics, _words in near)])
    rows = rows.select_related("discussion__article").defer("body", "discussion__article__body", "discussion__article__body_html")
    comments = {comment.pk: comment for comment in rows}
    in_use = Topic.objects.filter(pk__in={pk for _pk, topics, _words in near for pk in topics}, is_active=True)
    names = dict(in_use.values_list("pk", "name"))
    ignored = read_ignored(viewer.user_id)
    people = [comments[near_to]] if near_to in comments else []
    shown = []
    for pk, topics, words in near:
        comment, why = comments.get(pk), tell_why([names[topic] for topic in topics if topic in names], words)
        if comment is None or not why or comment.thread_id == thread_id or is_writer(viewer, comment):
            continue
        if ignored.has(comment.author_id, comment.guest_id) or any(comment.is_by_same_person(one) for one in people):
            continue
        people.append(comment)
        shown.append(_describe(comment, why, visitor_name))
    return shown[:MOST_SHOWN]


def _describe(comment: Comment, why: str, visitor_name: str) -> Other:
    words = shorten(comment.subject or to_plain(comment.body_html), WORDS_CHARS)
    return Other(comment, comment.name or visitor_name, moment_of(comment), words, why)


_STORED = Compiled(lambda pk: Neighbour.objects.filter(thread=pk).order_by("rank").values_list("comment", "topics", "words"))
