"""App configuration."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class DiscussionConfig(AppConfig):
    """Discussions, threads and comments, and every page that shows them."""

    name = "forum.discussion"
    label = "discussion"
    verbose_name = _("Conversations")
    role_permissions = {
        role: [
            "discussion.view_comment",
            "discussion.change_comment",
            "discussion.moderate_comment",
            "discussion.view_discussion",
            "discussion.change_discussion",
            "discussion.view_decision",
            "discussion.view_claim",
        ]
        for role in ("moderator", "operator")
    }

    def ready(self) -> None:
        from articles.events import article_saved, collection_saved
        from forum.accounts.events import member_renamed

        from .append_only import install_triggers
        from .events import comment_state_changed
        from .receivers import open_discussion, show_collection, show_new_address
        from .responding import follow_appeals

        post_migrate.connect(install_triggers, sender=self, dispatch_uid="discussion.install_triggers")
        article_saved.connect(open_discussion, dispatch_uid="discussion.open_discussion")
        comment_state_changed.connect(follow_appeals, dispatch_uid="discussion.follow_appeals")
        collection_saved.connect(show_collection, dispatch_uid="discussion.show_collection")
        member_renamed.connect(show_new_address, dispatch_uid="discussion.show_new_address")
