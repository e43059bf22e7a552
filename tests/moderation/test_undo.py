"""Undo: what comes back, for how long, and when it is too late."""

from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from forum.accounts.models import User
from forum.discussion.closing import set_discussion_state
from forum.discussion.correcting import redact_comment
from forum.discussion.models import ActorKind, Comment, Decision, Discussion, Lane
from forum.discussion.services import Actor, TransitionError, transition
from forum.moderation import services
from forum.moderation.models import QueueItem
from tests.discussion.naive import expected, stored
from tests.factories import ArticleFactory, CommentFactory
from tests.moderation.queueing import QUEUE, moderator, press, suspect

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("held", "published"),
        ("held", "rejected"),
        ("published", "hidden"),
        ("published", "removed"),
        ("hidden", "published"),
        ("removed", "published"),
        ("rejected", "published"),
    ],
)
def test_undo_brings_state_reason_and_counts_back(before: str, after: str) -> None:
    root = CommentFactory(body="Does it help?")
    reply = CommentFactory(parent=root)
    comment = CommentFactory(parent=root, state=before)
    CommentFactory(parent=comment, state="held")
    was, reason = stored(root.discussion), Comment.objects.get(pk=comment.pk).reason
    actor = moderator()
    comment = transition(comment, after, actor=actor, reason="unkind" if after in ("rejected", "hidden", "removed") else "")
    services.undo(comment.decisions.first(), actor=actor)
    comment = Comment.objects.get(pk=comment.pk)
    assert (comment.state, comment.reason) == (before, reason)
    now = stored(root.discussion)
    assert now == expected(root.discussion)
    kept = ("comment_count", "people_count", "waiting_count", "last_comment_at", "years", "people")
    assert {name: now[name] for name in kept} == {name: was[name] for name in kept}
    undoing = comment.decisions.first()
    assert (undoing.from_state, undoing.to_state, undoing.undoes.to_state) == (after, before, after)
    assert Comment.objects.get(pk=reply.pk).state == "published"


def test_undone_publication_waits_again_where_it_waited_and_as_unseen(client: Client) -> None:
    first, second = CommentFactory(state="held"), CommentFactory(state="held")
    press(client, first, "publish")
    answer = client.get(QUEUE)
    client.post(reverse("moderation:undo", args=[answer.context["last"].decision.pk]))
    first.refresh_from_db()
    assert (first.state, first.seen_by_human) == ("held", False)
    assert [card.comment.pk for card in client.get(QUEUE).context["cards"]] == [first.pk, second.pk]


def test_undo_gives_the_words_back_that_were_taken_out(client: Client) -> None:
    comment = CommentFactory(state="held", body="Maya is eleven now and goes to Hill Road School.")
    suspect(comment, Lane.DETAILS, words="Hill Road School")
    press(client, comment, "cut")
    last = client.get(QUEUE).context["last"].decision
    client.post(reverse("moderation:undo", args=[last.pk]))
    comment.refresh_from_db()
    assert (comment.state, comment.body) == ("held", "Maya is eleven now and goes to Hill Road School.")
    assert Decision.objects.filter(undoes__isnull=False).count() == 2
    card = client.get(QUEUE).context["cards"][0]
    assert [part.text for part in card.paragraphs[0] if part.is_marked] == ["Hill Road School"]


def test_words_stay_out_where_the_text_has_changed_since() -> None:
    comment = CommentFactory(state="held", body="Maya goes to Hill Road School. Ring 555 0100.")
    suspect(comment, Lane.DETAILS, words="Hill Road School")
    actor = moderator()
    comment = services.publish_without_marked(comment, actor=actor)
    decision = comment.decisions.filter(kind="state").first()
    redact_comment(comment, body="Maya goes to [school]. Ring [number].", actor=moderator())
    with pytest.raises(TransitionError):
        services.undo(decision, actor=actor)
    comment.refresh_from_db()
    assert (comment.state, comment.body) == ("published", "Maya goes to [school]. Ring [number].")


def test_decision_can_be_undone_for_thirty_days() -> None:
    comment = CommentFactory(state="removed")
    decision = comment.decisions.first()
    with time_machine.travel(timezone.now() + timedelta(days=31)), pytest.raises(TransitionError):
        services.undo(decision, actor=moderator())
    with time_machine.travel(timezone.now() + timedelta(days=29)):
        services.undo(decision, actor=moderator())
    assert Comment.objects.get(pk=comment.pk).state == "published"


def test_only_the_last_decision_is_undone_and_only_once() -> None:
    comment = CommentFactory(state="removed")
    published, removed = comment.decisions.filter(actor_kind="moderator").order_by("pk")
    with pytest.raises(TransitionError):
        services.undo(published, actor=moderator())
    services.undo(removed, actor=moderator())
    with pytest.raises(TransitionError):
        services.undo(removed, actor=moderator())
    with pytest.raises(TransitionError):
        services.undo(Decision.objects.get(undoes=removed), actor=moderator())


def test_database_refuses_a_second_undoing() -> None:
    comment = CommentFactory(state="removed")
    decision = comment.decisions.first()
    services.undo(decision, actor=moderator())
    row = {"comment": comment, "actor_kind": "moderator", "to_state": "published", "at": timezone.now(), "undoes": decision}
    with pytest.raises(IntegrityError), transaction.atomic():
        Decision.objects.create(**row)


def test_writers_and_software_undo_nothing() -> None:
    comment = CommentFactory(state="removed")
    for kind in (ActorKind.WRITER, ActorKind.SOFTWARE):
        with pytest.raises(TransitionError):
            services.undo(comment.decisions.first(), actor=Actor(kind))


@pytest.mark.parametrize("then", ["withdrawn", "erased"])
def test_undo_comes_too_late_where_the_writer_was_faster(client: Client, then: str) -> None:
    comment = CommentFactory(state="held")
    press(client, comment, "publish")
    decision = comment.decisions.first()
    transition(comment, then, actor=Actor(ActorKind.WRITER))
    assert client.get(QUEUE).context["last"] is None
    answer = client.post(reverse("moderation:undo", args=[decision.pk]), follow=True)
    assert "This cannot be undone any more:" in answer.content.decode()
    assert Comment.objects.get(pk=comment.pk).state == then


def test_comment_left_public_can_be_put_back_into_the_queue(client: Client) -> None:
    comment = CommentFactory()
    with time_machine.travel(timezone.now() + timedelta(minutes=1)):
        signal = suspect(comment, Lane.REPORTED)
        signal.made_at = timezone.now()
        signal.save()
        press(client, Comment.objects.get(pk=comment.pk), "publish")
        kept = Decision.objects.get(kind="kept")
        assert not QueueItem.objects.exists()
        services.undo(kept, actor=moderator())
        assert QueueItem.objects.get().lane == Lane.REPORTED


def test_five_decisions_are_undone_one_after_the_other(client: Client) -> None:
    comments = [CommentFactory(state="held") for _ in range(5)]
    for comment, verb in zip(comments, ("publish", "advertising", "publish", "advertising", "publish"), strict=True):
        press(client, comment, verb)
    for _ in comments:
        client.post(reverse("moderation:undo", args=[client.get(QUEUE).context["last"].decision.pk]))
    assert set(Comment.objects.values_list("state", flat=True)) == {"held"}
    assert client.get(QUEUE).context["last"] is None


def test_undo_from_the_log_asks_first(client: Client) -> None:
    comment = CommentFactory(state="removed")
    log = reverse("admin:discussion_decision_changelist")
    address = reverse("moderation:undo", args=[comment.decisions.first().pk])
    assert address in client.get(log).content.decode()
    assert "Undo it" in client.get(address).content.decode()
    assert Comment.objects.get(pk=comment.pk).state == "removed"
    answer = client.post(address, {"next": log}, follow=True)
    assert answer.redirect_chain[0][0] == log
    assert "undone by Ines Reads" in answer.content.decode()
    assert client.post(address, {"next": "https://elsewhere.example/"})["Location"] == QUEUE


def test_closing_a_conversation_and_opening_it_are_decisions_that_are_undone(client: Client, ines: User) -> None:
    root = CommentFactory(name="Marit")
    client.post(reverse("admin:discussion_comment_lock", args=[root.pk]), {"locked": "yes"})
    closing = root.decisions.get(kind="lock")
    assert (closing.who, closing.note) == (ines, "closed")
    answer = client.get(QUEUE)
    assert answer.context["last"].words == "Closed to replies: the conversation that Marit began."
    answer = client.post(reverse("moderation:undo", args=[closing.pk]), follow=True)
    assert "Undone: the conversation that Marit began. It is again as it was." in answer.content.decode()
    assert not Comment.objects.get(pk=root.pk).locked
    assert root.decisions.filter(kind="lock", undoes=closing, note="open").exists()
    with pytest.raises(TransitionError):
        services.undo(closing, actor=moderator())


def test_closing_all_comments_under_an_article_is_a_decision_that_is_undone(client: Client, ines: User) -> None:
    discussion = ArticleFactory(title="Stiff muscles").discussion
    client.post(reverse("admin:discussion_discussion_change", args=[discussion.pk]), {"state": "closed"})
    closing = discussion.decisions.get()
    assert (closing.who, closing.from_state, closing.to_state) == (ines, "open", "closed")
    log = client.get(reverse("admin:discussion_decision_changelist")).content.decode()
    assert "Open → Closed" in log
    assert reverse("moderation:undo", args=[closing.pk]) in log
    assert "Stiff muscles" in Client().get(reverse("moderation:log")).content.decode()
    assert "Closed: all comments under “Stiff muscles”." in client.get(QUEUE).content.decode()
    set_discussion_state(discussion, state="members_only", actor=moderator())
    answer = client.post(reverse("moderation:undo", args=[closing.pk]), follow=True)
    assert "This cannot be undone any more: all comments under “Stiff muscles”." in answer.content.decode()
    client.post(reverse("moderation:undo", args=[discussion.decisions.first().pk]))
    assert Discussion.objects.get(pk=discussion.pk).state == "closed"
    client.post(reverse("moderation:undo", args=[closing.pk]))
    assert Discussion.objects.get(pk=discussion.pk).state == "closed", "what was decided twice since is not what it was"
