"""Lists that stay fast at a million rows: nothing is counted to its end, every filter and order has its index."""

from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.db.models.expressions import Combinable
from django.db.models.functions import Left
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from ..models import Comment, Discussion
from ..questions import shorten

MAX_LISTED = 2_000  # rows that can be leafed through; the filters narrow the rest
MAX_ARTICLES = 20  # whose title holds the words that were searched
EXCERPT_SOURCE_CHARS = 400  # read of a text of up to 20,000 characters


class BoundedPaginator(Paginator):
    """Counts no further than MAX_LISTED."""

    object_list: QuerySet[Any]

    @cached_property
    def count(self) -> int:
        return self.object_list[:MAX_LISTED].count()


class CommentChangeList(ChangeList):
    """Keeps the order that the state asks for, and reads of each comment only what a line shows."""

    def get_ordering(self, request: HttpRequest, queryset: QuerySet[Comment]) -> list[str | Combinable]:
        return list(queryset.query.order_by)

    def get_queryset(self, request: HttpRequest, exclude_parameters: list[str | None] | None = None) -> QuerySet[Comment]:
        return with_excerpts(super().get_queryset(request, exclude_parameters))


def with_excerpts(rows: QuerySet[Comment]) -> QuerySet[Comment]:
    """Read of each comment what a line of a list shows, with ``excerpt`` and ``parent_excerpt`` in place of the texts."""
    return (
        rows.select_related("discussion__article", "parent")
        .only(
            "name", "state", "reason", "version", "origin", "reply_count", "created_at", "posted_at", "posted_precision",
            "posted_text", "discussion__article__title", "parent__name", "parent__posted_at", "parent__posted_precision",
        )
        .annotate(excerpt=Left("body", EXCERPT_SOURCE_CHARS), parent_excerpt=Left("parent__body", EXCERPT_SOURCE_CHARS))
    )  # fmt: skip


def excerpt_of(comment: Comment, limit: int) -> str:
    """Return the first words of a comment that was read by ``with_excerpts``."""
    return shorten(comment.excerpt, limit)  # type: ignore[attr-defined]


class FilterWithDefault(admin.SimpleListFilter):
    """Narrows the list also when nothing was chosen; whoever wants all rows says so."""

    default: str

    def value(self) -> str:
        """Return what was chosen, if it exists."""
        value = super().value()
        return value if value in {str(choice) for choice, _title in self.lookup_choices} else self.default

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        """Leave out the "All" that Django adds."""
        for value, title in self.lookup_choices:
            yield {
                "selected": self.value() == value,
                "query_string": changelist.get_query_string({str(self.parameter_name): value}),
                "display": title,
            }


class StateFilter(FilterWithDefault):
    """By state; what waits is shown unless something else is asked for, what writers ask for (``asked``) in any state."""

    title = _("state")
    parameter_name = "state"
    default: str = Comment.State.HELD
    ALL = "all"

    def __init__(self, request: HttpRequest, params: dict[str, Any], model: type[Comment], model_admin: Any) -> None:
        if "asked" in request.GET:
            self.default = self.ALL
        super().__init__(request, params, model, model_admin)

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [*Comment.State.choices, (self.ALL, _("All"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Comment]) -> QuerySet[Comment]:
        return in_state(queryset, self.value())


def in_state(rows: QuerySet[Comment], state: str) -> QuerySet[Comment]:
    """Narrow ``rows`` to a state (or "all") in the order a moderator reads it, each along an index of its own."""
    if state == Comment.State.HELD:
        return rows.filter(held=True).order_by("created_at", "pk")
    if state == Comment.State.PUBLISHED:
        return rows.filter(public=True).order_by("-published_at", "-pk")
    if state == StateFilter.ALL:
        return rows.order_by("-pk")
    return rows.filter(public=False, held=False, state=state).order_by("-pk")


class QuestionFilter(admin.SimpleListFilter):
    """Those that ask something."""

    title = _("question")
    parameter_name = "question"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("waiting", _("Waits for a reply")), ("yes", _("Asks something")), ("no", _("Asks nothing"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Comment]) -> QuerySet[Comment]:
        if self.value() == "waiting":
            return queryset.filter(waiting=True).order_by("-active_at", "-pk")
        return queryset.filter(is_question=self.value() == "yes") if self.value() in ("yes", "no") else queryset


class OriginFilter(admin.SimpleListFilter):
    """Those that were written here, or came from an old site."""

    title = _("where it was written")
    parameter_name = "imported"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("no", _("Here")), ("yes", _("Imported"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Comment]) -> QuerySet[Comment]:
        if self.value() == "no":
            return queryset.filter(origin="")
        # In the order of its index: there may be a million comments and no imported one among them.
        return queryset.filter(origin__gt="").order_by("origin", "-pk") if self.value() == "yes" else queryset


class ArticleFilter(admin.SimpleListFilter):
    """By article: its address, or words of its title. A form, for there may be 50,000 articles."""

    title = _("article")
    parameter_name = "article"
    template = "admin/discussion/filter_article.html"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return []

    def has_output(self) -> bool:
        return True

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        """Give the form what was typed, and the other filters to keep."""
        yield {"typed": self.value() or ""}
        for name, value in changelist.get_filters_params().items():
            if name != self.parameter_name:
                yield {"name": name, "value": value[-1]}
        if changelist.query:
            yield {"name": "q", "value": changelist.query}

    def queryset(self, request: HttpRequest, queryset: QuerySet[Comment]) -> QuerySet[Comment]:
        typed = (self.value() or "").strip()[:200]
        if not typed:
            return queryset
        found = list(Discussion.objects.filter(article__slug=typed).values_list("pk", flat=True))
        return queryset.filter(discussion__in=found or self._find_by_title(typed))

    def _find_by_title(self, typed: str) -> list[int]:
        rows = Discussion.objects.all()
        for word in typed.split()[:8]:
            rows = rows.filter(article__title__icontains=word)
        return list(rows.order_by("pk").values_list("pk", flat=True)[:MAX_ARTICLES])
