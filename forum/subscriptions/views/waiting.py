"""Opening an answer from the list of what waits: a press of a button, so that no scanner of links takes it off the list."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from forum.accounts.links import Purpose, read_link
from forum.discussion.paging import read_number

from ..letters import path_to
from ..waiting import people_of, unseen


# Nothing is at stake but a mark, and browsers send no cookie of ours with a form of another site.
@csrf_exempt
@never_cache
@sensitive_post_parameters("token")
@require_POST
def open_answer(request: HttpRequest) -> HttpResponse:
    """Note that somebody has seen an answer, and lead them to it."""
    token = request.POST.get("token", "")
    link = read_link(token, Purpose.MINE) if token else None
    number = read_number(request.POST.get("answer")) or 0
    for person in [link.person] if link else people_of(request):
        told = unseen(person).select_related("comment").filter(pk=number).first()
        if told:
            told.seen_at = timezone.now()
            told.save(update_fields=["seen_at"])
            return HttpResponseRedirect(path_to(told.comment, person))
    return redirect("discussion:mine")
