"""The index made anew from articles and comments, in short transactions, on from where it was stopped; search works meanwhile."""

from collections.abc import Callable

from django.db import transaction
from django.db.models import F

from articles.models import Article
from forum.discussion.models import Comment

from .backends import engine
from .indexing import VERSION
from .models import ChangedText, IndexedArticle, IndexedComment, IndexedText, IndexState, Word
from .texts import Text, text_of_article
from .vocabulary import count_article_words, count_comment_words, read_comments
from .words import base_language

COMMENTS_AT_ONCE = 200  # a fraction of a second each, so that others can write in between
ARTICLES_AT_ONCE = 10
DELETED_AT_ONCE = 1_000
MERGED_EVERY = 10_000  # texts: pieces that nobody merges are merged all at once some day
OnProgress = Callable[[int], None]


def is_due() -> bool:
    """Tell whether the index was made in another way than texts are taken apart today, or was left unfinished."""
    state = IndexState.load()
    return state.version != VERSION or state.rebuilt_article is not None


def make_due() -> None:
    """Let the worker make the index anew: so many texts went that counting each out would cost more."""
    IndexState.objects.update(version=0)


def rebuild(on_progress: OnProgress = lambda done: None, *, from_start: bool = False) -> int:
    """Index every article and comment again and return how many; one that was stopped goes on, unless ``from_start``.

    Rows of texts that are not public leave the index, whatever brought them there. Each call of ``on_progress`` hears how many
    texts were read.
    """
    IndexState.objects.get_or_create(pk=1)
    state = IndexState.objects.get(pk=1)
    if from_start or state.rebuilt_article is None or state.version != VERSION:
        _begin()
    done = 0
    for step in (_next_articles, _next_comments):
        while count := step():
            done += count
            on_progress(done)
            if done // MERGED_EVERY > (done - count) // MERGED_EVERY:
                engine().merge(IndexedComment)
    IndexState.objects.update(rebuilt_article=None, rebuilt_comment=None, has_gaps=True)
    return done


def compact() -> None:
    """Leave nothing in the index of what was deleted."""
    if IndexState.objects.filter(has_gaps=True).update(has_gaps=False):
        for table in (IndexedArticle, IndexedComment):
            engine().compact(table)


def _begin() -> None:
    """Forget what was counted. The index itself stays until each of its rows is made anew."""
    articles = Article.objects.published().values_list("language", flat=True).distinct()
    comments = Comment.objects.published().exclude(language="").values_list("language", flat=True).distinct()
    languages = sorted({base_language(language) for language in (*articles, *comments)})
    IndexState.objects.update(version=VERSION, languages=languages, comment_count=0, rebuilt_article=0, rebuilt_comment=0)
    for model in (Word, ChangedText):
        while ids := list(model.objects.values_list("pk", flat=True)[:DELETED_AT_ONCE]):
            model.objects.filter(pk__in=ids).delete()


@transaction.atomic
def _next_articles() -> int:
    """Index the next articles; return how many were read, 0 at the end."""
    last = IndexState.objects.values_list("rebuilt_article", flat=True).get() or 0
    rows = list(Article.objects.select_for_update(no_key=True).filter(pk__gt=last).order_by("pk")[:ARTICLES_AT_ONCE])
    if rows:
        texts = [text_of_article(article) for article in rows if article.is_published()]
        _replace(IndexedArticle, texts, after=last, to=rows[-1].pk)
        count_article_words(texts)
        IndexState.objects.update(rebuilt_article=rows[-1].pk)
    return len(rows)


@transaction.atomic
def _next_comments() -> int:
    """Do the same with comments. They are locked: what somebody changes meanwhile is indexed after this, and not lost by it."""
    last = IndexState.objects.values_list("rebuilt_comment", flat=True).get() or 0
    ids = list(Comment.objects.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:COMMENTS_AT_ONCE])
    if ids:
        texts = list(read_comments(Comment.objects.select_for_update(no_key=True, of=("self",)).filter(pk__in=ids, public=True)))
        _replace(IndexedComment, texts, after=last, to=ids[-1])
        count_comment_words(texts)
        IndexState.objects.update(rebuilt_comment=ids[-1], comment_count=F("comment_count") + len(texts))
    return len(ids)


def _replace(table: type[IndexedText], texts: list[Text], *, after: int, to: int) -> None:
    """Make ``texts`` all that is indexed under keys above ``after`` and up to ``to``."""
    table._default_manager.filter(pk__gt=after, pk__lte=to).exclude(pk__in=[text.pk for text in texts]).delete()
    engine().put(table, [text.entry() for text in texts])
