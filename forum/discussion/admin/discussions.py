"""Discussions in the administration: whether people may write. Articles make them; nobody adds or deletes one."""

from django.contrib import admin
from django.forms import ModelForm
from django.http import HttpRequest

from forum.accounts.models import User

from ..closing import set_discussion_state
from ..models import ActorKind, Discussion
from ..services import Actor
from .lists import BoundedPaginator


@admin.register(Discussion)
class DiscussionAdmin(admin.ModelAdmin):
    """Opens, closes and hides; the log keeps who did, and takes it back."""

    list_display = ("article", "state", "comment_count", "waiting_count", "last_comment_at")
    list_filter = ("state",)
    list_select_related = ("article",)
    list_per_page = 50
    list_max_show_all = 0
    ordering = ("-active_at", "-pk")
    sortable_by = ()
    search_fields = ("article__title", "article__slug")
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    paginator = BoundedPaginator
    actions = None
    fields = ("article", "state", "comment_count", "people_count", "waiting_count", "last_comment_at")
    readonly_fields = ("article", "comment_count", "people_count", "waiting_count", "last_comment_at")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Discussion | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Discussion, form: ModelForm, change: bool) -> None:
        """Store the state through its service."""
        assert isinstance(request.user, User)
        set_discussion_state(obj, state=obj.state, actor=Actor(ActorKind.MODERATOR, request.user))
