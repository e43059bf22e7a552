"""What decisions teach, what undoing takes back, and that learning anew gives the same."""

import random

import pytest
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone

from forum.discussion.correcting import redact_comment
from forum.discussion.models import ActorKind, Comment
from forum.discussion.services import SOFTWARE, Actor, transition
from forum.moderation import training
from forum.moderation.classifier import Counts, weigh
from forum.moderation.counts import recall_weights
from forum.moderation.keys import fingerprint
from forum.moderation.memory import remember
from forum.moderation.models import FilterState, HostMention, TextMark, TokenCount, TrainedComment
from forum.moderation.screeners.learned import LearnedFilter
from tests.factories import ArticleFactory, CommentFactory, ModeratorFactory
from tests.moderation.submissions import codes, submission

pytestmark = pytest.mark.django_db

ADVERTISING = Comment.Reason.ADVERTISING
SELLING = "Buy the zorvex brace from our shop at a special price, order today"
STORY = "The warm bath in the evening helped my father and his hand opened after weeks"


def table() -> dict[int, tuple[int, int]]:
    return {row.hash: (row.ham, row.spam) for row in TokenCount.objects.all()}


def totals() -> tuple[int, int]:
    return FilterState.objects.values_list("ham", "spam").get(pk=1)


def decide(comment: Comment, to: str, reason: str = "", undoes=None) -> Comment:
    moderator = Actor(ActorKind.MODERATOR, ModeratorFactory())
    return transition(comment, to, actor=moderator, reason=reason, undoes=undoes)


def test_publishing_and_removing_as_advertising_teach_and_nothing_else_does():
    comment = CommentFactory(body=STORY, state="held")
    assert not TokenCount.objects.exists()
    comment = decide(comment, "published")
    assert totals() == (1, 0)
    learned = table()
    comment = decide(comment, "removed", Comment.Reason.UNKIND)
    assert (totals(), table()) == ((1, 0), learned)
    comment = decide(comment, "published")
    decide(comment, "removed", ADVERTISING)
    assert totals() == (0, 1)
    assert table() == {number: (0, 1) for number in learned}


def test_undoing_a_decision_unlearns_it():
    comment = CommentFactory(body=SELLING)
    before = table()
    comment = decide(comment, "removed", ADVERTISING)
    removal = comment.decisions.first()
    decide(comment, "published", undoes=removal)
    assert (totals(), table()) == ((1, 0), before)


def test_what_software_and_writers_do_teaches_nothing():
    comment = CommentFactory(body=STORY, state="held")
    transition(comment, "withdrawn", actor=Actor(ActorKind.WRITER))
    assert not TrainedComment.objects.exists()


def test_an_erased_comment_is_unlearned_and_forgotten():
    comment = CommentFactory(body=f"{STORY} https://care.example.com")
    assert TextMark.objects.filter(comment=comment).exists()
    transition(comment, "erased", actor=SOFTWARE)
    assert totals() == (0, 0)
    assert not TokenCount.objects.exists()
    assert not TextMark.objects.exists()
    assert not comment.host_mentions.exists()


def test_no_word_stands_in_the_tables():
    CommentFactory(body=STORY)
    first = set(table())
    assert first
    assert not first & {hash(word) for word in STORY.split()}


@pytest.mark.parametrize("seed", range(4))
def test_learning_everything_again_gives_the_same_counts(seed):
    chance = random.Random(seed)
    words = ["bath", "hand", "weeks", "splint", "price", "order", "zorvex", "doctor", "sleep", "shop", "lawyer", "cramps"]
    article = ArticleFactory()
    comments = [CommentFactory(article=article, body=" ".join(chance.choices(words, k=12)), state="held") for _ in range(6)]
    for _ in range(25):
        comment = chance.choice(comments)
        comment.refresh_from_db()
        steps = {
            "held": [("published", ""), ("rejected", ADVERTISING), ("rejected", "unkind")],
            "published": [("removed", ADVERTISING), ("removed", "other"), ("hidden", "other")],
            "hidden": [("published", ""), ("removed", ADVERTISING)],
            "removed": [("published", "")],
            "rejected": [("published", "")],
        }
        last = comment.decisions.filter(kind="state").first()
        if last and last.actor_kind == "moderator" and not last.undoes_id and chance.random() < 0.3:
            decide(comment, last.from_state, undoes=last)
        else:
            decide(comment, *chance.choice(steps[comment.state]))
        if chance.random() < 0.3:
            redact_comment(
                comment, body=" ".join(chance.choices(words, k=8)), actor=Actor(ActorKind.MODERATOR, ModeratorFactory())
            )
    before = (table(), totals(), set(TrainedComment.objects.values_list("comment", "is_spam")))
    call_command("retrain_spam_filter")
    assert (table(), totals(), set(TrainedComment.objects.values_list("comment", "is_spam"))) == before


def advertise() -> None:
    """Teach one advertisement: with one kind alone nothing weighs anything."""
    decide(
        decide(CommentFactory(body="Zorvex pills are cheap, order them now", state="held"), "published"), "removed", ADVERTISING
    )


def recall(hashes: list[int]) -> list[float]:
    return recall_weights(FilterState.objects.get(pk=1), hashes)


def weigh_all(hashes: list[int]) -> list[float]:
    known, all_counts = table(), Counts(*totals())
    return [weigh(Counts(*known[number]) if number in known else None, all_counts) for number in hashes]


def test_weights_that_were_asked_lately_follow_each_decision(django_assert_num_queries):
    advertise()
    comment = CommentFactory(body=SELLING, state="held")
    decide(CommentFactory(body=STORY, state="held"), "published")
    comment = decide(comment, "published")
    hashes = sorted(table())
    for to, reason in (("removed", ADVERTISING), ("published", ""), ("removed", ADVERTISING)):
        with django_assert_num_queries(2):
            known = recall(hashes)
        with django_assert_num_queries(1):
            assert recall(hashes) == known
        assert known == weigh_all(hashes)
        comment = decide(comment, to, reason)
    before = recall(hashes)
    transition(comment, "erased", actor=SOFTWARE)
    assert recall(hashes) == weigh_all(hashes) != before
    call_command("retrain_spam_filter", verbosity=0)
    assert recall(hashes) == weigh_all(hashes)


def test_weights_after_a_decision_that_was_undone_with_its_transaction_are_forgotten():
    advertise()
    decide(CommentFactory(body=STORY, state="held"), "published")
    hashes = sorted(table())
    before = recall(hashes)
    with transaction.atomic():
        decide(CommentFactory(body=STORY, state="held"), "published")
        assert recall(hashes) != before
        transaction.set_rollback(True)
    assert recall(hashes) == before


def test_counts_are_read_again_though_the_totals_are_the_same():
    advertise()
    first = decide(CommentFactory(body=STORY, state="held"), "published")
    hashes = sorted(table())
    before = recall(hashes)
    transition(first, "erased", actor=SOFTWARE)
    decide(CommentFactory(body=SELLING, state="held"), "published")
    assert totals() == (1, 1)
    assert recall(hashes) == weigh_all(hashes) != before


def test_counts_are_read_again_after_a_decision_in_place_of_one_that_was_rolled_back():
    advertise()
    with transaction.atomic():
        decide(CommentFactory(body=STORY, state="held"), "published")
        hashes = sorted(table())
        before = recall(hashes)
        transaction.set_rollback(True)
    decide(CommentFactory(body=SELLING, state="held"), "published")
    assert totals() == (1, 1)
    assert recall(hashes) == weigh_all(hashes) != before


def test_under_a_new_secret_the_filter_is_silent_until_it_learned_again(settings):
    CommentFactory(body=STORY)
    old = table()
    settings.SECRET_KEY = "another" * 10
    CommentFactory(body=SELLING, state="removed", reason=ADVERTISING)
    assert table() == old
    assert LearnedFilter()(submission(SELLING)) == []
    call_command("retrain_spam_filter")
    assert FilterState.objects.get(pk=1).fingerprint == fingerprint()
    assert totals() == (1, 1)
    assert not set(table()) & set(old)


def test_under_a_new_secret_texts_and_links_are_remembered_again(settings):
    article = ArticleFactory()
    told = CommentFactory(article=article, body=f"{STORY} https://shop-now.com/a https://shop-now.com/b")
    CommentFactory(parent=told, body="Thank you.")
    CommentFactory(article=article, body=SELLING, state="removed", reason=ADVERTISING)

    def remembered():
        return sorted(TextMark.objects.values_list("comment", "hash")), sorted(HostMention.objects.values_list("comment", "host"))

    before = remembered()
    assert before[0]
    assert len(before[1]) == 1
    settings.SECRET_KEY = "another" * 10
    call_command("retrain_spam_filter")
    after = remembered()
    assert not {number for _pk, number in after[0]} & {number for _pk, number in before[0]}
    assert ([pk for pk, _number in after[0]], after[1]) == ([pk for pk, _number in before[0]], before[1])
    settings.SECRET_KEY = "once more" * 10
    for comment in Comment.objects.all():
        remember(comment)
    as_one_by_one = remembered()
    call_command("retrain_spam_filter", "--texts")
    assert remembered() == as_one_by_one


def teach(count: int) -> None:
    article = ArticleFactory()
    for number in range(count):
        CommentFactory(article=article, body=f"{STORY} {number}", posted_at=timezone.now())
        CommentFactory(article=article, body=f"{SELLING} {number}", state="removed", reason=ADVERTISING)


def test_the_filter_is_never_strong_before_fifty_decisions_and_then_names_words_of_the_comment_at_hand():
    teach(20)
    training.calibrate()
    assert set(codes(LearnedFilter()(submission(SELLING))).values()) <= {"weak"}
    teach(10)
    training.calibrate()
    text = f"Hello all. {SELLING}"
    (signal,) = LearnedFilter()(submission(text))
    assert signal.strength == "strong"
    named = [text[start:end].casefold() for start, end in signal.spans]
    assert named
    assert all(f"“{words}”" in signal.sentence for words in named)
    assert LearnedFilter()(submission(STORY)) == []


def test_what_was_learned_is_undone_with_its_transaction():
    comment = CommentFactory(body=SELLING)
    before = table(), totals()
    with transaction.atomic():
        decide(comment, "removed", ADVERTISING)
        transaction.set_rollback(True)
    assert (table(), totals()) == before
    assert TrainedComment.objects.get(comment=comment).is_spam is False
