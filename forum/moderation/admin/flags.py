"""All reports by readers, the newest first, to look at: what comes of one follows from decisions about its comment."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from forum.discussion.admin.lists import BoundedPaginator

from ..models import Flag
from .log import ReadOnlyAdmin

WORDS_SHOWN = 200


class OutcomeFilter(admin.SimpleListFilter):
    """By what came of it."""

    title = _("outcome")
    parameter_name = "outcome"
    VALUES = {"open": None, "right": True, "left": False}

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("open", _("not decided")), ("right", _("was right")), ("left", _("left public"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Flag]) -> QuerySet[Flag]:
        value = self.value()
        return queryset.filter(was_right=self.VALUES[value]) if value in self.VALUES else queryset


@admin.register(Flag)
class FlagAdmin(ReadOnlyAdmin):
    """A list; each line leads to the comment, where it is decided."""

    list_display = ("about", "reason", "what_they_wrote", "who", "made_at", "outcome_words")
    list_display_links = None
    list_filter = (OutcomeFilter, "reason")
    fields = ("about", "reason", "words", "who", "points", "made_at", "outcome_words")
    readonly_fields = fields
    ordering = ("-pk",)
    sortable_by = ()
    paginator = BoundedPaginator
    list_per_page = 50
    list_max_show_all = 0
    show_full_result_count = False
    actions = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[Flag]:
        found: QuerySet[Flag] = super().get_queryset(request).select_related("comment", "member", "guest")
        return found.defer("comment__body", "comment__body_html")

    @admin.display(description=_("comment"))
    def about(self, flag: Flag) -> str:
        address = reverse("admin:discussion_comment_change", args=[flag.comment_id])
        return format_html('<a href="{}">{}</a>', address, flag.comment)

    @admin.display(description=_("what the reader wrote"))
    def what_they_wrote(self, flag: Flag) -> str:
        return Truncator(flag.words).chars(WORDS_SHOWN)

    @admin.display(description=_("who"))
    def who(self, flag: Flag) -> Any:
        return flag.who

    @admin.display(description=_("outcome"))
    def outcome_words(self, flag: Flag) -> Any:
        return flag.outcome_words
