"""The pages of topics, ready for their templates: what is counted is said as counts, never as shares or ranks.

A count says how many wrote about something. How well it works, no count here tells.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlencode

from django.db.models import F, Q
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from forum.discussion import cards
from forum.discussion.cards import Question
from forum.discussion.models import Comment
from forum.discussion.narrowing import Way, Ways
from forum.discussion.paging import Pager, write_keyset
from forum.discussion.permissions import ANONYMOUS, Viewer

from .experiences import Experience, Keyset, describe_experiences, find_articles, find_experiences
from .filters import TOPIC
from .models import ArticleMention, Kind, Topic, TopicPair
from .reading import count_comments, count_together, topics_in_articles

MOST_TOGETHER = 10  # of each kind, those named together the most often
MOST_QUESTIONS = 3
KINDS: dict[str, str | Promise] = {
    Kind.CONDITION: gettext_lazy("Conditions"),
    Kind.TREATMENT: gettext_lazy("Treatments"),
    Kind.DEVICE: gettext_lazy("Devices and aids"),
    Kind.OUTCOME: gettext_lazy("How it goes"),
    Kind.PERSON: gettext_lazy("People"),
}
# What else a comment names, in the order of the page.
TOGETHER: dict[str, str | Promise] = {
    Kind.PERSON: gettext_lazy("About whom"),
    Kind.CONDITION: gettext_lazy("With a condition"),
    Kind.OUTCOME: gettext_lazy("How it went"),
    Kind.TREATMENT: gettext_lazy("With a treatment"),
    Kind.DEVICE: gettext_lazy("With a device or an aid"),
}


@dataclass(frozen=True, slots=True)
class Group:
    """Topics of one kind, each with the number of comments that name it, in the order of their names."""

    words: str
    topics: list[tuple[Topic, int]]


@dataclass(slots=True)
class TopicPage:
    """What ``topics/topic.html`` shows."""

    topic: Topic
    count: int  # comments that name it
    path: str
    other: Topic | None = None
    together: str = ""  # "12 comments name both."
    narrowed: list[Ways] = field(default_factory=list)
    experiences: list[Experience] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    questions_href: str = ""  # of all of them, where there are more
    articles: list[ArticleMention] = field(default_factory=list)
    articles_href: str = ""
    is_first: bool = True
    pager: Pager = field(default_factory=Pager)

    @property
    def is_empty(self) -> bool:
        """Tell whether there is nothing about it on the whole site."""
        return not self.experiences and not self.articles and self.is_first

    @property
    def is_found_here(self) -> bool:
        """Tell whether search engines should keep this page: the first one, of a topic about which there is something."""
        return self.is_first and self.other is None and not self.is_empty


def make_page(
    topic: Topic, other: Topic | None, after: Keyset | None, *, viewer: Viewer, visitor_name: str, now: datetime
) -> TopicPage:
    """Return the page of ``topic``, with comments that also name ``other`` alone where it is given, from ``after`` on."""
    path = topic.get_absolute_url()
    page = TopicPage(topic, count_comments([topic.pk]).get(topic.pk, 0), path, other, is_first=after is None)
    pairs = count_together(topic)
    page.narrowed = _narrow(path, other, pairs)
    ids, following = find_experiences(topic, other, after)
    about = [topic, other] if other else [topic]
    page.experiences = describe_experiences(ids, about, viewer, visitor_name, now)
    if other:
        count = next((number for one, number in pairs if one == other), 0)
        page.together = ngettext("%(count)d comment names both.", "%(count)d comments name both.", count) % {"count": count}
    elif after is None:
        _add_questions(page, viewer, visitor_name, now)
        _add_articles(page)
    here = f"{path}?{urlencode({'with': other.slug})}" if other else path
    page.pager = Pager(
        first_href=here if after else "",
        first_words=_("Back to the latest"),
        next_href=f"{here}{'&' if other else '?'}after={write_keyset(*following)}" if following else "",
        next_words=_("Earlier comments"),
    )
    return page


def _add_questions(page: TopicPage, viewer: Viewer, visitor_name: str, now: datetime) -> None:
    choice = TOPIC.choose(page.topic, page.count)
    about = Comment.objects.visible_to(ANONYMOUS).waiting().filter(choice.condition).order_by("-active_at", "-id")
    # Their ids first: joined with their articles, SQLite would read all that wait.
    ids = list(about.values_list("pk", flat=True)[: MOST_QUESTIONS + 1])
    waiting, _following = cards.read_questions(None, newest=True, conditions=[Q(pk__in=ids[:MOST_QUESTIONS])])
    page.questions = cards.describe_questions(waiting, viewer, visitor_name, now)
    if len(ids) > MOST_QUESTIONS:
        page.questions_href = f"{reverse('discussion:unanswered')}?{urlencode({TOPIC.name: page.topic.slug})}"


def _add_articles(page: TopicPage) -> None:
    page.articles, has_more = find_articles(page.topic)
    if has_more:
        page.articles_href = f"{reverse('search:search')}?{urlencode({'q': page.topic.name, 'only': 'articles'})}"


def _narrow(path: str, other: Topic | None, pairs: Iterable[tuple[Topic, int]]) -> list[Ways]:
    """Return what else comments name, by kind; the order within a kind is that of the names, for a list is not a ranking."""
    if other is not None:
        return [Ways(str(TOGETHER[other.kind]), [], other.name, path)]
    by_kind: dict[str, list[tuple[Topic, int]]] = {kind: [] for kind in TOGETHER}
    for one, count in pairs:
        if len(by_kind[one.kind]) < MOST_TOGETHER:
            by_kind[one.kind].append((one, count))
    return [
        Ways(
            str(TOGETHER[kind]),
            [Way(one.name, f"{path}?{urlencode({'with': one.slug})}", count) for one, count in sorted(found, key=_by_name)],
        )
        for kind, found in by_kind.items()
        if found
    ]


def _by_name(pair: tuple[Topic, int]) -> str:
    return pair[0].name.casefold()


def list_topics() -> list[Group]:
    """Return all topics about which there is something, by kind."""
    groups: dict[str, list[tuple[Topic, int]]] = {kind: [] for kind in KINDS}
    for topic, count in topics_with_something():
        groups[topic.kind].append((topic, count))
    return [Group(str(KINDS[kind]), topics) for kind, topics in groups.items() if topics]


def topics_with_something() -> list[tuple[Topic, int]]:
    """Return the topics in use that a comment or a published article names, and how many comments do, by name. Three queries."""
    topics = list(Topic.objects.filter(is_active=True).order_by("name"))
    if not topics:
        return []
    alone = TopicPair.objects.filter(low=F("high"), comment_count__gt=0)
    counts = dict(alone.values_list("low", "comment_count"))
    in_articles = topics_in_articles(topic.pk for topic in topics if topic.pk not in counts)
    return [(topic, counts.get(topic.pk, 0)) for topic in topics if topic.pk in counts or topic.pk in in_articles]


def most_named(limit: int) -> list[Topic]:
    """Return the topics that the most comments name, in the order of their names. One query."""
    pairs = TopicPair.objects.filter(low=F("high"), comment_count__gt=0, low__is_active=True).select_related("low")
    return sorted((pair.low for pair in pairs.order_by("-comment_count")[:limit]), key=lambda topic: topic.name.casefold())
