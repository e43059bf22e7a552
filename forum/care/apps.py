"""App configuration."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class CareConfig(AppConfig):
    """What protects people: words of distress are read first, personal details seen before they are public, dangers named."""

    name = "forum.care"
    label = "care"
    verbose_name = _("Care")
    _looking_after = ["care.view_caremark", "care.change_caremark"]
    _notes = [f"care.{verb}_safetynote" for verb in ("view", "add", "change", "delete")]
    role_permissions = {
        "moderator": [*_looking_after, "care.view_safetynote"],
        "author": _notes,
        "operator": [*_looking_after, *(f"care.{verb}_carephrase" for verb in ("view", "add", "change", "delete")), *_notes],
    }

    def ready(self) -> None:
        from articles.events import article_saved
        from forum.discussion.events import comment_anonymised, comment_edited, comment_screened, comment_state_changed

        from .receivers import follow_anonymising, follow_article, follow_screening, follow_state, follow_text
        from .vocabulary import install_starting_set

        post_migrate.connect(install_starting_set, sender=self, dispatch_uid="care.install_starting_set")
        comment_screened.connect(follow_screening, dispatch_uid="care.follow_screening")
        comment_state_changed.connect(follow_state, dispatch_uid="care.follow_state")
        comment_edited.connect(follow_text, dispatch_uid="care.follow_text")
        article_saved.connect(follow_article, dispatch_uid="care.follow_article")
        comment_anonymised.connect(follow_anonymising, dispatch_uid="care.follow_anonymising")
