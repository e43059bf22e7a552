"""What the stored counts and places of a discussion should be, worked out from its comments in the plainest way."""

from collections import Counter
from typing import Any

from forum.discussion.models import Comment, Discussion, DiscussionPerson, DiscussionYear, year_of


def stored(discussion: Discussion) -> dict[str, Any]:
    """Return what the rows say."""
    row = Discussion.objects.get(pk=discussion.pk)
    fields = ("root_seq", "comment_count", "people_count", "waiting_count", "last_comment_at")
    people = DiscussionPerson.objects.filter(discussion=row, comment_count__gt=0)
    return {
        **{name: getattr(row, name) for name in fields},
        "years": {year.year: year.comment_count for year in DiscussionYear.objects.filter(discussion=row, comment_count__gt=0)},
        "people": {(person.author_id, person.guest_id): person.comment_count for person in people},
        "comments": {comment.pk: _stored_of(comment) for comment in row.comments.all()},
    }


def expected(discussion: Discussion) -> dict[str, Any]:
    """Return what they should say. Positions and reply numbers are taken as given; that they stay is for the caller to see."""
    comments = {comment.pk: comment for comment in Discussion.objects.get(pk=discussion.pk).comments.order_by("pk")}
    public = [comment for comment in comments.values() if comment.state == "published"]
    people = Counter((comment.author_id, comment.guest_id) for comment in public)
    waiting = [comment for comment in public if _is_waiting(comment, public)]
    dated = [comment for comment in public if comment.posted_at and comment.posted_precision not in ("before", "unknown")]
    return {
        "root_seq": max((comment.position or 0 for comment in comments.values()), default=0),
        "comment_count": len(public),
        "people_count": len(people),
        "waiting_count": len(waiting),
        "last_comment_at": max((comment.sort_at for comment in public), default=None),
        "years": dict(Counter(year_of(comment.posted_at) for comment in dated)),
        "people": dict(people),
        "comments": {pk: _expected_of(comment, comments, waiting) for pk, comment in comments.items()},
    }


def places(discussion: Discussion) -> dict[int, tuple[int | None, int | None]]:
    """Return the position and the reply number of every comment."""
    return {comment.pk: (comment.position, comment.reply_index) for comment in Comment.objects.filter(discussion=discussion)}


def _stored_of(comment: Comment) -> dict[str, Any]:
    shared = ("public", "held", "listed", "waiting", "reply_count", "has_update")
    of_roots = ("reply_seq", "preview1_id", "preview2_id", "last_reply_id", "last_reply_at", "active_at")
    return {name: getattr(comment, name) for name in (*shared, *(of_roots if comment.is_root else ()))}


def _expected_of(comment: Comment, comments: dict[int, Comment], waiting: list[Comment]) -> dict[str, Any]:
    below = [row for row in comments.values() if (row.root_id if comment.is_root else row.parent_id) == comment.pk]
    updates = [row for row in below if row.is_update and row.state == "published"]
    below_all, below = below, [row for row in below if not row.is_update]
    answers = [row for row in below if row.state == "published"]
    fields = {
        "public": comment.state == "published",
        "held": comment.state == "held",
        "listed": comment.state == "published" or bool(answers or updates),
        "has_update": bool(updates),
        "waiting": comment in waiting,
        "reply_count": len(answers),
    }
    if not comment.is_root:
        return fields
    told = [*answers, *updates]
    listed = [row for row in below if row.state == "published" or any(other.parent_id == row.pk for other in told)]
    in_order = [row.pk for row in sorted(listed, key=lambda row: row.reply_index or 0)]
    last_at = max((row.sort_at for row in told), default=None)
    return fields | {
        "reply_seq": max((row.reply_index or 0 for row in below_all), default=0),
        "preview1_id": in_order[0] if in_order else None,
        "preview2_id": in_order[1] if len(in_order) > 1 else None,
        "last_reply_id": in_order[-1] if in_order else None,
        "last_reply_at": last_at,
        "active_at": max(comment.sort_at, last_at or comment.sort_at),
    }


def _is_waiting(comment: Comment, public: list[Comment]) -> bool:
    answers = [row for row in public if (row.root_id if comment.is_root else row.parent_id) == comment.pk]
    return comment.is_question and all(comment.is_by_same_person(answer) for answer in answers)
