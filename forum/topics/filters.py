"""Lists of comments narrowed to a topic: ``COMMENT_FILTERS`` names TOPIC, searches and the list of questions show it."""

from collections.abc import Collection, Sequence

from django.db.models import Count, Exists, OuterRef, Q
from django.http import Http404
from django.utils.translation import gettext as _

from forum.discussion.narrowing import Choice

from .models import Mention, Topic
from .reading import count_comments, find_chosen_topic

FEW = 2_000  # comments: so many are looked at one by one; of more, a list meets enough on its way
MOST_OFFERED = 12


class TopicFilter:
    """Comments that name a topic (``forum.discussion.narrowing.Filter``)."""

    name = "topic"

    def label(self) -> str:
        """Return the heading of the choices."""
        return _("Topic")

    def read(self, value: str) -> Choice:
        """Return the topic with this address; raise Http404."""
        topic = find_chosen_topic(value)
        if topic is None:
            raise Http404("no such topic")
        return self.choose(topic, count_comments([topic.pk]).get(topic.pk, 0))

    def offer(self, comment_ids: Collection[int]) -> Sequence[tuple[Choice, int]]:
        """Return the topics that the most of these comments name. Two queries."""
        # Without the table of topics: SQLite would begin with that and look for each comment once for every topic.
        named = Mention.objects.filter(comment__in=comment_ids, shown=True).order_by()
        counts = list(named.values_list("topic").annotate(count=Count("pk")).order_by("-count", "topic"))
        topics = Topic.objects.filter(is_active=True).in_bulk([pk for pk, _count in counts])
        found = [(topics[pk], count) for pk, count in counts if pk in topics][:MOST_OFFERED]
        return [(_offer(topic), count) for topic, count in found]

    def choose(self, topic: Topic, count: int) -> Choice:
        """Return the choice of ``topic``, which about ``count`` comments name."""
        shown = Mention.objects.filter(topic=topic, shown=True)
        # They mean the same. With the first the database begins at the mentions of the topic, with the second at the list.
        is_named = Q(pk__in=shown.values("comment")) if count <= FEW else Q(Exists(shown.filter(comment=OuterRef("pk"))))
        return Choice(topic.slug, topic.name, is_named)


def _offer(topic: Topic) -> Choice:
    return Choice(topic.slug, topic.name, Q(mentions__topic=topic.pk, mentions__shown=True))  # a list makes many of these


TOPIC = TopicFilter()
