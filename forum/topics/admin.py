"""The vocabulary in the administration. Every change of it is followed by a search of all texts, in the background."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.forms import ModelForm
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from forum.accounts.models import User
from forum.discussion.admin.verbs import name_of

from .correcting import CorrectionForm, find_comment
from .editing import change_vocabulary, save_topic
from .mentions import correct_comment
from .models import By, Spelling, Topic, TopicPair


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

    def save_model(self, request: HttpRequest, obj: Topic, form: ModelForm, change: bool) -> None:
        save_topic(obj)

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

    def get_urls(self) -> list[URLPattern]:
        """Add the page on which moderators say what a comment is about."""
        own = [path("comment/<int:pk>/", self.admin_site.admin_view(self.correct), name="topics_comment")]
        return [*own, *super().get_urls()]

    @method_decorator(require_http_methods(["GET", "HEAD", "POST"]))
    def correct(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show a moderator what a comment is said to be about, or take what they say of that."""
        if not isinstance(request.user, User) or not request.user.has_perm("discussion.moderate_comment"):
            raise PermissionDenied
        comment = find_comment(pk)
        if comment is None:
            raise Http404
        form = CorrectionForm(request.POST if request.method == "POST" else None, comment=comment, by=By.MODERATOR)
        if request.method == "POST" and form.is_valid():
            correct_comment(comment, topic_ids=form.topic_ids(), by=By.MODERATOR, who=request.user)
            messages.success(request, _("Stored: what the comment by %(name)s is about.") % {"name": name_of(comment)})
            return redirect("admin:topics_comment", pk)
        context = self.admin_site.each_context(request) | {
            "title": _("What it is about"),
            "comment": comment,
            "name": name_of(comment),
            "form": form,
        }
        return TemplateResponse(request, "admin/topics/comment.html", context)

    @admin.display(description=gettext_lazy("spellings"), ordering="spelling_total")
    def spelling_count(self, topic: Topic) -> int:
        return int(topic.spelling_total)  # type: ignore[attr-defined]

    @admin.display(description=gettext_lazy("comments"), ordering="comment_total")
    def comment_count(self, topic: Topic) -> int:
        return int(topic.comment_total)  # type: ignore[attr-defined]
