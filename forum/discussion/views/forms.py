"""The pages on which people write: a new comment and a reply, with their preview, and what answers when sending fails.

What is typed is checked in ``forms`` and stored by ``writing``. Whatever goes wrong here, the answer holds what was typed.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import resolve
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods
from django.views.defaults import bad_request

from forum.accounts.guests import find_guest, remember_guest
from forum.accounts.models import Guest, User
from forum.site.models import SiteText

from ..forms import CommentForm
from ..markup import render as render_markup
from ..models import Comment, Discussion
from ..paragraphs import split_long_blocks
from ..permissions import can_post, can_read_text, viewer_of
from ..screening import is_trusted
from ..services import DiscussionClosedError, count_approved
from ..way_back import promise_way_back
from ..writing import send_comment
from .pages import find_place

# No store but the browser's own, which asks again. "no-store" would make browsers forget the text on the way back to the form.
_kept_by_browser_only = cache_control(private=True, no_cache=True)

# Views that take ``token_failed`` and then show their form again.
COME_BACK = frozenset(
    f"discussion:{name}"
    for name in ("comment-edit", "comment-withdraw", "comment-appeal", "mine", "mine-lost", "mine-prove", "mine-by-link")
)


@_kept_by_browser_only
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def new_comment(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the form for a new conversation under an article, or take it."""
    return _at_desk(request, _answer, slug=slug)


@_kept_by_browser_only
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def reply(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the form for a reply to a comment, or take it."""
    return _at_desk(request, _answer, pk=pk)


@_kept_by_browser_only
@sensitive_post_parameters()
def show_form_again(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a failed check of the form token: a form of these pages comes back as it was filled in; else the 403 page."""
    match = resolve(request.path_info)
    if match.view_name in COME_BACK:
        response: HttpResponse = match.func(request, **match.kwargs, token_failed=True)
        response.status_code = 403
        return response
    if match.view_name not in ("discussion:comment-new", "discussion:comment-reply"):
        return render(request, "403.html", status=403)
    return _at_desk(request, _answer_lost_token, **match.kwargs)


def show_bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer a request that is too large to be read, or makes no sense (``handler400``)."""
    if isinstance(exception, (RequestDataTooBig, TooManyFieldsSent)):
        return render(request, "discussion/too_large.html", status=413)
    return bad_request(request, exception)


@dataclass
class Desk:
    """Where somebody writes: the place, who writes, and the form."""

    request: HttpRequest
    discussion: Discussion
    parent: Comment | None
    parent_is_gone: bool
    is_open: bool
    member: User | None
    guest: Guest | None
    visitor_name: str
    form: CommentForm


def _at_desk(request: HttpRequest, answer: Callable[[Desk], HttpResponse], **place: Any) -> HttpResponse:
    """Return what ``answer`` says at the desk of ``place``; where none is any more, 404 with what was typed."""
    try:
        desk = _find_desk(request, **place)
    except Http404:
        if request.method != "POST":
            raise
        return render(request, "404.html", {"sent_text": _sent_text(request)}, status=404)
    return answer(desk)


def _find_desk(request: HttpRequest, *, slug: str = "", pk: int = 0) -> Desk:
    """Return the desk for a new conversation under the article ``slug``, or for a reply to the comment ``pk``; raise Http404.

    A comment that was public once can vanish while somebody answers it: what they send is still taken.
    """
    viewer = viewer_of(request)
    parent: Comment | None = None
    if pk:
        parent = get_object_or_404(Comment.objects.under_open_pages().select_related("discussion__article", "author"), pk=pk)
        discussion = parent.discussion
    else:
        discussion = get_object_or_404(
            Discussion.objects.select_related("article").exclude(state=Discussion.State.HIDDEN),
            article__slug=slug,
            article__status="published",
        )
    parent_is_gone = False
    if parent:
        parent_is_gone = parent.published_at is not None and not parent.public
        can_answer = request.method == "POST" if parent_is_gone else can_read_text(viewer, parent)
        if not can_answer:
            raise Http404
    member = request.user if request.user.is_authenticated else None
    guest = None if member else find_guest(request)
    visitor_name = SiteText.load().visitor_name
    data = request.POST if request.method == "POST" else None
    return Desk(
        request=request,
        discussion=discussion,
        parent=parent,
        parent_is_gone=parent_is_gone,
        is_open=can_post(viewer, discussion),
        member=member,
        guest=guest,
        visitor_name=visitor_name,
        form=CommentForm(data, is_reply=parent is not None, visitor_name=visitor_name, member=member, guest=guest),
    )


def _answer(desk: Desk) -> HttpResponse:
    if not desk.is_open:
        return _show_closed(desk)
    if desk.request.method != "POST":
        return _show_form(desk)
    is_valid = desk.form.is_valid()
    must_be_told = desk.parent_is_gone and not desk.form["gone_shown"].data
    if not is_valid or must_be_told or "preview" in desk.request.POST:
        return _show_form(desk)
    try:
        comment = send_comment(
            desk.form.words(),
            discussion=desk.discussion,
            parent=desk.parent,
            visitor_name=desk.visitor_name,
            member=desk.member,
            guest=desk.guest,
            form_key=desk.form.cleaned_data["form_key"],
        )
    except DiscussionClosedError:
        return _show_closed(desk)
    response = HttpResponseRedirect(find_place(comment))
    if comment.guest:
        remember_guest(response, comment.guest)
        promise_way_back(response, comment.guest)
    return response


def _answer_lost_token(desk: Desk) -> HttpResponse:
    return _show_form(desk, token_failed=True, status=403) if desk.is_open else _show_closed(desk)


def _show_form(desk: Desk, *, token_failed: bool = False, status: int = 200) -> HttpResponse:
    """Show the form with everything typed. Its problems are told unless the token failed: then nothing was checked."""
    request, form = desk.request, desk.form
    is_checked = form.is_bound and not token_failed
    context = {
        "form": form,
        "article": desk.discussion.article,
        "article_is_old": desk.discussion.article.is_old(timezone.localdate()),
        "parent": desk.parent,
        "parent_is_gone": desk.parent_is_gone,
        "parent_name": desk.parent.name or desk.visitor_name if desk.parent and not desk.parent_is_gone else "",
        "member": desk.member,
        "is_first_held": not _is_trusted(desk),
        "problem_count": len(form.errors) if is_checked else 0,
        "preview": _preview(desk) if is_checked else None,
        "token_failed": token_failed,
        "cookie_missing": token_failed and settings.CSRF_COOKIE_NAME not in request.COOKIES,
    }
    return render(request, "discussion/compose.html", context, status=status)


def _show_closed(desk: Desk) -> HttpResponse:
    """Say that nobody can write here now, and give back what was typed."""
    context = {
        "article": desk.discussion.article,
        "members_only": desk.discussion.state == Discussion.State.MEMBERS_ONLY,
        "sent_text": _sent_text(desk.request),
    }
    return render(desk.request, "discussion/closed.html", context, status=403)


def _sent_text(request: HttpRequest) -> str:
    return "\n\n".join(filter(None, (request.POST.get(name) for name in ("subject", "body"))))


def _preview(desk: Desk) -> dict[str, Any] | None:
    """Return what the comment would look like, or None while there is nothing to show."""
    data = desk.form.cleaned_data
    if "body" not in data:
        return None
    divided = split_long_blocks(data["body"])
    offers_breaks = divided != data["body"]
    wants_breaks = offers_breaks and (bool(data.get("breaks")) or not data.get("breaks_offered"))
    relation = data.get("relation", "")
    return {
        "name": desk.member.display_name if desk.member else "name" in data and (data["name"] or desk.visitor_name),
        "relation": dict(Comment._meta.get_field("relation").flatchoices).get(relation, ""),
        "subject": data.get("subject", ""),
        "html": render_markup(divided if wants_breaks else data["body"]),
        "offers_breaks": offers_breaks,
        "wants_breaks": wants_breaks,
    }


def _is_trusted(desk: Desk) -> bool:
    """Tell whether this writer's comment is likely to be public at once."""
    if desk.member is None:
        return False
    return desk.member.is_staff or is_trusted(is_member=True, approved_count=count_approved(desk.member, None))
