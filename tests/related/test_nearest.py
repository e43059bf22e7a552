"""Comments that are near to one by its topics and its rare words."""

import pytest

from forum.accounts.models import Guest
from forum.discussion.closing import set_discussion_state
from forum.discussion.models import Comment
from forum.discussion.services import SOFTWARE
from forum.related.nearest import find_nearest
from forum.related.reasons import tell_why
from forum.search.models import IndexState
from forum.search.vocabulary import learn
from forum.topics.mentions import correct_comment
from forum.topics.models import By, Topic
from tests.factories import ArticleFactory, CommentFactory, GuestFactory, MemberFactory
from tests.topics.vocabularies import make_vocabulary

pytestmark = pytest.mark.django_db


@pytest.fixture
def topics() -> dict[str, Topic]:
    """Return a small vocabulary."""
    return make_vocabulary()


def near_to(comment: Comment, **kwargs: int) -> list[int]:
    """Return the ids of what is near to ``comment``, after the worker has counted words; many others have written, too."""
    learn()
    if kwargs.pop("others", 0):
        IndexState.objects.update(comment_count=1_000)
    fresh = Comment.objects.select_related("discussion__article", "parent").get(pk=comment.pk)
    return [near.comment_id for near in find_nearest(fresh, **kwargs)]


def write(*bodies: str, **fields: object) -> list[Comment]:
    """Post each text as a conversation of its own by somebody of their own."""
    return [CommentFactory(body=body, **fields) for body in bodies]


def test_what_shares_more_and_rarer_topics_is_nearer(topics: dict[str, Topic]) -> None:
    asked, both, rare, _common, _other = write(
        "A stroke, and baclofen since. Splints?",
        "Baclofen after my stroke.",
        "Splints at night.",
        "Baclofen it is.",
        "The weather.",
    )
    write("Baclofen for a year.", "Baclofen again.")
    assert near_to(asked) == [both.pk, rare.pk]
    (first, *_rest) = find_nearest(asked)
    assert first.topics == (topics["stroke"].pk, topics["baclofen"].pk)
    assert first.words == ()


def test_rare_words_make_neighbours_across_articles_without_any_vocabulary() -> None:
    asked, near, _one_word, _none = write(
        "The curled toes kept me from college.", "College was hard with curled toes.", "My college is far.", "Nothing of that."
    )
    assert near_to(asked) == []  # of so few texts nobody can say that a word is rare
    assert near_to(asked, others=1_000) == [near.pk]
    (found,) = find_nearest(asked)
    assert set(found.words) == {"curled", "toes", "college"}


def test_names_numbers_and_short_words_make_no_neighbours() -> None:
    asked, _other = write("marit, Ove, 10383, age. yours, marit", "marit and Ove, age, 10383!", name="Marit")
    assert near_to(asked, others=1_000) == []


def test_topic_of_nearly_all_comments_says_nothing_by_itself(topics: dict[str, Topic]) -> None:
    asked, *_others = write(*["Baclofen, said person number one."] + [f"Baclofen {'abcdefgh'[n] * 5}." for n in range(8)])
    assert near_to(asked) == []


def test_never_of_the_same_conversation_nor_by_the_same_person(topics: dict[str, Topic]) -> None:
    member, guest = MemberFactory(), GuestFactory()
    asked = CommentFactory(author=member, body="A stroke, then splints.")
    CommentFactory(parent=asked, body="Splints after a stroke here too.")
    CommentFactory(author=member, body="My stroke, my splints.")
    first = CommentFactory(guest=guest, body="Stroke and splints.", article=asked.discussion.article)
    second = CommentFactory(guest=guest, body="Once more: stroke, splints.")
    CommentFactory(parent=second, body="What kind of splints, after a stroke?")
    found = near_to(asked)
    assert first.pk in found or second.pk in found
    assert not {first.pk, second.pk} <= set(found)
    rows = Comment.objects.in_bulk(found)
    assert len({row.thread_id for row in rows.values()}) == len(found)
    assert asked.pk not in {row.thread_id for row in rows.values()}
    assert member.pk not in {row.author_id for row in rows.values()}


def test_one_printed_name_is_one_person_where_comments_were_imported(topics: dict[str, Topic]) -> None:
    people = [Guest.objects.create(display_name="Luz") for _ in range(2)]
    asked, other = (CommentFactory(guest=guest, name="Luz", body="Stroke, splints.") for guest in people)
    assert near_to(asked) == [other.pk]
    Comment.objects.update(origin="serendip")
    assert near_to(asked) == []


def test_only_what_everybody_may_read_is_near(topics: dict[str, Topic]) -> None:
    asked, other = write("Stroke and splints.", "Splints, then a stroke.")
    CommentFactory(body="Stroke, splints.", state="held")
    CommentFactory(body="Stroke, splints.", state="removed")
    CommentFactory(body="Stroke, splints.", article=ArticleFactory(status="draft"))
    assert near_to(asked) == [other.pk]
    set_discussion_state(other.discussion, state="hidden", actor=SOFTWARE)
    assert near_to(asked) == []


def test_what_a_person_says_of_the_topics_counts(topics: dict[str, Topic]) -> None:
    asked, other, *_rest = write("Stroke and splints.", "That happened to me as well.", "The weather.", "Other things.")
    assert near_to(asked) == []
    correct_comment(other, topic_ids=[topics["stroke"].pk, topics["splints"].pk], by=By.MODERATOR)
    assert near_to(asked) == [other.pk]
    write("One.", "Two.")
    correct_comment(asked, topic_ids=[topics["stroke"].pk], by=By.WRITER)
    assert near_to(asked) == [other.pk]
    assert find_nearest(Comment.objects.get(pk=asked.pk))[0].topics == (topics["stroke"].pk,)


def test_text_that_waits_is_looked_at_as_well(topics: dict[str, Topic]) -> None:
    (other,) = write("Splints, then a stroke.")
    held = CommentFactory(body="Stroke and splints.", state="held")
    assert near_to(held) == [other.pk]


def test_at_most_so_many(topics: dict[str, Topic]) -> None:
    asked, *_others = write(*["Stroke and splints."] * 6)
    assert len(near_to(asked, limit=3)) == 3


@pytest.mark.parametrize(
    ("topics", "words", "sentence"),
    [
        ([], [], ""),
        (["stroke"], [], "Both write about: stroke."),
        (["stroke", "baclofen pump"], [], "Both write about: stroke, baclofen pump."),
        (["a", "b", "c", "d"], ["e"], "Both write about: a, b, c."),
        (["stroke"], ["college", "toes", "far"], "Both write about: stroke, “college”, “toes”."),
        ([], ["college"], "Both use words that few others do: “college”."),
        ([], ["college", "toes"], "Both use words that few others do: “college”, “toes”."),
    ],
)
def test_sentence_says_why(topics: list[str], words: list[str], sentence: str) -> None:
    assert tell_why(topics, words) == sentence
