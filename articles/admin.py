"""Where authors write. Everything is stored through ``services``; nothing here can delete an article."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin, messages
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.db.models import ForeignKey, QuerySet
from django.forms import Form, ModelChoiceField
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from .address_form import OldAddressForm
from .forms import ArticleForm, CorrectionForm, CorrectionFormSet, ShelfField, SourceForm, SourceFormSet, kept_rows, read_preview
from .markup import Problem, check_article, render_article
from .models import Article, Collection, Correction, OldAddress, Source
from .pages import describe_article
from .services import publish_article, save_article, save_collection, unpublish_article


class SourceInline(admin.StackedInline):
    """The numbered sources, below the text that cites them."""

    model = Source
    form = SourceForm
    formset = SourceFormSet
    fields = ["number", "title", ("url", "saved_copy_url"), ("checked_on", "broken_since")]
    extra = 1


class CorrectionInline(admin.StackedInline):
    """The corrections, each with the words that it belongs to."""

    model = Correction
    form = CorrectionForm
    fields = ["made_on", "quote", "text"]
    formset = CorrectionFormSet
    extra = 0


@admin.register(Article)
class ArticleAdmin(admin.ModelAdmin):
    """Articles, with their sources and corrections and a preview of the text."""

    form = ArticleForm
    inlines = [SourceInline, CorrectionInline]
    list_display = ["title", "status", "shelf", "byline", "published_on", "reviewed_on"]
    list_filter = ["status", "collection"]
    search_fields = ["title", "slug", "byline"]
    actions = ["publish", "unpublish"]
    radio_fields = {"status": admin.HORIZONTAL}
    readonly_fields = ["preview"]
    fieldsets = [
        (None, {"fields": ["title", "slug", "collection", "standfirst"]}),
        (_("Text"), {"fields": ["body", "preview"]}),
        (_("Who wrote it"), {"fields": ["byline", "byline_role", "writer", "submitted_by", "language"]}),
        (_("When"), {"fields": [("published_on", "published_precision"), "reviewed_on", "original_url"]}),
        (_("Who may read it"), {"fields": ["status"]}),
    ]

    class Media:
        css = {"all": ["authoring.css"]}
        js = ["django_htmx/htmx-2.min.js"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Article]:
        return super().get_queryset(request).select_related("writer").defer("body_html").with_shelves()  # type: ignore[attr-defined]

    def get_prepopulated_fields(self, request: HttpRequest, obj: Article | None = None) -> dict[str, Sequence[str]]:
        """Follow the title only until the address is known to others."""
        return {} if obj else {"slug": ("title",)}

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"published_on": timezone.localdate()} | super().get_changeform_initial_data(request)

    def formfield_for_foreignkey(
        self, db_field: ForeignKey[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> ModelChoiceField | None:
        if db_field.name == "collection":
            kwargs |= {"queryset": Collection.objects.with_shelves(), "form_class": ShelfField}
        if db_field.name == "writer":
            kwargs["queryset"] = get_user_model().objects.filter(is_staff=True)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def has_delete_permission(self, request: HttpRequest, obj: Article | None = None) -> bool:
        """Say no to everybody: a conversation hangs on it. Back to draft takes it from the pages."""
        return False

    def get_urls(self) -> list[URLPattern]:
        preview = path("preview/", self.admin_site.admin_view(require_POST(self.show_preview)), name="articles_article_preview")
        return [preview, *super().get_urls()]

    def show_preview(self, request: HttpRequest) -> HttpResponse:
        """Show what was typed, stored or not: as a page of its own, or as the part that a script puts under the text."""
        if not (self.has_add_permission(request) or self.has_change_permission(request)):
            raise PermissionDenied
        article, sources, corrections = read_preview(request.POST)
        numbers = [source.number for source in sources]
        article.body_html = render_article(article.body, source_numbers=numbers, corrections=corrections)
        context = {
            "article": article,
            "page": describe_article(article, sources, today=timezone.localdate()),
            "findings": check_article(article.body, numbers, [correction.quote for correction in corrections]),
        }
        is_part = request.headers.get("HX-Request") == "true"
        return render(request, "admin/articles/article/_preview.html" if is_part else "articles/preview.html", context)

    @admin.display(description=_("preview"))
    def preview(self, article: Article | None) -> str:
        """Hold the place where the text appears as readers will see it."""
        return format_html(
            '<div id="body-preview" class="text-preview">{}</div>', _("Press “Preview” at the end of this page to see the text.")
        )

    @admin.display(description=_("collection"))
    def shelf(self, article: Article) -> str:
        """Return the collection with those that it is part of."""
        return article.collection.path_label() if article.collection else ""

    def save_model(self, request: HttpRequest, obj: Article, form: Form, change: bool) -> None:
        """Wait: ``save_related`` stores the article together with its sources and corrections."""

    def save_related(self, request: HttpRequest, form: Any, formsets: list[BaseInlineFormSet], change: bool) -> None:
        """Store the whole article through its service, and name the sources that nothing cites."""
        rows: dict[Any, list[Any]] = {}
        for formset in formsets:
            formset.save(commit=False)  # tells the history what changed
            rows[formset.model] = kept_rows(formset)
        article = save_article(form.instance, sources=rows.get(Source), corrections=rows.get(Correction))
        numbers = article.sources.values_list("number", flat=True)
        for finding in check_article(article.body, numbers):
            if finding.problem is Problem.UNCITED_SOURCE:
                self.message_user(request, finding.sentence, messages.WARNING)

    @admin.action(description=_("Publish the chosen articles"), permissions=["change"])
    def publish(self, request: HttpRequest, articles: QuerySet[Article]) -> None:
        """Publish what is not published yet."""
        drafts = list(articles.filter(status=Article.Status.DRAFT))
        for article in drafts:
            publish_article(article)
            self.log_change(request, article, [{"changed": {"fields": [str(_("status"))]}}])
        said = ngettext("%(count)d article is published.", "%(count)d articles are published.", len(drafts))
        self.message_user(request, said % {"count": len(drafts)}, messages.SUCCESS)

    @admin.action(description=_("Take the chosen articles back to draft"), permissions=["change"])
    def unpublish(self, request: HttpRequest, articles: QuerySet[Article]) -> None:
        """Take from the pages what is published."""
        published = list(articles.filter(status=Article.Status.PUBLISHED))
        for article in published:
            unpublish_article(article)
            self.log_change(request, article, [{"changed": {"fields": [str(_("status"))]}}])
        said = ngettext("%(count)d article is a draft again.", "%(count)d articles are drafts again.", len(published))
        self.message_user(request, said % {"count": len(published)}, messages.SUCCESS)


@admin.register(Collection)
class CollectionAdmin(admin.ModelAdmin):
    """Collections, each shown with those that it is part of."""

    list_display = ["path", "slug"]
    search_fields = ["title", "slug"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Collection]:
        return super().get_queryset(request).with_shelves()  # type: ignore[attr-defined]

    def get_prepopulated_fields(self, request: HttpRequest, obj: Collection | None = None) -> dict[str, Sequence[str]]:
        return {} if obj else {"slug": ("title",)}

    def formfield_for_foreignkey(
        self, db_field: ForeignKey[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> ModelChoiceField | None:
        return super().formfield_for_foreignkey(
            db_field, request, **kwargs | {"queryset": Collection.objects.with_shelves(), "form_class": ShelfField}
        )

    @admin.display(description=_("collection"), ordering="title")
    def path(self, collection: Collection) -> str:
        """Return the collection with those that it is part of."""
        return collection.path_label()

    def save_model(self, request: HttpRequest, obj: Collection, form: Form, change: bool) -> None:
        save_collection(obj)


@admin.register(OldAddress)
class OldAddressAdmin(admin.ModelAdmin):
    """Paths of former days and where they lead."""

    form = OldAddressForm
    change_form_template = "admin/articles/oldaddress/change_form.html"
    list_display = ["path", "leads_to"]
    search_fields = ["path", "target"]
    list_filter = ["has_star"]
    ordering = ["path"]
    show_full_result_count = False

    @admin.display(description=_("path of today"), ordering="target")
    def leads_to(self, address: OldAddress) -> str:
        """Return where it leads, or that it is gone."""
        return address.target or str(_("gone for good"))
