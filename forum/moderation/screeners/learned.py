"""The check that learns from moderators. Last: it costs the most, and says nothing until enough is decided."""

from functools import lru_cache

from django.db import DEFAULT_DB_ALIAS
from django.utils.translation import gettext as _

from forum.database.asked import Asked, Call
from forum.discussion.screening import Signal, Strength, Submission

from .. import counts
from ..classifier import Counts, score
from ..features import Feature, features_of
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
        _features, hashes = _read_submission(submission)
        return counts.asks_about(hashes)

    def __call__(self, submission: Submission) -> list[Signal]:
        state = _read_state()
        if state is None or state.weak_from is None or state.fingerprint != fingerprint():
            return []
        features, hashes = _read_submission(submission)
        found = counts.recall_counts(state, hashes)
        said = score(found, Counts(state.ham, state.spam))
        if said.probability < state.weak_from:
            return []
        is_strong = state.strong_from is not None and said.probability >= state.strong_from
        guilty = [(features[index], found[index]) for index, weight in said.telling if weight > 0 and features[index].shown]
        sentence, spans = self._explain(guilty, state)
        return [Signal("learned", Strength.STRONG if is_strong else Strength.WEAK, sentence, spans)]

    def _explain(
        self, guilty: list[tuple[Feature, Counts | None]], state: FilterState
    ) -> tuple[str, tuple[tuple[int, int], ...]]:
        shown: list[tuple[Feature, Counts]] = []
        for feature, count in guilty:
            # "recall" and "recall claim" say the same: the first of them stands for both.
            if count and not any(_overlap(feature, other) for other, _count in shown):
                shown.append((feature, count))
        shown = shown[:SHOWN]
        if not shown:
            return _("It is built like the %(count)s advertisements that were removed.") % {"count": state.spam}, ()
        words = ", ".join(
            _("“%(words)s” (%(spam)s of %(all)s)") % {"words": feature.shown, "spam": count.spam, "all": count.spam + count.ham}
            for feature, count in shown
        )
        sentence = _("These words were mostly in removed advertisements: %(words)s.") % {"words": words}
        return sentence, tuple(feature.span for feature, _count in shown if feature.span)


def _read_submission(submission: Submission) -> tuple[list[Feature], list[int]]:
    return _read(
        submission.subject,
        submission.body,
        submission.name,
        own_links(submission.subject, submission.body, article=submission.article, parent=submission.parent),
        topic_of(submission.article),
        tuple(signal.code for check in (Honeypot(), FormTiming()) for signal in check(submission)),
        fingerprint(),
    )


@lru_cache(maxsize=8)
def _read(
    subject: str, body: str, name: str, links: tuple[Link, ...], topic: frozenset[str], form: tuple[str, ...], secret: int
) -> tuple[list[Feature], list[int]]:
    """Return the features of a text, and their hashes; the last few are kept."""
    reading = read(own_text(subject, body), topic=topic)
    features = features_of(subject=subject, body=body, name=name, links=links, reading=reading, form=form)
    return features, hash_all(PURPOSE, (feature.key for feature in features))


def _read_state() -> FilterState | None:
    return next((FilterState.from_db(DEFAULT_DB_ALIAS, _FIELDS, row) for row in _STATE()), None)


_FIELDS = [field.attname for field in FilterState._meta.concrete_fields]
_STATE = Asked(lambda: FilterState.objects.filter(pk=1).values_list(*_FIELDS))


def _overlap(one: Feature, other: Feature) -> bool:
    return bool(one.span and other.span and one.span[0] < other.span[1] and other.span[0] < one.span[1])
