"""The pages on which people write: a new comment and a reply, with their preview, and what answers when sending fails.

What is typed is checked in ``forms`` and stored by ``writing``. Whatever goes wrong here, the answer holds what was typed.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect, render, resolve_url
from django.urls import resolve
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods
from django.views.defaults import bad_request

from forum.accounts import views as accounts
from forum.accounts.client_address import client_ip
from forum.accounts.guests import remember_guest
from forum.accounts.limits import count_try, refuse, wait_words
from forum.database.sqlite3.sharing import shared_connection
from forum.site.lines import Line

from ..after_posting import promise
from ..answering import way_after_answer
from ..arrival import Arrival
from ..drafts import MAX_DRAFT_CHARS
from ..limits import POSTING
from ..markup import render as render_markup
from ..models import Comment, Discussion
from ..paragraphs import split_long_blocks
from ..screening import CommentRefusedError, is_trusted
from ..services import DiscussionClosedError, count_approved
from ..writing import send_comment
from .desk import Desk, Outcome, find_desk, keep_text, kept_by_browser_only, remember_writer
from .pages import find_place

_WRITERS = Line()

# Views that take ``token_failed`` and then show their form again.
COME_BACK = frozenset(
    f"discussion:{name}"
    for name in (
        *("comment-claim", "comment-edit", "comment-withdraw", "comment-appeal"),
        *("mine", "mine-lost", "mine-prove", "mine-by-link", "answer", "update"),
    )
)


@kept_by_browser_only
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def new_comment(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the form for a new conversation under an article, or take it."""
    return _at_desk(request, _answer, slug=slug)


@kept_by_browser_only
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def reply(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the form for a reply to a comment, or take it."""
    return _at_desk(request, _answer, pk=pk)


@kept_by_browser_only
@sensitive_post_parameters()
def show_form_again(request: HttpRequest, reason: str = "") -> HttpResponseBase:
    """Answer a failed check of the form token: a form of these pages comes back as it was filled in; else the 403 page."""
    match = resolve(request.path_info)
    cookie_missing = settings.CSRF_COOKIE_NAME not in request.COOKIES
    if entrance := accounts.show_form_again(request, view_name=match.view_name, cookie_missing=cookie_missing):
        return entrance
    if match.view_name in COME_BACK or getattr(match.func, "comes_back", False):
        response: HttpResponse = match.func(request, **match.kwargs, token_failed=True)
        response.status_code = 403
        return response
    if match.view_name not in ("discussion:comment-new", "discussion:comment-reply"):
        return render(request, "403.html", status=403)
    if request.POST.get("save") == "auto":
        return _report_unkept(request)
    return _at_desk(request, _answer_lost_token, **match.kwargs)


def show_bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer a request that is too large to be read, or makes no sense (``handler400``)."""
    if isinstance(exception, (RequestDataTooBig, TooManyFieldsSent)):
        return render(request, "discussion/too_large.html", status=413)
    return bad_request(request, exception)


def _at_desk(request: HttpRequest, answer: Callable[[Desk], HttpResponse], **place: Any) -> HttpResponse:
    """Return what ``answer`` says at the desk of ``place``; where none is any more, 404 with what was typed."""
    with _one_after_the_other() if request.method == "POST" else nullcontext():
        try:
            desk = find_desk(request, **place)
        except Http404:
            if request.method != "POST":
                raise
            return render(request, "404.html", {"sent_text": _sent_text(request)}, status=404)
        return answer(desk)


@contextmanager
def _one_after_the_other() -> Iterator[None]:
    with _WRITERS.turn(), shared_connection():
        yield


def _answer(desk: Desk) -> HttpResponse:
    if desk.request.method != "POST":
        return _show_form(desk) if desk.is_open else _show_closed(desk)
    is_valid = desk.form.is_valid()
    if desk.request.POST.get("save") == "auto":
        keep_text(desk, is_deliberate=False)
        return remember_writer(_report(desk), desk)
    must_be_told = desk.was_signed_out or (desk.parent_is_gone and not desk.form["gone_shown"].data)
    wants_post = not {"save", "preview"} & desk.request.POST.keys()
    if desk.is_open and is_valid and wants_post and not must_be_told:
        desk.wait = count_try(desk.request, POSTING)
        try:
            if desk.wait is None:
                return _post(desk)
        except DiscussionClosedError:
            desk.is_open = False
        except CommentRefusedError as error:
            for reason in error.reasons:
                desk.form.add_error("body", reason)
    keep_text(desk)
    if "save" in desk.request.POST and desk.outcome is Outcome.SAVED and desk.draft and desk.may_remember:
        return remember_writer(redirect("discussion:draft", desk.draft.pk), desk)
    return remember_writer(_show_form(desk) if desk.is_open else _show_closed(desk), desk)


def _post(desk: Desk) -> HttpResponse:
    """Store the comment and lead to its place. Raises DiscussionClosedError and CommentRefusedError."""
    comment = send_comment(
        desk.form.words(),
        discussion=desk.discussion,
        parent=desk.parent,
        visitor_name=desk.visitor_name,
        member=desk.member,
        guest=desk.guest,
        form_key=desk.form.cleaned_data["form_key"],
        draft=desk.draft,
        seen=desk.seen,
        arrival=_arrival(desk),
    )
    if not desk.may_remember:
        response = HttpResponseRedirect(find_place(comment) if comment.public else way_after_answer(desk.request))
        promise(response, comment, way_back=False, is_new=True)
        return response
    response = HttpResponseRedirect(find_place(comment))
    if comment.guest:
        remember_guest(response, comment.guest)
    promise(response, comment, is_new=True)
    return response


def _arrival(desk: Desk) -> Arrival:
    """Return how this text came in. With a draft, its writer began long before this page was opened."""
    data = desk.form.cleaned_data
    seconds = None if desk.draft else data["opened"]
    return Arrival(form_seconds=seconds, honeypot=data["homepage"], client_ip=client_ip(desk.request))


def _answer_lost_token(desk: Desk) -> HttpResponse:
    return _show_form(desk, token_failed=True, status=403) if desk.is_open else _show_closed(desk)


def _report(desk: Desk) -> HttpResponse:
    """Answer the script, in words for its writer; it puts the time of their clock for ``{time}``."""
    status = 200
    match desk.outcome:
        case Outcome.TOO_LONG:
            words, status = _say_too_long(), 413
        case Outcome.ELSEWHERE:
            words, status = _("Not saved: you wrote on in another window. Press “Save and finish later” to see both texts."), 409
        case Outcome.NOTHING:
            words = ""
        case Outcome.TOO_OFTEN:
            words, status = _("Not saved: that was a lot at once. Your text is still in this window. Leave it open."), 429
        case _ if desk.was_signed_out:
            words = _("Saved in this browser at {time}. You were signed out while you wrote. Sign in again before you post.")
        case _ if not desk.is_open:
            words = _("Saved at {time}. This conversation was closed while you wrote. We keep your text for 30 days.")
        case _:
            words = _("Saved at {time}. You can close this page and finish later.")
    return HttpResponse(words, status=status, content_type="text/plain; charset=utf-8")


def _report_unkept(request: HttpRequest) -> HttpResponse:
    """Tell the script that a failed check of the form token has kept nothing."""
    words = _("Not saved just now. Your text is still in this window.")
    if settings.CSRF_COOKIE_NAME not in request.COOKIES:
        words = _("Not saved: your browser blocks cookies, and we need one to know your text again. It is still in this window.")
    return HttpResponse(words, status=403, content_type="text/plain; charset=utf-8")


def _say_too_long() -> str:
    words = _("Not saved: we can keep %(limit)s characters. Your text is still in this window. Copy it, or cut it into parts.")
    return words % {"limit": number_format(MAX_DRAFT_CHARS, force_grouping=True)}


def _show_form(desk: Desk, *, token_failed: bool = False, status: int = 200) -> HttpResponse:
    """Show the form with everything typed. Its problems are told unless the token failed: then nothing was checked."""
    request, form = desk.request, desk.form
    is_checked = form.is_bound and not token_failed
    problem_count = len(form.errors) if is_checked and desk.wait is None else 0
    # The page opens at the first of its notices: one of them bears the anchor that the form leads to.
    notices = {
        "token": token_failed,
        "too_many": desk.wait is not None,
        "problems": problem_count > 0,
        "signed_out": desk.was_signed_out,
        "not_kept": desk.outcome in (Outcome.TOO_LONG, Outcome.ELSEWHERE),
        "gone": desk.parent_is_gone,
    }
    context = {
        "form": form,
        "article": desk.discussion.article,
        "article_is_old": desk.discussion.article.is_old(timezone.localdate()),
        "parent": desk.parent,
        "parent_is_gone": desk.parent_is_gone,
        "parent_name": desk.parent.name or desk.visitor_name if desk.parent and not desk.parent_is_gone else "",
        "member": desk.member,
        "guest": desk.guest,
        "is_first_held": not _is_trusted(desk),
        "problem_count": problem_count,
        "first_notice": next((name for name, is_shown in notices.items() if is_shown), ""),
        "preview": _preview(desk) if is_checked else None,
        "token_failed": token_failed,
        "cookie_missing": token_failed and settings.CSRF_COOKIE_NAME not in request.COOKIES,
        "wait": wait_words(desk.wait) if desk.wait else "",
        **_describe_draft(desk),
    }
    page = render(request, "discussion/compose.html", context, status=status)
    return refuse(page, desk.wait) if desk.wait else page


def _describe_draft(desk: Desk) -> dict[str, Any]:
    """Return what the page says of the draft."""
    elsewhere = desk.draft if desk.outcome is Outcome.ELSEWHERE else None
    return {
        "draft": desk.draft,
        "is_resumed": desk.draft is not None and not desk.form.is_bound,
        "is_kept": desk.outcome is Outcome.SAVED,
        "elsewhere": elsewhere,
        "too_long": _say_too_long() if desk.outcome is Outcome.TOO_LONG else "",
        "was_signed_out": desk.was_signed_out,
        "sign_in": f"{resolve_url(settings.LOGIN_URL)}?{urlencode({'next': desk.request.path})}",
    }


def _show_closed(desk: Desk) -> HttpResponse:
    """Say that nobody can write here now, and give back what was typed, or kept before."""
    is_sent = desk.request.method == "POST"
    kept_text = desk.draft.as_text if desk.draft else ""
    context = {
        "article": desk.discussion.article,
        "members_only": desk.discussion.state == Discussion.State.MEMBERS_ONLY,
        "sent_text": _sent_text(desk.request) if is_sent else kept_text,
        "is_kept": desk.outcome is Outcome.SAVED or not is_sent,
    }
    return render(desk.request, "discussion/closed.html", context, status=403)


def _sent_text(request: HttpRequest) -> str:
    return "\n\n".join(filter(None, (request.POST.get(name) for name in ("subject", "body"))))


def _preview(desk: Desk) -> dict[str, Any] | None:
    """Return what the comment would look like, or None while there is nothing to show."""
    data = desk.form.cleaned_data
    if "body" not in data:
        return None
    body = desk.form.settle("body")
    divided = split_long_blocks(body)
    offers_breaks = divided != body
    wants_breaks = offers_breaks and (bool(data.get("breaks")) or not data.get("breaks_offered"))
    relation = data.get("relation", "")
    return {
        "name": desk.member.display_name if desk.member else "name" in data and (desk.form.settle("name") or desk.visitor_name),
        "relation": dict(Comment._meta.get_field("relation").flatchoices).get(relation, ""),
        "subject": desk.form.settle("subject"),
        "html": desk.form.mark("body", render_markup(divided if wants_breaks else body)),
        "offers_breaks": offers_breaks,
        "wants_breaks": wants_breaks,
    }


def _is_trusted(desk: Desk) -> bool:
    """Tell whether this writer's comment is likely to be public at once."""
    if desk.member is None and desk.guest is None:
        return False
    if desk.member and desk.member.is_staff:
        return True
    return is_trusted(
        is_member=desk.member is not None,
        is_proven=bool(desk.guest and desk.guest.proven_at),
        approved_count=count_approved(desk.member, desk.guest),
    )
