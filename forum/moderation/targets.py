"""Whom a sanction is about: from what a moderator types, or a comment, to a member, a guest, an address or a network."""

import re
from dataclasses import dataclass
from urllib.parse import unquote

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from forum.accounts.models import Guest, OldName, User
from forum.accounts.names import make_slug
from forum.discussion.models import Comment

from .links import has_owner, host_of
from .models import Evidence, Sanction
from .networks import is_inner, is_too_wide, is_wide, read_network
from .sanctions import plain_domain

# "#12", "12", or the address of a comment.
_COMMENT = re.compile(r"(?:^#?|#comment-|/comments/)(\d{1,18})/?$", re.ASCII)
_PAGE_OF_MEMBER = re.compile(r"/members/([^/]+)/?$")
# So many people have their address there that a sanction would hold mostly others.
LARGE_MAIL_DOMAINS = frozenset(
    (
        *("aol.com", "gmail.com", "gmx.de", "gmx.net", "googlemail.com", "hotmail.com", "icloud.com", "live.com", "mail.ru"),
        *("me.com", "msn.com", "outlook.com", "proton.me", "protonmail.com", "qq.com", "web.de", "yahoo.com", "ymail.com"),
    )
)

_K = Sanction.Kind


@dataclass(frozen=True)
class Target:
    """Whom a sanction touches; ``doubt`` is why somebody should be asked whether they mean that, else empty."""

    member: User | None = None
    guest: Guest | None = None
    value: str = ""
    doubt: str = ""


def read_target(kind: str, typed: str) -> Target:
    """Return whom ``typed`` means; raises ValidationError with what to do instead."""
    typed = typed.strip()
    if comment := _find_comment(typed):
        return _from_comment(kind, comment)
    match kind:
        case _K.MEMBER:
            return _member(_find_member(typed))
        case _K.GUEST:
            raise ValidationError(_("Write the number of a comment of this guest, such as #12."))
        case _K.ADDRESS:
            return _address(typed)
        case _K.DOMAIN:
            return _domain(typed)
    return _network(typed)


def mask(address: str) -> str:
    """Return an e-mail address with only so much of it that somebody who knows it knows it again."""
    name, at, domain = address.rpartition("@")
    return f"{name[:1]}…{at}{domain}"


def _find_comment(typed: str) -> Comment | None:
    match = _COMMENT.search(typed)
    if match is None:
        return None
    comment = Comment.objects.select_related("author", "guest").filter(pk=int(match[1])).first()
    if comment is None:
        raise ValidationError(_("There is no comment %(number)s.") % {"number": match[1]})
    return comment


def _from_comment(kind: str, comment: Comment) -> Target:
    address = comment.author.email if comment.author else comment.guest.email if comment.guest else ""
    match kind:
        case _K.MEMBER if comment.author:
            return _member(comment.author)
        case _K.MEMBER:
            raise ValidationError(_("No member wrote this comment. Choose “A guest”."))
        case _K.GUEST if comment.guest and not comment.origin:
            return Target(guest=comment.guest)
        case _K.GUEST:
            raise ValidationError(_("No guest of this site wrote this comment."))
        case _K.ADDRESS if address:
            return _address(address)
        case _K.DOMAIN if address:
            return _domain(address)
        case _K.ADDRESS | _K.DOMAIN:
            raise ValidationError(_("The writer of this comment gave no e-mail address."))
    evidence = Evidence.objects.filter(comment=comment).first()
    if evidence is None or not evidence.client_ip:
        raise ValidationError(_("It is not known any more from which network this comment came."))
    return _network(evidence.client_ip)


def _find_member(typed: str) -> User:
    page = _PAGE_OF_MEMBER.search(typed)
    slug = make_slug(unquote(page[1]) if page else typed)
    former = OldName.objects.filter(slug=slug).select_related("user").first()
    member = User.objects.filter(slug=slug).first() or (former.user if former else None)
    if member is None:
        raise ValidationError(_("There is no member with this name. Copy the address of their page, or write #12 for a comment."))
    return member


def _member(member: User) -> Target:
    if member.is_staff:
        raise ValidationError(_("%(name)s is staff. Staff are never sanctioned: take away their role first.") % {"name": member})
    return Target(member=member)


def _address(typed: str) -> Target:
    name, _at, domain = typed.rpartition("@")
    address = f"{name.lower()}@{domain.lower()}"
    try:
        validate_email(address)
    except ValidationError as error:
        raise ValidationError(_("Write an e-mail address such as name@example.org, or #12 for a comment.")) from error
    if User.objects.filter(is_staff=True, email=address).exists():
        raise ValidationError(_("This is the address of one of the staff. Staff are never sanctioned."))
    return Target(value=address)


def _domain(typed: str) -> Target:
    domain = plain_domain(host_of(typed.rpartition("@")[2]))
    if not has_owner(domain):
        raise ValidationError(_("Write a domain such as example.org. A whole ending such as “com” cannot be meant."))
    doubt = ""
    if domain in LARGE_MAIL_DOMAINS:
        doubt = _("Very many people have their address at %(domain)s.") % {"domain": domain}
    return Target(value=domain, doubt=doubt)


def _network(typed: str) -> Target:
    try:
        network = read_network(typed)
    except ValueError as error:
        raise ValidationError(
            _("Write an address such as 203.0.113.9, a network such as 203.0.113.0/24, or #12 for a comment.")
        ) from error
    named = {"network": network}
    if is_too_wide(network):
        raise ValidationError(_("%(network)s is far too wide: whole cities write from there. Name a smaller one.") % named)
    doubt = ""
    if is_inner(network):
        doubt = _(
            "%(network)s is inside a building or a machine. If a proxy of yours stands in front of this site, everybody seems to "
            "come from there: then set TRUSTED_PROXY_COUNT instead."
        )
    elif is_wide(network):
        doubt = _("%(network)s is wide: a whole town may write from there.")
    return Target(value=str(network), doubt=doubt % named if doubt else "")
