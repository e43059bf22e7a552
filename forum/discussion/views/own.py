"""What writers do with one comment of theirs: change it, take it back and return it, ask for a second look.

Whose comment it is, a login or a guest's cookie says. Whatever goes wrong, the answer holds what was typed. The list of all that
somebody wrote is in ``mine``.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from forum.accounts.guests import remember_guest
from forum.accounts.limits import count_try, limited, refuse, wait_words
from forum.database import BIGGEST_ID

from ..after_posting import promise
from ..editing import (
    AlreadyAppealedError,
    NotChangeableError,
    NothingChangedError,
    StaleTextError,
    appeal,
    count_sendings_left,
    edit_comment,
    find_contested,
    latest_text,
    read_withdrawal,
    return_comment,
    text_key,
)
from ..forms import AppealForm, EditForm
from ..limits import CHANGING
from ..markup import render as render_markup
from ..models import ActorKind, Appeal, Comment, PendingChange
from ..permissions import can_appeal, can_edit, can_return, can_withdraw, is_writer, viewer_of
from ..screening import CommentRefusedError, is_trusted
from ..services import Actor, TransitionError, count_approved, withdraw_comment
from ..standing import day_words, is_in_sight, reason_words, return_until
from .pages import find_place

# No store but the browser's own, which asks again. "no-store" would make browsers forget the text on the way back to the form.
_kept_by_browser_only = cache_control(private=True, no_cache=True)


@dataclass
class Own:
    """A comment, and its writer before it. After a failed check of the form token nothing is taken (``is_sent`` is false)."""

    request: HttpRequest
    comment: Comment
    actor: Actor
    token_failed: bool

    @property
    def is_sent(self) -> bool:
        return self.request.method == "POST" and not self.token_failed


@_kept_by_browser_only
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, pk: int, *, token_failed: bool = False) -> HttpResponse:
    """Show the form with the words of a comment, or take other words."""
    own = _find_own(request, pk, token_failed=token_failed)
    if own is None:
        return _say_not_yours(request)
    if not is_in_sight(own.comment):
        raise Http404
    if not can_edit(viewer_of(request), own.comment) or _has_no_sending_left(own.comment):
        return _say_cannot_change(own)
    data = request.POST if request.method == "POST" else None
    form = EditForm(data, comment=own.comment, text=latest_text(own.comment))
    if own.is_sent and (wait := count_try(request, CHANGING)):
        return _show_edit(own, form, wait=wait)
    if not own.is_sent or not form.is_valid() or "preview" in request.POST:
        return _show_edit(own, form)
    try:
        comment = edit_comment(
            own.comment,
            body=form.settle("body"),
            subject=form.settle("subject"),
            relation=form.cleaned_data["relation"],
            asks=form.says_asking(),
            actor=own.actor,
            seen=form.cleaned_data["seen"] or None,
        )
    except StaleTextError as conflict:
        return _show_edit(own, form, conflict=conflict)
    except CommentRefusedError as error:
        for reason in error.reasons:
            form.add_error("body", reason)
        return _show_edit(own, form)
    except NothingChangedError:
        form.add_error("body", _("Change something first: a moderator has read these words"))
        return _show_edit(own, form)
    except (NotChangeableError, TransitionError):
        own.comment.refresh_from_db()
        return _say_cannot_change(own)
    response = _go(own, find_place(comment))
    promise(response, comment, way_back=False)
    return response


@_kept_by_browser_only
@require_http_methods(["GET", "HEAD", "POST"])
@limited(CHANGING)
def withdraw(request: HttpRequest, pk: int, *, token_failed: bool = False) -> HttpResponse:
    """Ask once more, and take a comment back; of one that is taken back, say until when it can be returned, and return it."""
    own = _find_own(request, pk, token_failed=token_failed)
    if own is None:
        return _say_not_yours(request)
    viewer, comment = viewer_of(request), own.comment
    try:
        if own.is_sent and "return" in request.POST and can_return(viewer, comment):
            comment = return_comment(comment, actor=own.actor)
            return _go(own, find_place(comment) if is_in_sight(comment) else reverse("discussion:mine"))
        if own.is_sent and "withdraw" in request.POST and can_withdraw(viewer, comment):
            withdraw_comment(comment, actor=own.actor)
            return _go(own, request.path)
    except TransitionError:
        comment.refresh_from_db()  # a moderator was faster, or the time for returning it is over
    withdrawal = read_withdrawal(comment)
    context = {
        "can_withdraw": can_withdraw(viewer, comment),
        "until": day_words(return_until(withdrawal)) if withdrawal and return_until(withdrawal) >= timezone.now() else "",
        "is_withdrawn": withdrawal is not None,
    }
    return _show(own, "discussion/withdraw.html", context)


@_kept_by_browser_only
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def ask_again(request: HttpRequest, pk: int, *, token_failed: bool = False) -> HttpResponse:
    """Ask for a second look at what was decided about a comment, and say what came of it."""
    own = _find_own(request, pk, token_failed=token_failed)
    if own is None:
        return _say_not_yours(request)
    decision = find_contested(own.comment) if can_appeal(viewer_of(request), own.comment) else None
    asked = Appeal.objects.filter(decision=decision).first() if decision else None
    form = AppealForm(request.POST if request.method == "POST" else None, auto_id="f-%s")
    if own.is_sent and decision and not asked and form.is_valid():
        try:
            asked = appeal(own.comment, text=form.cleaned_data["text"])
        except (AlreadyAppealedError, NotChangeableError):
            return _go(own, request.path)
        return _go(own, request.path)
    context = {
        "decision": decision,
        "asked": asked,
        "form": form,
        "problem_count": len(form.errors) if own.is_sent and decision and not asked else 0,
        "reason_words": reason_words(own.comment.reason),
        "sent_text": request.POST.get("text", "") if not decision else "",
    }
    return _show(own, "discussion/appeal.html", context)


def _find_own(request: HttpRequest, pk: int, *, token_failed: bool) -> Own | None:
    """Return the comment ``pk`` where the person behind ``request`` wrote it; None for every other."""
    found = Comment.objects.select_related("discussion__article", "root", "parent", "author", "guest")
    comment = found.filter(pk=pk).first() if pk <= BIGGEST_ID else None
    if comment is None or comment.state == Comment.State.ERASED or not is_writer(viewer_of(request), comment):
        return None
    return Own(request, comment, Actor(ActorKind.WRITER, comment.author), token_failed)


def _show_edit(
    own: Own, form: EditForm, *, conflict: StaleTextError | None = None, wait: timedelta | None = None
) -> HttpResponse:
    """Show the form with everything typed; after a conflict also the text that is there now, which the next sending replaces.

    ``wait`` is how long until something can be sent again, after too much at once.
    """
    comment, text = own.comment, conflict.text if conflict else form.text
    is_checked = form.is_bound and not own.token_failed and wait is None
    is_declined = isinstance(text, PendingChange) and text.declined_at is not None
    if conflict:
        form.data = {**own.request.POST.dict(), "seen": text_key(text)}
    context = {
        "form": form,
        "conflict": conflict,
        "conflict_html": render_markup(text.body) if conflict else "",
        "is_declined": is_declined,
        "reason_words": reason_words(text.reason if is_declined or comment.state == Comment.State.REJECTED else ""),
        "problem_count": len(form.errors) if is_checked else 0,
        "preview": _preview(comment, form) if is_checked and not conflict else None,
        "is_public_at_once": comment.author is not None and _is_trusted(comment),
        "was_answered": comment.reply_count > 0,
        "parent_html": comment.parent.body_html if comment.parent and comment.parent.public else "",
        "wait": wait_words(wait) if wait else "",
    }
    page = _show(own, "discussion/edit.html", context)
    return refuse(page, wait) if wait else page


def _preview(comment: Comment, form: EditForm) -> dict[str, Any] | None:
    """Return what the comment would look like, or None while there is nothing to show."""
    if not form.is_bound or "body" not in form.cleaned_data:
        return None
    relation = form.cleaned_data.get("relation", "")
    return {
        "name": comment.name,
        "relation": dict(Comment._meta.get_field("relation").flatchoices).get(relation, ""),
        "subject": form.settle("subject"),
        "html": form.mark("body", render_markup(form.settle("body"))),
        "offers_breaks": False,
    }


def _is_trusted(comment: Comment) -> bool:
    """Tell whether other words of this writer are likely to be public at once."""
    if comment.author is None:
        return False
    return comment.author.is_staff or is_trusted(is_member=True, approved_count=count_approved(comment.author, None))


def _has_no_sending_left(comment: Comment) -> bool:
    return comment.state == Comment.State.REJECTED and not count_sendings_left(comment)


def _say_cannot_change(own: Own) -> HttpResponse:
    """Say why the words cannot be changed now and what can be done instead; give back what was typed."""
    return _show(own, "discussion/cannot_change.html", {"sent_text": _read_sent(own.request)}, status=409)


def _say_not_yours(request: HttpRequest) -> HttpResponse:
    """Say that nobody known as the writer stands here, whether the comment exists or not; give back what was typed."""
    return render(request, "discussion/not_yours.html", {"sent_text": _read_sent(request)}, status=403)


def _read_sent(request: HttpRequest) -> str:
    return "\n\n".join(filter(None, (request.POST.get(name) for name in ("subject", "body", "text"))))


def _show(own: Own, template: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    common = {
        "comment": own.comment,
        "article": own.comment.discussion.article,
        "is_in_sight": is_in_sight(own.comment),
        "token_failed": own.token_failed,
        "cookie_missing": own.token_failed and settings.CSRF_COOKIE_NAME not in own.request.COOKIES,
    }
    return render(own.request, template, common | context, status=status)


def _go(own: Own, path: str) -> HttpResponse:
    """Lead on after something was done. A guest's cookie is renewed, as it is with each comment."""
    response = HttpResponseRedirect(path)
    if own.comment.guest:
        remember_guest(response, own.comment.guest)
    return response
