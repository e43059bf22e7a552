"""The page at /settings/: name, role, language, and whom one does not want to read. Signing in has pages of its own."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from .models import Ignore, User
from .naming import rename
from .own_forms import SettingsForm, tell_taken

MOST_SHOWN = 200


@never_cache
@login_required
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def settings_page(request: HttpRequest) -> HttpResponse:
    """Show what a member can choose, or store it."""
    assert isinstance(request.user, User)
    member = request.user
    form = SettingsForm(request.POST if request.method == "POST" else None, member=member)
    if form.is_bound and form.is_valid():
        try:
            _store(member, form)
        except IntegrityError:
            form.add_error("display_name", tell_taken(form.cleaned_data["display_name"], member))
        else:
            translation.activate(member.language or translation.get_language() or settings.LANGUAGE_CODE)
            messages.success(request, _("Saved."))
            return redirect("own:settings")
    context = {
        "form": form,
        "ignored": Ignore.objects.filter(member=member).select_related("author", "guest").order_by("-pk")[:MOST_SHOWN],
        "problem_count": len(form.errors),
    }
    return render(request, "accounts/settings.html", context)


@transaction.atomic
def _store(member: User, form: SettingsForm) -> None:
    data = form.cleaned_data
    if data["display_name"] != form.former_name:
        rename(member, data["display_name"])
    member.relation = data["relation"]
    member.language = data.get("language", member.language)
    member.save(update_fields=["relation", "language"])


@never_cache
@login_required
@require_POST
def show_again(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop folding somebody's comments for the member."""
    assert isinstance(request.user, User)
    get_object_or_404(Ignore, pk=pk, member=request.user).delete()
    messages.success(request, _("Their comments are shown again."))
    return redirect("own:settings")
