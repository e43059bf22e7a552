"""Closing an account: nobody can sign in with it any more. Words and name stay; erasing those is a request of its own."""

from allauth.usersessions.models import UserSession
from django.db import transaction

from .events import account_closed
from .models import User


@transaction.atomic
def close_account(user: User) -> None:
    """End every session of ``user`` and let them sign in no more. Name and address stay taken. Sends ``account_closed``."""
    user.is_active = False
    user.save(update_fields=["is_active"])
    for session in UserSession.objects.filter(user=user):
        session.end()
    account_closed.send(sender=User, user=user)
