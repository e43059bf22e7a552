"""Pages that list: articles by the life under them, and questions that wait for a reply."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from forum.site.models import SiteText

from .. import cards
from ..narrowing import Choice, Way, Ways, read_choices, read_filters
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
    """Show the questions that nobody has answered, oldest first unless asked otherwise, narrowed by what other apps know."""
    now, site_text = timezone.now(), SiteText.load()
    newest = request.GET.get("order") == "newest"
    chosen = dict(read_choices(request.GET))
    after = read_keyset(request.GET.get("after"))
    found, following = cards.read_questions(after, newest=newest, conditions=[choice.condition for choice in chosen.values()])
    asked = {"order": "newest" if newest else "", **{name: choice.value for name, choice in chosen.items()}}
    context = {
        "site_text": site_text,
        "questions": cards.describe_questions(found, viewer_of(request), site_text.visitor_name, now),
        "newest": newest,
        "oldest_href": _questions_href(asked, order=""),
        "newest_href": _questions_href(asked, order="newest"),
        "narrowed": _offer(asked, chosen),
        "chosen": ", ".join(choice.words for choice in chosen.values()),
        "has_been_asked": bool(found) or cards.has_been_asked(),
        "pager": Pager(
            first_href=_questions_href(asked) if after else "",
            first_words=_("Back to the newest") if newest else _("Back to the oldest"),
            next_href=_questions_href(asked, after=write_keyset(*following)) if following else "",
            next_words=_("Next page of questions"),
        ),
    }
    return render(request, "discussion/unanswered.html", context)


def _questions_href(asked: dict[str, str], **changes: str) -> str:
    query = urlencode({name: value for name, value in (asked | changes).items() if value})
    return f"{reverse('discussion:unanswered')}?{query}" if query else reverse("discussion:unanswered")


def _offer(asked: dict[str, str], chosen: dict[str, Choice]) -> list[Ways]:
    """Return what other apps know of the questions that have waited the longest, as links; counts of these alone say nothing."""
    waiting = cards.find_waiting() if len(chosen) < len(read_filters()) else ()
    offered = []
    for one in read_filters():
        picked = chosen.get(one.name)
        choices = [] if picked else [choice for choice, _count in one.offer(waiting)]
        ways = [Way(choice.words, _questions_href(asked, **{one.name: choice.value})) for choice in choices]
        offered.append(Ways(one.label(), ways, picked.words if picked else "", _questions_href(asked, **{one.name: ""})))
    return [ways for ways in offered if ways.chosen or ways.ways]
