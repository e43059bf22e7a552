"""Template tags that bring what moderation knows to the pages of apps below it."""

from typing import Any

from django import template

from forum.accounts.client_address import client_ip
from forum.accounts.guests import find_guest
from forum.accounts.models import Guest, User
from forum.accounts.people import Person
from forum.discussion.models import Comment

from ..flags import flags_by
from ..models import Evidence, Flag, Sanction
from ..sanctions import find_for_visitor, find_sanctions, tell_writer
from ..telling import tell_flag

register = template.Library()
MOST_SHOWN = 20  # reports of one person, the newest
MOST_LISTED = 100  # reports of one comment, to moderators


@register.inclusion_tag("moderation/_reports.html")
def reports_by(user: Any, guest: Guest | None) -> dict[str, Any]:
    """Show a reader what they reported and what came of it. One query."""
    member = user if isinstance(user, User) else None
    if member is None and guest is None:
        return {"entries": []}
    flags = flags_by(Person(user=member) if member else Person(guest=guest))[:MOST_SHOWN]
    return {"entries": [(flag, tell_flag(flag, flag.comment)) for flag in flags]}


@register.inclusion_tag("admin/moderation/_flags.html")
def reports_on(comment: Comment) -> dict[str, Any]:
    """Show moderators who reported a comment, why, and what came of it. One query."""
    flags = Flag.objects.filter(comment=comment).select_related("member", "guest").order_by("-pk")
    return {"flags": flags[:MOST_LISTED]}


@register.inclusion_tag("moderation/_sanction.html", takes_context=True)
def sanction_of_visitor(context: dict[str, Any]) -> dict[str, Any]:
    """Tell somebody at the form that a moderator has made a sanction for them. One query where there is none for anybody."""
    request = context["request"]
    member = request.user if isinstance(request.user, User) else None
    sanction = find_for_visitor(member, None if member else find_guest(request), client_ip(request))
    return {"words": tell_writer(sanction) if sanction else ""}


@register.inclusion_tag("admin/moderation/_sanctions.html")
def sanctions_on(comment: Comment) -> dict[str, Any]:
    """Show moderators the sanctions for the writer of a comment, and the way to make one."""
    if (comment.author and comment.author.is_staff) or not (comment.author_id or comment.guest_id) or comment.origin:
        return {}
    evidence = Evidence.objects.filter(comment=comment).first()
    address = comment.author.email if comment.author else comment.guest.email if comment.guest else ""
    client = evidence.client_ip if evidence and evidence.client_ip else ""
    kinds = [Sanction.Kind.MEMBER if comment.author_id else Sanction.Kind.GUEST]
    kinds += [Sanction.Kind.ADDRESS, Sanction.Kind.DOMAIN] if address else []
    kinds += [Sanction.Kind.NETWORK] if client else []
    found = find_sanctions(member_id=comment.author_id, guest_id=comment.guest_id, client_ip=client)
    return {"comment": comment, "kinds": kinds, "sanctions": found}
