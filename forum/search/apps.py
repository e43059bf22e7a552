"""App configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SearchConfig(AppConfig):
    """Finding articles and comments by their words."""

    name = "forum.search"
    label = "search"
    verbose_name = _("Search")

    def ready(self) -> None:
        from articles.events import article_saved
        from forum.discussion.events import comment_anonymised, comment_coming, comment_edited, comment_state_changed

        from .receivers import follow_article, follow_comment, read_words

        article_saved.connect(follow_article, dispatch_uid="search.follow_article")
        comment_coming.connect(read_words, dispatch_uid="search.read_words")
        for event in (comment_state_changed, comment_edited, comment_anonymised):
            event.connect(follow_comment, dispatch_uid="search.follow_comment")
