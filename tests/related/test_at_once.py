"""The worker looks for what is near while people change, remove and correct the same comments: nothing untrue, nothing lost."""

from functools import partial

import pytest

from forum.accounts.people import Person
from forum.discussion.correcting import redact_comment
from forum.discussion.editing import edit_comment
from forum.discussion.erasing import forget_writer
from forum.discussion.models import ActorKind, Comment
from forum.discussion.permissions import ANONYMOUS, Viewer
from forum.discussion.services import Actor, keep_comment, transition
from forum.related.models import Neighbour
from forum.related.neighbours import begin_again, follow_changes, renew, walk_on
from forum.related.showing import read_others
from forum.search.vocabulary import learn
from forum.topics.mentions import correct_comment
from forum.topics.models import By, Mention
from tests.discussion.test_deciding_at_once import at_once
from tests.factories import CommentFactory, GuestFactory, ModeratorFactory
from tests.topics.vocabularies import make_vocabulary

pytestmark = pytest.mark.django_db(transaction=True)

BODY = "A stroke, then splints, and a zebrafish."
OTHER = "A stroke and baclofen, and a narwhal."


def shown() -> dict[int, set[int]]:
    """Return by thread who is shown below it; all of them are public, and share what is said of them."""
    found = {}
    for thread in Comment.objects.visible_to(ANONYMOUS).filter(root=None):
        others = [other.comment for other in read_others(thread.pk, Viewer(), "A reader")]
        for row in Neighbour.objects.filter(thread=thread, comment__in=others).select_related("comment"):
            for comment in (thread, row.comment):
                assert set(row.topics) <= set(Mention.objects.filter(comment=comment, shown=True).values_list("topic", flat=True))
            assert all(word in thread.body and word in row.comment.body for word in row.words)
        found[thread.pk] = {comment.pk for comment in others}
        assert found[thread.pk] <= set(Comment.objects.visible_to(ANONYMOUS).values_list("pk", flat=True))
    return found


@pytest.mark.parametrize("attempt", range(4))
def test_worker_and_people_at_the_same_comments(attempt: int) -> None:
    make_vocabulary()
    changed, redacted, removed, corrected, erased, *kept = [CommentFactory(body=BODY, guest=GuestFactory()) for _ in range(8)]
    CommentFactory(body=OTHER)
    learn()
    moderator, writer = Actor(ActorKind.MODERATOR, ModeratorFactory()), Actor(ActorKind.WRITER)
    if attempt % 2:
        assert follow_changes(seconds=60)  # all is known by now, and is looked at again
    outcomes = at_once(
        [
            lambda: follow_changes(seconds=60),
            lambda: [renew(comment) for comment in Comment.objects.select_related("discussion__article", "parent")],
            lambda: edit_comment(changed, body=OTHER, subject="", relation="", actor=writer),
            lambda: redact_comment(redacted, body="Nothing more to say.", actor=moderator),
            lambda: transition(removed, "removed", actor=moderator, reason="other"),
            lambda: correct_comment(corrected, topic_ids=[], by=By.WRITER),
            lambda: forget_writer(Person(guest=erased.guest), keep_words=False),
            lambda: [keep_comment(comment, actor=moderator) for comment in kept],
        ]
    )
    assert [outcome for outcome in outcomes if isinstance(outcome, Exception)] == []
    shown()
    learn()
    assert follow_changes(seconds=60)
    followed = shown()
    assert followed.keys() == {comment.pk for comment in Comment.objects.visible_to(ANONYMOUS)}
    assert not Neighbour.objects.filter(comment=erased).exists()
    Neighbour.objects.all().delete()
    begin_again()
    assert walk_on()
    assert followed == shown()


@pytest.mark.parametrize("attempt", range(4))
def test_texts_that_are_near_to_each_other_change_at_once(attempt: int) -> None:
    comments = [CommentFactory(body=BODY, guest=GuestFactory()) for _ in range(8)]
    Neighbour.objects.bulk_create(
        Neighbour(thread=thread, rank=rank, comment=comment)
        for thread in comments
        for rank, comment in enumerate(one for one in comments if one != thread)
    )
    moderator = Actor(ActorKind.MODERATOR, ModeratorFactory())
    acts = [partial(redact_comment, comment, body="Nothing more.", actor=moderator) for comment in comments]
    assert [outcome for outcome in at_once(acts) if isinstance(outcome, Exception)] == []
    assert not Neighbour.objects.exists()
