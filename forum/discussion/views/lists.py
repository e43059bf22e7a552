"""Pages that list: articles by the life under them, and questions that wait for a reply."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from forum.site.models import SiteText

from .. import cards
from ..paging import Pager, read_keyset, write_keyset
from ..permissions import viewer_of


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show the articles, latest activity first, and three questions that wait."""
    now, site_text = timezone.now(), SiteText.load()
    path = reverse("discussion:home")
    after = read_keyset(request.GET.get("after"))
    articles, following = cards.read_articles(after, now)
    drawn = cards.draw_questions(timezone.localdate(now))
    count = cards.count_questions()
    context = {
        "site_text": site_text,
        "articles": articles,
        "questions": cards.describe_questions(drawn, viewer_of(request), site_text.visitor_name, now),
        "question_count": count,
        "has_more_questions": count >= cards.MOST_COUNTED,
        "pager": Pager(
            first_href=path if after else "",
            first_words=_("Back to the first articles"),
            next_href=f"{path}?after={write_keyset(*following)}" if following else "",
            next_words=_("Next page of articles"),
        ),
    }
    return render(request, "discussion/home.html", context)


@require_safe
def unanswered(request: HttpRequest) -> HttpResponse:
    """Show the questions that nobody has answered, oldest first unless asked otherwise."""
    now, site_text = timezone.now(), SiteText.load()
    newest = request.GET.get("order") == "newest"
    path = reverse("discussion:unanswered")
    start = f"{path}?order=newest" if newest else path
    after = read_keyset(request.GET.get("after"))
    found, following = cards.read_questions(after, newest=newest)
    context = {
        "site_text": site_text,
        "questions": cards.describe_questions(found, viewer_of(request), site_text.visitor_name, now),
        "newest": newest,
        "has_been_asked": bool(found) or cards.has_been_asked(),
        "pager": Pager(
            first_href=start if after else "",
            first_words=_("Back to the newest") if newest else _("Back to the oldest"),
            next_href=f"{start}{'&' if newest else '?'}after={write_keyset(*following)}" if following else "",
            next_words=_("Next page of questions"),
        ),
    }
    return render(request, "discussion/unanswered.html", context)
