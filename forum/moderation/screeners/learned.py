"""The check that learns from moderators. Last: it costs the most, and says nothing until enough is decided."""

from functools import lru_cache

from django.db import DEFAULT_DB_ALIAS
from django.utils.translation import gettext as _

from forum.database.asked import Asked, Call
from forum.discussion.screening import Signal, Strength, Submission

from .. import counts
from ..classifier import Counts, score_weights
from ..features import Shown, features_of, show
from ..keys import fingerprint, hash_all
from ..links import Link, find_links
from ..models import FilterState
from ..texts import own_links, own_text, topic_of
from ..training import PURPOSE
from ..wording import read
from .form import FormTiming, Honeypot

SHOWN = 3  # words named in the reason


class LearnedFilter:
    """How like the removed advertisements it is, by the words at hand. Silent while too little is known, or the secret is new."""

    def asks(self, submission: Submission) -> list[Call]:
        """Return what asks for the counts of its words that are not known from texts before.

        Nothing where the filter may be silent; and of a text with an address, which takes a question itself, only when it speaks.
        """
        if not counts.is_known() or find_links(own_text(submission.subject, submission.body)):
            return []
        _features, hashes = _read(submission, ())
        return counts.asks_about(hashes)

    def __call__(self, submission: Submission) -> list[Signal]:
        state = _read_state()
        if state is None or state.weak_from is None or state.fingerprint != fingerprint():
            return []
        links = own_links(submission.subject, submission.body, article=submission.article, parent=submission.parent)
        features, hashes = _read(submission, links)
        said = score_weights(counts.recall_weights(state, hashes))
        if said.probability < state.weak_from:
            return []
        is_strong = state.strong_from is not None and said.probability >= state.strong_from
        guilty = [index for index, weight in said.telling if weight > 0]
        known = counts.read_counts([hashes[index] for index in guilty])
        shown = [
            (place, count)
            for index in guilty
            if (count := known.get(hashes[index])) and (place := show(features[index], submission.body, links))
        ]
        sentence, spans = self._explain(shown, state)
        return [Signal("learned", Strength.STRONG if is_strong else Strength.WEAK, sentence, spans)]

    def _explain(self, guilty: list[tuple[Shown, Counts]], state: FilterState) -> tuple[str, tuple[tuple[int, int], ...]]:
        shown: list[tuple[Shown, Counts]] = []
        for place, count in guilty:
            # "recall" and "recall claim" say the same: the first of them stands for both.
            if not any(_overlap(place.span, other.span) for other, _count in shown):
                shown.append((place, count))
        shown = shown[:SHOWN]
        if not shown:
            return _("It is built like the %(count)s advertisements that were removed.") % {"count": state.spam}, ()
        words = ", ".join(
            _("“%(words)s” (%(spam)s of %(all)s)") % {"words": place.text, "spam": count.spam, "all": count.spam + count.ham}
            for place, count in shown
        )
        sentence = _("These words were mostly in removed advertisements: %(words)s.") % {"words": words}
        return sentence, tuple(place.span for place, _count in shown)


def _read(submission: Submission, links: tuple[Link, ...]) -> tuple[list[str], list[int]]:
    """Return the features of a text with ``links``, and their hashes."""
    form = tuple(signal.code for check in (Honeypot(), FormTiming()) for signal in check(submission))
    return _read_text(
        submission.subject, submission.body, submission.name, links, topic_of(submission.article), form, fingerprint()
    )


@lru_cache(maxsize=8)
def _read_text(
    subject: str, body: str, name: str, links: tuple[Link, ...], topic: frozenset[str], form: tuple[str, ...], secret: int
) -> tuple[list[str], list[int]]:
    reading = read(own_text(subject, body), topic=topic)
    features = features_of(subject=subject, body=body, name=name, links=links, reading=reading, form=form)
    return features, hash_all(PURPOSE, features)


def _read_state() -> FilterState | None:
    return next((FilterState.from_db(DEFAULT_DB_ALIAS, _FIELDS, row) for row in _STATE()), None)


_FIELDS = [field.attname for field in FilterState._meta.concrete_fields]
_STATE = Asked(lambda: FilterState.objects.filter(pk=1).values_list(*_FIELDS))


def _overlap(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] < other[1] and other[0] < one[1]
