"""Template tags that bring conversations to the pages of apps below this one."""

from django import template
from django.template import RequestContext

from articles.models import Article

from ..conversation import Conversation, read_conversation

register = template.Library()
_KEPT = "conversation of the page"


@register.simple_tag(takes_context=True)
def conversation(context: RequestContext, article: Article) -> Conversation:
    """Return the page of the conversation under ``article`` that the request asks for; Http404 for one that does not exist.

    It is read once, however many blocks of a page ask for it.
    """
    kept = context.render_context
    if _KEPT not in kept:
        kept[_KEPT] = read_conversation(context["request"], article)
    return kept[_KEPT]
