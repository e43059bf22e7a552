"""Template tags that bring conversations to the pages of apps below this one."""

from typing import Any

from django import template

from articles.models import Article

from ..conversation import Conversation, read_conversation

register = template.Library()


@register.simple_tag(takes_context=True)
def conversation(context: dict[str, Any], article: Article) -> Conversation:
    """Return the page of the conversation under ``article`` that the request asks for; Http404 for one that does not exist."""
    return read_conversation(context["request"], article, context["site_text"])
