"""Places and counts that follow from the state of comments: positions, reply numbers, previews, waiting questions, counters.

Called by ``services.transition`` inside its transaction, with the discussion and the comments locked.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import F, Max, Q

from forum.accounts.models import Guest, User
from forum.database import written
from forum.database.asked import Asked, Call
from forum.database.compiled import find_cursor

from .models import Comment, Discussion, DiscussionPerson, DiscussionYear, year_of

PLACE_FIELDS = ("position", "reply_index", "reply_seq", "reply_count", "has_update", "listed", "last_reply_at", "active_at")
STATE_FIELDS = ("state", "public", "held", "waiting", "reason", "seen_by_human", "version", "published_at")
ROOT_FIELDS = (*PLACE_FIELDS, "waiting", "preview1_id", "preview2_id", "last_reply_id", "thread_changed_at")
COUNT_FIELDS = ("root_seq", "comment_count", "people_count", "waiting_count", "last_comment_at", "active_at")


def settle(*, discussion: Discussion, comment: Comment, was_public: bool, now: datetime) -> None:
    """Save ``comment`` in its new state, with the places, counts and ``waiting`` marks that follow from it.

    ``comment``, its root and its parent hang together and are locked; of the latter two only places and counts change.
    The fields of ``discussion`` are saved too, except its version.
    """
    root, parent = comment.root or comment, comment.parent
    step = int(comment.public) - int(was_public)
    if step and root is not comment:
        if comment.is_update and parent is not None:
            parent.has_update = comment.public
            others = Comment.objects.filter(root=root, is_update=True, public=True).exclude(pk=comment.pk)
            root.has_update = comment.public or others.exists()
        else:
            root.reply_count += step
            if parent is not None and parent is not root:
                parent.reply_count += step
        _note_last_reply(root, comment, step)
    family = _distinct(root, parent, comment)
    was_listed = [member.listed for member in family]
    for member in family:
        place(discussion, root, member)
    if step and comment.published_at is None:
        comment.published_at = comment.sort_at if comment.origin else now
    if comment.waiting and not comment.public:
        comment.waiting = False
        discussion.waiting_count -= 1
    for member in family:
        written.save(member, PLACE_FIELDS + (STATE_FIELDS if member is comment else ()))
    if root is not comment and was_listed != [member.listed for member in family]:
        _refresh_previews(root)
    if step:
        _count_in_discussion(discussion, comment, step)
        if comment.author_id or comment.guest_id:
            _count_person(discussion, comment, step)
        refresh_waiting(discussion, family)
    written.save(discussion, COUNT_FIELDS)


def settle_new(*, discussion: Discussion, comment: Comment, now: datetime) -> None:
    """Store a new ``comment`` in its state, with the places, counts and ``waiting`` marks that follow, and the versions.

    Root and parent are locked. It is the last of its thread, and nobody has answered it: little has to be read.
    """
    if not comment.public:
        written.insert(comment)
        return
    root, parent = comment.root or comment, comment.parent
    comment.published_at = comment.sort_at if comment.origin else now
    comment.waiting = comment.is_question
    discussion.waiting_count += int(comment.waiting)
    if root is not comment:
        _count_reply(root, parent, comment)
        for answered in _distinct(root, parent):
            if answered.waiting and not answered.is_by_same_person(comment):
                answered.waiting = False
                discussion.waiting_count -= 1
    places = [(member, member.listed) for member in _distinct(root, parent, comment)]
    for member, _was_listed in places:
        place(discussion, root, member)
    root.thread_changed_at = now
    written.insert(comment)
    if parent is not None and parent is not root:
        written.save(parent, (*PLACE_FIELDS, "waiting"))
    if root is not comment:
        if all(was_listed for member, was_listed in places if member not in (root, comment)):
            _add_preview(root, comment)
        else:
            root.preview1_id, root.preview2_id, root.last_reply_id = find_previews(root)
        written.save(root, ROOT_FIELDS)
    _count_in_discussion(discussion, comment, 1)
    if comment.author_id or comment.guest_id:
        _count_new_person(discussion, comment)
    discussion.version, discussion.changed_at = discussion.version + 1, now
    written.note_changes(discussion, (*COUNT_FIELDS, "version", "changed_at"))


def _count_reply(root: Comment, parent: Comment | None, reply: Comment) -> None:
    """Count a new public ``reply`` on its root and its parent."""
    if reply.is_update and parent is not None:
        parent.has_update = root.has_update = True
    else:
        root.reply_count += 1
        if parent is not None and parent is not root:
            parent.reply_count += 1
    _note_last_reply(root, reply, 1)


def _add_preview(root: Comment, reply: Comment) -> None:
    """Show ``reply``, which is the last of its thread, where a page shows the first two and the last."""
    if reply.is_update:
        return
    if root.preview1_id is None:
        root.preview1_id = reply.pk
    elif root.preview2_id is None:
        root.preview2_id = reply.pk
    root.last_reply_id = reply.pk


def _distinct(*comments: Comment | None) -> list[Comment]:
    return list({comment.pk: comment for comment in comments if comment is not None}.values())


def place(discussion: Discussion, root: Comment, comment: Comment) -> None:
    """Give ``comment`` its place at the moment it first needs one, and say whether it is on the page."""
    comment.listed = comment.public or comment.reply_count > 0 or comment.has_update
    if not comment.listed:
        return
    if comment.is_root:
        if comment.position is None:
            discussion.root_seq += 1
            comment.position = discussion.root_seq
    elif comment.reply_index is None:
        root.reply_seq += 1
        comment.reply_index = root.reply_seq


def _note_last_reply(root: Comment, reply: Comment, step: int) -> None:
    """Set on ``root`` when the last public reply was written; one that is approved late is no news."""
    if step > 0:
        root.last_reply_at = max(root.last_reply_at or reply.sort_at, reply.sort_at)
    elif root.last_reply_at == reply.sort_at:
        rest = Comment.objects.filter(root=root, public=True, reply_index__isnull=False).exclude(pk=reply.pk)
        root.last_reply_at = rest.aggregate(last=Max("sort_at"))["last"]
    root.active_at = max(root.sort_at, root.last_reply_at or root.sort_at)


def find_previews(root: Comment) -> tuple[int | None, int | None, int | None]:
    """Return the ids of the first two and the last listed replies of a thread; updates stand with what they are about."""
    replies = Comment.objects.filter(root=root, listed=True, reply_index__isnull=False, is_update=False)
    first = [*replies.order_by("reply_index").values_list("pk", flat=True)[:2], None, None]
    return first[0], first[1], replies.order_by("-reply_index").values_list("pk", flat=True).first()


def _refresh_previews(root: Comment) -> None:
    """Store on ``root`` what a page shows of its thread."""
    root.preview1_id, root.preview2_id, root.last_reply_id = find_previews(root)
    root.save(update_fields=["preview1_id", "preview2_id", "last_reply_id"])


def renumber_replies(root_id: int) -> None:
    """Number the replies of a thread by time anew, where an import brought old ones into a thread that had gone on meanwhile.

    The discussion is locked. Everywhere else a number, once given, stays.
    """
    numbered = Comment.objects.filter(root=root_id, reply_index__isnull=False)
    replies = list(numbered.order_by("sort_at", "reply_index"))
    indexes = [reply.reply_index or 0 for reply in replies]
    if indexes == sorted(indexes):
        return
    # Out of the way first: no two replies may have one number, not even between two rows of one statement.
    numbered.update(reply_index=F("reply_index") + max(indexes))
    for number, reply in zip(sorted(indexes), replies, strict=True):
        reply.reply_index = number
    Comment.objects.bulk_update(replies, ["reply_index"], batch_size=500)
    _refresh_previews(Comment.objects.get(pk=root_id))


def _count_in_discussion(discussion: Discussion, comment: Comment, step: int) -> None:
    discussion.comment_count += step
    if step > 0:
        discussion.last_comment_at = max(discussion.last_comment_at or comment.sort_at, comment.sort_at)
    elif discussion.last_comment_at == comment.sort_at:
        rest = Comment.objects.filter(discussion=discussion, public=True)
        discussion.last_comment_at = rest.aggregate(last=Max("sort_at"))["last"]
    discussion.active_at = discussion.last_comment_at or discussion.active_at
    if comment.has_known_year and comment.posted_at is not None:
        sql = _write_counting(DiscussionYear, step, "year")
        written.note_statement(sql, [discussion.pk, year_of(comment.posted_at)])


def asks_about_person(discussion_id: int, author_id: int | None, guest_id: int | None) -> Call:
    """Return the question how many comments somebody has there."""
    return (_OF_MEMBER, (discussion_id, author_id)) if author_id else (_OF_GUEST, (discussion_id, guest_id or 0))


_PEOPLE = DiscussionPerson.objects.values_list("comment_count")
_OF_MEMBER = Asked(lambda discussion, pk: _PEOPLE.filter(discussion=discussion, author=pk))
_OF_GUEST = Asked(lambda discussion, pk: _PEOPLE.filter(discussion=discussion, guest=pk))


def _count_new_person(discussion: Discussion, comment: Comment) -> None:
    """Count one more comment of its writer, and them if they have no other; nothing here is read again in the transaction."""
    question, values = asks_about_person(discussion.pk, comment.author_id, comment.guest_id)
    discussion.people_count += int(question(*values) in ([], [[0]]))
    written.note_statement(_write_counting(DiscussionPerson, 1, _column_of(comment)), list(values))


def _column_of(comment: Comment) -> str:
    return "author_id" if comment.author_id else "guest_id"


def _count_person(discussion: Discussion, comment: Comment, step: int) -> None:
    column, writer_id = _column_of(comment), comment.author_id or comment.guest_id or 0
    cursor = find_cursor(connection)
    sql = f"{_write_counting(DiscussionPerson, step, column)} RETURNING comment_count"
    cursor.execute(sql, [discussion.pk, writer_id])
    count = cursor.fetchall()[0][0]
    discussion.people_count += int(step > 0 and count == 1) - int(step < 0 and count == 0)


def _write_counting(model: type[DiscussionYear | DiscussionPerson], step: int, column: str) -> str:
    """Return what adds ``step``, 1 or -1, to a count of a discussion, whose row is made if need be."""
    table = model._meta.db_table
    if step < 0:
        return f"UPDATE {table} SET comment_count = comment_count - 1 WHERE discussion_id = %s AND {column} = %s"  # noqa: S608
    index = "" if model is DiscussionYear else f"WHERE {column} IS NOT NULL"
    return f"""INSERT INTO {table} (discussion_id, {column}, comment_count) VALUES (%s, %s, 1)
               ON CONFLICT (discussion_id, {column}) {index}
               DO UPDATE SET comment_count = {table}.comment_count + 1"""  # noqa: S608 - names of ours


def count_for_guest(discussion: Discussion, comment: Comment, guest: Guest) -> None:
    """Count a public ``comment`` as ``guest``'s from now on and no longer as its writer's; both rows are locked."""
    _count_person(discussion, comment, -1)
    comment.author, comment.guest = None, guest
    _count_person(discussion, comment, 1)
    discussion.save(update_fields=["people_count"])


def change_writer(*, discussion: Discussion, comment: Comment, author: User | None, guest: Guest | None) -> None:
    """Save ``comment`` as that of ``author`` or ``guest``, with the number of people and the ``waiting`` marks that follow.

    Called as ``settle`` is, with the same rows locked.
    """
    if comment.public:
        _count_person(discussion, comment, -1)
    comment.author, comment.guest = author, guest
    comment.save(update_fields=["author", "guest", "version"])
    if comment.public:
        _count_person(discussion, comment, 1)
    refresh_waiting(discussion, _distinct(comment.root or comment, comment.parent, comment))
    discussion.save(update_fields=["people_count", "waiting_count"])


def refresh_waiting(discussion: Discussion, family: list[Comment]) -> None:
    """Ask for each of ``family`` again whether it waits, save that, and count it on ``discussion``, which the caller saves."""
    for member in family:
        waits = is_waiting(member)
        if waits != member.waiting:
            discussion.waiting_count += 1 if waits else -1
            member.waiting = waits
            member.save(update_fields=["waiting"])


def find_waiting(comments: Iterable[Comment]) -> set[int]:
    """Return the ids of those that ``is_waiting``: all replies with one query, each root with one, for its thread may be long."""
    asking = [comment for comment in comments if comment.public and comment.is_question]
    waiting = {comment.pk for comment in asking if comment.is_root and is_waiting(comment)}
    replies = {comment.pk: comment for comment in asking if not comment.is_root}
    answers = Comment.objects.filter(parent__in=replies, public=True).only("parent", "author_id", "guest_id", "name", "origin")
    answered = {answer.parent_id for answer in answers if not replies[answer.parent_id or 0].is_by_same_person(answer)}
    return waiting | replies.keys() - answered


def is_waiting(comment: Comment) -> bool:
    """Tell whether ``comment`` is a public question that no other person has answered; for a root the whole thread counts."""
    if not (comment.public and comment.is_question):
        return False
    # Whatever is public has a number, which the index of a thread wants to hear.
    below = Q(root=comment, reply_index__isnull=False) if comment.is_root else Q(parent=comment)
    answers = Comment.objects.filter(below, public=True)
    writer: dict[str, Any] = {"author_id": comment.author_id} if comment.author_id else {"guest_id": comment.guest_id}
    others = answers.exclude(**writer)
    if not comment.origin or comment.author_id:
        return not others.exists()
    # Among imported comments one name is one person.
    if others.filter(Q(origin="") | Q(author__isnull=False)).exists():
        return False
    names = others.order_by().values_list("name", flat=True).distinct()
    return all(name.casefold() == comment.name.casefold() for name in names)
