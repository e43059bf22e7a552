"""The page on which anybody reports a comment, without an account, and reads later what came of it."""

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from forum.accounts.client_address import client_ip, network_of
from forum.accounts.guests import find_guest
from forum.accounts.limits import HOUR, By, Limit, limited
from forum.accounts.models import User
from forum.database import BIGGEST_ID
from forum.discussion.models import Comment
from forum.discussion.permissions import is_writer, viewer_of
from forum.discussion.views.desk import kept_by_browser_only
from forum.discussion.views.pages import find_place
from forum.site.models import SiteText

from ..flags import (
    AlreadyFlaggedError,
    NotShownError,
    OwnCommentError,
    Reporter,
    find_flag,
    flag_comment,
    withdraw_flag,
)
from ..forms import FlagForm
from ..telling import tell_flag

REPORTING = (
    Limit("report", 30, HOUR, By.PERSON),
    Limit("report", 30, HOUR, By.NEWCOMER),
    Limit("report", 100, HOUR, By.ADDRESS),
)


@kept_by_browser_only
@sensitive_post_parameters("words")
@require_http_methods(["GET", "HEAD", "POST"])
@limited(REPORTING)
def flag(request: HttpRequest, pk: int, *, token_failed: bool = False) -> HttpResponse:
    """Ask what worries the reader about a comment, or take the answer; to who has reported it, say how it stands."""
    if pk > BIGGEST_ID:
        raise Http404
    once_public = Comment.objects.under_open_pages().exclude(published_at=None).exclude(state=Comment.State.ERASED)
    comment = get_object_or_404(once_public.select_related("discussion__article", "root"), pk=pk)
    reporter = _reporter_of(request)
    earlier = find_flag(comment, reporter)
    is_sent = request.method == "POST" and not token_failed
    if is_sent and "take_back" in request.POST:
        if earlier and reporter.person:
            withdraw_flag(earlier)
        return HttpResponseRedirect(request.path)
    form = FlagForm(request.POST if request.method == "POST" else None, auto_id="f-%s")
    if is_sent and not earlier and form.is_valid():
        try:
            flag_comment(comment, reporter=reporter, reason=form.cleaned_data["reason"], words=form.cleaned_data["words"])
        except NotShownError:
            comment.refresh_from_db()
        except (AlreadyFlaggedError, OwnCommentError):
            pass  # the page says so
        else:
            return HttpResponseRedirect(request.path)
        earlier = find_flag(comment, reporter)
    response = _show(request, comment, form, reporter, earlier=earlier, token_failed=token_failed)
    response["X-Robots-Tag"] = "noindex"
    return response


def _reporter_of(request: HttpRequest) -> Reporter:
    return Reporter(
        member=request.user if isinstance(request.user, User) else None,
        guest=find_guest(request),
        network=network_of(client_ip(request)),
    )


def _show(
    request: HttpRequest, comment: Comment, form: FlagForm, reporter: Reporter, *, earlier: Any, token_failed: bool
) -> HttpResponse:
    site_text = SiteText.load()
    is_shown = comment.public
    context = {
        "comment": comment,
        "site_text": site_text,
        "name": comment.name or site_text.visitor_name,
        "place": find_place(comment),
        "is_shown": is_shown,
        "is_own": is_writer(viewer_of(request), comment),
        "is_moderator": request.user.has_perm("discussion.moderate_comment"),
        "flag": earlier,
        "told": tell_flag(earlier, comment) if earlier else "",
        "is_known": reporter.person is not None,
        "form": form,
        "problem_count": len(form.errors) if form.is_bound and is_shown and not (earlier or token_failed) else 0,
        "token_failed": token_failed,
        "cookie_missing": token_failed and settings.CSRF_COOKIE_NAME not in request.COOKIES,
        "sent_text": "" if is_shown and not earlier else request.POST.get("words", ""),
    }
    status = 403 if token_failed else 200 if is_shown or earlier else 410
    return render(request, "moderation/flag.html", context, status=status)


setattr(flag, "comes_back", True)  # noqa: B010 - read by show_form_again: a failed check of the form shows the page again
