"""App configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TopicsConfig(AppConfig):
    """What comments and articles are about: a vocabulary, where its words stand, and pages of experiences by topic."""

    name = "forum.topics"
    label = "topics"
    verbose_name = _("Topics")
    role_permissions = {
        "operator": [
            *(f"topics.{verb}_topic" for verb in ("view", "add", "change")),
            *(f"topics.{verb}_spelling" for verb in ("view", "add", "change", "delete")),
        ],
    }

    def ready(self) -> None:
        from articles.events import article_saved
        from forum.discussion.events import (
            comment_anonymised,
            comment_edited,
            comment_state_changed,
            discussion_changed,
        )

        from .receivers import follow_article, follow_discussion_state, follow_state, follow_text

        comment_state_changed.connect(follow_state, dispatch_uid="topics.follow_state")
        comment_edited.connect(follow_text, dispatch_uid="topics.follow_edit")
        comment_anonymised.connect(follow_text, dispatch_uid="topics.follow_anonymised")
        article_saved.connect(follow_article, dispatch_uid="topics.follow_article")
        discussion_changed.connect(follow_discussion_state, dispatch_uid="topics.follow_discussion_state")
