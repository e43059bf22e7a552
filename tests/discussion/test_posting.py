"""Between reading a text and storing it others may decide; and what is stored takes few statements."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from forum.discussion.closing import set_discussion_state
from forum.discussion.models import ActorKind, Comment
from forum.discussion.placing import reattach_comment
from forum.discussion.posting import prepare, store
from forum.discussion.services import Actor, DiscussionClosedError
from forum.discussion.words import Words
from forum.discussion.writing import send_comment
from forum.moderation.models import Sanction
from tests.factories import ArticleFactory, CommentFactory, MemberFactory, ModeratorFactory

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def nobody_waits(settings):
    settings.HOLD_FIRST_COMMENTS = 0


def read(discussion, **more):
    given = {"parent": None, "author": MemberFactory(), "guest": None, "now": NOW} | more
    return prepare(Words(body="The warm bath helped us most."), discussion=discussion, **given)


def test_nothing_is_stored_before_the_transaction():
    posting = read(ArticleFactory().discussion)
    assert posting.verdict.publish
    assert not Comment.objects.exists()


def test_sanction_that_is_made_while_a_text_is_read_holds_it():
    posting = read(ArticleFactory().discussion)
    until = timezone.localdate() + timedelta(days=2)
    Sanction.objects.create(kind="member", member=posting.comment.author, reason="unkind", until=until)
    with transaction.atomic():
        comment = store(posting)
    assert comment.held
    assert [signal.code for signal in comment.signals.all()] == ["sanction"]


def test_discussion_that_is_closed_while_a_text_is_read_takes_it_no_more():
    discussion = ArticleFactory().discussion
    posting = read(discussion)
    set_discussion_state(discussion, state="closed", actor=Actor(ActorKind.MODERATOR, ModeratorFactory()))
    with pytest.raises(DiscussionClosedError), transaction.atomic():
        store(posting)
    assert not Comment.objects.exists()


def test_answer_goes_along_with_what_moves_while_it_is_read():
    root = CommentFactory()
    other = CommentFactory(article=root.discussion.article)
    parent = CommentFactory(parent=root)
    posting = read(root.discussion, parent=Comment.objects.select_related("discussion__article", "root").get(pk=parent.pk))
    reattach_comment(parent, parent=other, actor=Actor(ActorKind.MODERATOR, ModeratorFactory()))
    with transaction.atomic():
        comment = store(posting)
    assert (comment.root_id, comment.parent_id, comment.reply_index) == (other.pk, parent.pk, 2)


def test_all_that_is_asked_before_the_transaction_is_asked_at_once():
    discussion, member = ArticleFactory().discussion, MemberFactory()
    for body in ("The warm bath helped us most.", "He slept the whole night after it.", "We went home."):
        words = Words(body=body)  # the first ones show what is asked
        with CaptureQueriesContext(connection) as captured:
            send_comment(words, discussion=discussion, parent=None, visitor_name="A reader", member=member)
    statements = [query["sql"] for query in captured]
    assert [sql.startswith("SAVEPOINT") for sql in statements[:2]] == [False, True]


@pytest.mark.parametrize("is_reply", [False, True])
def test_storing_takes_few_statements_however_long_the_conversation_is(is_reply):
    root = CommentFactory()
    counts = []
    for _ in range(3):
        posting = read(root.discussion, parent=root if is_reply else None)
        with (
            CaptureQueriesContext(
                connection,
            ) as captured,
            transaction.atomic(),
        ):
            store(posting)
        counts.append(len(captured))
        for _ in range(4):
            CommentFactory(parent=root)
    assert counts[1] == counts[2] <= 22
