"""What the filter says, from counts alone."""

from hypothesis import given
from hypothesis import strategies as st

from forum.moderation.calibration import HONEST_HELD, MIN_DECISIONS, MIN_OF_EACH, choose_thresholds
from forum.moderation.classifier import Counts, learn, score

COUNTS = st.builds(Counts, ham=st.integers(0, 50), spam=st.integers(0, 50))


def test_with_one_kind_alone_it_has_no_opinion():
    assert score([Counts(5, 0)], Counts(9, 0)).probability == 0.5
    assert score([], Counts(9, 9)).probability == 0.5


def test_words_of_advertisements_raise_and_words_of_people_lower():
    totals = Counts(20, 20)
    assert score([Counts(0, 12)], totals).probability > 0.6 > 0.4 > score([Counts(12, 0)], totals).probability
    assert score([Counts(1, 1)], totals).probability == 0.5


@given(st.lists(COUNTS | st.none(), max_size=60))
def test_a_score_is_a_probability_and_names_what_told_heaviest_first(found):
    said = score(found, Counts(50, 50))
    assert 0 < said.probability < 1
    weights = [abs(weight) for _index, weight in said.telling]
    assert weights == sorted(weights, reverse=True)
    assert all(found[index] is not None for index, _weight in said.telling)


@given(st.lists(COUNTS, min_size=1, max_size=10))
def test_one_more_advertisement_with_a_feature_never_lowers_it(found):
    totals = Counts(50, 50)
    more = [Counts(found[0].ham, found[0].spam + 1), *found[1:]]
    before = [weight for index, weight in score(found[:1], totals).telling]
    after = [weight for index, weight in score(more[:1], Counts(50, 51)).telling]
    assert sum(after) >= sum(before) or found[0].spam > 25


def test_learning_counts_each_feature_once():
    assert learn({1: Counts(1, 0)}, [1, 2], is_spam=True) == {1: Counts(1, 1), 2: Counts(0, 1)}


def test_nothing_is_strong_before_enough_is_decided():
    ham, spam = [0.1] * 30, [0.99] * 30
    assert choose_thresholds(ham[: MIN_OF_EACH - 1], spam, decisions=500) == choose_thresholds([], [], decisions=0)
    few = choose_thresholds(ham, spam, decisions=MIN_DECISIONS - 1)
    assert few.weak is not None
    assert few.strong is None
    assert choose_thresholds(ham, spam, decisions=MIN_DECISIONS).strong is not None


@given(st.lists(st.floats(0, 0.999), min_size=MIN_OF_EACH, max_size=400))
def test_at_most_one_honest_comment_in_a_hundred_reaches_the_strong_threshold(ham):
    chosen = choose_thresholds(ham, [0.99] * MIN_OF_EACH, decisions=MIN_DECISIONS)
    assert sum(said >= chosen.strong for said in ham) <= HONEST_HELD * len(ham)
    assert chosen.weak <= chosen.strong
