"""Template tags that bring what moderation knows to the pages of apps below it."""

from typing import Any

from django import template

from forum.accounts.models import Guest, User
from forum.accounts.people import Person
from forum.discussion.models import Comment

from ..flags import flags_by
from ..models import Flag
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
