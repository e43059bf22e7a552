"""Searching: from what was typed to keys of comments and articles, the best first; misspelled words corrected where that helps.

Only what is public is in the index; whether its page is open to readers is asked here (``in_sight``), and once more by whoever
shows a row (``visible_to``).
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.db.models.expressions import RawSQL

from forum.discussion.models import Comment, Discussion

from .backends import Match, Question, engine
from .models import IndexedArticle, IndexedComment, IndexedText, IndexState
from .query import Query, Ways
from .texts import discussion_mark, read_marks, year_mark
from .vocabulary import count_uses, find_endings, find_near
from .words import base_language, stem

MOST_RANKED = 2_000  # the latest that match: ranking all of a hundred thousand would take seconds
MOST_LOOKED_AT = 20_000  # so many matches are expected in the part of the index that is looked at, if there are more in all
COMMON_SHARE = 1 / 3  # a word in more texts than that is left out of account where a rarer one is looked for
COMMON_FROM_COUNT = 500  # on a small site even its subject is in every third text
MOST_LEFT_OUT = 50  # discussions out of sight, named to the database where they would fill the list
FEW = 5  # with fewer comments, another spelling is worth a look
MORE_USED = 20  # so many times as often is a spelling used before it is offered for one that is found


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What comments are narrowed to; articles only by the year. ``conditions`` come from other apps (``filters``)."""

    year: int | None = None
    discussion_id: int | None = None
    is_unanswered: bool = False
    conditions: tuple[Q, ...] = ()

    def __bool__(self) -> bool:
        return self != EVERYTHING


EVERYTHING = Narrowing()


@dataclass(frozen=True, slots=True)
class Found:
    """Rows of one kind, the best first. ``is_partial``: more matched than was looked at, so these are among the latest."""

    matches: Sequence[Match] = ()
    is_partial: bool = False

    def after(self, place: tuple[int, int] | None) -> Sequence[Match]:
        """Return the matches below ``place``, a rank and a key: below that row where it is still here, else below its rank."""
        if place is None:
            return self.matches
        for index, match in enumerate(self.matches):
            if match.pk == place[1]:
                return self.matches[index + 1 :]
        return [match for match in self.matches if (rank_of(match), match.pk) < place]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a search came to."""

    query: Query  # as it was looked for
    comments: Found = field(default_factory=Found)
    articles: Found = field(default_factory=Found)
    looked_for: Sequence[Ways] = ()  # what is marked in the texts
    is_respelled: bool = False  # nothing was found for the words as they were typed
    is_loose: bool = False  # nothing has all of the words: these have some
    suggestion: Query | None = None  # what may have been meant; it finds more

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing was found."""
        return not self.comments.matches and not self.articles.matches


def rank_of(match: Match) -> int:
    """Return the score as a whole number, so that it can stand in an address."""
    return round(match.score * 1_000_000)


def search(query: Query, narrowing: Narrowing = EVERYTHING, *, comments: bool = True, articles: bool = True) -> Outcome:
    """Return what ``query`` finds among public comments and published articles.

    Where nothing is found, words that are not used here are taken for the nearest spelling; where that does not help either,
    whatever has some of the words is found.
    """
    if not query.wanted:
        return Outcome(query)
    look = _Look(narrowing, comments=comments, articles=articles)
    outcome = look.at(query)
    if len(outcome.comments.matches) >= FEW or (not comments and not outcome.is_empty):
        return outcome
    respelled = look.respell(query)
    if respelled is not None:
        other = look.at(respelled)
        if outcome.is_empty and not other.is_empty:
            return replace(other, is_respelled=True)
        if len(other.comments.matches) > len(outcome.comments.matches):
            return replace(outcome, suggestion=respelled)
    if outcome.is_empty and not narrowing:
        return look.at_some_of(respelled or query)
    return outcome


class _Look:
    """One search: what the site knows of the words, asked once for each spelling."""

    def __init__(self, narrowing: Narrowing, *, comments: bool, articles: bool) -> None:
        state = IndexState.load()
        self.count = state.comment_count
        self.languages = state.languages or [base_language(settings.LANGUAGE_CODE)]
        self.narrowing, self.comments, self.articles = narrowing, comments, articles
        self.uses: dict[str, int] = {}

    def at(self, query: Query) -> Outcome:
        """Return the texts that have all that is wanted and nothing that is not."""
        endings = {term.words[0].text: find_endings(term.words[0].text) for term in query.terms if term.is_beginning}
        wanted = [term.ways(self.languages, endings) for term in query.wanted]
        unwanted = [term.ways(self.languages, endings) for term in query.unwanted]
        self._count([stem for ways in wanted for way in ways for stem in way])
        needed = [ways for ways in wanted if not self._is_common(ways)] or wanted
        return Outcome(
            query,
            comments=self._find_comments(needed, unwanted) if self.comments else Found(),
            articles=self._find_articles(needed, unwanted) if self.articles else Found(),
            looked_for=wanted,
        )

    def respell(self, query: Query) -> Query | None:
        """Return ``query`` with the words that others here spell differently, and far more often; None where there are none."""
        used = {
            word.text: max(self.uses.get(stem(word.text, language), 0) for language in self.languages) for word in query.words()
        }
        near = find_near({word: uses * MORE_USED for word, uses in used.items()})
        return query.respell(near) if near else None

    def at_some_of(self, query: Query) -> Outcome:
        """Return the texts that have at least one of the words, those with the rarest and the most of them first."""
        words = list(dict.fromkeys(word.text for word in query.words()))
        ways = [frozenset((stem(word, language),) for language in self.languages) for word in words]
        self._count([way[0] for one in ways for way in one])
        telling = [one for one in ways if not self._is_common(one)]
        stems = {way[0]: number for number, one in enumerate(telling) for way in one if way[0] in self.uses}
        if len(words) < 2 or not stems:
            return Outcome(query)
        articles = self._find_any(IndexedArticle, stems) if self.articles else []
        comments = in_sight(self._find_any(IndexedComment, stems)) if self.comments else []
        return Outcome(
            query, comments=Found(_ranked(comments)), articles=Found(_ranked(articles)), looked_for=telling, is_loose=True
        )

    def _count(self, stems: Iterable[str]) -> None:
        if unknown := {stem for stem in stems if stem not in self.uses}:
            self.uses |= count_uses(unknown)

    def _share(self, ways: Ways) -> float:
        """Return in about which part of all comments one of ``ways`` stands."""
        used = sum(min(self.uses.get(stem, 0) for stem in way) for way in ways)
        return min(1.0, used / self.count) if self.count else 0.0

    def _is_common(self, ways: Ways) -> bool:
        is_word = all(len(way) == 1 for way in ways)
        return is_word and self.count >= COMMON_FROM_COUNT and self._share(ways) > COMMON_SHARE

    def _find_comments(self, wanted: Sequence[Ways], unwanted: Sequence[Ways]) -> Found:
        narrowing = self.narrowing
        marks = [discussion_mark(narrowing.discussion_id)] if narrowing.discussion_id else []
        marks += [year_mark(narrowing.year)] if narrowing.year else []
        from_pk = None if marks else self._first_to_look_at(wanted)
        question = Question(wanted, unwanted, marks, condition=_condition(narrowing), from_pk=from_pk)
        matches = engine().match(IndexedComment, question, limit=MOST_RANKED)
        shown = in_sight(matches)
        is_full = len(matches) == MOST_RANKED
        if is_full and len(shown) < len(matches):
            # A big discussion out of sight must not stand in the way of what can be read.
            question = replace(question, unwanted_marks=_marks_of_most(set(matches) - set(shown)))
            matches = engine().match(IndexedComment, question, limit=MOST_RANKED)
            shown = in_sight(matches)
        return Found(_ranked(shown), is_full or from_pk is not None)

    def _find_articles(self, wanted: Sequence[Ways], unwanted: Sequence[Ways]) -> Found:
        if self.narrowing and self.narrowing != Narrowing(year=self.narrowing.year):
            return Found()
        marks = [year_mark(self.narrowing.year)] if self.narrowing.year else []
        matches = engine().match(IndexedArticle, Question(wanted, unwanted, marks), limit=MOST_RANKED)
        return Found(_ranked(matches), len(matches) == MOST_RANKED)

    def _first_to_look_at(self, wanted: Sequence[Ways]) -> int | None:
        """Return the key from which on about MOST_LOOKED_AT comments match; None where it need not be limited."""
        expected = self.count * math.prod(self._share(ways) for ways in wanted)
        if expected <= MOST_LOOKED_AT:
            return None
        keys = IndexedComment.objects.values_list("pk", flat=True)
        first, last = keys.order_by("pk").first() or 0, keys.order_by("-pk").first() or 0
        return last - int((last - first) * MOST_LOOKED_AT / expected)

    def _find_any(self, table: type[IndexedText], stems: Mapping[str, int]) -> list[Match]:
        """Return what has at least one of ``stems``, each with the number of the word that it belongs to."""
        asked = list(stems)
        found: dict[int, dict[int, float]] = {}
        for pk, number in engine().match_any(table, asked, limit_each=MOST_RANKED // len(asked)):
            word = stems[asked[number]]
            found.setdefault(pk, {})[word] = weight_of(self.uses[asked[number]], self.count)
        marks = dict(table._default_manager.filter(pk__in=found).values_list("pk", "marks"))
        return [Match(pk, sum(weights.values()), marks[pk]) for pk, weights in found.items() if pk in marks]


def weight_of(uses: int, count: int) -> float:
    """Return how much a word tells that stands in ``uses`` of ``count`` texts: the rarer, the more."""
    return math.log(1 + max(count, uses) / max(uses, 1))


def in_sight(matches: Sequence[Match]) -> list[Match]:
    """Return the comments among ``matches`` whose article and discussion are open to readers. One query."""
    places = [read_marks(match.marks)[0] for match in matches]
    if not places:
        return []
    hidden = {None, *Discussion.objects.out_of_sight().values_list("pk", flat=True)}
    return [match for match, place in zip(matches, places, strict=True) if place not in hidden]


def _marks_of_most(matches: Iterable[Match]) -> list[str]:
    """Return the marks of the discussions that most of ``matches`` are in."""
    places = Counter(read_marks(match.marks)[0] for match in matches)
    return [discussion_mark(pk) for pk, _count in places.most_common(MOST_LEFT_OUT) if pk is not None]


def _ranked(matches: Iterable[Match]) -> list[Match]:
    return sorted(matches, key=lambda match: (-rank_of(match), -match.pk))


def _condition(narrowing: Narrowing) -> tuple[str, Sequence[Any]] | None:
    """Return what comments are narrowed to, beside their marks, as SQL that speaks of a row of the index."""
    conditions = [*([Q(waiting=True)] if narrowing.is_unanswered else []), *narrowing.conditions]
    if not conditions:
        return None
    row = RawSQL(f'"{IndexedComment._meta.db_table}"."rowid"', ())  # noqa: S611 - the name of the table is that of our model
    sql, params = Comment.objects.filter(*conditions, pk=row).values("pk").query.sql_with_params()
    return f"EXISTS ({sql})", params
