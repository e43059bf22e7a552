"""Rows in and out of the index, in the transaction of what changes. What is public is in it; who may read it is asked later."""

from collections.abc import Collection, Iterable, Sequence

from django.db import transaction

from articles.models import Article
from forum.database import written
from forum.database.bulk import insert_rows
from forum.discussion.models import Comment

from .backends import Entry, engine
from .models import ChangedText, IndexedArticle, IndexedComment, IndexState
from .texts import text_of_article, text_of_comment
from .vocabulary import read_comments
from .words import base_language

COMMENTS_AT_ONCE = 200  # in one transaction
VERSION = 1  # of the way in which texts become words: raise it, and every site makes its index anew


def index_comment(comment: Comment, *, is_new: bool = False) -> None:
    """Let ``comment`` be found by the words it has now; not at all where it is not public. ``is_new``: it never was until now."""
    if not comment.public:
        if IndexedComment.objects.filter(pk=comment.pk).delete()[0]:
            ChangedText.objects.create(comment=comment, is_new=False)
        return
    is_new = is_new or not IndexedComment.objects.filter(pk=comment.pk).exists()
    if comment.language:
        note_languages([comment.language])
    engine().put(IndexedComment, [text_of_comment(comment, comment.discussion.article.language).entry()])
    written.note_all(ChangedText, ("comment_id", "article_id", "is_new"), [(comment.pk, None, is_new)])


def index_new_comments(entries: Sequence[Entry], languages: Collection[str]) -> None:
    """Let public comments that are new be found, in the transaction that stores them. Their words are learned later.

    ``entries`` are those of their texts, ``languages`` those that they say themselves.
    """
    note_languages(languages)
    engine().add(IndexedComment, entries)


def learn_comments(ids: Iterable[int]) -> None:
    """Let the words be learned of public comments that ``index_new_comments`` stored."""
    insert_rows(ChangedText, ("comment_id", "is_new"), [(pk, True) for pk in ids])


def index_article(article: Article) -> None:
    """Let ``article`` be found by the words it has now; not at all where it is not published."""
    row = IndexedArticle.objects.filter(pk=article.pk)
    if not article.is_published():
        if row.delete()[0]:
            ChangedText.objects.create(article=article, is_new=False)
        return
    is_new = not row.exists()
    note_languages([article.language])
    engine().put(IndexedArticle, [text_of_article(article).entry()])
    ChangedText.objects.create(article=article, is_new=is_new)


def index_comments_below(article_id: int) -> None:
    """Index again what stands below an article and says no language of its own, in short transactions."""
    last = 0
    below = Comment.objects.filter(discussion__article=article_id, language="", public=True).order_by("pk")
    while ids := list(below.filter(pk__gt=last).values_list("pk", flat=True)[:COMMENTS_AT_ONCE]):
        _index_again(ids)
        last = ids[-1]


@transaction.atomic
def _index_again(ids: list[int]) -> None:
    # Locked: what somebody changes meanwhile is indexed after this, and not lost by it.
    locked = Comment.objects.select_for_update(no_key=True, of=("self",)).filter(pk__in=ids, public=True).order_by("pk")
    texts = list(read_comments(locked))
    engine().put(IndexedComment, [text.entry() for text in texts])
    ChangedText.objects.bulk_create(ChangedText(comment_id=text.pk, is_new=False) for text in texts)


def note_languages(languages: Iterable[str]) -> None:
    """Remember in which languages there are texts: what is typed is looked for in each."""
    bases = {base_language(language) for language in languages}
    if bases <= set(IndexState.load().languages):
        return
    with transaction.atomic():
        IndexState.objects.get_or_create(pk=1)
        state = IndexState.objects.select_for_update().get(pk=1)
        state.languages = sorted({*state.languages, *bases})
        state.save(update_fields=["languages"])
