"""Taking a decision back, from the bar of the queue or from the log."""

from urllib.parse import urlsplit

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from forum.discussion.admin.verbs import tell_who_decided
from forum.discussion.models import Decision
from forum.discussion.services import TransitionError

from .. import services
from ..telling import tell_about, tell_decision, with_batches
from .access import moderator_of, moderators_only, page_context


@moderators_only
@require_http_methods(["GET", "HEAD", "POST"])
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask whether to take the decision back (the log leads here), or do it; then lead to where the moderator was."""
    moderator = moderator_of(request)
    rows = Decision.objects.select_related("comment", "discussion__article", "who")
    decision = with_batches(rows).filter(pk=pk).first()
    if decision is None:
        raise Http404
    if request.method != "POST":
        context = page_context(request, _("Undo: are you sure?"), decision=decision, told=tell_decision(decision))
        return TemplateResponse(request, "admin/moderation/undo.html", context)
    try:
        services.undo(decision, actor=moderator)
        messages.success(request, _("Undone: %(what)s. It is again as it was.") % {"what": tell_about(decision)})
    except TransitionError:
        messages.warning(request, _tell_too_late(decision))
        return HttpResponseRedirect(_way_back(request))
    return HttpResponseRedirect(_land_on(_way_back(request), decision.comment_id))


def _tell_too_late(decision: Decision) -> str:
    words = _("This cannot be undone any more: %(what)s.") % {"what": tell_about(decision)}
    if decision.comment is None:
        return words
    decision.comment.refresh_from_db()
    return f"{words} {tell_who_decided(decision.comment)}"


def _land_on(address: str, pk: int | None) -> str:
    """Return ``address``, if it is the queue's with the card of the comment to land on."""
    if pk is None or urlsplit(address).path != reverse("moderation:queue"):
        return address
    return f"{address}{'&' if '?' in address else '?'}at={pk}#card-{pk}"


def _way_back(request: HttpRequest) -> str:
    asked = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(asked, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return asked if asked and is_ours else reverse("moderation:queue")
