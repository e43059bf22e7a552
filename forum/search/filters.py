"""What a search is narrowed to, as it stands in the address; other apps add filters (``forum.discussion.narrowing``)."""

from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.http import Http404, QueryDict
from django.urls import reverse

from forum.discussion.models import Discussion
from forum.discussion.narrowing import Choice, read_choices
from forum.discussion.paging import read_year

from .services import Narrowing

COMMENTS, ARTICLES, UNANSWERED = KINDS = ("comments", "articles", "unanswered")


@dataclass(frozen=True, slots=True)
class Chosen:
    """What is asked for in the address, beside the words."""

    typed: str = ""
    kind: str = ""
    year: int | None = None
    discussion: Discussion | None = None
    more: tuple[tuple[str, Choice], ...] = ()  # by the name of their filter

    @property
    def narrowing(self) -> Narrowing:
        """Return the same for the search."""
        discussion_id = self.discussion.pk if self.discussion else None
        conditions = tuple(choice.condition for _name, choice in self.more)
        return Narrowing(self.year, discussion_id, self.kind == UNANSWERED, conditions)

    @property
    def is_narrowed(self) -> bool:
        """Tell whether anything but words was chosen."""
        return self != Chosen(self.typed)

    def path(self, **changes: object) -> str:
        """Return the address of the same search with some parts changed, and ``after=`` a place in its list."""
        after = changes.pop("after", "")
        chosen = replace(self, **changes)  # type: ignore[arg-type]
        query = {**chosen.parameters(), "after": after}
        return f"{reverse('search:search')}?{urlencode({name: value for name, value in query.items() if value})}"

    def parameters(self) -> dict[str, str]:
        """Return what is chosen, by the names in the address."""
        return {
            "q": self.typed,
            "only": self.kind,
            "year": str(self.year or ""),
            "article": self.discussion.article.slug if self.discussion else "",
            **{name: choice.value for name, choice in self.more},
        }


def read_chosen(asked: QueryDict) -> Chosen:
    """Return what an address asks for; raise Http404 for a year, an article or another choice that does not exist."""
    slug = asked.get("article", "").replace("\0", "")
    kind = asked.get("only", "")
    return Chosen(
        typed=asked.get("q", ""),
        kind=kind if kind in KINDS else "",
        year=read_year(asked.get("year")),
        discussion=_find_discussion(slug) if slug else None,
        more=read_choices(asked),
    )


def _find_discussion(slug: str) -> Discussion:
    shown = Discussion.objects.in_sight().select_related("article").defer("article__body", "article__body_html")
    found = shown.filter(article__slug=slug).first()
    if found is None:
        raise Http404("no such article")
    return found
