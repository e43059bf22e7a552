"""Texts near to a text: comments that share its rare words, and which they share. For apps above; it shows nothing itself."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from forum.discussion.models import Comment
from forum.discussion.permissions import ANONYMOUS

from .backends import engine
from .models import IndexedComment, IndexState
from .services import weight_of
from .vocabulary import count_uses
from .words import base_language, read_words, stem

MOST_WORDS = 12
MOST_ROWS = 5_000  # read for all of the words together
COMMON_SHARE = 0.1  # a word in more comments than that says little
COMMON_FROM_COUNT = 100  # on a small site every word is in a tenth of the comments


@dataclass(frozen=True, slots=True)
class Telling:
    """A word of a text that few others use: as it was typed, folded, and how much it tells."""

    word: str
    stem: str
    uses: int
    weight: float


@dataclass(frozen=True, slots=True)
class Similar:
    """A comment that shares words; ``words`` are those of the text that was asked for, the most telling first."""

    comment_id: int
    score: float
    words: tuple[str, ...]


def find_telling(text: str, language: str, *, limit: int = MOST_WORDS) -> list[Telling]:
    """Return the rarest words of ``text`` that at least one indexed comment or article has, the most telling first. Two queries.

    ``uses`` are numbers of texts with any form of the word, as the worker last counted them (``vocabulary``).
    """
    base, count = base_language(language), IndexState.load().comment_count
    stems: dict[str, str] = {}
    for word in read_words(text):
        stems.setdefault(stem(word.text, base), word.text)
    most = count * COMMON_SHARE if count >= COMMON_FROM_COUNT else count
    uses = {stem: used for stem, used in count_uses(stems).items() if used <= most}
    rarest = sorted(uses, key=lambda stem: (uses[stem], stem))[:limit]
    return [Telling(stems[stem], stem, uses[stem], weight_of(uses[stem], count)) for stem in rarest]


def find_similar(words: Iterable[Telling], *, exclude: Collection[int] = (), limit: int = 5) -> list[Similar]:
    """Return the comments that share the most telling of ``words``, the nearest first, at most ``limit``.

    ``exclude`` are ids of comments that are not looked for: the text's own thread, say. The score is the sum of the weights of
    what is shared. All are readable by everybody (``visible_to``). Two queries, whatever the number of words.
    """
    telling: list[Telling] = []
    rows = 0
    for word in words:
        rows += word.uses
        if telling and rows > MOST_ROWS:
            break
        telling.append(word)
    if not telling:
        return []
    shared: dict[int, list[Telling]] = {}
    stems = [word.stem for word in telling]
    for pk, number in engine().match_any(IndexedComment, stems, limit_each=MOST_ROWS):
        shared.setdefault(pk, []).append(telling[number])
    scores = {pk: sum(word.weight for word in found) for pk, found in shared.items() if pk not in exclude}
    # Some may stand where nobody can read them now: a few more are asked for than are needed.
    nearest = sorted(scores, key=lambda pk: (-scores[pk], -pk))[: limit * 4 + 20]
    visible = set(Comment.objects.visible_to(ANONYMOUS).filter(pk__in=nearest).values_list("pk", flat=True))
    return [
        Similar(pk, scores[pk], tuple(word.word for word in sorted(shared[pk], key=lambda word: -word.weight)))
        for pk in nearest
        if pk in visible
    ][:limit]
