"""Sign-ups that nobody finished: their name and address are free again for whoever asks for one after an hour."""

from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from .models import User
from .names import name_key

# Codes last 15 minutes, and one sent again lasts no longer; an hour leaves nobody standing at the door.
UNPROVEN_FOR = timedelta(hours=1)


def forget_unproven(*, name: str = "", email: str = "", now: datetime | None = None) -> None:
    """Delete members who have never proven their address nor signed in, and who stand in the way of ``name`` or ``email``."""
    in_the_way = Q(name_key=name_key(name)) if name_key(name) else Q(email=email)
    proven = EmailAddress.objects.filter(user=OuterRef("pk"), verified=True)
    unproven = EmailAddress.objects.filter(user=OuterRef("pk"), verified=False)
    User.objects.filter(
        in_the_way,
        Exists(unproven),
        ~Exists(proven),
        last_login=None,
        is_staff=False,
        is_superuser=False,
        password__startswith=UNUSABLE_PASSWORD_PREFIX,
        date_joined__lt=(now or timezone.now()) - UNPROVEN_FOR,
    ).delete()
