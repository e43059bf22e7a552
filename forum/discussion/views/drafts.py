"""The pages of a draft: saved, on another device, thrown away. It is written and posted in the form (``views.forms``)."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from forum.accounts.guests import change_address, find_guest, remember_guest
from forum.accounts.limits import limited
from forum.accounts.links import Purpose, read_link

from ..draft_links import Mailing, link_to, mail_link_to
from ..drafts import DraftElsewhereError, adopt_draft, discard_draft, drafts_of
from ..forms import AddressForm
from ..limits import ASKING_FOR_MAIL
from ..models import Discussion, Draft
from ..permissions import Viewer, can_post, viewer_of
from .desk import kept_by_browser_only


@kept_by_browser_only
@require_safe
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that a text is saved, and how to go on with it here or elsewhere."""
    draft = _find_own(request, pk)
    if draft is None:
        return _show_gone(request)
    return _show(request, draft, was_mailed="mailed" in request.GET)


@kept_by_browser_only
@require_http_methods(["GET", "HEAD", "POST"])
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask once before a text is deleted, then delete it and open an empty form."""
    draft = _find_own(request, pk)
    if draft is None:
        return _show_gone(request)
    if request.method == "POST":
        discard_draft(draft)
        return redirect(draft.get_absolute_url())
    return render(request, "discussion/draft_discard.html", {"draft": draft})


@kept_by_browser_only
@sensitive_post_parameters()
@require_POST
@limited(ASKING_FOR_MAIL)
def mail_link(request: HttpRequest, pk: int) -> HttpResponse:
    """Mail the link to a draft to the address of its writer, or to the one that a guest types."""
    draft = _find_own(request, pk)
    if draft is None:
        return _show_gone(request)
    guest = draft.guest
    form = AddressForm(request.POST, auto_id="f-%s") if guest and not guest.proven_at else None
    if form and guest:
        if not form.is_valid():
            return _show(request, draft, form=form)
        change_address(guest, form.cleaned_data["email"])
    outcome = mail_link_to(draft)
    if outcome is Mailing.SENT:
        response: HttpResponse = redirect(f"{request.path.removesuffix('mail/')}?mailed")
    else:
        if form and outcome is Mailing.NO_ADDRESS:
            form.add_error("email", AddressForm.base_fields["email"].error_messages["invalid"])
        response = _show(request, draft, form=form, is_too_soon=outcome is Mailing.NOT_AGAIN_TODAY)
    if guest:
        remember_guest(response, guest)
    return response


@kept_by_browser_only
@require_http_methods(["GET", "HEAD", "POST"])
def open_by_link(request: HttpRequest, pk: int, token: str) -> HttpResponse:
    """Open a draft on another device, which knows its guest from then on.

    Where somebody else is known, a member or another guest, they see the text and may take it over.
    """
    link = read_link(token, Purpose.DRAFT)
    draft = Draft.objects.select_related("discussion__article", "guest").filter(pk=pk, guest=link.guest).first() if link else None
    if link is None or draft is None or not link.is_fresh:
        return _show_gone(request)
    member = request.user if request.user.is_authenticated else None
    here = find_guest(request)
    if member is None and here in (None, link.guest):
        response = _go_on(request, draft)
        remember_guest(response, link.guest)
        return response
    other = None
    if request.method == "POST":
        try:
            draft = adopt_draft(draft, author=member, guest=None if member else here)
        except DraftElsewhereError as error:
            other = error.draft
        else:
            return _go_on(request, draft)
    return render(request, "discussion/draft_adopt.html", {"draft": draft, "other": other})


def _find_own(request: HttpRequest, pk: int) -> Draft | None:
    return drafts_of(viewer_of(request)).select_related("guest", "author").filter(pk=pk).first()


def _go_on(request: HttpRequest, draft: Draft) -> HttpResponse:
    """Lead to the form; where nobody can write any more, show the text itself."""
    return redirect(draft.get_absolute_url()) if _has_form(request, draft) else _show(request, draft)


def _has_form(request: HttpRequest, draft: Draft) -> bool:
    discussion = draft.discussion
    if discussion.state == Discussion.State.HIDDEN or not discussion.article.is_published():
        return False
    return can_post(Viewer(user_id=request.user.pk if request.user.is_authenticated else None), discussion)


def _show(
    request: HttpRequest,
    draft: Draft,
    *,
    form: AddressForm | None = None,
    was_mailed: bool = False,
    is_too_soon: bool = False,
) -> HttpResponse:
    guest = draft.guest
    if form is None and guest and not guest.proven_at:
        form = AddressForm(initial={"email": guest.email}, auto_id="f-%s")
    context = {
        "draft": draft,
        "link": link_to(draft),
        "has_form": _has_form(request, draft),
        "form": form,
        "known_address": guest.email if guest and guest.proven_at else draft.author.email if draft.author else "",
        "was_mailed": was_mailed,
        "is_too_soon": is_too_soon,
    }
    return render(request, "discussion/draft.html", context)


def _show_gone(request: HttpRequest) -> HttpResponse:
    return render(request, "discussion/draft_gone.html", status=404)
