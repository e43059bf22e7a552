"""What follows when the operator changes the vocabulary: every page may name it, and every text is searched again."""

from uuid import uuid4

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from articles.services import leave_old_address
from forum.site.models import SiteVersion

from .jobs import SOON, search_again
from .models import Topic, Vocabulary


@transaction.atomic
def change_vocabulary() -> None:
    """Note, last in a transaction, that topics or spellings are other ones now."""
    Vocabulary.objects.update_or_create(pk=1, defaults={"stamp": uuid4()})
    search_again.using(run_after=timezone.now() + SOON).enqueue()
    SiteVersion.objects.bump_frame()


def save_topic(topic: Topic) -> None:
    """Store ``topic``; a changed slug leaves an old address behind, which leads to its page."""
    former = Topic.objects.filter(pk=topic.pk).values_list("slug", flat=True).first()
    topic.save()
    if former is not None and former != topic.slug:
        leave_old_address(reverse("topics:topic", args=[former]), topic.get_absolute_url())
