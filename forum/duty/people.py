"""Who looks after the site: staff by their role, with an address that is proven, unless they want no such mail."""

from allauth.account.models import EmailAddress
from django.db.models import Exists, OuterRef, Q, QuerySet

from forum.accounts.models import User
from forum.accounts.roles import MODERATOR, OPERATOR

from .models import DutyChoice, Kind


def find_staff(kind: Kind, *, is_late: bool = False) -> list[User]:
    """Return who is told of ``kind``: moderators; operators too where ``is_late``, and in their place where there is none."""
    found = _find(kind, _has_role(MODERATOR))
    # That somebody may be at risk must reach a person, also where every moderator has stopped such mail.
    has_nobody = not found if kind == Kind.CARE else not _staff_with(_has_role(MODERATOR)).exists()
    if is_late or has_nobody:
        known = {user.pk for user in found}
        found += [user for user in _find(kind, _has_role(OPERATOR) | Q(is_superuser=True)) if user.pk not in known]
    return found


def has_duty(user: User) -> bool:
    """Tell whether ``user`` is staff who may be told anything."""
    return _staff_with(_has_role(MODERATOR) | _has_role(OPERATOR) | Q(is_superuser=True)).filter(pk=user.pk).exists()


def stopped_kinds(user: User) -> set[int]:
    """Return the kinds that ``user`` does not want."""
    return set(DutyChoice.objects.filter(user=user).values_list("kind", flat=True))


def _has_role(name: str) -> Q:
    # A subquery: a join would return whoever has two roles twice.
    return Q(pk__in=User.groups.through.objects.filter(group__name=name).values("user"))


def _staff_with(role: Q) -> QuerySet[User]:
    return User.objects.filter(role, is_active=True, is_staff=True)


def _find(kind: Kind, role: Q) -> list[User]:
    proven = EmailAddress.objects.filter(user=OuterRef("pk"), email__iexact=OuterRef("email"), verified=True)
    stopped = DutyChoice.objects.filter(user=OuterRef("pk"), kind=kind)
    return list(_staff_with(role).filter(Exists(proven), ~Exists(stopped)).order_by("pk"))
