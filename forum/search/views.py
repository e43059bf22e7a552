"""The page that finds."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from forum.accounts.limits import MINUTE, By, Limit, limited
from forum.discussion.permissions import viewer_of
from forum.site.models import SiteText

from .filters import read_chosen
from .results import make_page

SEARCHING = (Limit("search", 120, MINUTE, By.ADDRESS),)


@require_safe
@limited(SEARCHING, methods=("GET", "HEAD"))
def search(request: HttpRequest) -> HttpResponse:
    """Show what is found for ``?q=``, narrowed by what else stands in the address. Not for search engines."""
    site_text = SiteText.load()
    page = make_page(
        read_chosen(request.GET),
        request.GET.get("after", ""),
        viewer=viewer_of(request),
        visitor_name=site_text.visitor_name,
        now=timezone.now(),
    )
    response = render(request, "search/search.html", {"page": page, "site_text": site_text})
    response["X-Robots-Tag"] = "noindex"
    return response
