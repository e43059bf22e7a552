"""Rows of comments as pages read them: by ranges and keysets, in a fixed number of queries; nothing is counted, nothing skipped.

What the viewer may not read is taken out of a row here (``veil``), before anything is arranged or written. Only for discussions
that ``find_discussion`` returns: it leaves out what stands under an unpublished article and what is hidden.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import BigIntegerField, Case, F, OuterRef, Q, QuerySet, Subquery, TextField, Value, When
from django.db.models.fields.tuple_lookups import Tuple, TupleGreaterThan, TupleLessThan

from articles.models import Article
from forum.database.compiled import NOBODY, Compiled, padded
from forum.database.nested import NestedRows, read_nested
from forum.site.models import SiteText

from .models import Comment, Discussion, DiscussionYear, PendingChange, year_range
from .permissions import ANONYMOUS, Viewer, is_writer
from .querysets import CommentQuerySet
from .threads import UNFOLDED_REPLIES, Row

ROOTS_ON_A_PAGE = 20
REPLIES_ON_A_PAGE = 100
MOST_NEW = 100  # so many new comments are marked and unfolded: a page must end somewhere
MOST_OWN = 50
COMMENTS_OF_MEMBER = 20
Keyset = tuple[datetime, int]
MOST_PRINTED = 1_000  # about 300 sheets; what is longer is read on the pages of its threads
UNDATED = 0  # stands for the year of what has none

FIELDS = Row._fields[: Row._fields.index("parent_name")]
_NO_PARENT = (None,) * (Row._fields.index("third_reply_id") - len(FIELDS))
# The text of a parent is asked for only where it may be quoted: a root is never quoted, and may be long.
_PARENT_HTML = Case(When(parent__root__isnull=False, then=F("parent__body_html")), default=Value(""), output_field=TextField())
_AUTHOR_SLUG = F("author__slug")
_REPLY_FIELDS = (*FIELDS, "parent__name", "parent__public", "quotable_html", "parent__author_id", "parent__guest_id")


@dataclass(frozen=True, slots=True)
class OwnRows:
    """What one viewer wrote in a discussion: ``rows`` are not public, and shown in their place to them alone."""

    rows: tuple[Row, ...] = ()
    writer: Viewer = ANONYMOUS
    changing_ids: frozenset[int] = frozenset()  # public ones with other words that wait for a moderator

    @property
    def unlisted_roots(self) -> list[Row]:
        """Return those roots that have no place on a page."""
        return [row for row in self.rows if row.root_id is None and not row.listed]

    def unlisted_replies(self, root_id: int) -> list[Row]:
        """Return those replies in a thread that have no place in it."""
        return [row for row in self.rows if row.root_id == root_id and not row.listed]


def find_discussion(article: Article) -> Discussion | None:
    """Return the discussion of ``article``, None where readers may not see it."""
    if article.status != Article.Status.PUBLISHED:
        return None
    found = _DISCUSSION(article.pk)
    if not found:
        return None
    discussion = Discussion.from_db(DEFAULT_DB_ALIAS, _DISCUSSION_FIELDS, found[0])
    discussion.article = article
    return discussion


class Opening(NamedTuple):
    """What stands above a conversation: ``years`` that comments are from, and how many are from each; the operator's words."""

    discussion: Discussion
    years: list[tuple[int, int]]
    site_text: SiteText


def find_opening(article: Article) -> Opening | None:
    """Return what ``find_discussion`` does and what is shown with it, asked for in one statement."""
    found = _OPENING(article.pk) if article.status == Article.Status.PUBLISHED else []
    if not found:
        return None
    *values, years, site_text = found[0]
    discussion = Discussion.from_db(DEFAULT_DB_ALIAS, _DISCUSSION_FIELDS, values)
    discussion.article = article
    return Opening(discussion, sorted((year, count) for year, count in read_nested(years)), SiteText.of(read_nested(site_text)))


def veil(rows: Iterable[Row], own: OwnRows) -> list[Row]:
    """Return ``rows`` without the words and the person of those that the viewer may not read."""
    mine = {row.id for row in own.rows}
    return [_mark_mine(row, own) if row.public else row._replace(is_own=True) if row.id in mine else _strip(row) for row in rows]


def _mark_mine(row: Row, own: OwnRows) -> Row:
    return row._replace(is_mine=True, has_change=row.id in own.changing_ids) if is_writer(own.writer, row) else row


def _strip(row: Row) -> Row:
    return row._replace(
        name="", relation="", mark="", subject="", body_html="", language="", posted_text="", origin_note="",
        author_id=None, guest_id=None, author_slug=None, parent_name=None, parent_html=None, parent_public=None,
        parent_author_id=None, parent_guest_id=None,
    )  # fmt: skip


def read_own(discussion: Discussion, viewer: Viewer) -> OwnRows:
    """Return what ``viewer`` wrote in ``discussion`` and only they may read; no query for nobody in particular."""
    if viewer.user_id is None and viewer.guest_id is None:
        return OwnRows()
    mine = Comment.objects.visible_to(viewer).written_by(viewer)
    hidden = mine.filter(discussion=discussion, public=False).exclude(state="erased")
    changing = PendingChange.objects.filter(declined_at=None, comment__in=mine.filter(discussion=discussion, public=True))
    return OwnRows(
        tuple(row._replace(is_own=True) for row in _replies(hidden.order_by("sort_at", "pk")[:MOST_OWN])),
        viewer,
        frozenset(changing.values_list("comment_id", flat=True)),
    )


def read_roots(discussion: Discussion, page: int) -> tuple[list[Row], Row | None]:
    """Return the listed roots at positions 20(page-1)+1 … 20·page, and the first one after them."""
    last = page * ROOTS_ON_A_PAGE
    rows = [_root(values) for values in _ROOTS(discussion.pk, last - ROOTS_ON_A_PAGE)]
    here = [row for row in rows if (row.position or 0) <= last]
    return here, next((row for row in rows if (row.position or 0) > last), None)


def read_newest_roots(discussion: Discussion, after: tuple[datetime, int] | None) -> tuple[list[Row], Row | None]:
    """Return the roots with the latest activity below the keyset ``after`` (active_at, id), and the first one after them."""
    listed = _roots_of(discussion).order_by("-active_at", "-id")
    if after:
        listed = listed.filter(earlier_than("active_at", after))
    rows = _plain(listed[: ROOTS_ON_A_PAGE + 1])
    return rows[:ROOTS_ON_A_PAGE], rows[ROOTS_ON_A_PAGE] if len(rows) > ROOTS_ON_A_PAGE else None


def read_waiting(discussion: Discussion, after: int) -> tuple[list[Row], Row | None]:
    """Return the waiting comments of a discussion with ids above ``after``, and the first one after them."""
    waiting = Comment.objects.filter(discussion=discussion, waiting=True, pk__gt=after).order_by("pk")
    quoted = waiting.annotate(quotable_html=F("parent__body_html"), author_slug=_AUTHOR_SLUG).values_list(*_REPLY_FIELDS)
    rows = [_reply(values) for values in quoted[: ROOTS_ON_A_PAGE + 1]]
    return rows[:ROOTS_ON_A_PAGE], rows[ROOTS_ON_A_PAGE] if len(rows) > ROOTS_ON_A_PAGE else None


def read_previews(roots: Sequence[Row], new_ids: Collection[int]) -> dict[int, list[Row]]:
    """Return, by root and in order, all replies of short threads, of folded ones the first three, last two and new."""
    short = [row.id for row in roots if row.reply_seq and not is_folded(row)]
    folded = [row.id for row in roots if is_folded(row)]
    ids = {pk for row in roots if is_folded(row) for pk in _edges_of(row)} | set(new_ids)
    if not short and not ids:
        return {}
    parents = {*folded, *ids} if folded else ()
    found = _PREVIEWS(
        padded(short, ROOTS_ON_A_PAGE),
        padded(ids, MOST_NEW),
        padded(folded, ROOTS_ON_A_PAGE),
        padded(parents, MOST_NEW),
        padded(new_ids if folded else (), MOST_NEW),
    )
    return _by_root(_reply(values) for values in found)


def is_folded(root: Row) -> bool:
    """Tell whether part of the thread of ``root`` is left out on the article's page."""
    return root.reply_count > UNFOLDED_REPLIES


def _edges_of(root: Row) -> list[int]:
    ids = (root.preview1_id, root.preview2_id, root.third_reply_id, root.last_but_one_reply_id, root.last_reply_id)
    return [pk for pk in ids if pk is not None]


def read_new(discussion: Discussion, since: datetime) -> Sequence[tuple[int, int | None]]:
    """Return (id, root id) of what became public after ``since``, the earliest first; at most the latest MOST_NEW."""
    new = Comment.objects.filter(discussion=discussion, public=True, published_at__gt=since)
    return list(new.order_by("-published_at", "-id").values_list("pk", "root_id")[:MOST_NEW])[::-1]


def read_thread(root_id: int, page: int) -> list[Row]:
    """Return the listed replies of a thread with reply_index 100(page-1)+1 … 100·page, and the updates on them, root included."""
    last = page * REPLIES_ON_A_PAGE
    found = _THREAD(root_id, last - REPLIES_ON_A_PAGE + 1, last, root_id if page == 1 else NOBODY)
    return sorted((_reply(values) for values in found), key=lambda row: row.reply_index or 0)


def read_by_member(member_id: int, after: tuple[datetime, int] | None) -> tuple[list[tuple[Row, int]], Keyset | None]:
    """Return what everybody may read of a member below the keyset ``after``, the latest first, and the keyset of the next page.

    With each comes the id of its discussion.
    """
    written = Comment.objects.visible_to(ANONYMOUS).filter(author_id=member_id).order_by("-published_at", "-id")
    if after:
        written = written.filter(earlier_than("published_at", after))
    found = [(_reply(values[:-1]), values[-1]) for values in _with_parents(written, "discussion_id")[: COMMENTS_OF_MEMBER + 1]]
    here = found[:COMMENTS_OF_MEMBER]
    last = here[-1][0] if len(found) > len(here) else None
    return here, (last.published_at, last.id) if last and last.published_at else None


def read_root(root_id: int) -> Row:
    """Return the row of one root."""
    return _root(_ROOT(root_id)[0])


def read_for_print(discussion: Discussion, year: int | None) -> tuple[list[Row], dict[int, list[Row]], bool]:
    """Return listed roots in order, by root their listed replies, and whether some were left out: MOST_PRINTED rows at most.

    ``year`` is that of the roots: all for None, UNDATED for those of which none is known.
    """
    comments = _roots_of(discussion)
    if year == UNDATED:
        comments = comments.filter(posted_precision__in=("before", "unknown"))
    elif year is not None:
        comments = comments.filter(posted_at__range=year_range(year)).exclude(posted_precision__in=("before", "unknown"))
    threads = comments.filter(reply_seq__gt=0).values("pk")
    replies = Comment.objects.filter(root_id__in=threads, listed=True, reply_index__isnull=False)
    in_order = replies.order_by("root__position", "reply_index")
    # One more of each than is printed: as both are in reading order, whatever is left out is below what is shown.
    roots, by_root = _plain(comments.order_by("position")[: MOST_PRINTED + 1]), _by_root(_replies(in_order[: MOST_PRINTED + 1]))
    shown: list[Row] = []
    room = MOST_PRINTED
    for root in roots:
        if room <= 0:
            return shown, by_root, True
        shown.append(root)
        beneath = by_root.get(root.id, [])
        by_root[root.id] = beneath[: room - 1]
        room -= 1 + len(beneath)
    return shown, by_root, room < 0


def later_than(field: str, after: tuple[datetime, int]) -> Q:
    """Return the condition of a keyset that runs forward, as a row value: ``field`` and id above ``after``."""
    return Q(TupleGreaterThan(Tuple(field, "id"), after)) & bound(**{f"{field}__gte": after[0]})


def earlier_than(field: str, after: tuple[datetime, int]) -> Q:
    """Return the condition of a keyset that runs backward."""
    return Q(TupleLessThan(Tuple(field, "id"), after)) & bound(**{f"{field}__lte": after[0]})


def bound(**condition: Any) -> Q:
    """Return the condition on the first part of a keyset that SQLite needs beside it, and nothing for PostgreSQL.

    For SQLite Django writes a row value as conditions joined by OR, with which all that was skipped would be read.
    """
    return Q() if connection.features.supports_tuple_lookups else Q(**condition)


def _roots_of(discussion: Discussion) -> CommentQuerySet:
    return Comment.objects.filter(discussion=discussion, listed=True, position__isnull=False)


def _plain(comments: CommentQuerySet) -> list[Row]:
    return [_root(values) for values in _plain_values(comments)]


def _plain_values(comments: CommentQuerySet) -> "QuerySet[Comment, tuple[Any, ...]]":
    """Ask for roots; of folded threads also for the ids of two replies: the years of what is hidden, and the silence after."""
    listed = Comment.objects.filter(root=OuterRef("pk"), listed=True, reply_index__isnull=False, is_update=False)
    third = listed.order_by("reply_index").values("pk")[2:3]
    last_but_one = listed.order_by("-reply_index").values("pk")[1:2]
    found = comments.annotate(third=_if_folded(third), last_but_one=_if_folded(last_but_one), author_slug=_AUTHOR_SLUG)
    return found.values_list(*FIELDS, "third", "last_but_one")


def _if_folded(reply: "QuerySet[Comment, Any]") -> Case:
    field = BigIntegerField()
    return Case(When(reply_count__gt=UNFOLDED_REPLIES, then=Subquery(reply, output_field=field)), output_field=field)


def _with_parents(comments: CommentQuerySet, *more: str) -> "QuerySet[Comment, tuple[Any, ...]]":
    return comments.annotate(quotable_html=_PARENT_HTML, author_slug=_AUTHOR_SLUG).values_list(*_REPLY_FIELDS, *more)


def _replies(comments: CommentQuerySet) -> list[Row]:
    return [_reply(values) for values in _with_parents(comments)]


def _root(values: Sequence[Any]) -> Row:
    return Row(*values[:-2], *_NO_PARENT, *values[-2:])


def _reply(values: Sequence[Any]) -> Row:
    return Row(*values)


def _by_root(rows: Iterable[Row]) -> dict[int, list[Row]]:
    found: dict[int, list[Row]] = {}
    for row in sorted(rows, key=lambda row: (row.root_id or 0, row.reply_index or 0)):
        found.setdefault(row.root_id or 0, []).append(row)
    return found


# What every page of a conversation asks.


def _ask_discussion(article_id: int) -> "QuerySet[Discussion, tuple[Any, ...]]":
    shown = Discussion.objects.filter(article_id=article_id).exclude(state=Discussion.State.HIDDEN)
    return shown.values_list(*_DISCUSSION_FIELDS)


def _ask_opening(article_id: int) -> "QuerySet[Discussion, tuple[Any, ...]]":
    years = DiscussionYear.objects.filter(discussion=OuterRef("pk"), comment_count__gt=0).order_by()
    nested = NestedRows(years.values_list("year", "comment_count")), NestedRows(SiteText.rows())
    return _ask_discussion(article_id).values_list(*_DISCUSSION_FIELDS, *nested)


def _ask_roots(discussion_id: int, above: int) -> "QuerySet[Comment, tuple[Any, ...]]":
    listed = Comment.objects.filter(discussion_id=discussion_id, listed=True, position__isnull=False, position__gt=above)
    return _plain_values(listed.order_by("position")[: ROOTS_ON_A_PAGE + 1])


def _ask_root(pk: int) -> "QuerySet[Comment, tuple[Any, ...]]":
    return _plain_values(Comment.objects.filter(pk=pk))


def _ask_previews(
    short: tuple[int, ...], ids: tuple[int, ...], folded: tuple[int, ...], parents: tuple[int, ...], new: tuple[int, ...]
) -> "QuerySet[Comment, tuple[Any, ...]]":
    """Ask for all replies of ``short`` threads, those with ``ids`` in others, and updates on ``parents`` in ``folded`` ones."""
    replies = Comment.objects.filter(listed=True, reply_index__isnull=False)
    # Several reads in one: an OR of the conditions is planned badly on SQLite.
    parts = [replies.filter(root_id__in=short)] if short else []
    parts += [replies.filter(pk__in=ids).exclude(root_id__in=short)] if ids else []
    updates = replies.filter(is_update=True, root_id__in=folded, parent_id__in=parents)
    parts += [updates.exclude(pk__in=new)] if folded else []
    first, *rest = [_with_parents(part) for part in parts]
    return first.union(*rest, all=True) if rest else first


def _ask_thread(root_id: int, first: int, last: int, beneath: int) -> "QuerySet[Comment, tuple[Any, ...]]":
    listed = Comment.objects.filter(root_id=root_id, listed=True)
    replies = listed.filter(is_update=False, reply_index__range=(first, last))
    of_these = Q(parent__reply_index__range=(first, last)) | Q(parent_id=beneath)
    updates = listed.filter(of_these, is_update=True, reply_index__isnull=False)
    return _with_parents(replies).union(_with_parents(updates), all=True)


_DISCUSSION_FIELDS = [field.attname for field in Discussion._meta.concrete_fields]
_DISCUSSION, _OPENING = Compiled(_ask_discussion), Compiled(_ask_opening)
_ROOTS, _PREVIEWS = Compiled(_ask_roots), Compiled(_ask_previews)
_ROOT, _THREAD = Compiled(_ask_root), Compiled(_ask_thread)
