"""Pages of topics: what people wrote about one, the list of all, and what a writer says their comment is about."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_safe

from forum.accounts.limits import limited
from forum.discussion.limits import CHANGING
from forum.discussion.paging import read_keyset
from forum.discussion.permissions import is_writer, viewer_of
from forum.discussion.standing import is_in_sight
from forum.site.models import SiteText

from .correcting import CorrectionForm, find_comment
from .mentions import correct_comment
from .models import By, Topic
from .pages import list_topics, make_page
from .reading import find_chosen_topic, find_topic


@require_safe
def topics(request: HttpRequest) -> HttpResponse:
    """Show all topics about which there is something."""
    return render(request, "topics/topics.html", {"groups": list_topics(), "site_text": SiteText.load()})


@require_safe
def topic(request: HttpRequest, slug: str) -> HttpResponse:
    """Show what people wrote about a topic, across all articles; ``?with=`` leaves those who also name another one."""
    site_text, named = SiteText.load(), request.GET.get("with")
    found = _or_none_there(find_topic(slug))
    other = _or_none_there(find_chosen_topic(named)) if named else None
    page = make_page(
        found,
        other if other != found else None,
        read_keyset(request.GET.get("after")),
        viewer=viewer_of(request),
        visitor_name=site_text.visitor_name,
        now=timezone.now(),
    )
    return render(request, "topics/topic.html", {"page": page, "topic": found, "site_text": site_text})


@cache_control(private=True, no_cache=True)
@require_http_methods(["GET", "HEAD", "POST"])
@limited(CHANGING)
def correct(request: HttpRequest, pk: int, *, token_failed: bool = False) -> HttpResponse:
    """Show the writer of a comment what it is said to be about, or take what they say of that. Nobody else."""
    comment = find_comment(pk)
    if comment is None or not is_writer(viewer_of(request), comment):
        return render(request, "discussion/not_yours.html", status=403)
    if not comment.public or not is_in_sight(comment):
        raise Http404
    is_sent = request.method == "POST" and not token_failed
    form = CorrectionForm(request.POST if is_sent else None, comment=comment, by=By.WRITER)
    if is_sent and form.is_valid():
        correct_comment(comment, topic_ids=form.topic_ids(), by=By.WRITER)
        return redirect("topics:comment", pk)
    context = {
        "comment": comment,
        "form": form,
        "token_failed": token_failed,
        "cookie_missing": token_failed and settings.CSRF_COOKIE_NAME not in request.COOKIES,
        "site_text": SiteText.load(),
    }
    return render(request, "topics/correct.html", context)


setattr(correct, "comes_back", True)  # noqa: B010 - read by show_form_again: a failed check of the form shows the page again


def _or_none_there(found: Topic | None) -> Topic:
    if found is None:
        raise Http404("no such topic")
    return found
