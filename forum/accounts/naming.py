"""Who has a name, and changing one. What a name is, and which look alike, is in ``names``, without a database.

A name given up stays with its member for KEPT_FOR, so that nobody answers in their stead while people remember it. Only the
latest MOST_KEPT are kept: a member cannot gather names. Addresses never change hands.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from .events import member_renamed
from .models import OldName, User
from .names import name_key

KEPT_FOR = timedelta(days=2 * 365)
MOST_KEPT = 3


def is_held(name: str, *, besides: User | None = None, now: datetime | None = None) -> bool:
    """Tell whether a member other than ``besides`` has a name that looks like ``name``, or gave one up not long ago."""
    key = name_key(name)
    if not key:
        return False
    others = User.objects.filter(name_key=key)
    former = OldName.objects.filter(name_key=key, kept_until__gt=now or timezone.now())
    if besides is not None and besides.pk:
        others, former = others.exclude(pk=besides.pk), former.exclude(user=besides)
    return others.exists() or former.exists()


@transaction.atomic
def rename(user: User, name: str, *, now: datetime | None = None) -> User:
    """Give a stored member another name, checked before, and return them; the old address leads to the new one from now on.

    What they wrote keeps the name it was written under. Sends ``member_renamed``. Raises IntegrityError where somebody else takes
    the name at that moment.
    """
    now = now or timezone.now()
    user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    former_slug, former_key = user.slug, user.name_key
    User.objects.give_name(user, name)
    user.save(update_fields=["display_name", "name_key", "slug"])
    user.old_names.filter(slug=user.slug).delete()
    if former_slug != user.slug:
        user.old_names.create(slug=former_slug, name_key=former_key, given_up_at=now, kept_until=now + KEPT_FOR)
        kept = user.old_names.filter(kept_until__gt=now).order_by("-given_up_at", "-pk")
        user.old_names.filter(pk__in=list(kept.values_list("pk", flat=True)[MOST_KEPT:])).update(kept_until=now)
    member_renamed.send(User, user=user)
    return user
