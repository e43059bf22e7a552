"""What people wrote about a topic, across all articles: the latest first, and how lists show it. Queries are few and fixed."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, F, OuterRef
from django.db.models.fields.tuple_lookups import Tuple, TupleLessThan

from forum.accounts.ignoring import read_ignored
from forum.discussion.cards import tell_no_reply
from forum.discussion.markup import to_plain
from forum.discussion.models import Comment
from forum.discussion.moments import Moment, moment_of
from forum.discussion.permissions import ANONYMOUS, Viewer, can_reply

from .excerpts import Piece, make_excerpt, mark_words
from .models import ArticleMention, Mention, Standing, Topic
from .reading import count_comments
from .texts import text_of_comment, words_at

EXPERIENCES_ON_A_PAGE = 20
MOST_ARTICLES = 8
Keyset = tuple[datetime, int]


@dataclass(frozen=True, slots=True)
class Experience:
    """A comment that names a topic, as a list shows it (``search/_comment.html``)."""

    comment: Comment
    name: str
    moment: Moment
    subject: list[Piece]
    words: list[Piece]
    also: list[str]  # names of what else it is about
    waited: str  # "No reply yet, after 12 years." of a question that waits, else empty
    can_answer: bool


def find_experiences(topic: Topic, other: Topic | None, after: Keyset | None) -> tuple[list[int], Keyset | None]:
    """Return the ids of comments that name ``topic``, and ``other`` too if given, below the keyset ``after``; and the next one.

    The latest are first, by the moment of their publication. Everybody may read all of them.
    """
    first, second = topic, other
    if other is not None:
        counts = count_comments([topic.pk, other.pk])
        first, second = sorted((topic, other), key=lambda one: counts.get(one.pk, 0))  # the rarer one is walked along
    readable = Comment.objects.visible_to(ANONYMOUS).filter(pk=OuterRef("comment"))
    rows = Mention.objects.filter(Exists(readable), topic=first, shown=True)
    if second is not None:
        rows = rows.filter(Exists(Mention.objects.filter(comment=OuterRef("comment"), topic=second, shown=True)))
    if after:
        rows = rows.filter(TupleLessThan(Tuple("at", "comment"), after))
    found = list(rows.order_by(F("at").desc(), F("comment").desc()).values_list("at", "comment")[: EXPERIENCES_ON_A_PAGE + 1])
    here = found[:EXPERIENCES_ON_A_PAGE]
    return [pk for _at, pk in here], here[-1] if len(found) > len(here) else None


def describe_experiences(
    ids: Collection[int], about: Collection[Topic], viewer: Viewer, visitor_name: str, now: datetime
) -> list[Experience]:
    """Return the comments with these ids, but for those whose writers ``viewer`` does not want to read. ``about`` is marked."""
    rows = Comment.objects.visible_to(ANONYMOUS).filter(pk__in=ids).select_related("discussion__article", "root")
    comments = rows.defer(
        "root__body", "root__body_html", "discussion__article__body", "discussion__article__body_html"
    ).in_bulk()
    mentions: dict[int, list[Mention]] = {}
    named = Mention.objects.filter(comment__in=ids, shown=True, topic__is_active=True)
    for mention in named.select_related("topic").order_by("topic__name"):
        mentions.setdefault(mention.comment_id, []).append(mention)
    ignored = read_ignored(viewer.user_id)
    shown = [comments[pk] for pk in ids if pk in comments]
    return [
        _describe(comment, mentions.get(comment.pk, ()), about, viewer, visitor_name, now)
        for comment in shown
        if not ignored.has(comment.author_id, comment.guest_id)
    ]


def _describe(
    comment: Comment,
    mentions: Iterable[Mention],
    about: Collection[Topic],
    viewer: Viewer,
    visitor_name: str,
    now: datetime,
) -> Experience:
    text = text_of_comment(comment)
    words = [each for mention in mentions if mention.topic in about for each in words_at(text, mention.spans)]
    return Experience(
        comment=comment,
        name=comment.name or visitor_name,
        moment=moment_of(comment),
        subject=mark_words(comment.subject, words),
        words=make_excerpt(to_plain(comment.body_html), words),
        also=[mention.topic.name for mention in mentions if mention.topic not in about],
        waited=tell_no_reply(comment, now),
        can_answer=comment.waiting and can_reply(viewer, comment),
    )


def find_articles(topic: Topic) -> tuple[list[ArticleMention], bool]:
    """Return the published articles that name ``topic``, those that name it most often first; and whether there are more."""
    named = ArticleMention.objects.filter(topic=topic, article__status="published").exclude(standing=Standing.DENIED)
    rows = named.select_related("article").defer("article__body", "article__body_html", "spans")
    found = list(rows.order_by(F("place_count").desc(), F("id").desc())[: MOST_ARTICLES + 1])
    return found[:MOST_ARTICLES], len(found) > MOST_ARTICLES
