"""The public log of decisions."""

from itertools import groupby

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from forum.discussion.paging import Pager, read_number

from ..log import COUNTED_DAYS, count_decisions, read_entries


@require_safe
def show_log(request: HttpRequest) -> HttpResponse:
    """Show what moderators decided and why, without any name; counts for the last month stand on the first page."""
    before = read_number(request.GET.get("before"))
    entries, following = read_entries(before)
    path = reverse("moderation:log")
    context = {
        "entries": entries,
        "by_day": [(day, list(here)) for day, here in groupby(entries, lambda entry: timezone.localdate(entry.decision.at))],
        "tallies": [] if before else count_decisions(timezone.now()),
        "days": COUNTED_DAYS,
        "pager": Pager(
            first_href=path if before else "",
            first_words=_("Back to the newest"),
            next_href=f"{path}?before={following}" if following else "",
            next_words=_("Earlier decisions"),
        ),
    }
    return render(request, "moderation/log.html", context)
