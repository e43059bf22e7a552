"""The search box for pages of other apps."""

import re

from django import template

register = template.Library()


@register.filter
def words_of_path(path: str) -> str:
    """Return the words of an address that leads nowhere, to look for what may have stood there."""
    return " ".join(re.findall(r"[^\W_]+", path))[:100]
