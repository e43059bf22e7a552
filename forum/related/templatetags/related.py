"""Who else wrote about the same, for pages of other apps."""

from typing import Any

from django import template

from forum.discussion.after_posting import find_posted
from forum.discussion.permissions import viewer_of

from ..showing import find_others, read_others

register = template.Library()


@register.inclusion_tag("related/_others.html", takes_context=True)
def others_who_wrote(context: dict[str, Any], thread_id: int, has_text: bool) -> dict[str, Any]:
    """Show others who wrote about what this visitor has just posted in a thread; else about its root, where that is shown."""
    request, visitor_name = context["request"], context["site_text"].visitor_name
    viewer = viewer_of(request)
    posted_id = find_posted(request)
    others = find_others(posted_id, thread_id, viewer, visitor_name) if posted_id else []
    if not others and has_text:
        others = read_others(thread_id, viewer, visitor_name)
    return {"others": others, "article": context["article"]}
