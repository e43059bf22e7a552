"""Moderation in the administration's list of pages: the queue, batches, and the log with undo and a file of it."""

import csv
from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from forum.accounts.models import User
from forum.discussion.admin.decisions import ActorFilter, DecisionAdmin
from forum.discussion.admin.lists import BoundedPaginator
from forum.discussion.closing import is_as_decided
from forum.discussion.models import ActorKind, Decision

from ..models import Batch, QueueItem
from ..services import UNDO_FOR, UNDOABLE_KINDS

CSV_COLUMNS = ("id", "at", "who", "as", "what", "from", "to", "comment", "discussion", "reason", "note", "batch", "undoes")
CSV_ROWS_AT_ONCE = 1_000
# A cell that begins so is run as a formula by programs for tables.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")

admin.site.unregister(Decision)


class ReadOnlyAdmin(admin.ModelAdmin):
    """Nobody adds, changes or deletes a row by hand."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(QueueItem)
class QueueAdmin(ReadOnlyAdmin):
    """Only the way to the queue."""

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Lead to the queue's own page."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return HttpResponseRedirect(reverse("moderation:queue"))


@admin.register(Batch)
class BatchAdmin(ReadOnlyAdmin):
    """The batches of the last weeks, each with its own page."""

    list_display = ("what", "moderator", "scope", "state", "total", "made_at")
    list_display_links = None
    list_select_related = ("moderator",)
    ordering = ("-made_at",)
    sortable_by = ()
    list_per_page = 50
    list_max_show_all = 0
    show_full_result_count = False
    actions = None

    @admin.display(description=gettext_lazy("What"))
    def what(self, batch: Batch) -> str:
        return format_html('<a href="{}">{}</a>', reverse("moderation:batch", args=[batch.pk]), batch.get_verb_display())


class OnePage(BoundedPaginator):
    """Reads a page of what the keyset leaves, and whether there is more: nothing is counted, nothing skipped."""

    @cached_property
    def count(self) -> int:
        return len(self.object_list.values_list("pk")[: self.per_page + 1])


class ResultFilter(admin.ChoicesFieldListFilter):
    """By the state that a comment came to."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title = gettext_lazy("state it came to")


class PersonFilter(admin.SimpleListFilter):
    """By one of the staff: a list of all who ever decided would read the whole log."""

    title = gettext_lazy("person")
    parameter_name = "person"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        staff = User.objects.filter(is_staff=True).order_by("display_name")
        return [(str(pk), name) for pk, name in staff.values_list("pk", "display_name")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Decision]) -> QuerySet[Decision]:
        value = self.value() or ""
        return queryset.filter(who=int(value)) if value.isdecimal() and len(value) < 19 else queryset


class BeforeFilter(admin.SimpleListFilter):
    """The keyset: decisions below an id. It has no choices to click; the link to earlier ones gives it."""

    title = gettext_lazy("earlier")
    parameter_name = "before"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return []

    def has_output(self) -> bool:
        return True

    def choices(self, changelist: Any) -> Iterator[Any]:
        return iter(())

    def queryset(self, request: HttpRequest, queryset: QuerySet[Decision]) -> QuerySet[Decision]:
        value = self.value() or ""
        return queryset.filter(pk__lt=int(value)) if value.isdecimal() and len(value) < 19 else queryset


@admin.register(Decision)
class DecisionLog(DecisionAdmin):
    """The log: with a link that takes a decision back, the way to earlier ones by keyset, and the whole as a file."""

    change_list_template = "admin/moderation/decision_list.html"
    list_display = (*DecisionAdmin.list_display, "undoing")  # type: ignore[assignment]
    list_filter = (ActorFilter, PersonFilter, "kind", ("to_state", ResultFilter), "reason", BeforeFilter)  # type: ignore[assignment]
    paginator = OnePage

    def get_urls(self) -> list[URLPattern]:
        """Put the file before the stock addresses."""
        return [path("csv/", self.admin_site.admin_view(self.send_csv), name="discussion_decision_csv"), *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Decision]:
        return super().get_queryset(request).prefetch_related("undone_by__who")

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Show a page of the log, with the link to the next one where it is full."""
        response = super().changelist_view(request, {"title": _("Log of decisions")} | (extra_context or {}))
        if isinstance(response, TemplateResponse) and response.context_data and "cl" in response.context_data:
            changelist = response.context_data["cl"]
            rows = list(changelist.result_list)
            query = changelist.get_query_string(remove=["before"])
            csv_url = reverse("admin:discussion_decision_csv")
            response.context_data["csv_href"] = f"{csv_url}{query}"
            if changelist.multi_page:
                response.context_data["earlier_href"] = changelist.get_query_string({"before": rows[-1].pk})
        return response

    def send_csv(self, request: HttpRequest) -> StreamingHttpResponse:
        """Send every decision that the filters leave, the newest first, as a file for a spreadsheet."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        changelist = self.get_changelist_instance(request)
        rows = changelist.queryset.prefetch_related(None).select_related("who").order_by("-pk")
        answer = StreamingHttpResponse(_write_csv(rows), content_type="text/csv; charset=utf-8")
        answer["Content-Disposition"] = 'attachment; filename="decisions.csv"'
        return answer

    @admin.display(description=gettext_lazy("Undo"))
    def undoing(self, decision: Decision) -> str:
        undone = next(iter(decision.undone_by.all()), None)
        if undone:
            return _("undone by %(name)s") % {"name": undone.who or undone.get_actor_kind_display()}
        is_recent = decision.at > timezone.now() - UNDO_FOR
        can_be = decision.actor_kind == ActorKind.MODERATOR and decision.kind in UNDOABLE_KINDS and decision.undoes_id is None
        if not (is_recent and can_be and is_as_decided(decision)):
            return ""
        return format_html('<a href="{}">{}</a>', reverse("moderation:undo", args=[decision.pk]), _("Undo"))


class _Echo:
    """Gives a row of the file back instead of storing it."""

    def write(self, line: str) -> str:
        return line


def _write_csv(rows: QuerySet[Decision]) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield writer.writerow(CSV_COLUMNS)
    for row in rows.iterator(chunk_size=CSV_ROWS_AT_ONCE):
        cells = (
            row.pk, row.at.isoformat(), row.who or "", row.actor_kind, row.kind, row.from_state, row.to_state,
            row.comment_id or "", row.discussion_id or "", row.reason, row.note, row.batch or "", row.undoes_id or "",
        )  # fmt: skip
        yield writer.writerow([_harmless(str(cell)) for cell in cells])


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(FORMULA_STARTS) else cell
