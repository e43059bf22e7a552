"""``{% kept "name" value … %}…{% endkept %}``: a part of a page that is written once for each language and each set of values.

The values are all that the part depends on: texts and numbers. Where one is None, as in a preview, nothing is kept.
"""

from django import template
from django.template.base import FilterExpression, Node, NodeList, Parser, Token
from django.utils.functional import Promise
from django.utils.safestring import SafeString

from ..kept_parts import find_part, keep_part
from ..translating import current_language

register = template.Library()


class KeptNode(Node):
    """A part of a page, and what it depends on."""

    def __init__(self, name: str, values: list[FilterExpression], nodelist: NodeList) -> None:
        self.name, self.values, self.nodelist = name, values, nodelist

    def render(self, context: template.Context) -> SafeString:
        """Return the part as it was written before, or write it now."""
        resolved = (value.resolve(context) for value in self.values)
        values = [str(value) if isinstance(value, Promise) else value for value in resolved]
        if None in values:
            return self.nodelist.render(context)
        if odd := [value for value in values if not isinstance(value, str | int)]:
            raise template.TemplateSyntaxError(f"kept {self.name!r} depends on {odd!r}, which is neither a text nor a number")
        key = (self.name, current_language(), *values)
        found = find_part(key)
        if found is None:
            found = self.nodelist.render(context)
            keep_part(key, found)
        return found


@register.tag
def kept(parser: Parser, token: Token) -> KeptNode:
    """Keep what stands up to ``endkept`` by the name and the values that are given."""
    _tag, name, *values = token.split_contents()
    nodelist = parser.parse(("endkept",))
    parser.delete_first_token()
    return KeptNode(name.strip("\"'"), [parser.compile_filter(value) for value in values], nodelist)
