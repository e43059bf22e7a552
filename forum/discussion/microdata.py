"""Comments as search engines read them: microdata (schema.org) on the markup that is there anyway, so that no word is sent twice.

An engine wants the writer, the date and the words of each. A comment whose day is not known is left out, never given one; what
answers it then belongs to the page. Articles carry theirs in ``templates/articles``.
"""

from typing import NamedTuple

from .threads import Row


class Marks(NamedTuple):
    """Attributes to be written into the tags of one comment, each with a space before it; empty for one that is left out."""

    item: str = ""
    author: str = ""
    name: str = ""
    date: str = ""
    title: str = ""
    text: str = ""
    url: str = ""


NONE = Marks()
COMMENT = Marks(
    item=' itemprop="comment" itemscope itemtype="https://schema.org/Comment"',
    author=' itemprop="author" itemscope itemtype="https://schema.org/Person"',
    name=' itemprop="name"',
    date=' itemprop="datePublished"',
    title=' itemprop="headline"',
    text=' itemprop="text"',
    url=' itemprop="url"',
)
# What began a conversation, on the page of its own; the address of that page is given apart.
POSTING = COMMENT._replace(item=' itemscope itemtype="https://schema.org/DiscussionForumPosting"', url="")


def is_dated(row: Row) -> bool:
    """Tell whether ``row`` is public and from a day that is known."""
    return row.public and row.posted_at is not None and row.posted_precision in ("exact", "day")
