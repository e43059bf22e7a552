"""What topics hold on a person: given to them, and gone with their words."""

import pytest

from forum.accounts.people import Person
from forum.discussion.erasing import forget_writer
from forum.topics import personal_data
from forum.topics.mentions import correct_comment
from forum.topics.models import By, Mention
from tests.factories import CommentFactory, GuestFactory
from tests.topics.vocabularies import make_vocabulary, stored_counts, true_counts

pytestmark = pytest.mark.django_db


@pytest.fixture
def person():
    topics = make_vocabulary()
    guest = GuestFactory()
    comment = CommentFactory(guest=guest, body="My son had a stroke.")
    correct_comment(comment, topic_ids=[topics["stroke"].pk, topics["splints"].pk], by=By.WRITER)
    CommentFactory(body="My daughter had a stroke.")
    return Person(guest=guest)


def test_person_is_told_what_their_comments_are_about(person):
    rows = personal_data.export(person)["topics_of_comments"]
    assert [(row["topic_name"], row["standing"], row["corrected_by"]) for row in rows] == [
        ("splints", "added", "writer"), ("stroke", "found", ""),
    ]  # fmt: skip


@pytest.mark.parametrize(("keep_words", "left"), [(True, 5), (False, 2)])
def test_topics_go_with_the_words_and_counts_follow(person, keep_words, left):
    forget_writer(person, keep_words=keep_words)
    assert Mention.objects.count() == left
    assert stored_counts() == true_counts()
    assert not personal_data.export(person)["topics_of_comments"]
