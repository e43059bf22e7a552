"""Imports in the administration: those that were made, and "Bring in a discussion", which shows what is in a file first."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.files.uploadhandler import StopUpload, TemporaryFileUploadHandler
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from articles.models import Article

from . import uploads
from .models import ImportRun, Upload

MEGABYTE = 1024 * 1024


@admin.register(ImportRun)
class ImportRunAdmin(admin.ModelAdmin):
    """Lists the runs; a run shows what was added and what was odd."""

    list_display = ["file_name", "format", "started_at", "finished_at", "undone_at"]
    fields = ["file_name", "file_hash", "format", "options", "counts", "oddities", "started_at", "finished_at", "undone_at"]
    readonly_fields = ["oddities", "undone_at"]

    @admin.display(description=gettext_lazy("oddities"))
    def oddities(self, run: ImportRun) -> SafeString:
        """Return the problems, a line each, with the line of the file."""
        return format_html_join("", "<p>{} {}</p>", ((problem["line"] or "–", problem["sentence"]) for problem in run.problems))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: ImportRun | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: ImportRun | None = None) -> bool:
        return False


class UploadForm(forms.Form):
    """A file, and where its comments shall stand."""

    file = forms.FileField(
        label=gettext_lazy("The file"),
        help_text=gettext_lazy(
            "An export or a saved page, compressed by gzip or not. What kind it is, is told by what is in it."
        ),
        error_messages={
            "required": gettext_lazy("Choose a file."),
            "empty": gettext_lazy("This file is empty."),
            "invalid": gettext_lazy("Choose a file."),
        },
    )
    article = forms.ModelChoiceField(
        Article.objects.order_by("title"),
        required=False,
        label=gettext_lazy("Put its comments under"),
        empty_label=gettext_lazy("the article in the file"),
        help_text=gettext_lazy("Leave it as it is where the article is to come along."),
    )


class _LimitedUploadHandler(TemporaryFileUploadHandler):
    """Writes what comes to the disk, and stops reading at the limit, whatever length was announced."""

    def __init__(self, request: HttpRequest, limit: int) -> None:
        super().__init__(request)
        self._left = limit
        self.is_over = False

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self._left -= len(raw_data)
        if self._left < 0:
            self.is_over = True
            raise StopUpload(connection_reset=True)
        super().receive_data_chunk(raw_data, start)


@admin.register(Upload)
class UploadAdmin(admin.ModelAdmin):
    """A page to bring a file, and a page for each one brought: what it would bring, how far it is, what came of it."""

    list_display = ("file_name", "state", "article", "made_by", "made_at")
    list_select_related = ("article", "made_by")
    list_per_page = 50
    list_max_show_all = 0
    show_full_result_count = False
    actions = None

    def has_change_permission(self, request: HttpRequest, obj: Upload | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Upload | None = None) -> bool:
        return False

    def history_view(self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Show the history to whoever may see uploads; the stock view says first that there is no such row."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return super().history_view(request, object_id, extra_context)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Upload]:
        """Return what this member of staff brought, and to operators everything."""
        rows = super().get_queryset(request)
        return rows if request.user.has_perm(uploads.EVERYTHING) else rows.filter(made_by=request.user.pk)

    def get_urls(self) -> list[URLPattern]:
        """Put our pages in place of the stock forms."""
        view = self.admin_site.admin_view
        return [
            path("add/", self._with_limit(view(self.bring)), name="imports_upload_add"),
            path("<uuid:pk>/change/", view(self.show), name="imports_upload_change"),
            path("<uuid:pk>/report/", view(self.send_report), name="imports_upload_report"),
            *super().get_urls(),
        ]

    def _with_limit(self, view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        """Set the limit before anything reads the request; the token of the form is in it, and so is checked by ``view``."""

        def limited(request: HttpRequest) -> HttpResponse:
            limit = settings.IMPORT_UPLOAD_MB * MEGABYTE
            request.upload_handlers = [_LimitedUploadHandler(request, limit)]
            if int(request.META.get("CONTENT_LENGTH") or 0) > limit + MEGABYTE:
                return self._refuse_size(request)
            return view(request)

        return csrf_exempt(limited)

    def _refuse_size(self, request: HttpRequest) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = UploadForm()
        sentence = _("The file is larger than %(size)d MB. An operator can import it on the server: see the README.")
        context = self._context(request, form) | {"too_large": sentence % {"size": settings.IMPORT_UPLOAD_MB}}
        return TemplateResponse(request, "admin/imports/bring.html", context, status=413).render()

    @method_decorator(require_http_methods(["GET", "HEAD", "POST"]))
    def bring(self, request: HttpRequest) -> HttpResponse:
        """Show the form, or keep the file and lead to its page."""
        if not self.has_add_permission(request) or not request.user.is_authenticated:
            raise PermissionDenied
        if request.method != "POST":
            return TemplateResponse(request, "admin/imports/bring.html", self._context(request, UploadForm()))
        form = UploadForm(request.POST, request.FILES)
        if any(getattr(handler, "is_over", False) for handler in request.upload_handlers):
            return self._refuse_size(request)
        if not form.is_valid():
            return TemplateResponse(request, "admin/imports/bring.html", self._context(request, form), status=400)
        file = form.cleaned_data["file"]
        upload = uploads.keep_upload(
            name=file.name, chunks=file.chunks(), article=form.cleaned_data["article"], made_by=request.user
        )
        return HttpResponseRedirect(upload.get_absolute_url())

    @method_decorator(require_http_methods(["GET", "HEAD", "POST"]))
    def show(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Show what a file would bring, how far it is, or what came of it. A POST brings it in, leaves it, takes it out."""
        upload = self._find(request, pk)
        if request.method == "POST":
            return self._act(request, upload)
        report = uploads.report_of(upload)
        context = self._context(request, None) | {
            "title": upload.file_name,
            "upload": upload,
            "is_under_way": upload.state in (Upload.State.LOOKING, Upload.State.IMPORTING, Upload.State.UNDOING),
            "counts": _count_words(upload.preview.get("counts", {}), is_least=bool(upload.preview.get("unscreened"))),
            "added": _count_words(upload.run.counts) if upload.run else [],
            "articles": _articles_of(upload),
            "has_report": report.exists(),
            "step": STEP_WORDS.get(upload.progress.get("step", ""), ""),
        }
        return TemplateResponse(request, "admin/imports/upload.html", context)

    def _act(self, request: HttpRequest, upload: Upload) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        act = request.POST.get("act")
        if act == "leave":
            uploads.leave(upload)
            messages.success(request, _("The file was deleted. Nothing was brought in."))
            return HttpResponseRedirect(reverse("admin:imports_upload_changelist"))
        done = (act == "bring" and uploads.start_import(upload)) or (act == "undo" and uploads.start_undo(upload))
        if not done:
            messages.warning(request, _("Somebody was faster. This is how it stands now."))
        return HttpResponseRedirect(upload.get_absolute_url())

    @method_decorator(require_safe)
    def send_report(self, request: HttpRequest, pk: UUID) -> HttpResponse | FileResponse:
        """Send the report, a JSON object a line."""
        report = uploads.report_of(self._find(request, pk))
        if not report.exists():
            raise Http404
        return FileResponse(report.open("rb"), as_attachment=True, filename="report.jsonl", content_type="application/jsonl")

    def _find(self, request: HttpRequest, pk: UUID) -> Upload:
        if not self.has_view_permission(request):
            raise PermissionDenied
        upload = self.get_queryset(request).select_related("run", "article").filter(pk=pk).first()
        if upload is None:
            raise Http404
        return upload

    def _context(self, request: HttpRequest, form: UploadForm | None) -> dict[str, Any]:
        return self.admin_site.each_context(request) | {
            "opts": self.opts,
            "title": _("Bring in a discussion"),
            "form": form,
            "size": settings.IMPORT_UPLOAD_MB,
            "is_operator": request.user.has_perm(uploads.EVERYTHING),
        }


STEP_WORDS = {
    "reading": gettext_lazy("The file is being read"),
    "writing": gettext_lazy("Comments are being written"),
    "indexing": gettext_lazy("Comments are made ready to be found"),
}
COUNTED = {
    "articles": gettext_lazy("Articles"),
    "collections": gettext_lazy("Collections"),
    "sources": gettext_lazy("Sources"),
    "comments": gettext_lazy("Comments"),
    "replies": gettext_lazy("of these, replies"),
    "held": gettext_lazy("of these, waiting for a moderator"),
    "taken_out": gettext_lazy("Comments taken out again"),
    "articles_taken_out": gettext_lazy("Articles taken out again"),
    "collections_taken_out": gettext_lazy("Collections taken out again"),
    "addresses_taken_out": gettext_lazy("Old addresses taken out again"),
    "stayed": gettext_lazy("Comments that stay"),
}


def _count_words(counts: dict[str, int], *, is_least: bool = False) -> list[tuple[str, int]]:
    """Return what is counted, in words, with its number; ``is_least``: more may wait."""
    words = COUNTED | ({"held": gettext_lazy("of these, waiting for a moderator, at least")} if is_least else {})
    return [(str(label), counts[kind]) for kind, label in words.items() if counts.get(kind) is not None]


def _articles_of(upload: Upload) -> list[Article]:
    """Return the articles that a file went under, the first of them."""
    if upload.run is None:
        return []
    if upload.article:
        return [upload.article]
    return list(Article.objects.filter(pk__in=upload.run.imported_ids.filter(article__isnull=False).values("article"))[:20])
