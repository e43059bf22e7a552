"""Template tags that bring topics to the pages of apps below this one. One query each."""

from django import template
from django.db.models import F

from articles.models import Article

from ..models import ArticleMention, Standing, Topic
from ..pages import most_named
from ..reading import topics_of

register = template.Library()
MOST_OF_ARTICLE = 8
MOST_AT_HOME = 6


@register.simple_tag
def topics_of_article(article: Article) -> list[Topic]:
    """Return what ``article`` names most often, by name. Whatever changes it gives the article a new version."""
    named = ArticleMention.objects.filter(article=article, topic__is_active=True).exclude(standing=Standing.DENIED)
    rows = named.order_by(F("place_count").desc(), "pk").values_list("topic_id", "topic__slug", "topic__name")
    topics = [Topic(pk=pk, slug=slug, name=name) for pk, slug, name in rows[:MOST_OF_ARTICLE]]
    return sorted(topics, key=lambda topic: topic.name.casefold())


@register.simple_tag
def topics_of_comment(comment_id: int | None) -> list[Topic]:
    """Return what everybody may read that a comment is about. Whatever changes it gives its discussion a new version."""
    return topics_of(comment_id) if comment_id else []


@register.simple_tag
def topics_most_named() -> list[Topic]:
    """Return the topics that the most comments name, in the order of the names."""
    return most_named(MOST_AT_HOME)
