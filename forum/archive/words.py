"""What everybody may read, as lines of the open format: no decision, no earlier text, nothing that pages do not show."""

from collections.abc import Iterator
from typing import Any

from articles.models import Article, Collection
from articles.open_format import describe_article, describe_collection, describe_parts
from forum.discussion.models import Comment, Discussion
from forum.discussion.open_format import (
    FORMAT,
    READ_AT_ONCE,
    VERSION,
    describe_comment,
    describe_discussion,
    to_line,
    with_history,
)
from forum.discussion.permissions import ANONYMOUS

# What pages do not show. A writer's key is among it: it would tell that two guests are one.
_NOT_SHOWN = ("reason", "seen_by_human", "change", "signals", "is_question_fixed", "created_at", "sort_at")
Values = dict[str, Any]


def write_words() -> Iterator[str]:
    """Yield a line for the site, each collection, article, source, correction, discussion and comment that is public."""
    yield to_line({"type": "site", "format": FORMAT, "version": VERSION})
    for shelf in Collection.objects.order_by("pk").iterator(READ_AT_ONCE):
        yield to_line(describe_collection(shelf))
    for article in Article.objects.published().order_by("pk").iterator(READ_AT_ONCE):
        yield to_line(describe_article(article))
        yield from (to_line(part) for part in describe_parts(article))
        discussion = Discussion.objects.select_related("article").get(article=article)
        if discussion.state == Discussion.State.HIDDEN:
            continue
        yield to_line(describe_discussion(discussion))
        yield from (to_line(_describe(comment)) for comment in _read(discussion))


def _read(discussion: Discussion) -> Iterator[Comment]:
    last = 0
    shown = with_history(Comment.objects.visible_to(ANONYMOUS).filter(discussion=discussion)).defer("body_html")
    while batch := list(shown.filter(pk__gt=last).order_by("pk")[:READ_AT_ONCE]):
        yield from batch
        last = batch[-1].pk


def _describe(comment: Comment) -> Values:
    values = describe_comment(comment)
    author = values["author"]
    values["author"] = {"name": author["name"], "kind": author["kind"]} if author else None
    return {name: value for name, value in values.items() if name not in _NOT_SHOWN}
