"""How an article is stored: its text becomes HTML, its version grows, and the rest of the site hears of it."""

from django.db import transaction

from . import events
from .markup import render_article
from .models import Article


@transaction.atomic
def save_article(article: Article) -> Article:
    """Store ``article`` with its rendered text and return it. Sends ``article_saved``."""
    is_new = article.pk is None
    article.body_html = render_article(article.body)
    if not is_new:
        article.version += 1
    article.save()
    events.article_saved.send(Article, article=article, is_new=is_new)
    return article
