"""The page of results, made ready for its template: what was found, said in words, and the ways to narrow it."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import DEFAULT_DB_ALIAS
from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from articles.markup import plain_text
from articles.models import Article
from forum.accounts.ignoring import read_ignored
from forum.database.compiled import Compiled, padded
from forum.discussion.cards import tell_no_reply
from forum.discussion.markup import to_plain
from forum.discussion.models import Comment, Discussion
from forum.discussion.moments import Moment, moment_of
from forum.discussion.narrowing import Choice, Way, Ways, read_filters
from forum.discussion.paging import Pager
from forum.discussion.permissions import ANONYMOUS, Viewer, can_reply
from forum.discussion.questions import shorten

from .filters import ARTICLES, COMMENTS, UNANSWERED, Chosen
from .query import parse
from .services import Found, Match, Outcome, rank_of, search
from .snippets import Piece, make_snippet, mark
from .texts import read_marks

COMMENTS_ON_A_PAGE = 20
ARTICLES_ABOVE = 3  # the best of them stand above the comments
OFFERED = 8  # articles, or choices of another filter
MAX_WORDS_CHARS = 60  # of what was typed, repeated in a sentence
_PLACE = re.compile(r"([0-9]{1,18})-([1-9][0-9]{0,17})")


@dataclass(frozen=True, slots=True)
class CommentResult:
    """A comment that was found."""

    comment: Comment
    name: str
    moment: Moment
    subject: list[Piece]
    words: list[Piece]
    waited: str  # "No reply yet, after 12 years." of a question that waits, else empty
    can_answer: bool


@dataclass(frozen=True, slots=True)
class ArticleResult:
    """An article that was found."""

    article: Article
    title: list[Piece]
    words: list[Piece]


@dataclass(slots=True)
class Page:
    """What ``search/search.html`` shows."""

    chosen: Chosen
    short: str = ""  # what was typed, short enough for a sentence
    used_short: str = ""  # what was looked for in its place
    is_asked: bool = False  # something to look for was typed
    outcome: Outcome | None = None
    comments: list[CommentResult] = field(default_factory=list)
    articles: list[ArticleResult] = field(default_factory=list)
    found_words: str = ""
    kinds: list[Way] = field(default_factory=list)
    narrowed: list[Ways] = field(default_factory=list)
    more_articles_href: str = ""
    everything_href: str = ""
    suggestion: str = ""
    suggestion_href: str = ""
    pager: Pager = field(default_factory=Pager)


def make_page(chosen: Chosen, after: str, *, viewer: Viewer, visitor_name: str, now: datetime) -> Page:
    """Search for what is chosen and return the page, from the place ``after`` on. Raises Http404 for what is no place."""
    place = _read_place(after)
    query = parse(chosen.typed)
    page = Page(chosen, short=shorten(query.typed, MAX_WORDS_CHARS), is_asked=bool(query.wanted))
    if not page.is_asked:
        return page
    outcome = search(query, chosen.narrowing, comments=chosen.kind != ARTICLES, articles=chosen.kind in ("", ARTICLES))
    page.outcome = outcome
    found = outcome.articles if chosen.kind == ARTICLES else outcome.comments
    matches = found.after(place)
    here, following = matches[:COMMENTS_ON_A_PAGE], matches[COMMENTS_ON_A_PAGE:]
    if chosen.kind == ARTICLES:
        page.articles = _read_articles(here, outcome)
    else:
        page.comments = _read_comments(here, outcome, viewer, visitor_name, now)
        if place is None:
            page.articles = _read_articles(outcome.articles.matches[:ARTICLES_ABOVE], outcome)
            if len(outcome.articles.matches) > ARTICLES_ABOVE:
                page.more_articles_href = chosen.path(kind=ARTICLES)
    page.found_words = _count_words(outcome, chosen)
    page.kinds = _kinds(chosen)
    page.everything_href = Chosen(chosen.typed).path()
    page.narrowed = _offer(chosen, outcome.comments.matches)
    page.used_short = shorten(outcome.query.typed, MAX_WORDS_CHARS)
    if outcome.suggestion:
        page.suggestion = shorten(outcome.suggestion.typed, MAX_WORDS_CHARS)
        page.suggestion_href = chosen.path(typed=outcome.suggestion.typed)
    page.pager = Pager(
        first_href=chosen.path() if place else "",
        first_words=_("Back to the best matches"),
        next_href=chosen.path(after=_write_place(here[-1])) if following else "",
        next_words=_("More matches"),
    )
    return page


def _write_place(match: Match) -> str:
    return f"{rank_of(match)}-{match.pk}"


def _read_place(value: str) -> tuple[int, int] | None:
    if not value:
        return None
    match = _PLACE.fullmatch(value)
    if match is None:
        raise Http404("not a place in a list")
    return int(match[1]), int(match[2])


def _read_comments(
    matches: Sequence[Match], outcome: Outcome, viewer: Viewer, visitor_name: str, now: datetime
) -> list[CommentResult]:
    """Return what everybody may read of ``matches``, but for the people whom ``viewer`` does not want to read."""
    if not matches:
        return []
    rows = _COMMENTS(padded((match.pk for match in matches), COMMENTS_ON_A_PAGE))
    comments = {comment.pk: comment for comment in map(_make_comment, rows)}
    ignored = read_ignored(viewer.user_id)
    shown = [comments[match.pk] for match in matches if match.pk in comments]
    return [
        _describe(comment, outcome, viewer, visitor_name, now)
        for comment in shown
        if not ignored.has(comment.author_id, comment.guest_id)
    ]


def _ask_comments(ids: tuple[int, ...]) -> "QuerySet[Comment, tuple[Any, ...]]":
    rows = Comment.objects.visible_to(ANONYMOUS).filter(pk__in=ids)
    article = (f"discussion__article__{name}" for name in _OF_ARTICLE)
    return rows.values_list(*_OF_COMMENT, "root__locked", "discussion__state", *article)


# What is shown of a comment and its surroundings, and no more.
_OF_COMMENT = [field.attname for field in Comment._meta.concrete_fields if field.name != "body"]
_OF_ARTICLE = ("id", "slug", "title", "language")
_COMMENTS = Compiled(_ask_comments)


def _make_comment(row: tuple[Any, ...]) -> Comment:
    own, (root_locked, state, *article) = row[: len(_OF_COMMENT)], row[len(_OF_COMMENT) :]
    comment = Comment.from_db(DEFAULT_DB_ALIAS, _OF_COMMENT, own)
    root = (comment.root_id, root_locked)
    comment.root = Comment.from_db(DEFAULT_DB_ALIAS, ["id", "locked"], root) if comment.root_id else None
    comment.discussion = Discussion.from_db(DEFAULT_DB_ALIAS, ["id", "state"], (comment.discussion_id, state))
    comment.discussion.article = Article.from_db(DEFAULT_DB_ALIAS, list(_OF_ARTICLE), article)
    return comment


def _describe(comment: Comment, outcome: Outcome, viewer: Viewer, visitor_name: str, now: datetime) -> CommentResult:
    language = comment.language or comment.discussion.article.language
    return CommentResult(
        comment=comment,
        name=comment.name or visitor_name,
        moment=moment_of(comment),
        subject=mark(comment.subject, outcome.looked_for, language),
        words=make_snippet(to_plain(comment.body_html), outcome.looked_for, language),
        waited=tell_no_reply(comment, now),
        can_answer=comment.waiting and can_reply(viewer, comment),
    )


def _read_articles(matches: Sequence[Match], outcome: Outcome) -> list[ArticleResult]:
    rows = Article.objects.published().filter(pk__in=[match.pk for match in matches]).defer("body")
    articles = {article.pk: article for article in rows}
    shown = [articles[match.pk] for match in matches if match.pk in articles]
    return [
        ArticleResult(
            article,
            mark(article.title, outcome.looked_for, article.language),
            _article_snippet(article, outcome),
        )
        for article in shown
    ]


def _article_snippet(article: Article, outcome: Outcome) -> list[Piece]:
    """Return the part of the text that has the words; the standfirst where it has them, or nothing else does."""
    standfirst = make_snippet(article.standfirst, outcome.looked_for, article.language)
    if any(piece.is_found for piece in standfirst):
        return standfirst
    text = make_snippet(plain_text(article.body_html), outcome.looked_for, article.language)
    return text if not standfirst or any(piece.is_found for piece in text) else standfirst


def _count_words(outcome: Outcome, chosen: Chosen) -> str:
    """Return "34 comments and 2 articles": exact, or "more than" where not all were looked at."""
    parts = []
    if chosen.kind != ARTICLES and outcome.comments.matches:
        words = ngettext("%(count)d comment", "%(count)d comments", len(outcome.comments.matches))
        parts.append(_tell_count(words, outcome.comments))
    if outcome.articles.matches:
        words = ngettext("%(count)d article", "%(count)d articles", len(outcome.articles.matches))
        parts.append(_tell_count(words, outcome.articles))
    return _("%(one)s and %(other)s") % {"one": parts[0], "other": parts[1]} if len(parts) == 2 else "".join(parts)


def _tell_count(words: str, found: Found) -> str:
    count = words % {"count": len(found.matches)}
    return _("more than %(count)s") % {"count": count} if found.is_partial else count


def _kinds(chosen: Chosen) -> list[Way]:
    kinds = {"": _("Everything"), COMMENTS: _("Comments only"), ARTICLES: _("Articles only"), UNANSWERED: _("Unanswered only")}
    return [Way(words, "" if kind == chosen.kind else chosen.path(kind=kind)) for kind, words in kinds.items()]


def _offer(chosen: Chosen, matches: Sequence[Match]) -> list[Ways]:
    """Return the years, the articles and what other apps know of the comments that were found, as links with counts."""
    marks = [read_marks(match.marks) for match in matches]
    years = Counter(year for _discussion, year in marks if year)
    places = Counter(discussion for discussion, _year in marks if discussion)
    offered = [_offer_years(chosen, years), _offer_articles(chosen, places)]
    for one in read_filters():
        picked = dict(chosen.more).get(one.name)
        others = tuple(pair for pair in chosen.more if pair[0] != one.name)
        choices: Sequence[tuple[Choice, int]] = [] if picked else one.offer([match.pk for match in matches])
        ways = [Way(choice.words, chosen.path(more=(*others, (one.name, choice))), count) for choice, count in choices[:OFFERED]]
        offered.append(_ways(one.label(), ways, picked.words if picked else "", chosen.path(more=others)))
    return [ways for ways in offered if ways.chosen or len(ways.ways) > 1]


def _offer_years(chosen: Chosen, years: Counter[int]) -> Ways:
    ways = [] if chosen.year else [Way(str(year), chosen.path(year=year), years[year]) for year in sorted(years)]
    return _ways(_("Year"), ways, str(chosen.year or ""), chosen.path(year=None))


def _offer_articles(chosen: Chosen, places: Counter[int]) -> Ways:
    if chosen.discussion:
        return _ways(_("Article"), [], chosen.discussion.article.title, chosen.path(discussion=None))
    rows = Discussion.objects.in_sight().select_related("article").only("article__slug", "article__title")
    discussions = rows.in_bulk([pk for pk, _count in places.most_common(OFFERED)])
    ways = [
        Way(discussions[pk].article.title, chosen.path(discussion=discussions[pk]), count)
        for pk, count in places.most_common(OFFERED)
        if pk in discussions
    ]
    return _ways(_("Article"), ways, "", "")


def _ways(label: str, ways: list[Way], chosen: str, all_href: str) -> Ways:
    return Ways(label, ways, chosen, all_href if chosen else "")
