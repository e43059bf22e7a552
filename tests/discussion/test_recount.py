"""Counts that were bent by hand are right again after ``rebuild_counts``; what is right is left alone."""

from datetime import UTC, datetime
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from forum.discussion import recount
from forum.discussion.models import ActorKind, Comment, Discussion, DiscussionPerson, DiscussionYear
from forum.discussion.services import Actor, transition
from forum.discussion.tally import find_waiting, is_waiting
from forum.site.models import SiteVersion
from tests.discussion.naive import expected, places, stored
from tests.factories import ArticleFactory, CommentFactory, GuestFactory, MemberFactory

pytestmark = pytest.mark.django_db


def rebuild() -> str:
    out = StringIO()
    call_command("rebuild_counts", stdout=out)
    return out.getvalue().strip()


@pytest.fixture
def discussion() -> Discussion:
    """A conversation with something of everything that is counted."""
    article, asker = ArticleFactory(), GuestFactory()
    when = [datetime(2000 + number, 12, 31, 23, tzinfo=UTC) for number in range(9)]
    root = CommentFactory(article=article, body="Does it help?", guest=asker, posted_at=when[0])
    tombstone = CommentFactory(parent=root, posted_at=when[1])
    CommentFactory(parent=tombstone, author=MemberFactory(), posted_at=when[2])
    CommentFactory(parent=root, guest=asker, body="Anybody?", posted_at=when[3])
    CommentFactory(parent=root, state="held", posted_at=when[4])
    CommentFactory(parent=root, guest=asker, body="It helped.", is_update=True, posted_at=when[6])
    gone = CommentFactory(article=article, posted_at=when[5])
    CommentFactory(parent=gone, guest=gone.guest, body="It did not.", is_update=True, posted_at=when[7])
    transition(gone, "removed", actor=Actor(ActorKind.MODERATOR))
    CommentFactory(article=article, body="And this?", posted_at=when[5])
    CommentFactory(article=article, state="removed", posted_at=when[6])
    CommentFactory(parent=CommentFactory(article=article, state="held", posted_at=when[7]), posted_at=when[8])
    transition(tombstone, "removed", actor=Actor(ActorKind.MODERATOR))
    return Discussion.objects.get(article=article)


def test_what_is_right_is_left_alone(discussion: Discussion) -> None:
    assert stored(discussion) == expected(discussion)
    versions = discussion.version, SiteVersion.objects.current()
    assert rebuild() == "Counted 1 discussions again. All was right."
    discussion.refresh_from_db()
    assert (discussion.version, SiteVersion.objects.current()) == versions


@pytest.mark.parametrize("batch", [1, 2, 400])
def test_everything_that_was_bent_is_right_again(discussion: Discussion, batch: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recount, "BATCH", batch)
    right, given, active = stored(discussion), places(discussion), Discussion.objects.get().active_at
    far = datetime(2030, 1, 1, tzinfo=UTC)
    Comment.objects.update(reply_count=7, last_reply_at=far, active_at=far, preview1_id=1, preview2_id=None, last_reply_id=99)
    Comment.objects.update(reply_seq=0, has_update=True)
    Comment.objects.filter(public=True).update(waiting=True)
    Comment.objects.exclude(public=True).exclude(position=None, reply_index=None).update(listed=True)
    Discussion.objects.update(root_seq=1, comment_count=99, people_count=99, waiting_count=99, last_comment_at=far, active_at=far)
    DiscussionYear.objects.update(comment_count=9)
    DiscussionYear.objects.filter(year=2000).delete()
    DiscussionYear.objects.create(discussion=discussion, year=1900, comment_count=4)
    DiscussionPerson.objects.filter(author=None).update(comment_count=5)
    DiscussionPerson.objects.filter(guest=None).delete()
    assert "Corrected" in rebuild()
    assert stored(discussion) == expected(discussion) == right
    assert (places(discussion), Discussion.objects.get().active_at) == (given, active)
    assert rebuild() == "Counted 1 discussions again. All was right."


def test_questions_that_wait_are_found_for_all_at_once_as_for_each() -> None:
    root, asker, member = CommentFactory(body="Does it help?"), GuestFactory(), MemberFactory()
    by_guest = CommentFactory(parent=root, body="Since when?", guest=asker)
    by_member = CommentFactory(parent=root, body="Since when?", author=member)
    CommentFactory(parent=by_guest, guest=asker)
    CommentFactory(parent=by_guest, state="held")
    CommentFactory(parent=by_member, author=member)
    imported = {"origin": "serendip", "name": "Anna"}
    of_anna = CommentFactory(parent=root, body="Which dose?", **imported)
    CommentFactory(parent=of_anna, **imported)
    answered = [CommentFactory(parent=root, body="And at night?", **who) for who in ({}, {"author": member}, imported)]
    for question in answered:
        CommentFactory(parent=question, state="held")
        CommentFactory(parent=question, **({"origin": "serendip", "name": "Bea"} if question.name == "Anna" else {}))
    # The same name, but of somebody who writes here; and of a member whose comment an import brought.
    for who in ({"name": "Anna"}, {"author": member, **imported}):
        CommentFactory(parent=CommentFactory(parent=root, body="In the water?", **imported), **who)
    with CaptureQueriesContext(connection) as queries:
        found = find_waiting(Comment.objects.filter(discussion=root.discussion))
    assert found == {by_guest.pk, by_member.pk, of_anna.pk}
    assert found == {comment.pk for comment in Comment.objects.all() if is_waiting(comment)}
    assert len(queries) == 3  # all, the thread, the replies


def test_comment_that_lost_its_place_gets_the_next_one(discussion: Discussion) -> None:
    lost = Comment.objects.get(state="removed", root__isnull=False)
    Comment.objects.filter(pk=lost.pk).update(listed=False, reply_index=None)
    rebuild()
    lost.refresh_from_db()
    highest = max(row.reply_index or 0 for row in Comment.objects.filter(root=lost.root).exclude(pk=lost.pk))
    assert (lost.listed, lost.reply_index) == (True, highest + 1)
    assert stored(discussion) == expected(discussion)


def test_correction_reaches_the_cached_pages(discussion: Discussion) -> None:
    Discussion.objects.update(comment_count=99)
    version, site = Discussion.objects.get().version, SiteVersion.objects.current()
    rebuild()
    assert (Discussion.objects.get().version, SiteVersion.objects.current()) == (version + 1, site + 1)


def test_long_conversation_is_counted_in_many_short_transactions(monkeypatch: pytest.MonkeyPatch) -> None:
    root = CommentFactory()
    for _ in range(30):
        CommentFactory(parent=root)
    monkeypatch.setattr(recount, "BATCH", 10)
    with CaptureQueriesContext(connection) as queries:
        rebuild()
    assert len([query for query in queries if query["sql"].startswith("SAVEPOINT")]) >= 8


def test_a_batch_and_its_roots_stay_below_a_thousand_rows() -> None:
    assert 2 * recount.BATCH + 2 <= 1_000
