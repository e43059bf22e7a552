"""What lists show: an article with the size and age of its conversation, a question that waits. Queries are few."""

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from articles.models import Article
from forum.accounts.ignoring import read_ignored

from .markup import to_plain
from .models import Comment, Discussion, DiscussionYear
from .moments import ago_words, days_waited, duration_words
from .permissions import ANONYMOUS, Viewer, can_reply
from .querysets import CommentQuerySet
from .questions import question_excerpt
from .rows import earlier_than, later_than
from .years import YearStrip, make_year_strip

ARTICLES_ON_A_PAGE = 10
QUESTIONS_ON_A_PAGE = 20
MOST_SORTED = 200  # questions: whose topics are offered
MOST_COUNTED = 1_000  # questions are counted up to here: a list never counts a big table
Keyset = tuple[datetime, int]


@dataclass(frozen=True, slots=True)
class ArticleCard:
    """An article in a list."""

    article: Article
    strip: YearStrip | None
    comments: str  # "34 comments"
    people: str  # "from 21 people", empty where that is not known
    last: str  # "Last one 4 days ago.", empty where no date is known
    waiting: str  # "6 waiting for a reply"
    has_questions_answered: bool


@dataclass(frozen=True, slots=True)
class Question:
    """A comment that waits for a reply."""

    comment: Comment
    excerpt: str
    name: str
    waited: str  # "Waiting 12 years", or that the date was not kept
    can_answer: bool
    is_folded: bool  # the member who looks does not want to read its writer


def read_articles(after: Keyset | None, now: datetime) -> tuple[list[ArticleCard], Keyset | None]:
    """Return the articles with the latest activity below the keyset ``after``, and the next page's keyset if any."""
    here = Discussion.objects.in_sight()
    if after:
        here = here.filter(earlier_than("active_at", after))
    order = ("-active_at", "-id")
    # Of these alone the rest is asked: of all discussions PostgreSQL would answer it by reading all comments.
    shown = Discussion.objects.filter(pk__in=here.order_by(*order).values("pk")[: ARTICLES_ON_A_PAGE + 1])
    # An imported comment without a date has the moment of the one before it: only at the end it hides when the last one came.
    undated = Comment.objects.filter(public=True, posted_precision="unknown", published_at=OuterRef("last_comment_at"))
    asked = Comment.objects.asking().filter(discussion=OuterRef("pk"))
    shown = shown.annotate(ends_undated=Exists(undated.filter(discussion=OuterRef("pk"))), has_questions=Exists(asked))
    shown = shown.select_related("article__collection").defer("article__body", "article__body_html")
    found = list(shown.order_by(*order))
    page = found[:ARTICLES_ON_A_PAGE]
    years: dict[int, list[tuple[int, int]]] = {}
    counted = DiscussionYear.objects.filter(discussion__in=[discussion.pk for discussion in page], comment_count__gt=0)
    for pk, year, count in counted.order_by("year").values_list("discussion_id", "year", "comment_count"):
        years.setdefault(pk, []).append((year, count))
    cards = [
        _make_card(
            discussion,
            years.get(discussion.pk, []),
            now,
            ends_undated=discussion.ends_undated,
            has_questions=discussion.has_questions,
        )
        for discussion in page
    ]
    return cards, (page[-1].active_at, page[-1].pk) if len(found) > len(page) else None


def _make_card(
    discussion: Discussion, years: list[tuple[int, int]], now: datetime, *, ends_undated: bool, has_questions: bool
) -> ArticleCard:
    count, people, waiting = discussion.comment_count, discussion.people_count, discussion.waiting_count
    # Undated comments have a place in time only among themselves.
    last = ago_words(discussion.last_comment_at, now) if discussion.last_comment_at and years else ""
    last_words = _("The last one with a date: %(ago)s.") if ends_undated else _("Last one %(ago)s.")
    return ArticleCard(
        article=discussion.article,
        strip=make_year_strip(years, count, timezone.localdate(now).year),
        comments=ngettext("%(count)d comment", "%(count)d comments", count) % {"count": count} if count else "",
        people=ngettext("from %(count)d person", "from %(count)d people", people) % {"count": people} if people else "",
        last=last_words % {"ago": last} if last else "",
        waiting=ngettext("%(count)d waiting for a reply.", "%(count)d waiting for a reply.", waiting) % {"count": waiting}
        if waiting
        else "",
        has_questions_answered=has_questions and not waiting,
    )


def read_questions(
    after: Keyset | None, *, newest: bool, conditions: Sequence[Q] = (), limit: int = QUESTIONS_ON_A_PAGE
) -> tuple[list[Comment], Keyset | None]:
    """Return waiting questions from the keyset ``after`` on that meet ``conditions``, and the keyset of the next page if any."""
    shown = _waiting().filter(*conditions)
    if after:
        shown = shown.filter(earlier_than("active_at", after) if newest else later_than("active_at", after))
    order = ("-active_at", "-id") if newest else ("active_at", "id")
    found = _with_articles(shown.order_by(*order), limit + 1)
    here = found[:limit]
    return here, (here[-1].active_at, here[-1].pk) if len(found) > len(here) else None


def find_waiting() -> Sequence[int]:
    """Return the ids of the questions that have waited the longest, at most MOST_SORTED."""
    shown = Comment.objects.visible_to(ANONYMOUS).waiting().order_by("active_at", "id")
    return list(shown.values_list("pk", flat=True)[:MOST_SORTED])


def draw_questions(today: date) -> list[Comment]:
    """Return the oldest waiting question, the newest, and one drawn by the day: the same for everybody on one day."""
    shown = _waiting()
    forward, backward = ("active_at", "id"), ("-active_at", "-id")
    oldest, newest = _first(shown.order_by(*forward)), _first(shown.order_by(*backward))
    if oldest is None or newest is None:
        return []
    # A moment between the two, spread evenly by a checksum of the date, and the first question after it, else before it.
    share = zlib.crc32(today.isoformat().encode()) / 2**32
    moment = oldest.active_at + timedelta(seconds=share * (newest.active_at - oldest.active_at).total_seconds())
    others = shown.exclude(Q(pk=oldest.pk) | Q(pk=newest.pk))
    drawn = _first(others.filter(active_at__gte=moment).order_by(*forward))
    drawn = drawn or _first(others.filter(active_at__lt=moment).order_by(*backward))
    found = {question.pk: question for question in (oldest, drawn, newest) if question is not None}
    return list(found.values())


def count_questions() -> int:
    """Return how many questions wait, at most MOST_COUNTED."""
    # In an order, so that they are found by its index: any thousand PostgreSQL would look for among all comments.
    return _waiting().order_by("active_at", "id")[:MOST_COUNTED].count()


def has_been_asked() -> bool:
    """Tell whether anybody has asked anything that everybody may read."""
    return Comment.objects.visible_to(ANONYMOUS).asking().exists()


def describe_questions(comments: Iterable[Comment], viewer: Viewer, visitor_name: str, now: datetime) -> list[Question]:
    """Return ``comments`` as lists show them to ``viewer``: one query more for a member."""
    ignored = read_ignored(viewer.user_id)
    return [
        Question(
            comment=comment,
            excerpt=question_excerpt(f"{comment.subject}\n{to_plain(comment.body_html)}".strip()),
            name=comment.name or visitor_name,
            waited=_waited(comment, now),
            can_answer=can_reply(viewer, comment),
            is_folded=ignored.has(comment.author_id, comment.guest_id),
        )
        for comment in comments
    ]


def tell_no_reply(comment: Comment, now: datetime) -> str:
    """Return "No reply yet, after 12 years." of a question that waits, else nothing."""
    if not comment.waiting:
        return ""
    days = days_waited(comment, now)
    return _("No reply yet, after %(time)s.") % {"time": duration_words(days)} if days else _("No reply yet.")


def _waited(comment: Comment, now: datetime) -> str:
    days = days_waited(comment, now)
    if days is None:
        return _("The date was not kept.")
    return _("Waiting %(time)s.") % {"time": duration_words(days)} if days else _("Asked today.")


def _waiting() -> CommentQuerySet:
    return Comment.objects.visible_to(ANONYMOUS).waiting()


def _first(comments: CommentQuerySet) -> Comment | None:
    return next(iter(_with_articles(comments, 1)), None)


def _with_articles(comments: CommentQuerySet, count: int) -> list[Comment]:
    shown = comments.first_of(count).select_related("discussion__article", "root")
    unread = ("body", "root__body", "root__body_html", "discussion__article__body", "discussion__article__body_html")
    return list(shown.defer(*unread))
