"""The page that the button of a mail about an answer opens: it leads to the answer, and lets a guest write there."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods

from forum.accounts.limits import limited
from forum.accounts.links import Purpose, read_link
from forum.site.models import SiteText

from ..after_posting import describe_help, find_helped
from ..answering import remember_answering
from ..letters import send_way_back
from ..limits import ASKING_FOR_MAIL
from ..models import Comment


@never_cache
@sensitive_variables("token")
@require_http_methods(["GET", "HEAD", "POST"])
@limited(ASKING_FOR_MAIL)
def answer(request: HttpRequest, token: str, *, token_failed: bool = False) -> HttpResponse:
    """Lead to the answer; after writing by an old link, say that it has come in, and mail a fresh link to whoever asks."""
    link = read_link(token, Purpose.ANSWER)
    if link is None:
        return render(request, "discussion/link_fails.html", status=404)
    if request.method == "POST" and not token_failed:
        send_way_back(link.guest)
        return HttpResponseRedirect(f"{request.path}?sent&mailed")
    root_id, comment_id = link.about
    if "sent" not in request.GET and request.method != "POST":
        response: HttpResponse = redirect("discussion:comment", comment_id)
        remember_answering(response, token)
        return response
    context = {
        "root": Comment.objects.select_related("discussion__article").filter(pk=root_id).first(),
        "help": describe_help(SiteText.load()) if find_helped(request) else None,
        "is_mailed": "mailed" in request.GET,
        "token_failed": token_failed,
        "cookie_missing": token_failed and settings.CSRF_COOKIE_NAME not in request.COOKIES,
    }
    return render(request, "discussion/answered.html", context)
