"""The vocabulary in the administration. Every change of it is followed by a search of all texts, in the background."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .editing import change_vocabulary
from .models import Spelling, Topic, TopicPair


class SpellingInline(admin.TabularInline):
    """The words by which a topic is found."""

    model = Spelling
    extra = 3


@admin.register(Topic)
class TopicAdmin(admin.ModelAdmin):
    """Topics. None is deleted, for people's corrections hang on it: it is taken out of use."""

    list_display = ("name", "kind", "spelling_count", "comment_count", "is_active")
    list_filter = ("kind", "is_active")
    search_fields = ("name", "spellings__text")
    prepopulated_fields = {"slug": ("name",)}
    fields = ("name", "slug", "kind", "help_line", "is_active")
    inlines = (SpellingInline,)
    list_per_page = 100
    show_full_result_count = False

    def has_delete_permission(self, request: HttpRequest, obj: Topic | None = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Topic]:
        spellings = Spelling.objects.filter(topic=OuterRef("pk")).order_by().values("topic").annotate(count=Count("pk"))
        comments = TopicPair.objects.filter(low=OuterRef("pk"), high=OuterRef("pk"))
        return (
            super()
            .get_queryset(request)
            .annotate(
                spelling_total=Coalesce(Subquery(spellings.values("count")), 0),
                comment_total=Coalesce(Subquery(comments.values("comment_count")), 0),
            )
        )

    def save_related(self, request: HttpRequest, form: ModelForm, formsets: Any, change: bool) -> None:
        """Save the spellings; a topic without any is found by its name."""
        super().save_related(request, form, formsets, change)
        topic = form.instance
        if not topic.spellings.exists():
            Spelling.objects.create(topic=topic, text=topic.name)
        if form.has_changed() or any(formset.has_changed() for formset in formsets):
            change_vocabulary()
            words = _("All texts are searched again now, in the background. On a large site that takes some minutes.")
            messages.info(request, words)

    @admin.display(description=gettext_lazy("spellings"), ordering="spelling_total")
    def spelling_count(self, topic: Topic) -> int:
        return int(topic.spelling_total)  # type: ignore[attr-defined]

    @admin.display(description=gettext_lazy("comments"), ordering="comment_total")
    def comment_count(self, topic: Topic) -> int:
        return int(topic.comment_total)  # type: ignore[attr-defined]
