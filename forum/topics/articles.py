"""Which topics an article names. Written with the article, and again after a change of the vocabulary."""

from collections.abc import Collection

from django.db import transaction
from django.db.models import F

from articles.models import Article
from forum.site.models import SiteVersion

from .matching import Matcher
from .models import ArticleMention, By, Standing
from .texts import text_of_article
from .vocabulary import current_matcher


def settle_article(article: Article, matcher: Matcher) -> bool:
    """Store what topics ``article`` names now, and return whether that is something else. Its row is locked by the caller."""
    found = matcher.find(text_of_article(article), article.language)
    changed = False
    for mention in ArticleMention.objects.filter(article=article):
        spans = [list(span) for span in found.pop(mention.topic_id, ())]
        if not spans and mention.standing == Standing.FOUND:
            mention.delete()
            changed = True
        elif spans != mention.spans:
            mention.spans, mention.place_count = spans, len(spans)
            mention.save(update_fields=["spans", "place_count"])
            changed = True
    new = [
        ArticleMention(article=article, topic_id=topic_id, spans=spans, place_count=len(spans))
        for topic_id, spans in found.items()
    ]
    ArticleMention.objects.bulk_create(new)
    return changed or bool(new)


@transaction.atomic
def settle_articles(ids: Collection[int], matcher: Matcher) -> int:
    """Do the same for many at once; those whose topics changed get a new version, for their pages name them. Return how many."""
    rows = Article.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk")
    changed = [article.pk for article in rows if settle_article(article, matcher)]
    if changed:
        _show(changed)
    return len(changed)


@transaction.atomic
def correct_article(article: Article, *, topic_ids: Collection[int]) -> None:
    """Store that ``article`` is about these topics and no others, as its editors say; later searches leave that alone."""
    article = Article.objects.select_for_update(no_key=True).get(pk=article.pk)
    in_use = current_matcher().topic_ids
    stored = {mention.topic_id: mention for mention in ArticleMention.objects.filter(article=article)}
    for topic_id, mention in stored.items():
        is_about = topic_id in topic_ids
        if is_about != (mention.standing != Standing.DENIED):
            about = Standing.FOUND if mention.spans else Standing.ADDED
            mention.standing, mention.corrected_by = about if is_about else Standing.DENIED, By.MODERATOR
            mention.save(update_fields=["standing", "corrected_by"])
    ArticleMention.objects.bulk_create(
        ArticleMention(article=article, topic_id=topic_id, standing=Standing.ADDED, corrected_by=By.MODERATOR)
        for topic_id in in_use & set(topic_ids) - stored.keys()
    )
    _show([article.pk])


def _show(article_ids: Collection[int]) -> None:
    """Raise the versions that cached pages of articles hang on, and that of site-wide ones, last."""
    Article.objects.filter(pk__in=article_ids).update(version=F("version") + 1)
    SiteVersion.objects.bump()
