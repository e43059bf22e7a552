"""Pages of the publication."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.views.decorators.http import require_safe

from .models import Collection
from .pages import read_page

SHELF_PAGE_SIZE = 50


@require_safe
def article(request: HttpRequest, slug: str) -> HttpResponse:
    """Show an article; its conversation comes in by a template tag. A draft is shown to those who may change it, and not kept."""
    page = read_page(slug, today=timezone.localdate())
    if page is None or not (page.article.is_published() or request.user.has_perm("articles.change_article")):
        raise Http404
    response = render(request, "articles/article.html", {"article": page.article, "page": page})
    if not page.article.is_published():
        add_never_cache_headers(response)
    return response


@require_safe
def collection(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a shelf: the shelves and the articles on it, by their addresses, in pages that begin ``after`` one of them."""
    shelf = get_object_or_404(Collection.objects.with_shelves(), slug=slug)
    rows = shelf.articles.published().defer("body", "body_html").order_by("slug")
    articles = list(rows.filter(slug__gt=request.GET.get("after", "").replace("\0", ""))[: SHELF_PAGE_SIZE + 1])
    context = {
        "collection": shelf,
        "shelves": shelf.shelf_path()[:-1],
        "children": shelf.children.all(),
        "articles": articles[:SHELF_PAGE_SIZE],
        "next_after": articles[SHELF_PAGE_SIZE - 1].slug if len(articles) > SHELF_PAGE_SIZE else None,
    }
    return render(request, "articles/collection.html", context)
