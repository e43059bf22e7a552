"""Which pages of articles and conversations stand in the sitemap, and when each last changed.

A part is a range of rows that never move: discussions by id, their conversations by position. What everybody may read is in it.
"""

import re
from collections.abc import Iterable
from datetime import datetime

from django.db.models import Case, F, IntegerField, Max, When
from django.urls import reverse

from articles.models import Article, Collection
from forum.site.models import SiteVersion
from forum.site.sitemap import Place

from .models import Comment, Discussion
from .permissions import ANONYMOUS
from .rows import ROOTS_ON_A_PAGE

DISCUSSIONS_A_PART = 25
POSITIONS_A_PART = 200  # of each of them, so a part has 25 × 210 addresses at most
SHELVES_A_PART = 1_000
_NUMBER = re.compile(r"0|[1-9][0-9]{0,8}")
_TWO_NUMBERS = re.compile(rf"({_NUMBER.pattern})-([1-9][0-9]{{0,5}})")
_FIXED = ("site:guidelines", "site:help", "site:help-now", "site:privacy")


class FixedPages:
    """The home page and those that every site has."""

    name = "pages"

    def parts(self) -> Iterable[Place]:
        """Return the only part."""
        return [Place("1")]

    def places(self, part: str) -> list[Place]:
        """Return the pages; only of the home page it is known when it changed."""
        if part != "1":
            return []
        _version, changed_at = SiteVersion.objects.read()
        return [Place(reverse("discussion:home"), changed_at), *(Place(reverse(name)) for name in _FIXED)]


class Shelves:
    """Collections."""

    name = "collections"

    def parts(self) -> Iterable[Place]:
        """Return a part for every thousand ids."""
        blocks = Collection.objects.annotate(block=F("pk") / SHELVES_A_PART).order_by("block")
        return [Place(str(block)) for block in blocks.values_list("block", flat=True).distinct()]

    def places(self, part: str) -> list[Place]:
        """Return the collections with these ids."""
        if not _NUMBER.fullmatch(part):
            return []
        first = int(part) * SHELVES_A_PART
        shelves = Collection.objects.filter(pk__gte=first, pk__lt=first + SHELVES_A_PART).order_by("pk")
        return [Place(reverse("articles:collection", args=[slug])) for slug in shelves.values_list("slug", flat=True)]


class Conversations:
    """Articles, the further pages of their conversations, and every conversation's own page."""

    name = "articles"

    def parts(self) -> Iterable[Place]:
        """Return, for each range of discussions, as many parts as the longest of them needs."""
        shown = Discussion.objects.filter(article__status=Article.Status.PUBLISHED)
        length = Case(When(state=Discussion.State.HIDDEN, then=0), default=F("root_seq"), output_field=IntegerField())
        blocks = shown.annotate(block=F("pk") / DISCUSSIONS_A_PART).values("block").order_by("block")
        found = []
        for block, longest, changed_at in blocks.annotate(longest=Max(length), last=Max("changed_at")).values_list(
            "block", "longest", "last"
        ):
            count = max(1, -(-longest // POSITIONS_A_PART))
            # Of several parts it is not known which one changed.
            found += [Place(f"{block}-{number}", changed_at if count == 1 else None) for number in range(1, count + 1)]
        return found

    def places(self, part: str) -> list[Place]:
        """Return the pages of a range of discussions that hold a range of positions."""
        match = _TWO_NUMBERS.fullmatch(part)
        if match is None:
            return []
        first, page = int(match[1]) * DISCUSSIONS_A_PART, int(match[2])
        found = Discussion.objects.filter(pk__gte=first, pk__lt=first + DISCUSSIONS_A_PART).order_by("pk")
        found = found.filter(article__status=Article.Status.PUBLISHED).select_related("article")
        rows = found.only("state", "root_seq", "article__slug", "article__changed_at")
        discussions = {discussion.pk: discussion for discussion in rows if page == 1 or _reaches(discussion, page)}
        roots = _read_roots(discussions, page)
        places = [place for pk, row in discussions.items() for place in _places_of(row, roots.get(pk, []), page)]
        # A part that the index names is never empty, even where all that stood in it is gone.
        return places or [Place(row.article.get_absolute_url()) for row in discussions.values()]


_Root = tuple[int, int, datetime | None]  # position, id, last change


def _reaches(discussion: Discussion, page: int) -> bool:
    return discussion.state != Discussion.State.HIDDEN and discussion.root_seq > (page - 1) * POSITIONS_A_PART


def _read_roots(discussions: Iterable[int], page: int) -> dict[int, list[_Root]]:
    last = page * POSITIONS_A_PART
    roots = Comment.objects.visible_to(ANONYMOUS).filter(discussion__in=list(discussions))
    roots = roots.filter(position__gt=last - POSITIONS_A_PART, position__lte=last).order_by("discussion_id", "position")
    found: dict[int, list[_Root]] = {}
    for discussion_id, position, pk, changed_at in roots.values_list("discussion_id", "position", "pk", "thread_changed_at"):
        found.setdefault(discussion_id, []).append((position or 0, pk, changed_at))
    return found


def _places_of(discussion: Discussion, roots: list[_Root], page: int) -> Iterable[Place]:
    """Yield the pages of the article that ``roots`` stand on, the first one in any case, each followed by their own pages."""
    path = discussion.article.get_absolute_url()
    on_pages: dict[int, list[_Root]] = {1: []} if page == 1 else {}
    for root in roots:
        on_pages.setdefault(-(-root[0] // ROOTS_ON_A_PAGE), []).append(root)
    for number, here in on_pages.items():
        moments = [changed_at for _position, _pk, changed_at in here]
        if number == 1:
            yield Place(path, _latest([discussion.article.changed_at, *moments]))
        else:
            yield Place(f"{path}?page={number}", _latest(moments))
        yield from (Place(f"{path}comments/{pk}/", changed_at) for _position, pk, changed_at in here)


def _latest(moments: Iterable[datetime | None]) -> datetime | None:
    return max((moment for moment in moments if moment is not None), default=None)
