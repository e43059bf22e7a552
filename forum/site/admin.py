"""The operator's own words and help lines in the administration, and the name over it."""

from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from .models import HelpLine, SiteText, SiteVersion

admin.site.site_header = admin.site.site_title = settings.SITE_NAME


@admin.register(SiteText)
class SiteTextAdmin(admin.ModelAdmin):
    """One row, opened at once; it cannot be added or deleted."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: SiteText | None = None) -> bool:
        return False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, object] | None = None) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        return redirect("admin:site_sitetext_change", 1)

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> SiteText | None:
        """Return the row, or the defaults: opening the page stores nothing."""
        return SiteText.load() if object_id == "1" else None

    def save_model(self, request: HttpRequest, obj: SiteText, form: ModelForm, change: bool) -> None:
        super().save_model(request, obj, form, change)
        SiteVersion.objects.bump_frame()


@admin.register(HelpLine)
class HelpLineAdmin(admin.ModelAdmin):
    """Who answers now, in the order of /help-now/."""

    list_display = ["name", "how", "when", "where", "position"]
    list_editable = ["position"]

    def save_model(self, request: HttpRequest, obj: HelpLine, form: ModelForm, change: bool) -> None:
        super().save_model(request, obj, form, change)
        SiteVersion.objects.bump_frame()

    def delete_model(self, request: HttpRequest, obj: HelpLine) -> None:
        super().delete_model(request, obj)
        SiteVersion.objects.bump_frame()

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[HelpLine]) -> None:
        super().delete_queryset(request, queryset)
        SiteVersion.objects.bump_frame()
