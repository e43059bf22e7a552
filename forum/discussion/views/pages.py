"""Pages that show conversations."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect

from ..models import Comment
from ..permissions import viewer_of


def comment(request: HttpRequest, pk: int) -> HttpResponse:
    """Redirect a permalink to the comment's place in its thread."""
    found = get_object_or_404(Comment.objects.visible_to(viewer_of(request)), pk=pk)
    return redirect(f"{found.discussion.article.get_absolute_url()}comments/{found.thread_id}/#comment-{found.pk}")
