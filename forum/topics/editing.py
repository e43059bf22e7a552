"""What follows when the operator changes the vocabulary: every page may name it, and every text is searched again."""

from uuid import uuid4

from django.db import transaction
from django.utils import timezone

from forum.site.models import SiteVersion

from .jobs import SOON, search_again
from .models import Vocabulary


@transaction.atomic
def change_vocabulary() -> None:
    """Note, last in a transaction, that topics or spellings are other ones now."""
    Vocabulary.objects.update_or_create(pk=1, defaults={"stamp": uuid4()})
    search_again.using(run_after=timezone.now() + SOON).enqueue()
    SiteVersion.objects.bump_frame()
