"""What every page about comments shares: who may come in, and the way back to the list."""

from django.contrib import admin
from django.contrib.admin.templatetags.admin_urls import add_preserved_filters
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.urls import reverse

from forum.accounts.models import User

from ..models import ActorKind, Comment
from ..services import Actor


class ModeratedAdmin(admin.ModelAdmin):
    """Moderators read and decide; nobody adds, edits or deletes a row, whoever asks."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_moderate_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Comment | None = None) -> bool:
        return self.has_moderate_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Comment | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Comment | None = None) -> bool:
        return False

    def has_moderate_permission(self, request: HttpRequest) -> bool:
        """Tell whether this person may decide; also what the bulk actions ask."""
        return request.user.has_perm("discussion.moderate_comment")

    def moderator_of(self, request: HttpRequest) -> Actor:
        """Return who decides here; raise PermissionDenied for anybody who may not."""
        if not isinstance(request.user, User) or not self.has_moderate_permission(request):
            raise PermissionDenied
        return Actor(ActorKind.MODERATOR, request.user)

    def list_url(self, request: HttpRequest) -> str:
        """Return the address of the list, with the filters that the person came with."""
        return self._with_filters(request, reverse("admin:discussion_comment_changelist"))

    def page_url(self, request: HttpRequest, comment: Comment) -> str:
        """Return the address of the page of ``comment``, which keeps the way back."""
        return self._with_filters(request, reverse("admin:discussion_comment_change", args=[comment.pk]))

    def _with_filters(self, request: HttpRequest, address: str) -> str:
        return add_preserved_filters({"opts": self.opts, "preserved_filters": self.get_preserved_filters(request)}, address)
