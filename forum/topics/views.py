"""Pages of topics: what people wrote about one, and the list of all."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from forum.discussion.paging import read_keyset
from forum.discussion.permissions import viewer_of
from forum.site.models import SiteText

from .models import Topic
from .pages import list_topics, make_page
from .reading import find_topic


@require_safe
def topics(request: HttpRequest) -> HttpResponse:
    """Show all topics about which there is something."""
    return render(request, "topics/topics.html", {"groups": list_topics(), "site_text": SiteText.load()})


@require_safe
def topic(request: HttpRequest, slug: str) -> HttpResponse:
    """Show what people wrote about a topic, across all articles; ``?with=`` leaves those who also name another one."""
    site_text, named = SiteText.load(), request.GET.get("with")
    found = _find(slug)
    page = make_page(
        found,
        _find(named) if named and named != found.slug else None,
        read_keyset(request.GET.get("after")),
        viewer=viewer_of(request),
        visitor_name=site_text.visitor_name,
        now=timezone.now(),
    )
    return render(request, "topics/topic.html", {"page": page, "topic": found, "site_text": site_text})


def _find(slug: str) -> Topic:
    found = find_topic(slug)
    if found is None:
        raise Http404("no such topic")
    return found
