"""Decisions on many: preview, carrying out, interruption, undo."""

import tracemalloc
from copy import copy
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import DatabaseError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from forum.discussion import events
from forum.discussion.models import ActorKind, Comment, Decision
from forum.discussion.services import Actor, transition
from forum.jobs.worker import Worker
from forum.moderation import batches
from forum.moderation.batches import prepare_batch, run_batch, start_batch, start_undo, undo_batch
from forum.moderation.jobs import sweep_batches
from forum.moderation.models import Batch, BatchItem
from tests.discussion.naive import expected, stored
from tests.factories import ArticleFactory, CommentFactory, GuestFactory, MemberFactory
from tests.moderation.queueing import QUEUE, moderator

pytestmark = pytest.mark.django_db
NEW = reverse("moderation:batch-new")


def preview(client: Client, **typed: Any) -> Batch:
    answer = client.post(NEW, typed)
    return Batch.objects.get(pk=answer["Location"].rstrip("/").rsplit("/", 1)[-1])


def act(client: Client, batch: Batch, what: str, **typed: Any) -> Any:
    answer = client.post(reverse("moderation:batch", args=[batch.pk]), {"act": what} | typed, follow=True)
    batch.refresh_from_db()
    return answer


def test_chosen_comments_are_previewed_done_and_undone(client: Client) -> None:
    article = ArticleFactory()
    comments = [CommentFactory(article=article, state=state) for state in ("held", "published", "removed")]
    reply = CommentFactory(parent=comments[1])
    before = stored(article.discussion)
    chosen = [f"{comment.pk}:{Comment.objects.get(pk=comment.pk).version}" for comment in comments]
    batch = preview(client, verb="advertising", scope="chosen", id=chosen)
    page = client.get(reverse("moderation:batch", args=[batch.pk])).content.decode()
    assert "2 comments would be changed. Nothing has been changed yet." in page
    assert "1 of them is public now." in page
    assert "1 reply stands below them and stays as it is." in page
    assert stored(article.discussion) == before
    act(client, batch, "run", note="a wave of it")
    assert (batch.state, [Comment.objects.get(pk=comment.pk).state for comment in comments]) == (
        "done",
        ["rejected", "removed", "removed"],
    )
    assert set(Decision.objects.filter(batch=batch.pk).values_list("reason", "note")) == {("advertising", "a wave of it")}
    assert "a batch of 2 comments" in client.get(QUEUE).context["last"].words
    assert stored(article.discussion) == expected(article.discussion)
    act(client, batch, "undo")
    assert [Comment.objects.get(pk=comment.pk).state for comment in comments] == ["held", "published", "removed"]
    now = stored(article.discussion)
    assert now["comments"] == before["comments"]
    assert Comment.objects.get(pk=reply.pk).state == "published"
    assert act(client, batch, "undo").status_code == 200
    assert Decision.objects.filter(undoes__isnull=False).count() == 2


def test_preview_can_be_dropped_and_carried_out_only_once(client: Client) -> None:
    comment = CommentFactory(state="held")
    batch = preview(client, verb="publish", scope="chosen", id=f"{comment.pk}:{comment.version}")
    client.post(reverse("moderation:batch", args=[batch.pk]), {"act": "drop"})
    assert not Batch.objects.exists()
    batch = preview(client, verb="publish", scope="chosen", id=f"{comment.pk}:{comment.version}")
    act(client, batch, "run")
    assert "has been carried out already" in act(client, batch, "run").content.decode()
    assert Decision.objects.filter(batch=batch.pk).count() == 1


@pytest.mark.parametrize("ids", [[], ["x"], ["1:2:3"], ["99999:1"]])
def test_nonsense_is_told(client: Client, ids: list[str]) -> None:
    answer = client.post(NEW, {"verb": "publish", "scope": "chosen", "id": ids}, follow=True)
    assert [message.level_tag in ("error", "warning") for message in answer.context["messages"]] == [True]
    assert not Batch.objects.exists()


def test_everything_by_one_writer_leaves_others_alone(client: Client) -> None:
    guest = GuestFactory()
    theirs = [CommentFactory(guest=guest, state=state) for state in ("held", "published", "rejected")]
    other = CommentFactory(state="held")
    batch = preview(client, verb="advertising", scope="writer", about=theirs[0].pk)
    assert [item.comment_id for item in batch.items.order_by("pk")] == [theirs[0].pk, theirs[1].pk]
    act(client, batch, "run")
    assert Comment.objects.get(pk=other.pk).state == "held"
    assert set(Comment.objects.filter(guest=guest).values_list("state", flat=True)) == {"rejected", "removed"}


def test_preview_counts_members_of_more_than_a_year(client: Client) -> None:
    old = MemberFactory(date_joined=timezone.now() - timedelta(days=400))
    comments = [CommentFactory(author=author, state="held") for author in (old, old, MemberFactory())]
    batch = preview(client, verb="publish", scope="chosen", id=[f"{row.pk}:{row.version}" for row in comments])
    assert (
        "1 writer has been a member for more than a year."
        in client.get(reverse("moderation:batch", args=[batch.pk])).content.decode()
    )


def test_everything_with_a_host_takes_hosts_below_it_and_no_look_alikes(client: Client) -> None:
    bodies = ["https://example.net/x", "http://shop.example.net", "https://example.org", "example, in words, and net"]
    comments = [CommentFactory(body=body, state="held") for body in bodies]
    batch = preview(client, verb="advertising", scope="host", host="www.Example.net", about=comments[0].pk)
    assert [item.comment_id for item in batch.items.order_by("pk")] == [comments[0].pk, comments[1].pk]


def test_branch_is_removed_with_its_count_and_returned_as_one(client: Client) -> None:
    root = CommentFactory()
    branch = CommentFactory(parent=root)
    below = [CommentFactory(parent=branch), CommentFactory(parent=branch, state="held")]
    deeper, beside = CommentFactory(parent=below[0]), CommentFactory(parent=root)
    gone = CommentFactory(parent=branch, state="removed")
    batch = preview(client, verb="remove", scope="branch", about=branch.pk)
    assert batch.total == 4
    assert act(client, batch, "run").status_code == 400
    act(client, batch, "run", reason="unkind")
    states = {comment.pk: comment.state for comment in Comment.objects.all()}
    assert [states[row.pk] for row in (root, beside, branch, *below, deeper)] == [
        "published", "published", "removed", "removed", "rejected", "removed",
    ]  # fmt: skip
    assert stored(root.discussion) == expected(root.discussion)
    act(client, batch, "undo")
    states = {comment.pk: comment.state for comment in Comment.objects.all()}
    assert [states[row.pk] for row in (branch, *below, deeper, gone)] == [
        "published", "published", "held", "published", "removed",
    ]  # fmt: skip
    assert stored(root.discussion) == expected(root.discussion)


def test_comment_that_changed_since_the_preview_is_left_and_named() -> None:
    comments = [CommentFactory(state="held") for _ in range(3)]
    batch = begun(comments)
    transition(comments[1], "published", actor=moderator())
    transition(comments[2], "erased", actor=Actor(ActorKind.WRITER))
    run_batch(batch)
    batch.refresh_from_db()
    assert batch.state == "done"
    assert list(batch.items.order_by("pk").values_list("outcome", flat=True)) == ["done", "left", "left"]
    assert Comment.objects.get(pk=comments[1].pk).state == "published"


def begun(comments: list[Comment], verb: str = "advertising") -> Batch:
    chosen = {comment.pk: comment.version for comment in comments}
    batch = prepare_batch(moderator=moderator(), verb=verb, scope="chosen", chosen=chosen)
    assert start_batch(batch)
    batch.refresh_from_db()
    return batch


def test_error_of_the_database_in_the_middle_leaves_whole_steps_to_go_on_from_or_to_undo() -> None:
    comments = [CommentFactory(state="held") for _ in range(6)]
    batch = begun(comments)

    def fail(sender: type, comment: Comment, **kwargs: Any) -> None:
        if comment.pk == comments[3].pk:
            raise DatabaseError("the disk is full")

    events.comment_state_changed.connect(fail)
    try:
        with pytest.raises(DatabaseError):
            run_batch(batch)
    finally:
        events.comment_state_changed.disconnect(fail)
    outcomes = list(batch.items.order_by("pk").values_list("outcome", flat=True))
    states = [Comment.objects.get(pk=comment.pk).state for comment in comments]
    assert outcomes == ["done"] * 3 + [""] * 3
    assert states == ["rejected"] * 3 + ["held"] * 3
    assert Decision.objects.filter(batch=batch.pk).count() == 3
    run_batch(batch)
    assert set(Comment.objects.values_list("state", flat=True)) == {"rejected"}
    assert start_undo(batch)
    undo_batch(batch, actor=moderator())
    assert set(Comment.objects.values_list("state", flat=True)) == {"held"}


def test_batch_that_is_being_undone_goes_no_further() -> None:
    comments = [CommentFactory(state="held") for _ in range(2)]
    batch = begun(comments)
    assert start_undo(batch)
    run_batch(batch)
    assert set(Comment.objects.values_list("state", flat=True)) == {"held"}
    undo_batch(batch, actor=moderator())
    batch.refresh_from_db()
    assert batch.state == "undone"


def test_what_changed_after_the_batch_is_not_undone() -> None:
    comments = [CommentFactory(state="held") for _ in range(2)]
    batch = begun(comments)
    run_batch(batch)
    transition(comments[0], "published", actor=moderator())
    start_undo(batch)
    undo_batch(batch, actor=moderator())
    assert list(batch.items.order_by("pk").values_list("outcome", flat=True)) == ["kept", "undone"]
    assert [Comment.objects.get(pk=row.pk).state for row in comments] == ["published", "held"]


def test_large_batch_is_left_to_a_worker_and_shows_how_far_it_is(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("forum.moderation.views.batches.AT_ONCE", 2)
    monkeypatch.setattr(batches, "READ_AT_ONCE", 2)
    comments = [CommentFactory(state="held") for _ in range(5)]
    batch = preview(client, verb="advertising", scope="chosen", id=[f"{row.pk}:{row.version}" for row in comments])
    page = act(client, batch, "run").content.decode()
    assert "0 of 5 done." in page
    assert "5 still to do." in page
    assert Worker(rhythms=[]).run_due() == 1
    assert "5 of 5 done." in client.get(reverse("moderation:batch", args=[batch.pk])).content.decode()
    act(client, batch, "undo")
    assert Worker(rhythms=[]).run_due() == 1
    batch.refresh_from_db()
    assert (batch.state, set(Comment.objects.values_list("state", flat=True))) == ("undone", {"held"})


def test_large_batch_is_read_in_parts_and_tells_how_far_it_is(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "READ_AT_ONCE", 50)
    first = Comment.objects.get(pk=CommentFactory(state="held", body="Some words of a long comment. " * 300).pk)
    copies = [copy(first) for _ in range(999)]
    for one in copies:
        one.pk = None
    Comment.objects.bulk_create(copies, batch_size=500)
    chosen = dict(Comment.objects.values_list("pk", "version"))
    del copies
    enough = batches.READ_AT_ONCE + 10
    done = []

    def stop(sender: type, **kwargs: Any) -> None:
        if len(done) == enough:
            raise DatabaseError("the machine is switched off")
        done.append(1)

    tracemalloc.start()
    batch = prepare_batch(moderator=moderator(), verb="advertising", scope="chosen", chosen=chosen)
    assert batch.total == len(chosen) == 1_000
    start_batch(batch)
    events.comment_state_changed.connect(stop)
    try:
        with pytest.raises(DatabaseError):
            run_batch(Batch.objects.get(pk=batch.pk))
    finally:
        events.comment_state_changed.disconnect(stop)
        _now, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert peak < 6_000_000, "all of them together are 18 MB"
    page = client.get(reverse("moderation:batch", args=[batch.pk])).content.decode()
    assert f"{enough} of 1000 done." in page
    assert f"{1_000 - enough} still to do." in page


def test_batch_takes_so_many_and_says_that_there_are_more(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "MAX_COMMENTS", 3)
    guest = GuestFactory()
    comments = [CommentFactory(guest=guest, state="held") for _ in range(4)]
    batch = preview(client, verb="advertising", scope="writer", about=comments[0].pk)
    assert (batch.total, batch.is_cut, batch.items.count()) == (3, True, 3)
    assert "There are more." in client.get(reverse("moderation:batch", args=[batch.pk])).content.decode()


def test_previews_that_nobody_carried_out_are_swept_and_batches_after_the_time_of_undo() -> None:
    dropped = prepare_batch(moderator=moderator(), verb="publish", scope="chosen", chosen={CommentFactory(state="held").pk: 2})
    done = begun([CommentFactory(state="held")])
    run_batch(done)
    with time_machine.travel(timezone.now() + timedelta(days=2)):
        sweep_batches.call()
        assert not Batch.objects.filter(pk=dropped.pk).exists()
        assert BatchItem.objects.filter(batch=done).count() == 1
    with time_machine.travel(timezone.now() + timedelta(days=32)):
        sweep_batches.call()
    assert not Batch.objects.exists()
    assert not BatchItem.objects.exists()
    assert Decision.objects.filter(batch=done.pk).exists()
