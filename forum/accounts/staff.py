"""Making somebody staff: how, with which password, under which name. What a role may do is in ``roles``."""

import secrets
from dataclasses import dataclass

from django.contrib.auth.models import Group
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from .addresses import set_address
from .models import User
from .names import MAX_NAME_CHARS, name_key
from .naming import is_held, rename
from .roles import ROLES

# Letters that nobody mixes up when copying from a screen; 16 of them are 72 bits.
LEGIBLE_LETTERS = "abcdefghjkmnpqrstuvwxyz"
PASSWORD_GROUPS, PASSWORD_GROUP_CHARS = 4, 4


class StaffError(ValueError):
    """Why this person cannot be made staff, in a sentence for whoever typed the command."""


@dataclass(frozen=True)
class StaffLogin:
    """The member, and the password where one was generated: it can be read here and nowhere else."""

    user: User
    generated_password: str = ""


@transaction.atomic
def add_staff(*, email: str, role: str, name: str = "", password: str = "") -> StaffLogin:
    """Make a member staff in ``role``, storing a new member where nobody has that address.

    Without ``password`` one is generated, unless they have one: that they keep. Roles add up. Raises StaffError.
    """
    if role not in ROLES:
        raise StaffError(_("“%(role)s” is not a role. Roles are: %(roles)s.") % {"role": role, "roles": ", ".join(ROLES)})
    email = email.strip().lower()
    try:
        validate_email(email)
    except ValidationError:
        raise StaffError(_("“%(email)s” is not an e-mail address.") % {"email": email}) from None
    user = User.objects.filter(email=email).first()
    if user is None:
        chosen = _require_free_name(name) if name else _free_name(email.split("@")[0])
        user = User(email=email)
        User.objects.give_name(user, chosen)
    elif name and name_key(name) != user.name_key:
        user = rename(user, _require_free_name(name, besides=user))
    generated = ""
    if password:
        try:
            validate_password(password, user)
        except ValidationError as error:
            raise StaffError(" ".join(error.messages)) from None
    elif not user.has_usable_password() or not user.password:
        password = generated = generate_password()
    if password:
        user.set_password(password)
    user.is_staff = user.is_active = True
    user.save()
    set_address(user, is_proven=True)  # the operator who types it vouches for it
    user.groups.add(Group.objects.get(name=role))
    return StaffLogin(user, generated)


def generate_password() -> str:
    """Return a password that is easy to copy by hand."""
    letters = [secrets.choice(LEGIBLE_LETTERS) for _ in range(PASSWORD_GROUPS * PASSWORD_GROUP_CHARS)]
    return "-".join("".join(letters[start::PASSWORD_GROUPS]) for start in range(PASSWORD_GROUPS))


def _require_free_name(name: str, *, besides: User | None = None) -> str:
    name = " ".join(name.split())
    if not name_key(name) or len(name) > MAX_NAME_CHARS:
        raise StaffError(_("A name has at least one letter and at most %(max)d characters.") % {"max": MAX_NAME_CHARS})
    if is_held(name, besides=besides):
        raise StaffError(_("Somebody here already has the name “%(name)s”, or one that looks like it.") % {"name": name})
    return name


def _free_name(wanted: str) -> str:
    wanted = wanted[: MAX_NAME_CHARS - 10]
    wanted = wanted if name_key(wanted) else "member"
    name, number = wanted, 1
    while is_held(name):
        number += 1
        name = f"{wanted} {number}"
    return name
