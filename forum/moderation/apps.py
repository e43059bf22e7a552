"""App configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ModerationConfig(AppConfig):
    """Telling advertising from conversation: checks with reasons, a filter that learns, the rules of the site."""

    name = "forum.moderation"
    label = "moderation"
    verbose_name = _("Moderation")
    role_permissions = {
        role: [
            f"moderation.{verb}_{model}" for model in ("linkhost", "phraserule") for verb in ("view", "add", "change", "delete")
        ]
        for role in ("moderator", "operator")
    }

    def ready(self) -> None:
        from forum.discussion.events import comment_edited, comment_posted, comment_state_changed

        from .receivers import follow_edit, follow_state, note_arrival

        comment_posted.connect(note_arrival, dispatch_uid="moderation.note_arrival")
        comment_state_changed.connect(follow_state, dispatch_uid="moderation.follow_state")
        comment_edited.connect(follow_edit, dispatch_uid="moderation.follow_edit")
