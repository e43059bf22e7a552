"""Outgoing mail in the admin: what waits and why, what was given up. No words and no address of anybody are shown."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from .jobs import deliver_mail
from .models import OutgoingMessage


@admin.register(OutgoingMessage)
class OutgoingMessageAdmin(admin.ModelAdmin):
    """The list of mail, newest first."""

    list_display = (
        "kind",
        "state",
        "server",
        "attempts",
        "may_have_arrived",
        "last_error",
        "created_at",
        "due_at",
        "finished_at",
    )
    list_filter = ("state", "may_have_arrived", "kind")
    fields = list_display
    readonly_fields = fields
    actions = ("try_again",)
    show_full_result_count = False

    @admin.display(description=_("to an address at"), empty_value="-")
    def server(self, row: OutgoingMessage) -> str:
        """Return the part of the address that says which mail server takes it."""
        return row.recipient.rpartition("@")[2]

    @admin.action(description=_("Try again"), permissions=["change"])
    def try_again(self, request: HttpRequest, queryset: QuerySet[OutgoingMessage]) -> None:
        """Send now what waits, and what was given up, for another four days."""
        state, now = OutgoingMessage.State, timezone.now()
        # Not those a worker has in hand: they would go out twice.
        again = queryset.filter(state__in=[state.WAITING, state.FAILED], is_in_flight=False)
        count = again.update(state=state.WAITING, due_at=now, created_at=now, attempts=0, finished_at=None)
        deliver_mail.enqueue()
        messages.success(
            request,
            ngettext("%(count)d mail will be tried again.", "%(count)d mails will be tried again.", count) % {"count": count},
        )

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Refuse: mail comes from the program."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: OutgoingMessage | None = None) -> bool:
        """Refuse: old records are pruned by the daily job."""
        return False
