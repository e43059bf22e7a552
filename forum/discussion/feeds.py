"""What is in the feeds of the site, of an article and of a conversation: what everybody may read, the latest first.

An entry keeps its id for ever: that of a comment is its permanent address, that of an article does not change with its slug.
``atom`` writes it down.
"""

from collections.abc import Iterable
from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import OuterRef, Subquery
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from articles.markup import opening_words
from articles.models import Article
from forum.site.models import SiteText

from .atom import Entry, Feed
from .models import Comment, Discussion, Revision
from .paging import EPOCH, write_keyset
from .permissions import ANONYMOUS
from .querysets import CommentQuerySet
from .rows import Keyset, earlier_than
from .threads import quoted_line

ENTRIES = 30


def make_site_feed(site_text: SiteText, after: Keyset | None, changed_at: datetime | None) -> Feed:
    """Return the new comments and articles of the whole site below the keyset ``after``."""
    comments = _readable().order_by("-published_at", "-id")
    articles = Article.objects.published().filter(published_at__isnull=False).defer("body").order_by("-published_at", "-id")
    if after:
        comments = comments.filter(earlier_than("published_at", after))
        articles = articles.filter(earlier_than("published_at", after))
    found: list[Comment | Article] = [*_read(comments), *articles[: ENTRIES + 1]]
    found.sort(key=_moment, reverse=True)
    entries = [
        _describe(row, site_text, names_article=True) if isinstance(row, Comment) else _describe_article(row)
        for row in found[:ENTRIES]
    ]
    url = _absolute(reverse("discussion:feed"))
    following = _moment(found[ENTRIES - 1]) if len(found) > ENTRIES else None
    return _make_feed(
        uid=url,
        url=url,
        page_url=_absolute(reverse("discussion:home")),
        title=settings.SITE_NAME,
        subtitle=site_text.headline,
        entries=entries,
        updated=changed_at,
        after=write_keyset(*after) if after else "",
        following=write_keyset(*following) if following else "",
    )


def make_article_feed(discussion: Discussion, site_text: SiteText, after: Keyset | None) -> Feed:
    """Return the comments under the article of ``discussion`` below the keyset ``after``."""
    article = discussion.article
    comments = _readable().filter(discussion=discussion).order_by("-published_at", "-id")
    if after:
        comments = comments.filter(earlier_than("published_at", after))
    found = _read(comments)
    following = _moment(found[ENTRIES - 1]) if len(found) > ENTRIES else None
    return _make_feed(
        uid=f"{_article_uid(article)}/comments",
        url=_absolute(reverse("discussion:article-feed", args=[article.slug])),
        page_url=_absolute(article.get_absolute_url()),
        title=_("Comments on “%(article)s”") % {"article": article.title},
        subtitle=article.standfirst,
        entries=[_describe(comment, site_text) for comment in found[:ENTRIES]],
        updated=discussion.changed_at or article.created_at,
        after=write_keyset(*after) if after else "",
        following=write_keyset(*following) if following else "",
    )


def make_thread_feed(root: Comment, title: str, site_text: SiteText, before: int | None) -> Feed:
    """Return what may be read of the conversation that ``root`` began: its replies with a reply_index below ``before``.

    ``root`` comes with its discussion and article. The last page ends with the root itself, where that may be read.
    """
    article = root.discussion.article
    replies = _readable().filter(root=root, reply_index__isnull=False).order_by("-reply_index")
    if before:
        replies = replies.filter(reply_index__lt=before)
    found = _read(replies)
    is_last = len(found) <= ENTRIES
    here = found[:ENTRIES]
    if is_last:
        here += _read(_readable().filter(pk=root.pk))
    return _make_feed(
        uid=f"{_comment_uid(root.pk)}#conversation",
        url=_absolute(reverse("discussion:thread-feed", args=[article.slug, root.pk])),
        page_url=_absolute(reverse("discussion:thread", args=[article.slug, root.pk])),
        title=title,
        subtitle=_("From “%(title)s”") % {"title": article.title},
        entries=[_describe(comment, site_text) for comment in here],
        updated=root.thread_changed_at or root.created_at,
        after=str(before) if before else "",
        following="" if is_last else str(here[-1].reply_index),
    )


def _make_feed(
    *, uid: str, url: str, page_url: str, title: str, subtitle: str, entries: Iterable[Entry], updated: datetime | None,
    after: str, following: str,
) -> Feed:  # fmt: skip
    shown = tuple(entries)
    return Feed(
        uid=uid,
        url=f"{url}?after={after}" if after else url,
        first_url=url,
        page_url=page_url,
        title=title,
        subtitle=subtitle,
        author=settings.SITE_NAME,
        language=get_language() or settings.LANGUAGE_CODE,
        updated=updated or max((entry.updated for entry in shown), default=EPOCH),
        entries=shown,
        next_url=f"{url}?after={following}" if following else "",
    )


def _readable() -> CommentQuerySet:
    return Comment.objects.visible_to(ANONYMOUS)


def _read(comments: CommentQuerySet) -> list[Comment]:
    """Return the first ENTRIES of ``comments`` and the one after them, with what an entry tells of each."""
    shown = comments.first_of(ENTRIES + 1).select_related("discussion__article", "author", "parent")
    texts = Revision.objects.filter(comment=OuterRef("pk")).order_by("-replaced_at")
    shown = shown.annotate(reworded_at=Subquery(texts.values("replaced_at")[:1]))
    shown = shown.defer(
        "body", "discussion__article__body", "discussion__article__body_html", "parent__body", "parent__body_html"
    )
    return list(shown)


def _describe(comment: Comment, site_text: SiteText, *, names_article: bool = False) -> Entry:
    article = comment.discussion.article
    name = comment.name or site_text.visitor_name
    answered = comment.parent if comment.parent and comment.parent.public else None
    return Entry(
        uid=_comment_uid(comment.pk),
        url=_absolute(comment.get_absolute_url()),
        title=_title(comment, name, answered, site_text, article.title if names_article else ""),
        published=comment.posted_at if comment.posted_precision in ("exact", "day") else None,
        updated=_updated(comment),
        author=name,
        author_url=_absolute(comment.author.get_absolute_url()) if comment.author else "",
        html=comment.body_html,
        language=comment.language,
        topic=article.title if names_article else "",
        answers_uid=_comment_uid(answered.pk) if answered else "",
        answers_url=_absolute(answered.get_absolute_url()) if answered else "",
    )


def _title(comment: Comment, name: str, answered: Comment | None, site_text: SiteText, article_title: str) -> str:
    words = comment.subject or quoted_line(comment.body_html)
    if answered:
        name = _("%(name)s to %(other)s") % {"name": name, "other": answered.name or site_text.visitor_name}
    if article_title:
        return _("%(name)s on “%(article)s”: “%(words)s”") % {"name": name, "article": article_title, "words": words}
    return _("%(name)s: “%(words)s”") % {"name": name, "words": words}


def _updated(comment: Comment) -> datetime:
    """Return when the words of ``comment`` came here or were changed last; of an imported one, not when it was first written."""
    came = comment.created_at if comment.origin or comment.published_at is None else comment.published_at
    reworded: datetime | None = getattr(comment, "reworded_at", None)
    return max(came, reworded) if reworded else came


def _describe_article(article: Article) -> Entry:
    came = article.published_at or article.created_at
    return Entry(
        uid=_article_uid(article),
        url=_absolute(article.get_absolute_url()),
        title=article.title,
        published=came,
        updated=max(came, article.changed_at or came),
        author=article.byline,
        summary=article.standfirst or opening_words(article.body_html),
        language=article.language,
    )


def _moment(row: Comment | Article) -> Keyset:
    return row.published_at or row.created_at, row.pk


def _comment_uid(pk: int) -> str:
    return _absolute(reverse("discussion:comment", args=[pk]))


def _article_uid(article: Article) -> str:
    """Return an address that names ``article`` whatever its slug (RFC 4151): its number, and a day on which the site had it."""
    return f"tag:{urlsplit(settings.SITE_URL).hostname},{article.created_at:%Y-%m-%d}:article/{article.pk}"


def _absolute(path: str) -> str:
    return f"{settings.SITE_URL}{path}"
