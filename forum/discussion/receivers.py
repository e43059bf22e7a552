"""What this app does about what happens in the apps below it."""

from typing import Any

from django.db.models import F

from articles.models import Article
from forum.accounts.models import User
from forum.site.models import SiteVersion

from .models import Discussion, DiscussionPerson


def open_discussion(sender: type, article: Article, **kwargs: Any) -> None:
    """Give a new article its discussion; pages that list articles show something else from now on."""
    discussion, is_new = Discussion.objects.get_or_create(article=article, defaults={"changed_at": article.changed_at})
    if not is_new:
        Discussion.objects.filter(pk=discussion.pk).update(version=F("version") + 1, changed_at=article.changed_at)
    SiteVersion.objects.bump()


def show_collection(sender: type, **kwargs: Any) -> None:
    """Pages that list articles name their collections."""
    SiteVersion.objects.bump()


def show_new_address(sender: type, user: User, **kwargs: Any) -> None:
    """Pages with something by ``user`` link to the member's page, which has another address now."""
    written_in = Discussion.objects.filter(pk__in=DiscussionPerson.objects.filter(author=user).values("discussion"))
    # Locked in the order of their ids, as everything that touches several discussions does.
    ids = list(written_in.order_by("pk").select_for_update(no_key=True).values_list("pk", flat=True))
    Discussion.objects.filter(pk__in=ids).update(version=F("version") + 1)
    SiteVersion.objects.bump()
