"""The page that the mail "How did it go?" leads to: one box. Opening it changes nothing, and it opens for ever."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render, resolve_url
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods

from forum.accounts.client_address import client_ip
from forum.accounts.limits import count_try, refuse, wait_words
from forum.accounts.links import OpenedLink, Purpose, read_link
from forum.accounts.people import Person
from forum.site.models import SiteText

from ..after_posting import describe_help, find_helped, promise
from ..arrival import Arrival
from ..forms import UpdateForm
from ..limits import POSTING
from ..models import Comment
from ..moments import moment_of
from ..permissions import Viewer, can_reply
from ..screening import CommentRefusedError
from ..services import DiscussionClosedError
from ..updates import AlreadyToldError, find_update, post_update


@never_cache
@sensitive_post_parameters()
@sensitive_variables("token")
@require_http_methods(["GET", "HEAD", "POST"])
def tell(request: HttpRequest, token: str, *, token_failed: bool = False) -> HttpResponse:
    """Show the box, or take what is in it. A member signs in first, as everywhere; a guest is known by the link."""
    link = read_link(token, Purpose.UPDATE)
    comment = _find_own(link) if link else None
    if link is None or comment is None:
        return render(request, "discussion/link_fails.html", status=404)
    user = link.person.user
    is_signed_in = user is None or request.user == user
    if not is_signed_in and request.method != "POST":
        return HttpResponseRedirect(f"{resolve_url(settings.LOGIN_URL)}?{urlencode({'next': request.path})}")
    form = UpdateForm(request.POST if request.method == "POST" else None)
    page = Page(request, link.person, comment, find_update(comment), form, token_failed=token_failed, is_signed_in=is_signed_in)
    is_sent = request.method == "POST" and not token_failed
    if not is_sent or not page.takes_words or not form.is_valid():
        return _show(page)
    if wait := count_try(request, POSTING):
        return refuse(_show(page, wait=wait_words(wait)), wait)
    try:
        told = post_update(comment, body=form.settle("body"), arrival=Arrival(client_ip=client_ip(request)))
    except AlreadyToldError:
        return HttpResponseRedirect(request.path)
    except DiscussionClosedError:
        return _show(page, is_closed=True)
    except CommentRefusedError as error:
        for reason in error.reasons:
            form.add_error("body", reason)
        return _show(page)
    response = HttpResponseRedirect(f"{request.path}?sent")
    promise(response, told, way_back=False)
    return response


@dataclass
class Page:
    """Whose comment the box belongs to, and what is in it."""

    request: HttpRequest
    person: Person
    comment: Comment
    update: Comment | None
    form: UpdateForm
    token_failed: bool
    is_signed_in: bool

    @property
    def viewer(self) -> Viewer:
        return Viewer(
            user_id=self.person.user.pk if self.person.user else None,
            guest_id=self.person.guest.pk if self.person.guest else None,
        )

    @property
    def takes_words(self) -> bool:
        """Tell whether something can be told here now: once, about what readers can read, while people may write there."""
        return self.is_signed_in and self.update is None and self.comment.public and can_reply(self.viewer, self.comment)


def _find_own(link: OpenedLink) -> Comment | None:
    """Return the comment that the link is about, if whose link it is still is its writer, and its article can be read."""
    comments = Comment.objects.under_open_pages().select_related("discussion__article", "root", "author", "guest")
    return comments.filter(link.person.rows("author"), pk=link.about[0]).first()


def _show(page: Page, *, wait: str = "", is_closed: bool = False) -> HttpResponse:
    request, comment, form = page.request, page.comment, page.form
    is_checked = form.is_bound and not page.token_failed and not wait
    context: dict[str, Any] = {
        "comment": comment,
        "article": comment.discussion.article,
        "date": moment_of(comment).words,
        "form": form,
        "update": page.update,
        "takes_words": page.takes_words and not is_closed,
        "is_signed_in": page.is_signed_in,
        "is_closed": is_closed or not can_reply(page.viewer, comment),
        "sent_text": request.POST.get("body", ""),
        "help": describe_help(SiteText.load()) if find_helped(request) else None,
        "problem_count": len(form.errors) if is_checked and page.takes_words else 0,
        "token_failed": page.token_failed,
        "cookie_missing": page.token_failed and settings.CSRF_COOKIE_NAME not in request.COOKIES,
        "wait": wait,
        "sign_in": f"{resolve_url(settings.LOGIN_URL)}?{urlencode({'next': request.path})}",
    }
    return render(request, "discussion/update.html", context)
