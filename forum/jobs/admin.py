"""Jobs in the admin: what waits, what failed and why, and a second chance. Nothing else can be changed by hand."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django_tasks import TaskResultStatus
from django_tasks_db import admin as _registered_there  # noqa: F401 - registers its own page, which the next line takes away
from django_tasks_db.models import DBTaskResult

from .models import QueuedJob

admin.site.unregister(DBTaskResult)


@admin.register(QueuedJob)
class QueuedJobAdmin(admin.ModelAdmin):
    """The list of jobs, newest first."""

    list_display = ("task_name", "status", "attempts", "exception_class_path", "enqueued_at", "run_after_shown", "finished_at")
    list_filter = ("status",)
    fields = ("task_path", "status", "attempts", "enqueued_at", "run_after_shown", "started_at", "finished_at", "error")
    readonly_fields = fields
    actions = ("try_again",)
    show_full_result_count = False

    @admin.display(description=_("attempts"))
    def attempts(self, row: QueuedJob) -> int:
        """Return how often it was started."""
        return len(row.worker_ids)

    @admin.display(description=_("not before"), empty_value="-")
    def run_after_shown(self, row: QueuedJob) -> object:
        """Return when it may start; nothing if at once, which the table keeps as the year 9999."""
        return None if row.run_after.year == 9999 else row.run_after

    @admin.display(description=_("last error"))
    def error(self, row: QueuedJob) -> str:
        """Return the last traceback."""
        return format_html("<pre>{}</pre>", row.traceback) if row.traceback else "-"

    @admin.action(description=_("Try again"), permissions=["change"])
    def try_again(self, request: HttpRequest, queryset: QuerySet[QueuedJob]) -> None:
        """Queue failed jobs anew, with all their tries."""
        failed = queryset.filter(status=TaskResultStatus.FAILED)
        count = failed.update(status=TaskResultStatus.READY, run_after=timezone.now(), finished_at=None, worker_ids=[])
        sentence = ngettext("%(count)d job will be tried again.", "%(count)d jobs will be tried again.", count)
        messages.success(request, sentence % {"count": count})

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Refuse: jobs come from the program."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: QueuedJob | None = None) -> bool:
        """Refuse: old jobs are pruned by the daily job."""
        return False
