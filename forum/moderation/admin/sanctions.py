"""Sanctions in the administration: tried on the comments of the last days, lifted by a button, never deleted."""

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.options import VERTICAL, get_ul_class
from django.contrib.admin.widgets import AdminDateWidget, AdminRadioSelect
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from forum.discussion.admin.tried import TriedAdmin, TriedForm
from forum.discussion.previews import Preview

from ..models import Sanction
from ..previews import preview_sanction
from ..sanctions import in_force, lift
from ..targets import Target, mask, read_target

LIFT = "_lift"
USUAL_DAYS, LONG_DAYS = 30, 366


class SanctionForm(TriedForm):
    """Whom, what, why and until when. Who is meant is typed once and does not change."""

    target = forms.CharField(
        label=gettext_lazy("Whom"),
        max_length=254,
        help_text=gettext_lazy(
            "#12 means the writer of comment 12, their e-mail address, or the network it came from, as you choose above. Or "
            "write the name of a member, an e-mail address, a domain such as example.org, a network such as 203.0.113.0/24."
        ),
        error_messages={"required": gettext_lazy("Say whom: #12 for a comment, a name, an address or a network.")},
    )
    until = forms.DateField(
        label=gettext_lazy("Until"), widget=AdminDateWidget, help_text=gettext_lazy("On this day it ends by itself.")
    )
    resolved: Target | None = None

    class Meta:
        model = Sanction
        fields = ("kind", "action", "reason", "note", "until")
        widgets = {
            "kind": AdminRadioSelect(attrs={"class": get_ul_class(VERTICAL)}),
            "action": AdminRadioSelect(attrs={"class": get_ul_class(VERTICAL)}),
            "note": forms.Textarea(attrs={"rows": 3}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["is_meant"].label = _("I mean it")
        self.fields["is_meant"].help_text = _("Only asked where it touches many people, or lasts long.")
        if "kind" in self.fields:
            self.fields["kind"].choices = Sanction.Kind.choices  # type: ignore[attr-defined]  # without the empty one

    def clean_until(self) -> Any:
        """Refuse a day that is over: it would hold for nobody."""
        until = self.cleaned_data["until"]
        if until <= timezone.localdate():
            raise forms.ValidationError(_("Choose a day after today."))
        return until

    def clean(self) -> dict[str, Any]:
        """Find who is meant, try the sanction, and ask again about what touches many or lasts very long."""
        if not self.instance.pk and "kind" in self.cleaned_data and "target" in self.cleaned_data:
            try:
                self.resolved = read_target(self.cleaned_data["kind"], self.cleaned_data["target"])
            except forms.ValidationError as error:
                self.add_error("target", error)
        data = super().clean()
        if self.errors or data.get("is_meant"):
            return data
        doubts = [self.resolved.doubt] if self.resolved and self.resolved.doubt else []
        if (data["until"] - timezone.localdate()).days > LONG_DAYS:
            doubts.append(_("It would last longer than a year."))
        if doubts:
            self.add_error(None, " ".join([*doubts, _("If you mean it, tick the box below.")]))
        return data

    def find(self, data: dict[str, Any]) -> Preview | None:
        """Look which comments of the last days it would have held or refused."""
        about = self.resolved or Target(self.instance.member, self.instance.guest, self.instance.value)
        return preview_sanction(data.get("kind", self.instance.kind), about, now=timezone.now())


class InForceFilter(admin.SimpleListFilter):
    """Those that hold today, or those that are over."""

    title = gettext_lazy("in force")
    parameter_name = "in_force"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", gettext_lazy("Yes")), ("no", gettext_lazy("No, it is over"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Sanction]) -> QuerySet[Sanction]:
        match self.value():
            case "yes":
                return queryset.filter(pk__in=in_force())
            case "no":
                return queryset.exclude(pk__in=in_force())
        return queryset


@admin.register(Sanction)
class SanctionAdmin(TriedAdmin):
    """Made, changed, lifted; the rows stay a year longer, and the history of each says who did what."""

    form = SanctionForm
    change_form_template = "admin/moderation/sanction_form.html"
    list_display = ("whom", "kind", "action", "reason", "until", "state", "made_by")
    list_filter = (InForceFilter, "kind", "action")
    list_select_related = ("member", "guest", "made_by")
    ordering = ("-pk",)
    sortable_by = ()
    actions = None

    def has_delete_permission(self, request: HttpRequest, obj: Sanction | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Sanction | None = None) -> bool:
        """Leave what was lifted as it was: who needs another makes another."""
        return super().has_change_permission(request, obj) and not (obj and obj.lifted_at)

    def get_fields(self, request: HttpRequest, obj: Sanction | None = None) -> Any:
        what = ["action", "reason", "note", "until"]
        if obj is None:
            return ["kind", "target", *what, "is_meant"]
        if self.has_change_permission(request, obj):
            return ["kind", "whom", *what, "is_meant", "made_by", "made_at", "state"]
        return ["kind", "whom", *what, "made_by", "made_at", "state"]

    def get_readonly_fields(self, request: HttpRequest, obj: Sanction | None = None) -> list[str]:
        return ["kind", "whom", "made_by", "made_at", "state"] if obj else []

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """Return the form; who is meant is not typed a second time."""
        form = super().get_form(request, obj, change=change, **kwargs)
        if obj is not None:
            form.base_fields.pop("target", None)
        return form

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Begin with the comment from which a moderator came."""
        number = request.GET.get("comment", "")
        kind = request.GET.get("kind", "")
        return {
            "target": f"#{number}" if number.isdecimal() else "",
            "kind": kind if kind in Sanction.Kind.values else "",
            "until": timezone.localdate() + timedelta(days=USUAL_DAYS),
        }

    def save_model(self, request: HttpRequest, obj: Sanction, form: Any, change: bool) -> None:
        """Save whom it is about and who made it."""
        if not change:
            obj.member, obj.guest, obj.value = form.resolved.member, form.resolved.guest, form.resolved.value
            obj.made_by = request.user  # type: ignore[assignment]
        super().save_model(request, obj, form, change)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show or store a sanction; the button beside it lifts it, whatever else is in the form."""
        if request.method == "POST" and LIFT in request.POST:
            return self._lift(request, object_id)
        return super().change_view(request, object_id, form_url, extra_context)

    def _lift(self, request: HttpRequest, object_id: str) -> HttpResponse:
        sanction = self.get_object(request, object_id)
        if sanction is None or not self.has_change_permission(request, sanction):
            raise PermissionDenied
        if lift(sanction, by=request.user):  # type: ignore[arg-type]
            self.log_change(request, sanction, "Lifted.")
            self.message_user(request, _("It is lifted. The writer can write as before."))
        return HttpResponseRedirect(reverse("admin:moderation_sanction_changelist"))

    @admin.display(description=gettext_lazy("whom"))
    def whom(self, sanction: Sanction) -> str:
        if sanction.member:
            return str(sanction.member)
        if sanction.guest:
            return sanction.guest.display_name or _("no name given")
        return mask(sanction.value) if sanction.kind == Sanction.Kind.ADDRESS else sanction.value or _("forgotten")

    @admin.display(description=gettext_lazy("how it stands"))
    def state(self, sanction: Sanction) -> str:
        if sanction.lifted_at:
            return _("lifted by %(name)s") % {"name": sanction.lifted_by}
        return _("in force") if sanction.until > timezone.localdate() else _("over")
