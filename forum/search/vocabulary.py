"""The words that the site knows: how often each is used, what begins with some letters, what somebody may have meant.

The worker keeps them (``learn``), after a change and not with it: nobody who posts waits for the row that counts "the". So they
may be a minute behind; the index itself never is. A word leaves with the last text that is known to have it.
"""

import math
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from itertools import islice

from django.db import connection, transaction
from django.db.models import F, QuerySet, Sum
from django.db.models.functions import Greatest

from articles.models import Article
from forum.discussion.models import Comment

from .backends import Question, engine
from .models import SUGGESTED_FROM_USES, ChangedText, IndexedArticle, IndexedComment, IndexState, Word
from .spelling import allowed_distance, distance, near_skeletons, skeleton
from .texts import Text, text_of_article, text_of_comment

ROWS_AT_ONCE = 500  # in one transaction
TEXTS_AT_ONCE = 100
MOST_ENDINGS = 40  # the most used words that begin so stand for all
MOST_COMPARED = 200  # the most used words with a near skeleton
WITNESSES_TRIED = 20
ERRORS_TO_USES = 3.0  # one error less weighs as much as e³ = 20 times the uses

# ruff: noqa: S608 - the name of the table is that of our model

_ADD = f"""
    INSERT INTO "{Word._meta.db_table}" AS kept (text, stem, skeleton, uses, comment_id, article_id)
    VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT (text, stem) DO """
_COUNT = f"{_ADD} UPDATE SET uses = kept.uses + EXCLUDED.uses"
_ADD_UNKNOWN = f"{_ADD} NOTHING"


def count_uses(stems: Collection[str]) -> dict[str, int]:
    """Return in about how many texts each of ``stems`` is found; one that no counted text has is left out."""
    found = Word.objects.filter(stem__in=stems).order_by().values_list("stem").annotate(Sum("uses"))
    return dict(found)


def find_endings(beginning: str) -> list[str]:
    """Return the stems of the most used words that begin with ``beginning``, which is folded."""
    after = beginning[:-1] + chr(ord(beginning[-1]) + 1)
    found = Word.objects.filter(text__gte=beginning, text__lt=after, text__startswith=beginning)
    return list(dict.fromkeys(found.order_by("-uses").values_list("stem", flat=True)[:MOST_ENDINGS]))


def find_near(words: Mapping[str, int]) -> dict[str, str]:
    """Return for ``words`` the spelling that whoever typed it most likely meant, where there is one. One query.

    Each word comes with the number of uses above which another spelling is looked at.
    """
    near = {word: near_skeletons(word) for word in words if allowed_distance(word)}
    if not near:
        return {}
    found = Word.objects.filter(
        skeleton__in=set().union(*near.values()), uses__gte=SUGGESTED_FROM_USES, uses__gt=min(words.values())
    )
    rows = list(found.order_by("-uses").values_list("text", "skeleton", "uses")[: MOST_COMPARED * len(near)])
    best = {word: _nearest(word, near[word], words[word], rows) for word in near}
    return {word: spelling for word, spelling in best.items() if spelling is not None}


def _nearest(word: str, skeletons: Collection[str], more_than: int, rows: Iterable[tuple[str, str, int]]) -> str | None:
    most = allowed_distance(word)
    best, best_value = None, -math.inf
    for text, bones, uses in rows:
        if bones not in skeletons or uses <= more_than or not text.isalpha():
            continue
        errors = distance(word, text, most)
        value = math.log(uses) - ERRORS_TO_USES * errors
        if 0 < errors <= most and value > best_value:
            best, best_value = text, value
    return best


def learn(on_progress: Callable[[int], None] = lambda done: None) -> int:
    """Count the words of all texts that changed, let go those of texts that went, and return how many texts there were."""
    done = 0
    while changes := list(ChangedText.objects.order_by("pk")[:TEXTS_AT_ONCE]):
        _learn_comments({change.comment_id: change.is_new for change in changes if change.comment_id})
        _learn_articles({change.article_id: change.is_new for change in changes if change.article_id})
        ChangedText.objects.filter(pk__in=[change.pk for change in changes]).delete()
        done += len(changes)
        on_progress(done)
    return done


def _learn_comments(changed: Mapping[int, bool]) -> None:
    """Learn the comments with these ids that are in the index; True stands for one that was never counted."""
    indexed = read_comments(Comment.objects.filter(pk__in=IndexedComment.objects.filter(pk__in=changed).values("pk")))
    texts = {text.pk: text for text in indexed}
    count_comment_words([text for pk, text in texts.items() if changed[pk]])
    count_comment_words([text for pk, text in texts.items() if not changed[pk]], add_only=True)
    for pk in changed:
        _let_go(Word.objects.filter(comment=pk), texts.get(pk))
    _note(new_comments=sum(changed[pk] for pk in texts), has_gaps=not all(changed.values()))


def _learn_articles(changed: Mapping[int, bool]) -> None:
    indexed = Article.objects.filter(pk__in=IndexedArticle.objects.filter(pk__in=changed).values("pk"))
    texts = {article.pk: text_of_article(article) for article in indexed}
    count_article_words([text for pk, text in texts.items() if changed[pk]])
    count_article_words([text for pk, text in texts.items() if not changed[pk]], add_only=True)
    for pk in changed:
        _let_go(Word.objects.filter(article=pk), texts.get(pk))
    _note(new_comments=0, has_gaps=not all(changed.values()))


def count_comment_words(comments: Iterable[Text], *, add_only: bool = False) -> None:
    """Count each word of ``comments`` once a text; with ``add_only`` just add those that were not known."""
    _count(comments, 1, lambda pk: (pk, None), add_only=add_only)


def count_article_words(articles: Iterable[Text], *, add_only: bool = False) -> None:
    """Do the same with articles. What stands in one was read by its author: it is offered as a spelling from the first use."""
    _count(articles, SUGGESTED_FROM_USES, lambda pk: (None, pk), add_only=add_only)


def read_comments(comments: QuerySet[Comment]) -> Iterator[Text]:
    """Yield what is found of each of ``comments``. One query."""
    slim = comments.select_related("discussion__article").defer(
        "body", "discussion__article__body", "discussion__article__body_html"
    )
    return (text_of_comment(comment, comment.discussion.article.language) for comment in slim)


def _count(
    texts: Iterable[Text], weight: int, witness: Callable[[int], tuple[int | None, int | None]], *, add_only: bool
) -> None:
    found: dict[tuple[str, str], list[int]] = {}  # (text, stem) -> [uses, one that has it]
    for text in texts:
        for spelling in text.spellings():
            found.setdefault(spelling, [0, text.pk])[0] += weight
    # In one order for everybody: two that count at once wait for each other, and not in a circle.
    rows = ((text, stem, skeleton(text), uses, *witness(pk)) for (text, stem), (uses, pk) in sorted(found.items()))
    while batch := list(islice(rows, ROWS_AT_ONCE)):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.executemany(_ADD_UNKNOWN if add_only else _COUNT, batch)


def _let_go(words: QuerySet[Word], text: Text | None) -> None:
    """Find another text for each of ``words`` that ``text``, by which it was known, does not have any more; else delete it."""
    kept = text.spellings() if text else set()
    for word in list(words):
        if (word.text, word.stem) in kept:
            continue
        row = Word.objects.filter(pk=word.pk)
        if (witness := _find_witness(word)) is None:
            row.delete()
        else:
            row.update(**witness, uses=Greatest(F("uses") - 1, 1))


def _find_witness(word: Word) -> dict[str, int | None] | None:
    """Return another text that has ``word``, among the latest with its stem."""
    question = Question([frozenset({(word.stem,)})])
    spelling = (word.text, word.stem)
    matches = engine().match(IndexedComment, question, limit=WITNESSES_TRIED)
    for text in read_comments(Comment.objects.filter(pk__in=[match.pk for match in matches])):
        if spelling in text.spellings():
            return {"comment_id": text.pk, "article_id": None}
    matches = engine().match(IndexedArticle, question, limit=WITNESSES_TRIED)
    for article in Article.objects.filter(pk__in=[match.pk for match in matches]):
        if spelling in text_of_article(article).spellings():
            return {"comment_id": None, "article_id": article.pk}
    return None


def _note(*, new_comments: int, has_gaps: bool) -> None:
    IndexState.objects.get_or_create(pk=1)
    changes: dict[str, object] = {"comment_count": F("comment_count") + new_comments}
    if has_gaps:
        changes["has_gaps"] = True
    IndexState.objects.filter(pk=1).update(**changes)
