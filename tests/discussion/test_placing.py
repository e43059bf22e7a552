"""Replies moved to what they answer, threads closed for replies."""

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from forum.discussion.closing import lock_thread
from forum.discussion.models import Comment
from forum.discussion.placing import PlaceError, find_branch, reattach_comment
from forum.discussion.posting import post_comment
from forum.discussion.services import StaleVersionError, ThreadLockedError, TransitionError
from tests.discussion.moderating import page_of, sign_in
from tests.discussion.naive import expected, stored
from tests.factories import ArticleFactory, CommentFactory, GuestFactory, ModeratorFactory
from tests.moderation.queueing import moderator

pytestmark = pytest.mark.django_db


def test_reply_moves_to_another_thread_with_what_answers_it() -> None:
    article = ArticleFactory()
    wrong, right = CommentFactory(article=article), CommentFactory(article=article, body="Does it help?")
    reply = CommentFactory(parent=wrong, body="It did.")
    below, held = CommentFactory(parent=reply), CommentFactory(parent=reply, state="held")
    later = CommentFactory(parent=right, author=None)
    assert Comment.objects.get(pk=right.pk).waiting is False
    reattach_comment(reply, parent=right, actor=moderator())
    rows = {row.pk: row for row in Comment.objects.all()}
    assert (rows[reply.pk].root_id, rows[reply.pk].parent_id) == (right.pk, right.pk)
    assert (rows[below.pk].root_id, rows[below.pk].parent_id) == (right.pk, reply.pk)
    assert (rows[held.pk].root_id, rows[held.pk].state, rows[held.pk].reply_index) == (right.pk, "held", None)
    assert [rows[pk].reply_index for pk in (reply.pk, below.pk, later.pk)] == [1, 2, 3]
    assert (rows[wrong.pk].reply_count, rows[right.pk].reply_count) == (0, 3)
    assert stored(article.discussion) == expected(article.discussion)
    decision = reply.decisions.first()
    assert (decision.kind, decision.from_state, decision.note) == ("place", "published", f"{wrong.pk} → {right.pk}")


def test_old_permalinks_find_the_new_place(client: Client) -> None:
    article = ArticleFactory()
    wrong, right = CommentFactory(article=article), CommentFactory(article=article)
    reply = CommentFactory(parent=wrong)
    reattach_comment(reply, parent=right, actor=moderator())
    answer = client.get(f"/comments/{reply.pk}/")
    assert answer["Location"] == f"/articles/{article.slug}/comments/{right.pk}/#comment-{reply.pk}"
    assert client.get(answer["Location"]).status_code == 200


def test_root_becomes_a_reply_and_a_reply_a_root() -> None:
    article = ArticleFactory()
    first, second = CommentFactory(article=article), CommentFactory(article=article, body="Is that so?")
    below = CommentFactory(parent=second)
    reattach_comment(second, parent=first, actor=moderator())
    assert Comment.objects.get(pk=below.pk).root_id == first.pk
    assert stored(article.discussion) == expected(article.discussion)
    moved = reattach_comment(second, parent=None, actor=moderator())
    assert (moved.is_root, moved.position) == (True, 2)
    assert Comment.objects.get(pk=below.pk).root_id == second.pk
    assert stored(article.discussion) == expected(article.discussion)


@pytest.mark.long
@settings(max_examples=25)
@given(
    steps=st.lists(st.tuples(st.integers(0, 9), st.integers(-1, 9)), max_size=6),
    shape=st.lists(st.integers(0, 9), min_size=9, max_size=9),
)
def test_any_moves_in_any_tree_keep_states_and_count_right(steps: list[tuple[int, int]], shape: list[int]) -> None:
    article = ArticleFactory()
    comments: list[Comment] = [CommentFactory(article=article)]
    for number, above in enumerate(shape):
        state = ("published", "held", "removed")[number % 3]
        parent = comments[above % len(comments)] if above < 8 else None
        comments.append(CommentFactory(article=article, parent=parent, state=state, body="Why?" if number % 2 else "So."))
    states = dict(Comment.objects.filter(discussion=article.discussion).values_list("pk", "state"))
    actor = moderator()
    for which, where in steps:
        comment = Comment.objects.get(pk=comments[which].pk)
        try:
            reattach_comment(comment, parent=Comment.objects.get(pk=comments[where].pk) if where >= 0 else None, actor=actor)
        except PlaceError:
            continue
        assert stored(article.discussion) == expected(article.discussion)
    assert dict(Comment.objects.filter(discussion=article.discussion).values_list("pk", "state")) == states


def test_impossible_places_are_refused() -> None:
    comment = CommentFactory()
    reply = CommentFactory(parent=comment)
    for wrong in (reply, comment, None, CommentFactory()):
        with pytest.raises(PlaceError):
            reattach_comment(Comment.objects.get(pk=comment.pk), parent=wrong, actor=moderator())
    with pytest.raises(StaleVersionError):
        reattach_comment(reply, parent=None, actor=moderator(), expected_version=99)


def test_branch_is_a_comment_and_all_below_it() -> None:
    root = CommentFactory()
    branch, beside = CommentFactory(parent=root), CommentFactory(parent=root)
    below = CommentFactory(parent=branch, state="held")
    assert find_branch(branch) == [branch.pk, below.pk]
    assert find_branch(root) == [root.pk, branch.pk, beside.pk, below.pk]


def test_locked_thread_takes_no_reply_and_offers_none(client: Client) -> None:
    root = CommentFactory(name="Marit")
    reply = CommentFactory(parent=root)
    lock_thread(root, locked=True, actor=moderator())
    with pytest.raises(ThreadLockedError):
        post_comment(discussion=root.discussion, parent=reply, body="And so on.", guest=GuestFactory())
    page = client.get(f"{root.discussion.article.get_absolute_url()}comments/{root.pk}/").content.decode()
    assert "/reply/" not in page
    for parent in (root, reply):
        answer = client.post(f"/comments/{parent.pk}/reply/", {"body": "My own words.", "post": ""})
        assert answer.status_code == 403
        assert "My own words." in answer.content.decode()
    lock_thread(root, locked=False, actor=moderator())
    assert client.get(f"/comments/{reply.pk}/reply/").status_code == 200
    assert list(root.decisions.filter(kind="lock").values_list("note", flat=True)) == ["open", "closed"]
    with pytest.raises(TransitionError):
        lock_thread(reply, locked=True, actor=moderator())


def test_forms_on_the_page_of_a_comment_move_it_and_close_its_thread() -> None:
    browser = sign_in(ModeratorFactory())
    article = ArticleFactory()
    root, other = CommentFactory(article=article), CommentFactory(article=article)
    reply = CommentFactory(parent=root)
    assert "It was posted in the wrong place" in browser.get(page_of(reply)).content.decode()
    address = reverse("admin:discussion_comment_reattach", args=[reply.pk])
    for wrong in ("nonsense", "999999", str(reply.pk)):
        answer = browser.post(address, {"parent": wrong, "version": reply.version}, follow=True)
        assert [message.level_tag for message in answer.context["messages"]] == ["error"]
    link = f"http://testserver/articles/{article.slug}/comments/{other.pk}/#comment-{other.pk}"
    browser.post(address, {"parent": link, "version": reply.version})
    assert Comment.objects.get(pk=reply.pk).parent_id == other.pk
    answer = browser.post(address, {"parent": "", "version": reply.version}, follow=True)
    assert [message.level_tag for message in answer.context["messages"]][-1] == "warning"
    browser.post(reverse("admin:discussion_comment_lock", args=[root.pk]), {"locked": "yes"})
    assert Comment.objects.get(pk=root.pk).locked
