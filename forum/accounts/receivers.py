"""What this app does about what others announce."""

from typing import Any

from allauth.usersessions.models import UserSession
from django.db.models.signals import pre_save
from django.dispatch import receiver

NOWHERE = "0.0.0.0"  # noqa: S104 - nothing listens here: it stands for an address that is not kept


@receiver(pre_save, sender=UserSession)
def forget_network_address(instance: UserSession, **kwargs: Any) -> None:
    """Keep no network address with a session: its owner knows the browser by its name, and nobody else looks."""
    instance.ip = NOWHERE
