"""Who may read the words of a comment: each state, each viewer, each page that is closed."""

from itertools import product

import pytest

from articles.models import Article
from articles.services import save_article
from forum.discussion.closing import set_discussion_state
from forum.discussion.models import Comment, Discussion
from forum.discussion.permissions import ANONYMOUS, Viewer, can_post, can_read_text, can_withdraw
from forum.discussion.services import SOFTWARE
from tests.factories import ArticleFactory, CommentFactory, GuestFactory, MemberFactory

pytestmark = pytest.mark.django_db

MODERATOR = Viewer(user_id=0, is_moderator=True)


def readable(viewer: Viewer) -> set[str]:
    return set(Comment.objects.visible_to(viewer).values_list("state", flat=True))


@pytest.mark.parametrize("is_member", [True, False])
def test_words_are_read_by_everybody_their_writer_or_moderators(is_member: bool) -> None:
    person = MemberFactory() if is_member else GuestFactory()
    article = ArticleFactory()
    for state in Comment.State:
        CommentFactory(article=article, state=state, **({"author": person} if is_member else {"guest": person}))
    writer = Viewer(user_id=person.pk) if is_member else Viewer(guest_id=person.pk)
    stranger = Viewer(user_id=person.pk + 1000, guest_id=person.pk + 1000)
    assert readable(ANONYMOUS) == readable(stranger) == {"published"}
    assert readable(writer) == set(Comment.State) - {"erased"}
    assert readable(MODERATOR) == set(Comment.State)
    other_kind = Viewer(guest_id=person.pk) if is_member else Viewer(user_id=person.pk)
    assert readable(other_kind) == {"published"}


@pytest.mark.parametrize("closing", ["draft", "hidden"])
def test_nothing_is_read_under_an_unpublished_article_or_a_hidden_discussion(closing: str) -> None:
    comment = CommentFactory()
    article = comment.discussion.article
    if closing == "draft":
        article.status = Article.Status.DRAFT
        save_article(article)
    else:
        set_discussion_state(comment.discussion, state="hidden", actor=SOFTWARE)
    writer = Viewer(guest_id=comment.guest_id)
    assert readable(ANONYMOUS) == readable(writer) == set()
    assert readable(MODERATOR) == {"published"}


@pytest.mark.parametrize("state", ["closed", "members_only"])
def test_what_nobody_may_add_to_can_still_be_read(state: str) -> None:
    comment = CommentFactory()
    set_discussion_state(comment.discussion, state=state, actor=SOFTWARE)
    assert readable(ANONYMOUS) == {"published"}


def test_rule_for_a_row_and_rule_for_rows_say_the_same() -> None:
    member, guest = MemberFactory(), GuestFactory()
    writers = ({"author": member}, {"guest": guest}, {})
    for state, writer in product(Comment.State, writers):
        CommentFactory(state=state, **writer)
    viewers = [
        ANONYMOUS,
        MODERATOR,
        Viewer(user_id=member.pk),
        Viewer(guest_id=guest.pk),
        Viewer(user_id=member.pk, guest_id=guest.pk),
    ]
    for viewer in viewers:
        rows = set(Comment.objects.visible_to(viewer).values_list("pk", flat=True))
        assert rows == {comment.pk for comment in Comment.objects.all() if can_read_text(viewer, comment)}


def test_held_published_and_waiting_are_what_they_say() -> None:
    for state in Comment.State:
        CommentFactory(state=state, body="Does it help?")
    assert {row.state for row in Comment.objects.held()} == {"held"}
    assert {row.state for row in Comment.objects.published()} == {"published"}
    assert {row.state for row in Comment.objects.waiting()} == {"published"}


@pytest.mark.parametrize("state", Discussion.State)
def test_who_may_post_follows_the_discussion(state: str) -> None:
    discussion = Discussion(state=state)
    assert can_post(ANONYMOUS, discussion) == (state == "open")
    assert can_post(Viewer(user_id=1), discussion) == (state in ("open", "members_only"))


@pytest.mark.parametrize("state", Comment.State)
def test_writer_takes_back_what_is_not_gone_and_nobody_else_does(state: str) -> None:
    comment = CommentFactory(state=state)
    writer = Viewer(guest_id=comment.guest_id)
    assert can_withdraw(writer, comment) == (state in ("held", "published", "hidden", "rejected"))
    assert not can_withdraw(MODERATOR, comment)
    assert not can_withdraw(ANONYMOUS, comment)
