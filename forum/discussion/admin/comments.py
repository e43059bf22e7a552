"""The list of comments in the administration. The page of one comment is in ``page``, decisions on many in ``bulk``."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from ..models import Comment
from ..questions import shorten
from .answers import AnswersToWriters
from .bulk import BulkDecisions
from .dates import age_of, age_words, year_words
from .lists import (
    MAX_LISTED,
    ArticleFilter,
    BoundedPaginator,
    CommentChangeList,
    OriginFilter,
    QuestionFilter,
    StateFilter,
    excerpt_of,
)
from .places import PlacesOfComments
from .requests import tell_requests, with_open_appeal, with_open_change
from .verbs import PUBLISH, REJECT, REMOVE, RESTORE, name_of

EXCERPT_CHARS = 160
PARENT_EXCERPT_CHARS = 80
SEARCH_WINDOW = 20_000  # texts that one search looks through
MAX_SEARCH_WORDS = 5


class RequestFilter(admin.SimpleListFilter):
    """By what the writer asks for."""

    title = gettext_lazy("what its writer asks for")
    parameter_name = "asked"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("change", gettext_lazy("A change to be published")), ("look", gettext_lazy("A second look"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Comment]) -> QuerySet[Comment]:
        narrow = {"change": with_open_change, "look": with_open_appeal}.get(self.value() or "")
        return narrow(queryset) if narrow else queryset


@admin.register(Comment)
class CommentAdmin(BulkDecisions, AnswersToWriters, PlacesOfComments):
    """The list of comments. Every change goes through ``services``."""

    list_display = ("writer", "words", "answers", "article", "age", "state_words")
    list_display_links = ("writer",)
    list_filter = (StateFilter, RequestFilter, ArticleFilter, QuestionFilter, OriginFilter)
    list_per_page = 50
    list_max_show_all = 0
    sortable_by = ()
    search_fields = ("name", "body")
    search_help_text = gettext_lazy("Searches names and texts, in the first 20,000 comments of this list.")
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    paginator = BoundedPaginator
    actions = ("publish_chosen", "reject_chosen", "remove_chosen", "restore_chosen")

    def get_urls(self) -> list[URLPattern]:
        """Put the addresses of the decisions before the stock ones."""
        view = self.admin_site.admin_view
        return [
            path("decide/", view(self.decide_on_many), name="discussion_comment_bulk"),
            path("<int:pk>/decide/", view(self.decide), name="discussion_comment_decide"),
            path("<int:pk>/redact/", view(self.redact), name="discussion_comment_redact"),
            path("<int:pk>/change-by-writer/", view(self.decide_change), name="discussion_comment_decide_change"),
            path("<int:pk>/second-look/", view(self.uphold), name="discussion_comment_uphold"),
            path("<int:pk>/question/", view(self.mark), name="discussion_comment_question"),
            path("<int:pk>/reattach/", view(self.reattach), name="discussion_comment_reattach"),
            path("<int:pk>/lock/", view(self.lock), name="discussion_comment_lock"),
            *super().get_urls(),
        ]

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return CommentChangeList

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Comment], search_term: str
    ) -> tuple[QuerySet[Comment], bool]:
        """Look for every word in names and texts of the first SEARCH_WINDOW rows of the list: no index can help here."""
        if words := search_term.split()[:MAX_SEARCH_WORDS]:
            queryset = queryset.filter(pk__in=queryset.values("pk")[:SEARCH_WINDOW])
            for word in words:
                queryset = queryset.filter(Q(name__icontains=word) | Q(body__icontains=word))
        return queryset, False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Show the list under a line that says how many wait, and for how long."""
        response = super().changelist_view(request, extra_context)
        if isinstance(response, TemplateResponse) and response.context_data and "cl" in response.context_data:
            changelist = response.context_data["cl"]
            response.context_data |= {
                "title": _("Comments"),
                "waiting_line": _tell_what_waits(),
                "requests": tell_requests(),
                "is_cut": changelist.result_count >= MAX_LISTED,
                "max_listed": MAX_LISTED,
            }
        return response

    # -- the bulk actions; each leads to a page that asks once more

    @admin.action(description=gettext_lazy("Publish"), permissions=["moderate"])
    def publish_chosen(self, request: HttpRequest, queryset: QuerySet[Comment]) -> HttpResponse:
        return self.ask_about_many(request, queryset, PUBLISH)

    @admin.action(description=gettext_lazy("Do not publish"), permissions=["moderate"])
    def reject_chosen(self, request: HttpRequest, queryset: QuerySet[Comment]) -> HttpResponse:
        return self.ask_about_many(request, queryset, REJECT)

    @admin.action(description=gettext_lazy("Remove"), permissions=["moderate"])
    def remove_chosen(self, request: HttpRequest, queryset: QuerySet[Comment]) -> HttpResponse:
        return self.ask_about_many(request, queryset, REMOVE)

    @admin.action(description=gettext_lazy("Restore"), permissions=["moderate"])
    def restore_chosen(self, request: HttpRequest, queryset: QuerySet[Comment]) -> HttpResponse:
        return self.ask_about_many(request, queryset, RESTORE)

    # -- the columns

    @admin.display(description=gettext_lazy("Name"))
    def writer(self, comment: Comment) -> str:
        return name_of(comment)

    @admin.display(description=gettext_lazy("Text"))
    def words(self, comment: Comment) -> str:
        return excerpt_of(comment, EXCERPT_CHARS)

    @admin.display(description=gettext_lazy("Answers"), empty_value="")
    def answers(self, comment: Comment) -> str:
        if comment.parent is None:
            return ""
        words = {
            "name": name_of(comment.parent),
            "year": year_words(comment.parent),
            "text": shorten(comment.parent_excerpt, PARENT_EXCERPT_CHARS),  # type: ignore[attr-defined]
        }
        return _("to %(name)s, %(year)s: “%(text)s”") % words

    @admin.display(description=gettext_lazy("Article"))
    def article(self, comment: Comment) -> str:
        return comment.discussion.article.title

    @admin.display(description=gettext_lazy("Posted"))
    def age(self, comment: Comment) -> str:
        return age_words(comment)

    @admin.display(description=gettext_lazy("State"))
    def state_words(self, comment: Comment) -> str:
        state = comment.get_state_display()
        return f"{state}: {comment.get_reason_display()}" if comment.reason else state


def _tell_what_waits() -> str:
    """Say how many comments wait and how long the oldest has; counts no further than MAX_LISTED."""
    held = Comment.objects.held()
    count = held.order_by("created_at", "pk")[:MAX_LISTED].count()
    oldest = held.order_by("created_at", "pk").values_list("created_at", flat=True).first()
    if oldest is None:
        return _("No comment is waiting.")
    waited = age_of(oldest)
    if count >= MAX_LISTED:
        return _("More than %(count)d comments are waiting. The oldest has waited %(age)s.") % {"count": count, "age": waited}
    return ngettext(
        "%(count)d comment is waiting. It has waited %(age)s.",
        "%(count)d comments are waiting. The oldest has waited %(age)s.",
        count,
    ) % {"count": count, "age": waited}
