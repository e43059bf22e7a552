"""Rare words of a text, and the comments that share them. For apps above; it shows nothing itself."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from .backends import engine
from .models import IndexedComment, IndexState
from .services import weight_of
from .vocabulary import count_uses
from .words import base_language, read_words, stem

MOST_WORDS = 12
MIN_CHARS = 4  # shorter words, and numbers, say little; what has a capital may be a person's name
COMMON_SHARE = 0.02  # a word in more texts than that says little: so on a small site none does


@dataclass(frozen=True, slots=True)
class Telling:
    """A word of a text that few others use: as it was typed, folded, and how much it tells."""

    word: str
    stem: str
    uses: int
    weight: float


def find_telling(
    text: str, language: str, *, left_out: Collection[str] = (), least_uses: int = 1, limit: int = MOST_WORDS
) -> list[Telling]:
    """Return the rarest words of ``text`` that are in ``least_uses`` texts at least, the most telling first. Two queries.

    Names are left out as far as capitals tell them, and ``left_out``, which is folded. ``uses`` are numbers of texts with any
    form of the word, as the worker last counted them (``vocabulary``): the text itself may be one of these.
    """
    base, count = base_language(language), IndexState.load().comment_count
    stems: dict[str, str] = {}
    for word in read_words(text):
        typed = text[word.start : word.end]
        if len(word.text) >= MIN_CHARS and typed.isalpha() and typed.islower() and word.text not in left_out:
            stems.setdefault(stem(word.text, base), typed)
    uses = {stem: used for stem, used in count_uses(stems).items() if least_uses <= used <= count * COMMON_SHARE}
    rarest = sorted(uses, key=lambda stem: (uses[stem], stem))[:limit]
    return [Telling(stems[stem], stem, uses[stem], weight_of(uses[stem], count)) for stem in rarest]


def find_sharing(words: Iterable[Telling], *, limit: int = 1_000) -> dict[int, list[Telling]]:
    """Return by its id which of ``words`` an indexed comment has. One query, which reads about ``limit`` rows in all.

    Those that come first count; of one that more than ``limit`` have, the latest.

    All are public; whether they stand where they can be read is asked by whoever shows them (``visible_to``).
    """
    telling: list[Telling] = []
    rows = 0
    for word in words:
        rows += word.uses
        if telling and rows > limit:
            break
        telling.append(word)
    shared: dict[int, list[Telling]] = {}
    stems = [word.stem for word in telling]
    for pk, number in engine().match_any(IndexedComment, stems, limit_each=limit):
        shared.setdefault(pk, []).append(telling[number])
    return shared
