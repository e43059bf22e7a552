"""Feeds: of the site, of an article, of a conversation. They show what everybody may read, whoever asks for them."""

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from articles.models import Article
from forum.site.conditional import answer_if_changed
from forum.site.models import SiteText, SiteVersion

from .. import rows
from ..atom import CONTENT_TYPE, Feed, write_feed
from ..feeds import make_article_feed, make_site_feed, make_thread_feed
from ..paging import read_keyset, read_number
from ..permissions import ANONYMOUS
from .pages import CommentGoneError, find_comment, title_of


@require_safe
def site(request: HttpRequest) -> HttpResponseBase:
    """Give the new comments and articles of the whole site."""
    version, changed_at = SiteVersion.objects.read()
    after = read_keyset(request.GET.get("after"))
    return answer_if_changed(
        request,
        lambda: _as_atom(make_site_feed(SiteText.load(), after, changed_at)),
        proof=("site", version),
        changed_at=changed_at,
    )


@require_safe
def article(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Give the comments under an article."""
    found = get_object_or_404(Article.objects.defer("body", "body_html"), slug=slug)
    discussion = rows.find_discussion(found)
    if discussion is None:
        raise Http404
    after = read_keyset(request.GET.get("after"))
    site_text = SiteText.load()
    return answer_if_changed(
        request,
        lambda: _as_atom(make_article_feed(discussion, site_text, after)),
        proof=(found.pk, found.version, discussion.version, site_text.visitor_name),
        changed_at=discussion.changed_at,
    )


@require_safe
def thread(request: HttpRequest, slug: str, pk: int) -> HttpResponseBase:
    """Give the comments of one conversation; a reply's id, or another article's slug, leads to the right address (301)."""
    try:
        root = find_comment(ANONYMOUS, pk)
    except CommentGoneError:
        return render(request, "410.html", status=410)
    discussion, found = root.discussion, root.discussion.article
    if not root.is_root or found.slug != slug:
        return redirect("discussion:thread-feed", found.slug, root.thread_id, permanent=True)
    before = read_number(request.GET.get("after"))
    site_text = SiteText.load()
    return answer_if_changed(
        request,
        lambda: _as_atom(make_thread_feed(root, _title_of(pk, site_text), site_text, before)),
        proof=(pk, found.version, discussion.version, site_text.visitor_name),
        changed_at=root.thread_changed_at,
    )


def _title_of(root_id: int, site_text: SiteText) -> str:
    (root,) = rows.veil([rows.read_root(root_id)], rows.OwnRows())
    return title_of(root, site_text.visitor_name)[0]


def _as_atom(feed: Feed) -> HttpResponse:
    return HttpResponse(write_feed(feed), content_type=CONTENT_TYPE)
