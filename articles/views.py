"""Pages of the publication."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from .models import Article, Collection


def article(request: HttpRequest, slug: str) -> HttpResponse:
    """Show an article; its conversation comes in by a template tag."""
    return render(request, "articles/article.html", {"article": get_object_or_404(Article.objects.published(), slug=slug)})


def collection(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the articles on a shelf."""
    return render(request, "articles/collection.html", {"collection": get_object_or_404(Collection, slug=slug)})
