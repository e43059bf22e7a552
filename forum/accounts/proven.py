"""What follows from a proven address: which guests are the same person as a member. A typed address proves nothing."""

from allauth.account.models import EmailAddress
from django.db.models import QuerySet
from django.db.models.functions import Lower

from .models import Guest, User


def verified_addresses(member: User) -> set[str]:
    """Return the addresses, in small letters, that ``member`` has proven by a code, or an operator vouched for."""
    return {email.lower() for email in EmailAddress.objects.filter(user=member, verified=True).values_list("email", flat=True)}


def guests_of(member: User) -> QuerySet[Guest]:
    """Return the guests who have proven an address that ``member`` has proven too."""
    named = Guest.objects.exclude(email="").exclude(proven_at=None).annotate(plain=Lower("email"))
    return named.filter(plain__in=verified_addresses(member))
