"""Requests for imported comments in the administration: who says "I wrote this", how one can tell, and the decision."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from ..attaching import NotAttachableError, is_claimable
from ..claiming import AlreadyDecidedError, decide_claim
from ..models import Claim
from ..questions import shorten
from .base import ModeratedAdmin
from .dates import age_of, date_words
from .forms import MAX_NOTE_CHARS
from .lists import BoundedPaginator, FilterWithDefault
from .page import CONFLICT
from .verbs import name_of

EXCERPT_CHARS = 80


class AnswerForm(forms.Form):
    """Yes or no, with words for the one who asked."""

    grant = forms.ChoiceField(choices=[("yes", ""), ("no", "")], widget=forms.HiddenInput)
    answer = forms.CharField(
        label=gettext_lazy("Answer (optional)"),
        help_text=gettext_lazy("The person who asked reads it."),
        max_length=MAX_NOTE_CHARS,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class OpenFilter(FilterWithDefault):
    """Those that wait, unless something else is asked for."""

    title = gettext_lazy("decided")
    parameter_name = "decided"
    default = "no"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("no", _("Waiting")), ("yes", _("Decided"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Claim]) -> QuerySet[Claim]:
        if self.value() == "no":
            return queryset.filter(decided_at=None).order_by("made_at", "pk")
        return queryset.exclude(decided_at=None).order_by("-pk")


@admin.register(Claim)
class ClaimAdmin(ModeratedAdmin):
    """Moderators read and decide; who asked reads the answer on the page they asked on."""

    list_display = ("asked_for", "who", "said", "made_at", "granted")
    list_filter = (OpenFilter,)
    list_select_related = ("comment", "member", "guest")
    list_per_page = 50
    list_max_show_all = 0
    sortable_by = ()
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    paginator = BoundedPaginator
    actions = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[Claim]:
        """Leave the texts of the comments where they are."""
        return super().get_queryset(request).defer("comment__body", "comment__body_html")

    def get_urls(self) -> list[URLPattern]:
        """Add the address that the buttons send to."""
        view = self.admin_site.admin_view(self.decide)
        return [path("<int:pk>/decide/", view, name="discussion_claim_decide"), *super().get_urls()]

    @admin.display(description=gettext_lazy("Comment by"))
    def asked_for(self, claim: Claim) -> str:
        return name_of(claim.comment)

    @admin.display(description=gettext_lazy("Who asks"))
    def who(self, claim: Claim) -> str:
        return str(claim.member or claim.guest)

    @admin.display(description=gettext_lazy("How one can tell"))
    def said(self, claim: Claim) -> str:
        return shorten(claim.evidence, EXCERPT_CHARS)

    @method_decorator(require_safe)
    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show a request. The form on the page has an address of its own."""
        self.moderator_of(request)
        return self._show(request, _find(object_id), AnswerForm())

    @method_decorator(require_POST)
    def decide(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Give the comment to who asked, or not; lead back to the list."""
        moderator = self.moderator_of(request)
        claim = _find(pk)
        form = AnswerForm(request.POST)
        if not form.is_valid():
            return self._show(request, claim, form, status=400)
        grant = form.cleaned_data["grant"] == "yes"
        try:
            claim = decide_claim(claim, grant=grant, answer=form.cleaned_data["answer"].strip(), actor=moderator)
        except AlreadyDecidedError as error:
            words = _("%(who)s decided this before you.") % {"who": error.claim.decided_by or _("Somebody")}
            messages.warning(request, words)
            return self._show(request, _find(pk), form, status=CONFLICT)
        except NotAttachableError:
            messages.warning(request, _("The comment belongs to somebody else by now. You can still say no."))
            return self._show(request, _find(pk), form, status=CONFLICT)
        words = _("Given to %(who)s.") if grant else _("Not given to %(who)s.")
        messages.success(request, words % {"who": claim.member or claim.guest})
        return HttpResponseRedirect(reverse("admin:discussion_claim_changelist"))

    def _show(self, request: HttpRequest, claim: Claim, form: AnswerForm, *, status: int = 200) -> HttpResponse:
        person = claim.member or claim.guest
        context = self.admin_site.each_context(request) | {
            "opts": self.opts,
            "title": _("%(who)s asks for the comment by %(name)s") % {"who": person, "name": name_of(claim.comment)},
            "claim": claim,
            "person": person,
            "comment": claim.comment,
            "posted": date_words(claim.comment),
            "asked": age_of(claim.made_at),
            "email": person.email if person and request.user.has_perm("accounts.change_user") else "",
            "can_grant": is_claimable(claim.comment),
            "form": form,
        }
        return TemplateResponse(request, "admin/discussion/claim/page.html", context, status=status)


def _find(pk: int | str) -> Claim:
    whole = Claim.objects.select_related("comment__discussion__article", "comment__guest", "member", "guest", "decided_by")
    try:
        return whole.get(pk=pk)
    except (Claim.DoesNotExist, ValueError, OverflowError) as error:
        raise Http404 from error
