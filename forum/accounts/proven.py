"""What follows from a proven address: which guests are the same person as a member. A typed address proves nothing."""

from allauth.account.models import EmailAddress
from django.db.models import QuerySet
from django.db.models.functions import Lower

from .models import Guest, User
from .people import Person


def verified_addresses(member: User) -> set[str]:
    """Return the addresses, in small letters, that ``member`` has proven by a code, or an operator vouched for."""
    return {email.lower() for email in EmailAddress.objects.filter(user=member, verified=True).values_list("email", flat=True)}


def guests_of(member: User) -> QuerySet[Guest]:
    """Return the guests who have proven an address that ``member`` has proven too."""
    return _guests_with(verified_addresses(member))


def people_with(address: str) -> list[Person]:
    """Return everybody who has proven ``address``: the member, who can sign in, and the guests of any device."""
    plain = address.strip().lower()
    verified = EmailAddress.objects.filter(email__iexact=plain, verified=True).values("user")
    members = User.objects.filter(pk__in=verified, is_active=True)
    return [*(Person(user=member) for member in members), *(Person(guest=guest) for guest in _guests_with({plain} - {""}))]


def others_of(person: Person) -> list[Person]:
    """Return the guests who are the same person as ``person``: they have proven the same address, on another device maybe."""
    if person.user is not None:
        return [Person(guest=guest) for guest in guests_of(person.user)]
    proven = person.proven_address.lower()
    return [Person(guest=guest) for guest in _guests_with({proven} - {""}).exclude(pk=person.row.pk)]


def _guests_with(addresses: set[str]) -> QuerySet[Guest]:
    return Guest.objects.exclude(proven_at=None).annotate(plain=Lower("email")).filter(plain__in=addresses)
