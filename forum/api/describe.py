"""Articles and comments as the JSON interface shows them: what their pages show, key by key, and no more.

``openapi.json`` says of each key what it means; a test holds the two together.
"""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.urls import reverse

from articles.models import Article, Correction, DatePrecision, Source
from forum.discussion.markup import to_plain
from forum.discussion.models import Comment, Discussion
from forum.discussion.moments import as_printed, moment_of

Values = dict[str, Any]
_DATE_FORMATS = {DatePrecision.DAY: "%Y-%m-%d", DatePrecision.MONTH: "%Y-%m", DatePrecision.YEAR: "%Y"}


def absolute(name: str, *args: object) -> str:
    """Return the whole address of a page or of a part of the interface."""
    return f"{settings.SITE_URL}{reverse(name, args=args)}"


def describe_article(article: Article, discussion: Discussion | None) -> Values:
    """Return what lists show of an article; ``discussion`` is None where readers do not see it."""
    shelf = article.collection
    return {
        "slug": article.slug,
        "url": absolute("articles:article", article.slug),
        "api_url": absolute("api:article", article.slug),
        "title": article.title,
        "standfirst": article.standfirst,
        "byline": article.byline,
        "byline_role": article.byline_role,
        "submitted_by": article.submitted_by,
        "language": article.language,
        "collection": {"title": shelf.title, "url": absolute("articles:collection", shelf.slug)} if shelf else None,
        "published_on": article.published_on.strftime(_DATE_FORMATS[DatePrecision(article.published_precision)])
        if article.published_on
        else None,
        "reviewed_on": _day(article.reviewed_on),
        "original_url": article.original_url,
        "comments": _describe_discussion(article, discussion) if discussion else None,
    }


def describe_whole_article(
    article: Article, discussion: Discussion | None, sources: Iterable[Source], corrections: Iterable[Correction]
) -> Values:
    """Return all of an article."""
    return describe_article(article, discussion) | {
        "html": article.body_html,
        "sources": [
            {
                "number": source.number,
                "title": source.title,
                "url": source.url,
                "saved_copy_url": source.saved_copy_url,
                "broken_since": _day(source.broken_since),
            }
            for source in sources
        ],
        "corrections": [
            {"made_on": _day(correction.made_on), "quote": correction.quote, "text": correction.text}
            for correction in corrections
        ],
    }


def describe_comment(comment: Comment, slug: str, visitor_name: str) -> Values:
    """Return a comment that everybody may read, under the article ``slug``."""
    return {
        "id": comment.pk,
        "url": absolute("discussion:comment", comment.pk),
        "api_url": absolute("api:comment", comment.pk),
        "article": slug,
        "thread": comment.thread_id,
        "parent": comment.parent_id,
        "name": comment.name or visitor_name,
        "member_url": absolute("discussion:member", comment.author.slug) if comment.author else None,
        "relation": comment.relation or None,
        "mark": comment.mark or None,
        "subject": comment.subject,
        "html": comment.body_html,
        "text": to_plain(comment.body_html),
        "language": comment.language or None,
        "posted_on": moment_of(comment).machine or None,
        "posted_precision": "day" if comment.posted_precision == Comment.Precision.EXACT else comment.posted_precision,
        "edited_on": _day(comment.edited_at),
        "is_imported": bool(comment.origin),
        "old_page_printed": as_printed(comment),
        "is_waiting": comment.waiting,
        "reply_count": comment.reply_count,
    }


def _describe_discussion(article: Article, discussion: Discussion) -> Values:
    return {
        "count": discussion.comment_count,
        "people": discussion.people_count,
        "waiting": discussion.waiting_count,
        "state": discussion.state,
        "url": absolute("api:comments", article.slug),
        "feed": absolute("discussion:article-feed", article.slug),
    }


def _day(value: Any) -> str | None:
    return f"{value:%Y-%m-%d}" if value else None
