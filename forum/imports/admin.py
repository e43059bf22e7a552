"""Imports in the administration: to be read, with their oddities, which are work for a moderator. Nothing is changed here."""

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from .models import ImportRun


@admin.register(ImportRun)
class ImportRunAdmin(admin.ModelAdmin):
    """Lists the runs; a run shows what was added and what was odd."""

    list_display = ["file_name", "format", "started_at"]
    fields = ["file_name", "file_hash", "format", "options", "counts", "oddities", "started_at", "finished_at"]
    readonly_fields = ["oddities"]

    @admin.display(description=_("oddities"))
    def oddities(self, run: ImportRun) -> SafeString:
        """Return the problems, a line each, with the line of the file."""
        return format_html_join("", "<p>{} {}</p>", ((problem["line"] or "–", problem["sentence"]) for problem in run.problems))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: ImportRun | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: ImportRun | None = None) -> bool:
        return False
