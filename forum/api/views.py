"""What the JSON interface answers: articles and comments that everybody may read, whoever asks; and the page about it."""

import json
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import Resolver404, resolve, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from articles.models import Article
from articles.old_addresses import GONE, find_target
from forum.database import BIGGEST_ID
from forum.discussion import rows
from forum.discussion.models import Comment, Discussion
from forum.discussion.paging import read_keyset, write_keyset
from forum.discussion.permissions import ANONYMOUS
from forum.discussion.querysets import CommentQuerySet
from forum.discussion.rows import Keyset, earlier_than, later_than
from forum.discussion.views.pages import CommentGoneError, find_comment
from forum.site.conditional import answer_if_changed
from forum.site.models import SiteText, SiteVersion

from .answers import READING, ProblemError, answers_json
from .describe import absolute, describe_article, describe_comment, describe_whole_article

ITEMS = 50
OLDEST, NEWEST = "oldest", "newest"


@require_safe
def guide(request: HttpRequest) -> HttpResponse:
    """Show people how programs read the site."""
    (limit,) = READING
    return render(request, "api/guide.html", {"items": ITEMS, "limit": limit.count})


@answers_json
def description(request: HttpRequest) -> HttpResponseBase:
    """Give the interface as OpenAPI describes it, for this site."""
    return JsonResponse(_load_description() | {"servers": [{"url": settings.SITE_URL}]})


@answers_json
def articles(request: HttpRequest) -> HttpResponseBase:
    """Give the articles, those first that this site has shown last."""
    after = _read_after(request)
    version, changed_at = SiteVersion.objects.read()
    return answer_if_changed(request, lambda: _write_articles(after), proof=("articles", version), changed_at=changed_at)


@answers_json
def article(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Give one article with its text and sources; a former slug leads to it."""
    found = Article.objects.published().select_related("collection").filter(slug=slug).first()
    if found is None:
        return _find_former(slug)
    discussion = rows.find_discussion(found)
    return answer_if_changed(
        request,
        lambda: JsonResponse(describe_whole_article(found, discussion, found.sources.all(), found.corrections.all())),
        proof=(found.pk, found.version, discussion and discussion.version),
        changed_at=discussion.changed_at if discussion else None,
    )


@answers_json
def comments(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Give the comments under an article in the order in which they became public, or the latest first."""
    order = request.GET.get("order", OLDEST)
    if order not in (OLDEST, NEWEST):
        raise ProblemError(400, _("“order” is oldest or newest."))
    after = _read_after(request)
    found = Article.objects.published().defer("body", "body_html").filter(slug=slug).first()
    discussion = rows.find_discussion(found) if found else None
    if found is None or discussion is None:
        raise Http404
    visitor_name = SiteText.load().visitor_name
    return answer_if_changed(
        request,
        lambda: _write_comments(discussion, visitor_name, after, order),
        proof=(found.pk, found.version, discussion.version, visitor_name),
        changed_at=discussion.changed_at,
    )


@answers_json
def comment(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Give one comment; 410 for one that its writer took back."""
    found = _joined(_readable().filter(pk=pk)).first() if pk <= BIGGEST_ID else None
    if found is None:
        raise _explain_absence(pk)
    discussion, visitor_name = found.discussion, SiteText.load().visitor_name
    return answer_if_changed(
        request,
        lambda: JsonResponse(describe_comment(found, discussion.article.slug, visitor_name)),
        proof=(pk, discussion.article.version, discussion.version, visitor_name),
        changed_at=discussion.changed_at,
    )


@answers_json
def nothing(request: HttpRequest, rest: str) -> HttpResponseBase:
    """Answer for every other address: lead to the one that only lacks its last slash, else say that there is nothing."""
    try:
        match = resolve(f"{request.path}/")
    except Resolver404:
        raise Http404 from None
    if not match.url_name:
        raise Http404
    query = request.META.get("QUERY_STRING", "")
    return redirect(f"{request.path}/{'?' if query else ''}{query}", permanent=True)


@cache
def _load_description() -> dict[str, Any]:
    description: dict[str, Any] = json.loads((Path(__file__).parent / "openapi.json").read_text())
    return description


def _read_after(request: HttpRequest) -> Keyset | None:
    try:
        return read_keyset(request.GET.get("after"))
    except Http404:
        raise ProblemError(400, _("“after” is not a place in this list. Take it from “next”.")) from None


def _write_articles(after: Keyset | None) -> JsonResponse:
    shown = Article.objects.published().filter(published_at__isnull=False).select_related("collection", "discussion")
    shown = shown.defer("body", "body_html").order_by("-published_at", "-id")
    if after:
        shown = shown.filter(earlier_than("published_at", after))
    found = list(shown[: ITEMS + 1])
    items = [describe_article(one, _visible_discussion(one)) for one in found[:ITEMS]]
    return _write_list(items, absolute("api:articles"), _keyset_of(found))


def _visible_discussion(found: Article) -> Discussion | None:
    discussion: Discussion = found.discussion  # every article has one
    return None if discussion.state == Discussion.State.HIDDEN else discussion


def _write_comments(discussion: Discussion, visitor_name: str, after: Keyset | None, order: str) -> JsonResponse:
    is_newest = order == NEWEST
    shown = _readable().filter(discussion=discussion)
    shown = shown.order_by("-published_at", "-id") if is_newest else shown.order_by("published_at", "id")
    if after:
        shown = shown.filter(earlier_than("published_at", after) if is_newest else later_than("published_at", after))
    found = list(_joined(shown.first_of(ITEMS + 1)))
    slug = discussion.article.slug
    items = [describe_comment(one, slug, visitor_name) for one in found[:ITEMS]]
    kept = {"order": order} if is_newest else {}
    return _write_list(items, absolute("api:comments", slug), _keyset_of(found), **kept)


def _write_list(items: list[dict[str, Any]], url: str, following: str, **kept: str) -> JsonResponse:
    return JsonResponse({"items": items, "next": f"{url}?{urlencode(kept | {'after': following})}" if following else None})


def _keyset_of(found: "list[Article] | list[Comment]") -> str:
    """Return the place after the last of ITEMS rows, where there is one more."""
    if len(found) <= ITEMS:
        return ""
    last = found[ITEMS - 1]
    return write_keyset(last.published_at or last.created_at, last.pk)


def _readable() -> CommentQuerySet:
    return Comment.objects.visible_to(ANONYMOUS)


def _joined(comments: CommentQuerySet) -> CommentQuerySet:
    shown = comments.select_related("discussion__article", "author")
    return shown.defer("body", "discussion__article__body", "discussion__article__body_html")


def _explain_absence(pk: int) -> Exception:
    try:
        find_comment(ANONYMOUS, pk)
    except CommentGoneError:
        return ProblemError(410, _("The person who wrote this took it back."))
    except Http404:
        pass
    return Http404()


def _find_former(slug: str) -> HttpResponseBase:
    target = find_target(reverse("articles:article", args=[slug]))
    if target == GONE:
        raise ProblemError(410, _("What stood here was taken away for good."))
    try:
        match = resolve((target or "").partition("?")[0].partition("#")[0])
    except Resolver404:
        raise Http404 from None
    if match.view_name != "articles:article":
        raise Http404
    return redirect("api:article", match.kwargs["slug"], permanent=True)
