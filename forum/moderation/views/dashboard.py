"""The page of numbers about moderation."""

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from forum.discussion.models import Lane

from ..dashboard import BAR_STEP, BAR_WIDTH, CHART_HEIGHT, DAYS, read_dashboard, wait_words
from .access import moderators_only, page_context, user_of


@moderators_only
@require_safe
def show_dashboard(request: HttpRequest) -> HttpResponse:
    """Show how moderation went lately."""
    now = timezone.now()
    numbers = read_dashboard(user_of(request), now)
    context = {
        "numbers": numbers,
        "oldest": wait_words(now - numbers.oldest if numbers.oldest else None),
        "median_wait": wait_words(numbers.median_wait),
        "slowest_wait": wait_words(numbers.slowest_wait),
        "reasons": [{"row": row, "lane": Lane(row.lane).label} for row in numbers.reasons],
        "days": DAYS,
        "chart": {
            "width": DAYS * BAR_STEP,
            "height": CHART_HEIGHT,
            "labels": CHART_HEIGHT + 16,
            "full_height": CHART_HEIGHT + 20,
            "bar": BAR_WIDTH,
        },
        "sees_all": request.user.has_perm("moderation.view_load"),
    }
    return TemplateResponse(request, "admin/moderation/dashboard.html", page_context(request, _("Dashboard"), **context))
