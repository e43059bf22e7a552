"""``{% kept "name" value … %}…{% endkept %}``: a part of a page that is written once for each language and each set of values.

The values are all that the part depends on: texts and numbers. Where one is None, as in a preview, nothing is kept.
"""

import threading
from collections import OrderedDict

from django import template
from django.template.base import FilterExpression, Node, NodeList, Parser, Token
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import get_language

MOST_CHARS = 4_000_000  # a process

register = template.Library()
_parts: OrderedDict[tuple[object, ...], SafeString] = OrderedDict()
_chars = 0
_lock = threading.Lock()


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
        key = (self.name, get_language(), *values)
        found = _parts.get(key)
        if found is None:
            found = self.nodelist.render(context)
            _keep(key, found)
        else:
            with _lock:
                if key in _parts:
                    _parts.move_to_end(key)
        return found


def _keep(key: tuple[object, ...], part: SafeString) -> None:
    global _chars
    with _lock:
        _chars += len(part) - len(_parts.pop(key, ""))
        _parts[key] = part
        while _chars > MOST_CHARS:
            _chars -= len(_parts.popitem(last=False)[1])


@register.tag
def kept(parser: Parser, token: Token) -> KeptNode:
    """Keep what stands up to ``endkept`` by the name and the values that are given."""
    _tag, name, *values = token.split_contents()
    nodelist = parser.parse(("endkept",))
    parser.delete_first_token()
    return KeptNode(name.strip("\"'"), [parser.compile_filter(value) for value in values], nodelist)
