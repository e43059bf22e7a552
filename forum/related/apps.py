"""App configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RelatedConfig(AppConfig):
    """Shared experience: who else wrote about the same, and why it is shown."""

    name = "forum.related"
    label = "related"
    verbose_name = _("Shared experience")

    def ready(self) -> None:
        from forum.discussion.events import comment_anonymised, comment_edited, comment_moved, comment_state_changed
        from forum.topics.events import new_comments_searched, topics_corrected

        from .receivers import follow_move, follow_search, follow_state, follow_text

        comment_state_changed.connect(follow_state, dispatch_uid="related.follow_state")
        new_comments_searched.connect(follow_search, dispatch_uid="related.follow_search")
        comment_moved.connect(follow_move, dispatch_uid="related.follow_move")
        for event in (comment_edited, comment_anonymised, topics_corrected):
            event.connect(follow_text, dispatch_uid="related.follow_text")
