"""Every cell of the table of states, by every kind of actor, and what follows from each change."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any
from uuid import uuid4

import pytest

from articles.models import Article
from forum.discussion import events
from forum.discussion.closing import set_discussion_state
from forum.discussion.correcting import mark_question, redact_comment
from forum.discussion.models import ActorKind, Comment, Decision, Discussion, Revision
from forum.discussion.posting import post_comment
from forum.discussion.services import (
    SOFTWARE,
    Actor,
    DiscussionClosedError,
    StaleVersionError,
    TransitionError,
    begin,
    compose,
    lock_place,
    transition,
    withdraw_comment,
)
from forum.site.models import SiteVersion
from tests.factories import ArticleFactory, CommentFactory, GuestFactory, MemberFactory, ModeratorFactory

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
MODERATOR, WRITER = Actor(ActorKind.MODERATOR), Actor(ActorKind.WRITER)

# The table of states as a person would write it down: who may take a comment from where to where.
TABLE = {
    "moderator": {
        "held": {"published", "rejected"},
        "published": {"hidden", "removed"},
        "hidden": {"published", "removed"},
        "removed": {"published"},
        "rejected": {"published"},
    },
    "writer": {
        "held": {"withdrawn", "erased"},
        "published": {"withdrawn", "erased"},
        "hidden": {"withdrawn", "erased"},
        "removed": {"erased"},
        "rejected": {"held", "withdrawn", "erased"},
        "withdrawn": {"published", "erased"},  # "published": where the factory took it back from
    },
    "software": {
        **{state: {"erased"} for state in ("held", "hidden", "removed", "rejected", "withdrawn", "published")},
    },
    "import": {},
}


@pytest.mark.one_database
@pytest.mark.parametrize(("actor", "before", "to"), list(product(ActorKind, Comment.State, Comment.State)))
def test_table_of_states(actor: ActorKind, before: str, to: str) -> None:
    comment = CommentFactory(state=before)
    is_allowed = to in TABLE[actor].get(before, set())
    decisions = comment.decisions.count()
    if is_allowed:
        assert transition(comment, to, actor=Actor(actor), reason="other").state == to
    else:
        with pytest.raises(TransitionError):
            transition(comment, to, actor=Actor(actor), reason="other")
    row = Comment.objects.get(pk=comment.pk)
    assert row.state == (to if is_allowed else before)
    assert row.version == comment.version + is_allowed
    assert row.decisions.count() == decisions + is_allowed


@pytest.mark.parametrize("actor", [ActorKind.MODERATOR, ActorKind.WRITER])
@pytest.mark.parametrize("to", Comment.State)
def test_only_software_and_imports_bring_in_a_new_comment(actor: ActorKind, to: str) -> None:
    discussion = ArticleFactory().discussion
    comment = compose(discussion=discussion, parent=None, body="We waited.", sort_at=NOW, posted_at=NOW, guest=GuestFactory())
    with pytest.raises(TransitionError):
        begin(comment, to, actor=Actor(actor), now=NOW)
    assert not Comment.objects.exists()


def test_decision_says_who_what_and_why() -> None:
    ines, batch = ModeratorFactory(), uuid4()
    comment = CommentFactory(state="held")
    transition(comment, "rejected", actor=Actor(ActorKind.MODERATOR, ines), reason="unkind", note="twice", batch=batch, now=NOW)
    decision = comment.decisions.latest("pk")
    assert (decision.who, decision.actor_kind, decision.from_state, decision.to_state) == (ines, "moderator", "held", "rejected")
    assert (decision.reason, decision.note, decision.batch, decision.at) == ("unkind", "twice", batch, NOW)


def test_second_of_two_with_the_same_version_is_told() -> None:
    comment = CommentFactory(state="held")
    transition(comment, "published", actor=MODERATOR, expected_version=comment.version)
    with pytest.raises(StaleVersionError) as told:
        transition(comment, "rejected", actor=MODERATOR, expected_version=comment.version)
    assert told.value.comment.state == "published"
    assert comment.decisions.filter(actor_kind="moderator").count() == 1


def test_parents_change_of_state_never_changes_a_reply() -> None:
    root = CommentFactory()
    replies = [CommentFactory(parent=root, state=state) for state in Comment.State]
    for step, actor in (("hidden", MODERATOR), ("removed", MODERATOR), ("published", MODERATOR), ("erased", WRITER)):
        transition(root, step, actor=actor)
        assert [Comment.objects.get(pk=reply.pk).state for reply in replies] == list(Comment.State)


def test_seen_by_a_human_once_is_seen_for_good() -> None:
    comment = CommentFactory(state="held")
    assert not comment.seen_by_human
    comment = transition(comment, "published", actor=MODERATOR)
    assert transition(comment, "withdrawn", actor=WRITER).seen_by_human


def test_software_hides_what_no_person_approved_and_nothing_else() -> None:
    regular = MemberFactory()
    for _ in range(2):
        CommentFactory(author=regular)
    unseen = CommentFactory(author=regular)
    assert (unseen.state, unseen.seen_by_human) == ("published", False)
    assert transition(unseen, "hidden", actor=SOFTWARE).state == "hidden"
    with pytest.raises(TransitionError):
        transition(CommentFactory(), "hidden", actor=SOFTWARE)


# -- taking back and returning


@pytest.mark.parametrize("state", ["held", "published", "hidden", "rejected"])
def test_what_was_taken_back_returns_to_its_former_state_with_its_reason(state: str) -> None:
    comment = CommentFactory(state=state, reason="unkind")
    comment = withdraw_comment(comment, actor=WRITER, now=NOW)
    for other in {"held", "published", "hidden", "rejected"} - {state}:
        with pytest.raises(TransitionError):
            transition(comment, other, actor=WRITER, now=NOW)
    comment = transition(comment, state, actor=WRITER, now=NOW + timedelta(days=30))
    assert (comment.state, comment.reason) == (state, "unkind" if state in ("hidden", "rejected") else "")


def test_what_was_taken_back_does_not_return_after_thirty_days() -> None:
    comment = withdraw_comment(CommentFactory(), actor=WRITER, now=NOW)
    with pytest.raises(TransitionError):
        transition(comment, "published", actor=WRITER, now=NOW + timedelta(days=30, seconds=1))


def test_details_taken_out_meanwhile_do_not_stop_a_return() -> None:
    comment = withdraw_comment(CommentFactory(), actor=WRITER)
    redact_comment(comment, body="[a name] helped us.", actor=MODERATOR)
    mark_question(comment, is_question=True, actor=MODERATOR)
    assert transition(comment, "published", actor=WRITER).state == "published"


def test_rejected_comment_is_sent_again_three_times_at_most() -> None:
    comment = CommentFactory(state="rejected")
    for _ in range(3):
        comment = transition(comment, "held", actor=WRITER)
        comment = transition(comment, "rejected", actor=MODERATOR, reason="unkind")
    with pytest.raises(TransitionError):
        transition(comment, "held", actor=WRITER)
    assert transition(comment, "published", actor=MODERATOR).state == "published"


def test_erasure_forgets_words_and_person_and_keeps_the_shell() -> None:
    root = CommentFactory(subject="My name is in here", relation="self", language="en")
    redact_comment(root, body="other words", subject="", actor=MODERATOR)
    reply = CommentFactory(parent=root)
    row = transition(Comment.objects.get(pk=root.pk), "erased", actor=WRITER)
    row.refresh_from_db()
    assert (row.author, row.guest, row.name, row.subject, row.body, row.body_html, row.relation, row.language) == (
        None,
        None,
        *[""] * 6,
    )
    assert not Revision.objects.filter(comment=row).exists()
    assert (row.listed, row.public, row.reply_count) == (True, False, 1)
    assert Comment.objects.get(pk=reply.pk).state == "published"
    for change in (redact_comment, mark_question):
        with pytest.raises(TransitionError):
            change(row, actor=MODERATOR, **({"body": "x"} if change is redact_comment else {"is_question": True}))


# -- what is announced


@pytest.fixture
def published() -> Iterator[list[int]]:
    """Collect the ids of comments that were announced as published."""
    heard: list[int] = []

    def receiver(sender: type, comment: Comment, **told: Any) -> None:
        heard.append(comment.pk)

    events.comment_published.connect(receiver)
    yield heard
    events.comment_published.disconnect(receiver)


def test_publication_is_announced_once_in_the_life_of_a_comment(published: list[int]) -> None:
    comment = CommentFactory(state="held")
    assert published == []
    for state in ("published", "hidden", "published", "removed", "published"):
        comment = transition(comment, state, actor=MODERATOR)
    assert published == [comment.pk]


def test_import_is_never_announced_as_publication(published: list[int]) -> None:
    comment = compose(discussion=ArticleFactory().discussion, parent=None, body="Old.", sort_at=NOW, guest=GuestFactory())
    comment.posted_precision = "unknown"
    lock_place(comment)
    begin(comment, "published", actor=Actor(ActorKind.IMPORT), now=NOW)
    assert (comment.public, published) == (True, [])


# -- versions of cached pages


def versions(discussion: Discussion) -> tuple[int, int]:
    return Discussion.objects.get(pk=discussion.pk).version, SiteVersion.objects.current()


def test_what_readers_see_raises_the_versions_and_what_they_do_not_see_leaves_them() -> None:
    discussion = ArticleFactory().discussion
    before = versions(discussion)
    held = CommentFactory(article=discussion.article, state="held")
    transition(held, "rejected", actor=MODERATOR, reason="unkind")
    assert versions(discussion) == before
    steps = 0
    for state, is_seen in (("published", True), ("hidden", True), ("removed", False), ("published", True)):
        held = transition(held, state, actor=MODERATOR)
        steps += is_seen
        assert versions(discussion) == (before[0] + steps, before[1] + steps)
    redact_comment(held, body="[taken out]", actor=MODERATOR)
    mark_question(held, is_question=True, actor=MODERATOR)
    set_discussion_state(discussion, state="closed", actor=SOFTWARE)
    set_discussion_state(discussion, state="closed", actor=SOFTWARE)
    assert versions(discussion) == (before[0] + steps + 3, before[1] + steps + 3)


# -- posting


@pytest.mark.parametrize(
    ("state", "guest_may", "member_may"),
    [("open", True, True), ("members_only", False, True), ("closed", False, False), ("hidden", False, False)],
)
def test_state_of_a_discussion_says_who_may_write(state: str, guest_may: bool, member_may: bool) -> None:
    discussion = set_discussion_state(ArticleFactory().discussion, state=state, actor=SOFTWARE)
    for writer, may in (({"guest": GuestFactory()}, guest_may), ({"author": MemberFactory()}, member_may)):
        if may:
            assert post_comment(discussion=discussion, body="Hello.", **writer).state == "held"
        else:
            with pytest.raises(DiscussionClosedError):
                post_comment(discussion=discussion, body="Hello.", **writer)


def test_discussion_that_was_closed_in_the_same_moment_takes_nothing_more() -> None:
    seen_open = ArticleFactory().discussion
    set_discussion_state(Discussion.objects.get(pk=seen_open.pk), state="closed", actor=SOFTWARE)
    with pytest.raises(DiscussionClosedError):
        post_comment(discussion=seen_open, body="Hello.", guest=GuestFactory())
    assert not Comment.objects.exists()


def test_first_two_comments_of_a_member_wait_and_the_third_does_not() -> None:
    member, article = MemberFactory(), ArticleFactory()
    states = []
    for _ in range(3):
        comment = post_comment(discussion=article.discussion, body="Hello.", author=member)
        states.append(comment.state)
        if comment.state == "held":
            transition(comment, "published", actor=MODERATOR)
    assert states == ["held", "held", "published"]


def test_staff_and_author_are_marked_and_published_as_they_write() -> None:
    staff = ModeratorFactory()
    article = ArticleFactory(writer=MemberFactory())
    assert post_comment(discussion=article.discussion, body="Hello.", author=staff).mark == "staff"
    assert post_comment(discussion=article.discussion, body="Hello.", author=article.writer).mark == "article_author"
    assert post_comment(discussion=article.discussion, body="Hello.", guest=GuestFactory(), name="Staff").mark == ""


def test_same_sending_twice_is_one_comment() -> None:
    discussion, key, guest = ArticleFactory().discussion, uuid4(), GuestFactory()
    rows = {post_comment(discussion=discussion, body="Hello.", guest=guest, form_key=key).pk for _ in range(2)}
    assert len(rows) == Comment.objects.count() == Decision.objects.count() == 1


def test_reply_to_a_reply_knows_its_parent_and_its_root() -> None:
    root = CommentFactory()
    reply = CommentFactory(parent=CommentFactory(parent=root))
    deep = CommentFactory(parent=reply)
    assert (deep.parent, deep.root, deep.subject) == (reply, root, "")


def test_failed_posting_leaves_nothing_behind() -> None:
    discussion, guest = ArticleFactory().discussion, GuestFactory()

    def fail(sender: type, **told: Any) -> None:
        raise RuntimeError("a receiver above failed")

    events.comment_posted.connect(fail)
    try:
        with pytest.raises(RuntimeError):
            post_comment(discussion=discussion, body="Hello.", guest=guest)
    finally:
        events.comment_posted.disconnect(fail)
    assert (Comment.objects.count(), Decision.objects.count()) == (0, 0)
    assert Article.objects.count() == 1
