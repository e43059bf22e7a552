"""App configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ModerationConfig(AppConfig):
    """Telling advertising from conversation, and the work of moderators: the queue, batches, undo, the log, the dashboard."""

    name = "forum.moderation"
    label = "moderation"
    verbose_name = _("Moderation")
    _rules = [
        f"moderation.{verb}_{model}" for model in ("linkhost", "phraserule") for verb in ("view", "add", "change", "delete")
    ]
    _looking = ["moderation.view_queueitem", "moderation.view_batch", "moderation.view_flag"]
    _sanctions = [f"moderation.{verb}_sanction" for verb in ("view", "add", "change")]
    role_permissions = {
        "moderator": [*_looking, *_rules, *_sanctions],
        # Only the operator sees how much each moderator does; everybody sees their own part.
        "operator": [*_looking, "moderation.view_load", *_rules, *_sanctions],
    }

    def ready(self) -> None:
        from forum.discussion.events import (
            comment_anonymised,
            comment_edited,
            comment_posted,
            comment_request_changed,
            comment_state_changed,
            signals_changed,
        )

        from .receivers import follow_edit, follow_state, forget_words_about, note_arrival, sort_in, sort_new

        comment_posted.connect(note_arrival, dispatch_uid="moderation.note_arrival")
        comment_posted.connect(sort_new, dispatch_uid="moderation.sort_new")
        comment_state_changed.connect(follow_state, dispatch_uid="moderation.follow_state")
        comment_state_changed.connect(sort_in, dispatch_uid="moderation.sort_in")
        comment_edited.connect(follow_edit, dispatch_uid="moderation.follow_edit")
        comment_edited.connect(sort_in, dispatch_uid="moderation.sort_in_edited")
        comment_request_changed.connect(sort_in, dispatch_uid="moderation.sort_in_asked")
        signals_changed.connect(sort_in, dispatch_uid="moderation.sort_in_signals")
        comment_anonymised.connect(forget_words_about, dispatch_uid="moderation.forget_words_about")
