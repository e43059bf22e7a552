"""The addresses that members sign in with, as django-allauth keeps them beside ``User.email``: whether they are proven."""

from allauth.account.models import EmailAddress

from .models import User


def set_address(user: User, *, is_proven: bool) -> None:
    """Make ``user.email`` the one address of ``user``. One that is proven already stays so."""
    EmailAddress.objects.filter(user=user).exclude(email=user.email).delete()
    address, _ = EmailAddress.objects.get_or_create(user=user, email=user.email, defaults={"primary": True})
    if (is_proven and not address.verified) or not address.primary:
        address.verified = address.verified or is_proven
        address.primary = True
        address.save(update_fields=["verified", "primary"])
