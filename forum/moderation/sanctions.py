"""Sanctions for single writers: whom one touches, what they are told, lifting, forgetting. ``targets`` reads what is typed."""

from datetime import date, datetime, timedelta

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from forum.accounts.models import Guest, User
from forum.database.asked import Asked
from forum.discussion.models import Comment
from forum.discussion.screening import is_trusted

from .models import Sanction
from .networks import networks_around

KEPT = timedelta(days=365)  # after its end: whoever decides again should know that there was one

_K, _R = Sanction.Kind, Comment.Reason

# Why, to the person: about what was posted.
REASONS = {
    _R.ADVERTISING: gettext_lazy("Advertising was posted."),
    _R.PERSONAL_DETAILS: gettext_lazy("Details by which somebody could be found were posted."),
    _R.HARMFUL: gettext_lazy("What was posted could harm someone."),
    _R.UNKIND: gettext_lazy("What was posted hurt other people."),
    _R.OFF_TOPIC: gettext_lazy("What was posted was not about the articles."),
    _R.REPEATED: gettext_lazy("The same was posted again and again."),
    _R.OTHER: gettext_lazy("The moderator had a reason that is not on our list."),
}


def in_force(today: date | None = None) -> QuerySet[Sanction]:
    """Return those that hold today."""
    return Sanction.objects.filter(lifted_at=None, until__gt=today or timezone.localdate())


def find_sanctions(
    *,
    member_id: int | None,
    guest_id: int | None,
    client_ip: str,
    email: str = "",
    is_known: bool = False,
    today: date | None = None,
) -> list[Sanction]:
    """Return what holds for a writer, the strictest first. A network says nothing of people who are known here (``is_known``).

    ``email`` is the address of a guest who is not stored yet.
    """
    # Most sites have none: asked with every comment.
    if not any(date.fromisoformat(until) > (today or timezone.localdate()) for (until,) in _LONGEST()):
        return []
    rows = in_force(today)
    addresses = _addresses_of(member_id, guest_id) | ({email.lower()} if email else set())
    theirs = Q(kind=_K.ADDRESS, value__in=addresses) | Q(kind=_K.DOMAIN, value__in=_domains_of(addresses))
    theirs |= Q(kind=_K.MEMBER, member=member_id) if member_id else Q(kind=_K.MEMBER, member__email__in=addresses)
    if guest_id:
        theirs |= Q(kind=_K.GUEST, guest=guest_id)
    if not is_known:
        theirs |= Q(kind=_K.NETWORK, value__in=networks_around(client_ip))
    return sorted(rows.filter(theirs), key=_mildness)


_LONGEST = Asked(lambda: Sanction.objects.filter(lifted_at=None).order_by("-until").values_list("until")[:1])


def _mildness(sanction: Sanction) -> tuple[bool, int]:
    return sanction.action == Sanction.Action.HOLD, -sanction.until.toordinal()


def find_for_visitor(member: User | None, guest: Guest | None, client_ip: str) -> Sanction | None:
    """Return the strictest sanction for somebody at the form."""
    if member is not None and member.is_staff:
        return None
    person = {"author": member} if member else {"guest": guest}
    approved = Comment.objects.filter(public=True, **person)[:10].count() if member or guest else 0
    found = find_sanctions(
        member_id=member.pk if member else None,
        guest_id=guest.pk if guest and not member else None,
        client_ip=client_ip,
        is_known=is_trusted(is_member=member is not None, is_proven=bool(guest and guest.proven_at), approved_count=approved),
    )
    return found[0] if found else None


def tell_writer(sanction: Sanction) -> str:
    """Return what the writer is told: what holds, until when, why, and how to say that it is wrong."""
    day = date_format(sanction.until, "j F Y")
    if sanction.action == Sanction.Action.HOLD:
        return _("Until %(day)s a moderator reads each of your comments before it is public.") % {"day": day}
    if sanction.kind == _K.NETWORK:
        words = _("Until %(day)s new writers cannot post from the network that you use. %(reason)s Perhaps it was not you.")
    else:
        words = _("You cannot write here until %(day)s. %(reason)s")
    words += " " + _("If you think that this is wrong, write to us: “Help and contact” says how.")
    return words % {"day": day, "reason": REASONS[_R(sanction.reason)]}


def tell_moderator(sanction: Sanction) -> str:
    """Return why a comment is held, without an address: the writer can get these words with their data."""
    about = {
        _K.MEMBER: _("this member"),
        _K.GUEST: _("this guest"),
        _K.ADDRESS: _("the writer’s e-mail address"),
        _K.DOMAIN: _("the domain of the writer’s e-mail address"),
        _K.NETWORK: _("the writer’s network"),
    }
    day = date_format(sanction.until, "j F Y")
    words = {"about": about[_K(sanction.kind)], "day": day, "reason": sanction.get_reason_display()}
    return _("There is a sanction for %(about)s until %(day)s (%(reason)s).") % words


def lift(sanction: Sanction, *, by: User, now: datetime | None = None) -> bool:
    """End it now; return whether it was this call that did."""
    changes = {"lifted_at": now or timezone.now(), "lifted_by": by}
    return bool(Sanction.objects.filter(pk=sanction.pk, lifted_at=None).update(**changes))


def forget_sanctions(now: datetime) -> None:
    """Delete what ended long ago; a network is forgotten as evidence is, EVIDENCE_DAYS after the end."""
    _over_since(now - timedelta(days=settings.EVIDENCE_DAYS)).filter(kind=_K.NETWORK).update(value="")
    _over_since(now - KEPT).delete()


def _over_since(moment: datetime) -> QuerySet[Sanction]:
    return Sanction.objects.filter(Q(until__lte=timezone.localdate(moment)) | Q(lifted_at__lte=moment))


def _addresses_of(member_id: int | None, guest_id: int | None) -> set[str]:
    """Return the e-mail addresses of a writer in small letters, proven or only typed."""
    found: set[str] = set()
    if member_id:
        found |= set(User.objects.filter(pk=member_id).values_list("email", flat=True))
        found |= set(EmailAddress.objects.filter(user=member_id).values_list("email", flat=True))
    elif guest_id:
        found |= set(Guest.objects.filter(pk=guest_id).values_list("email", flat=True))
    return {address.lower() for address in found if address}


def _domains_of(addresses: set[str]) -> set[str]:
    """Return the domains of ``addresses``, and those above them."""
    found = set()
    for address in addresses:
        labels = plain_domain(address.rpartition("@")[2]).split(".")
        found |= {".".join(labels[start:]) for start in range(len(labels) - 1)}
    return found


def plain_domain(domain: str) -> str:
    """Return ``domain`` in small ASCII letters, as sanctions are stored; as it is where it cannot be written so."""
    try:
        return domain.lower().encode("idna").decode()
    except UnicodeError:
        return domain.lower()
