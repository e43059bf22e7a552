"""Pages that show one conversation: a thread, a permalink, a year. What an article's page shows is in ``conversation``."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from articles.models import Article
from forum.database import BIGGEST_ID
from forum.database.compiled import Compiled, padded
from forum.site.models import SiteText

from .. import rows
from ..after_posting import describe_help, find_helped, find_way_back, forget_way_back
from ..conversation import make_surroundings, surround
from ..markup import to_plain
from ..models import Comment, Discussion, year_range
from ..moments import years_words
from ..paging import Pager, make_links, read_page, read_year
from ..permissions import ANONYMOUS, Viewer, can_post, can_read_text, viewer_of
from ..questions import shorten
from ..rendering import Layout, render_threads
from ..threads import Row, Thread, build_thread, quoted_line

M = TypeVar("M", bound=Model)

DESCRIPTION_CHARS = 200
PLACES_AT_ONCE, PLACES_STEP = 500, 25


class CommentGoneError(Exception):
    """Its writer took it back, or it was erased, and nobody answered it."""


@require_safe
def thread(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Show a root and all replies to it; a reply's id, or another article's slug, leads to the right address (301)."""
    viewer = viewer_of(request)
    try:
        comment = find_comment(viewer, pk)
    except CommentGoneError:
        return render(request, "410.html", status=410)
    path = _thread_path(comment)
    if request.path != path:
        return redirect(path, permanent=True)
    way_back = find_way_back(request)
    response = render(request, "discussion/thread.html", _describe_thread(request, viewer, comment) | {"way_back": way_back})
    if way_back:
        forget_way_back(request, response)
    return response


@require_safe
def comment(request: HttpRequest, pk: int) -> HttpResponse:
    """Redirect a permalink to the comment's place in its thread."""
    try:
        found = find_comment(viewer_of(request), pk)
    except CommentGoneError:
        return render(request, "410.html", status=410)
    return HttpResponseRedirect(find_place(found))


@require_safe
def year(request: HttpRequest, slug: str) -> HttpResponse:
    """Redirect to the first public comment of a year: a root on its page under the article, a reply in its thread."""
    article = Article.objects.published().filter(slug=slug).first()
    discussion = rows.find_discussion(article) if article else None
    wanted = read_year(request.GET.get("year"))
    if article is None or discussion is None or wanted is None:
        raise Http404
    first, last = year_range(wanted)
    known = Comment.objects.filter(discussion=discussion, public=True, posted_at__range=(first, last))
    # What was posted in a year became public in it or later: with that said, an index finds the place.
    dated = known.filter(published_at__gte=first).exclude(posted_precision__in=("before", "unknown"))
    found = dated.order_by("published_at", "id").values_list("pk", "position").first()
    if found is None:
        raise Http404
    pk, position = found
    if position is None:
        return redirect("discussion:comment", pk)
    page = -(-position // rows.ROOTS_ON_A_PAGE)
    query = f"?page={page}" if page > 1 else ""
    return HttpResponseRedirect(f"{article.get_absolute_url()}{query}#comment-{pk}")


def find_comment(viewer: Viewer, pk: int) -> Comment:
    """Return a comment that has a place or a line on a page of ``viewer``; raise Http404, or CommentGoneError if taken back."""
    if pk > BIGGEST_ID:
        raise Http404
    comment = _read_comment(pk)
    if comment is None or not comment.discussion.article.is_published() or comment.discussion.state == Discussion.State.HIDDEN:
        raise Http404
    if comment.listed or can_read_text(replace(viewer, is_moderator=False), comment):
        return comment
    if comment.is_root and any(row.root_id == pk for row in rows.read_own(comment.discussion, viewer).rows):
        return comment  # a line stands in its stead, and below it what this viewer wrote
    if comment.state in (Comment.State.WITHDRAWN, Comment.State.ERASED):
        raise CommentGoneError
    raise Http404


def _read_comment(pk: int) -> Comment | None:
    """Return a comment without its words, with its discussion and its article."""
    for row in _COMMENT(pk):
        values = iter(row)
        comment = _take(Comment, _COMMENT_FIELDS, values)
        comment.discussion = _take(Discussion, _DISCUSSION_FIELDS, values)
        comment.discussion.article = _take(Article, _ARTICLE_FIELDS, values)
        return comment
    return None


def _take(model: type[M], names: Sequence[str], values: Iterator[Any]) -> M:
    return model.from_db(DEFAULT_DB_ALIAS, names, tuple(islice(values, len(names))))


def find_place(comment: Comment) -> str:
    """Return the address at which ``comment`` stands, page and anchor included: a reply without a number is on the last page.

    An update that has one stands with what it is about.
    """
    placed = comment.parent if comment.is_update and comment.reply_index and comment.parent else comment
    index = 1 if placed.is_root else placed.reply_index or (comment.root.reply_seq if comment.root else 1)
    return _write_place(_thread_path(comment), index, comment.pk)


def find_places(ids: Collection[int]) -> dict[int, str]:
    """Return the same for those of many comments that everybody may read."""
    numbers = list(ids)
    places = {}
    for start in range(0, len(numbers), PLACES_AT_ONCE):
        for pk, root, index, is_update, last, parent_root, parent_index, slug in _PLACES(
            padded(numbers[start : start + PLACES_AT_ONCE], PLACES_STEP)
        ):
            placed_below, placed_at = (parent_root, parent_index) if is_update and index else (root, index)
            path = f"{reverse('articles:article', args=[slug])}comments/{root or pk}/"
            places[pk] = _write_place(path, placed_at or last if placed_below else 1, pk)
    return places


def _write_place(path: str, index: int, pk: int) -> str:
    page = -(-index // rows.REPLIES_ON_A_PAGE)
    query = f"?page={page}" if page > 1 else ""
    return f"{path}{query}#comment-{pk}"


def _thread_path(comment: Comment) -> str:
    return f"{comment.discussion.article.get_absolute_url()}comments/{comment.thread_id}/"


def _describe_thread(request: HttpRequest, viewer: Viewer, comment: Comment) -> dict[str, object]:
    discussion, site_text = comment.discussion, SiteText.load()
    pages = -(-comment.reply_seq // rows.REPLIES_ON_A_PAGE)
    page = read_page(request.GET.get("page"), pages)
    own = rows.read_own(discussion, viewer)
    (root,) = rows.veil([rows.read_root(comment.pk)], own)
    replies = rows.veil(rows.read_thread(comment.pk, page), own)
    is_last = page >= max(pages, 1)
    waiting = own.unlisted_replies(root.id) if is_last else []
    shown = build_thread(root, replies, own=waiting, is_start=page == 1)
    path = _thread_path(comment)
    around = make_surroundings(
        Layout.THREAD,
        discussion.article.get_absolute_url(),
        site_text,
        timezone.now(),
        can_post=can_post(viewer, discussion),
        member_id=viewer.user_id,
    )
    around = replace(around, **_offer_help(request, site_text))
    title, heading = title_of(root, site_text.visitor_name)
    is_folded = around.ignored.has(root.author_id, root.guest_id) and not root.is_own
    if is_folded:
        title = heading
    return {
        "article": discussion.article,
        "site_text": site_text,
        "discussion": discussion,
        "page_title": _("%(title)s, page %(number)d") % {"title": title, "number": page} if page > 1 else title,
        "description": shorten(to_plain(root.body_html), DESCRIPTION_CHARS) if root.public and not is_folded else "",
        "canonical_path": f"{path}?page={page}" if page > 1 else path,
        "is_personal": bool(waiting) or root.is_own,
        "heading": heading,
        "root_id": root.id if root.listed else None,
        "thread_id": root.id,
        "has_text": root.public and not is_folded,
        "years": _years_of(root, shown),
        "html": render_threads([shown], surround(around, [shown])),
        "held_count": sum(row.state == Comment.State.HELD for row in (*waiting, *([root] if root.is_own else []))),
        "can_post": around.can_post,
        "pager": Pager(
            make_links(page, pages, lambda number: f"{path}?page={number}" if number > 1 else path),
            next_href="" if is_last else f"{path}?page={page + 1}",
            next_words=_("Next replies"),
        ),
    }


def _offer_help(request: HttpRequest, site_text: SiteText) -> dict[str, Any]:
    """Return whose comment stands below the help lines, and these; nothing for most visits."""
    helped = find_helped(request)
    if helped is None:
        return {}
    return {"helped_id": helped, "help_html": render_to_string("discussion/_help_lines.html", describe_help(site_text))}


def title_of(root: Row, visitor_name: str) -> tuple[str, str]:
    """Return the page's title and its heading."""
    count = root.reply_count
    replies = ngettext("%(count)d reply", "%(count)d replies", count) % {"count": count}
    if not root.is_readable:
        heading = _("A conversation with %(replies)s") % {"replies": replies} if count else _("A conversation")
        return heading, heading
    name = root.name or visitor_name
    title = _("%(name)s: “%(words)s”") % {"name": name, "words": root.subject or quoted_line(root.body_html)}
    if count:
        return title, _("%(name)s’s comment and %(replies)s") % {"name": name, "replies": replies}
    return title, _("%(name)s’s comment") % {"name": name}


def _years_of(root: Row, shown: Thread) -> str:
    years = [moment.year for moment in (root.posted_at, root.last_reply_at) if moment and root.year]
    return years_words(min(years), max(years)) if years else ""


def _names_of(model: type[Model], *without: str) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields if field.attname not in without]


_COMMENT_FIELDS, _DISCUSSION_FIELDS = _names_of(Comment, "body", "body_html"), _names_of(Discussion)
_ARTICLE_FIELDS = _names_of(Article, "body_html")
_COMMENT = Compiled(
    lambda pk: Comment.objects.filter(pk=pk).values_list(
        *_COMMENT_FIELDS,
        *(f"discussion__{name}" for name in _DISCUSSION_FIELDS),
        *(f"discussion__article__{name}" for name in _ARTICLE_FIELDS),
    )
)
_PLACES = Compiled(
    lambda ids: (
        Comment.objects.visible_to(ANONYMOUS)
        .filter(pk__in=ids)
        .values_list(
            *("pk", "root", "reply_index", "is_update", "root__reply_seq"),
            *("parent__root", "parent__reply_index", "discussion__article__slug"),
        )
    )
)
