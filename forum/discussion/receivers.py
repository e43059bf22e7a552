"""What this app does about what happens in the apps below it."""

from typing import Any

from django.db.models import F

from articles.models import Article
from forum.site.models import SiteVersion

from .models import Discussion


def open_discussion(sender: type, article: Article, **kwargs: Any) -> None:
    """Give a new article its discussion; pages that list articles show something else from now on."""
    discussion, is_new = Discussion.objects.get_or_create(article=article, defaults={"changed_at": article.changed_at})
    if not is_new:
        Discussion.objects.filter(pk=discussion.pk).update(version=F("version") + 1, changed_at=article.changed_at)
    SiteVersion.objects.bump()


def show_collection(sender: type, **kwargs: Any) -> None:
    """Pages that list articles name their collections."""
    SiteVersion.objects.bump()
