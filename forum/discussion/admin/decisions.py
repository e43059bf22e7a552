"""The log of decisions in the administration, to read. Rows are added by ``services`` and never changed."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from ..closing import THREAD_CLOSED
from ..models import ActorKind, Decision, Discussion
from .lists import BoundedPaginator, FilterWithDefault
from .verbs import name_of


class ActorFilter(FilterWithDefault):
    """By who decided; moderators unless something else is asked for, since an import decides once a comment."""

    title = _("who")
    parameter_name = "as"
    default = ActorKind.MODERATOR

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(ActorKind.choices)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Decision]) -> QuerySet[Decision]:
        return queryset.filter(actor_kind=self.value())


@admin.register(Decision)
class DecisionAdmin(admin.ModelAdmin):
    """Read only, for everybody."""

    list_display = ("at", "who", "change", "about", "reason", "note")
    list_display_links = None
    list_filter = (ActorFilter, "kind", "to_state", "reason")
    list_select_related = ("who", "comment", "discussion__article")
    list_per_page = 50
    list_max_show_all = 0
    ordering = ("-pk",)
    sortable_by = ()
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    paginator = BoundedPaginator
    actions = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Decision | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Decision | None = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Decision]:
        """Leave the texts of the comments where they are."""
        rows = super().get_queryset(request).defer("comment__body", "comment__body_html")
        return rows.defer("discussion__article__body", "discussion__article__body_html")

    @admin.display(description=_("What"))
    def change(self, decision: Decision) -> str:
        if decision.kind == Decision.Kind.DISCUSSION:
            return f"{Discussion.State(decision.from_state).label} → {Discussion.State(decision.to_state).label}"
        if decision.kind == Decision.Kind.LOCK:
            return str(_("Closed to replies") if decision.note == THREAD_CLOSED else _("Opened to replies"))
        if decision.kind != Decision.Kind.STATE:
            return decision.get_kind_display()
        return f"{decision.get_from_state_display() or '–'} → {decision.get_to_state_display()}"

    @admin.display(description=_("About"))
    def about(self, decision: Decision) -> str:
        if decision.discussion is not None:
            address = reverse("admin:discussion_discussion_change", args=[decision.discussion_id])
            return format_html('<a href="{}">{}</a>', address, decision.discussion)
        assert decision.comment is not None
        address = reverse("admin:discussion_comment_change", args=[decision.comment_id])
        return format_html('<a href="{}">{}, {}</a>', address, name_of(decision.comment), decision.comment_id)
