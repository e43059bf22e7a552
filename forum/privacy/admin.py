"""What moderators do for people who are named in a comment: read, act on the comment, answer, close."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from . import services
from .models import ThirdPartyRequest


class AnswerForm(forms.ModelForm):
    """The answer, and whether that is all."""

    is_done = forms.BooleanField(
        label=_("This is dealt with"),
        required=False,
        help_text=_("The answer is mailed and the address deleted. What was written is deleted after 30 days."),
    )

    class Meta:
        model = ThirdPartyRequest
        fields = ("answer",)


class OpenFilter(admin.SimpleListFilter):
    """What waits, or what was dealt with."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Offer what was dealt with; what waits is shown without a choice."""
        return [("done", _("Dealt with"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        """Return the rows chosen."""
        return queryset.filter(done_at__isnull=self.value() != "done")


@admin.register(ThirdPartyRequest)
class ThirdPartyRequestAdmin(admin.ModelAdmin):
    """The list of requests, those that wait longest first."""

    form = AnswerForm
    list_display = ("__str__", "about", "wish", "made_at", "done_at")
    list_filter = (OpenFilter,)
    list_select_related = ("comment",)
    sortable_by = ()
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    actions = None
    readonly_fields = ("comment_link", "about", "wish", "words", "has_address", "made_at", "done_at")
    fields = (*readonly_fields, "answer", "is_done")

    @admin.display(description=_("comment"))
    def comment_link(self, request: ThirdPartyRequest) -> str:
        """Return the link to where details can be taken out, or the comment removed."""
        address = reverse("admin:discussion_comment_change", args=[request.comment_id])
        return format_html('<a href="{}">{}</a>', address, request.comment)

    @admin.display(description=_("waits for an answer by mail"), boolean=True)
    def has_address(self, request: ThirdPartyRequest) -> bool:
        """Tell whether an answer would reach anybody."""
        return bool(request.email)

    def save_model(self, request: HttpRequest, obj: ThirdPartyRequest, form: forms.ModelForm, change: bool) -> None:
        """Keep the answer; close the request if the moderator says so."""
        super().save_model(request, obj, form, change)
        if form.cleaned_data["is_done"]:
            services.close_request(obj)

    def has_change_permission(self, request: HttpRequest, obj: ThirdPartyRequest | None = None) -> bool:
        """Refuse once it is closed: the answer has gone out."""
        return super().has_change_permission(request, obj) and (obj is None or obj.done_at is None)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Refuse: requests come from the page."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: ThirdPartyRequest | None = None) -> bool:
        """Refuse: what was written goes by itself."""
        return False
