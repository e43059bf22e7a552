"""Each comment owns its state: whatever happens to a parent, every reply stays as it was. Frozen: always the same trees."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forum.discussion.models import Comment
from forum.discussion.services import TransitionError
from forum.moderation import services
from forum.moderation.batches import prepare_batch, run_batch, start_batch, start_undo, undo_batch
from forum.moderation.models import QueueItem
from forum.moderation.queue import find_place
from tests.discussion.naive import expected, stored
from tests.factories import ArticleFactory, CommentFactory
from tests.moderation.queueing import moderator

pytestmark = pytest.mark.django_db
OWN = ("pk", "state", "reason", "version", "seen_by_human", "public", "held", "body", "parent", "root", "published_at")
SIZE = 9


def rows(comments: list[Comment], *, but: Comment) -> list[tuple[object, ...]]:
    return list(Comment.objects.filter(pk__in=[one.pk for one in comments]).exclude(pk=but.pk).order_by("pk").values_list(*OWN))


def approve(comment: Comment) -> None:
    services.publish_comment(comment, actor=moderator())


def remove(comment: Comment) -> None:
    services.remove_comment(comment, actor=moderator(), reason="unkind")


def take_back(comment: Comment) -> None:
    last = comment.decisions.filter(actor_kind="moderator", undoes=None).first()
    if last:
        services.undo(last, actor=moderator())


def remove_in_a_batch_and_undo_it(comment: Comment) -> None:
    batch = prepare_batch(moderator=moderator(), verb="remove", scope="chosen", chosen={comment.pk: comment.version})
    start_batch(batch, reason="unkind")
    batch.refresh_from_db()
    run_batch(batch)
    start_undo(batch)
    undo_batch(batch, actor=moderator())


ACTS = (approve, remove, take_back, remove_in_a_batch_and_undo_it)


@pytest.mark.long
@settings(max_examples=20, derandomize=True)
@given(
    above=st.lists(st.integers(0, SIZE), min_size=SIZE, max_size=SIZE),
    states=st.lists(st.sampled_from(("held", "published", "hidden", "removed", "rejected")), min_size=SIZE, max_size=SIZE),
    acts=st.lists(st.tuples(st.integers(0, SIZE), st.sampled_from(ACTS)), min_size=1, max_size=8),
)
def test_nothing_that_happens_to_a_comment_changes_another_one(above, states, acts) -> None:
    article = ArticleFactory()
    comments: list[Comment] = [CommentFactory(article=article)]
    for number, state in zip(above, states, strict=True):
        parent = comments[number % len(comments)] if number < SIZE else None
        comments.append(CommentFactory(article=article, parent=parent, state=state))
    for which, act in acts:
        comment = Comment.objects.get(pk=comments[which].pk)
        others = rows(comments, but=comment)
        try:
            act(comment)
        except TransitionError:
            continue
        assert rows(comments, but=comment) == others
        assert stored(article.discussion) == expected(article.discussion)
    waiting = {pk for pk in QueueItem.objects.values_list("pk", flat=True) if pk in {one.pk for one in comments}}
    assert waiting == {one.pk for one in Comment.objects.filter(discussion=article.discussion) if find_place(one)}
