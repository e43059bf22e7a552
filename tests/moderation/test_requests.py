"""What writers ask for, in the queue: a change of a public comment, a second look at a decision; answered there, and undone."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from forum.accounts.models import User
from forum.discussion.editing import appeal, edit_comment
from forum.discussion.models import ActorKind, Comment, Lane, PendingChange
from forum.discussion.services import Actor, TransitionError, transition
from forum.moderation import services
from forum.moderation.models import QueueItem
from forum.moderation.queue import sort_comment
from tests.factories import CommentFactory, ModeratorFactory
from tests.moderation.queueing import QUEUE, moderator, press, suspect

pytestmark = pytest.mark.django_db
WRITER = Actor(ActorKind.WRITER)
STOOD, NEW = "The splint helped us.", "The splint helped us. Ask for Maya Lund on 0151 496 0999."


def changed(body: str = NEW) -> Comment:
    """Return a public comment whose writer's change waits, with a telephone number marked in it."""
    comment = CommentFactory(body=STOOD)
    PendingChange.objects.create(comment=comment, subject="", body=body, made_at=timezone.now())
    suspect(comment, Lane.DETAILS, words="0151 496 0999", code="details_phone", of=body)
    comment.signals.update(of_change=True)
    sort_comment(comment)
    return comment


def appealed(actor: Actor, state: str = "removed") -> Comment:
    """Return a comment that ``actor`` decided about, and whose writer asks for a second look."""
    comment = transition(
        CommentFactory(state="held" if state == "rejected" else "published"), state, actor=actor, reason="unkind"
    )
    appeal(comment, text="I meant it kindly.")
    return comment


def card(client: Client):
    return client.get(QUEUE).context["cards"][0]


def test_change_by_a_writer_stands_beside_what_readers_see(client: Client) -> None:
    comment = CommentFactory(body="The splint helped us.")
    edit_comment(comment, body="The splint helped, see https://example.net", subject="", relation="", actor=WRITER)
    shown = card(client)
    assert (shown.about, shown.heading) == ("change", "A change of a public comment")
    assert shown.paragraphs[0][-1].text.endswith("https://example.net")
    assert [part.text for part in shown.paragraphs[0] if part.is_new]
    assert "".join(part.text for part in shown.before[0]) == "The splint helped us."
    assert shown.buttons[0].verb == "publish_change"
    assert not shown.is_chosen_with_others


def test_writer_who_takes_the_change_back_takes_the_card_away() -> None:
    comment = CommentFactory(body=STOOD)
    edit_comment(comment, body="The splint helped, see https://example.net", subject="", relation="", actor=WRITER)
    assert QueueItem.objects.exists()
    edit_comment(comment, body=STOOD, subject="", relation="", actor=WRITER)
    assert not QueueItem.objects.exists()
    assert not comment.signals.filter(of_change=True).exists()


@pytest.mark.parametrize(
    ("verb", "body", "kind"),
    [
        ("publish_change", NEW, "change"),
        ("cut_change", "The splint helped us. Ask for Maya Lund on [phone number left out].", "change"),
        ("decline", STOOD, "declined"),
    ],
)
def test_change_is_decided_and_the_decision_undone(client: Client, ines: User, verb: str, body: str, kind: str) -> None:
    comment = changed()
    shown = card(client)
    press(client, comment, verb, seen=shown.seen, reason="personal_details")
    comment.refresh_from_db()
    assert comment.body == body
    decision = comment.decisions.first()
    assert (decision.kind, decision.who) == (kind, ines)
    assert not QueueItem.objects.exists()
    client.post(reverse("moderation:undo", args=[decision.pk]))
    comment = Comment.objects.get(pk=comment.pk)
    change = PendingChange.objects.get(comment=comment)
    assert (comment.body, change.body, change.declined_at, change.reason) == (STOOD, NEW, None, "")
    item = QueueItem.objects.get()
    assert (item.about, item.lane) == ("change", Lane.DETAILS)
    assert [part.text for part in card(client).paragraphs[0] if part.is_marked] == ["0151 496 0999"]


def test_change_that_is_not_the_one_that_was_read_is_not_published(client: Client) -> None:
    comment = changed()
    seen = card(client).seen
    PendingChange.objects.filter(comment=comment).update(body="Other words.")
    answer = press(client, comment, "publish_change", seen=seen)
    assert 'class="warning"' in answer.content.decode()
    assert Comment.objects.get(pk=comment.pk).body == STOOD


def test_answer_is_not_undone_once_the_writer_has_gone_on(client: Client) -> None:
    comment = changed()
    press(client, comment, "decline", seen=card(client).seen, reason="other")
    declined = comment.decisions.first()
    edit_comment(Comment.objects.get(pk=comment.pk), body="Another, https://example.net", subject="", relation="", actor=WRITER)
    with pytest.raises(TransitionError):
        services.undo(declined, actor=moderator())
    press(client, comment, "publish_change", seen=card(client).seen)
    published = comment.decisions.filter(kind="change").first()
    edit_comment(Comment.objects.get(pk=comment.pk), body="Shorter.", subject="", relation="", actor=WRITER)
    with pytest.raises(TransitionError):
        services.undo(published, actor=moderator())


def test_report_goes_before_a_change_and_the_change_waits_on(client: Client) -> None:
    comment = changed()
    suspect(comment, Lane.REPORTED, code="reported")
    comment.signals.filter(code="reported").update(made_at=timezone.now())
    sort_comment(comment)
    shown = card(client)
    assert (shown.about, shown.item.lane) == ("comment", Lane.REPORTED)
    press(client, comment, "publish")
    assert (QueueItem.objects.get().about, QueueItem.objects.get().lane) == ("change", Lane.DETAILS)


@pytest.mark.parametrize("state", ["removed", "rejected"])
def test_second_look_goes_to_another_moderator(client: Client, ines: User, state: str) -> None:
    comment = appealed(Actor(ActorKind.MODERATOR, ines), state)
    ModeratorFactory()
    shown = card(client)
    assert (shown.about, shown.request, shown.can_uphold) == ("appeal", "I meant it kindly.", False)
    assert "another moderator answers" in client.get(QUEUE).content.decode()
    comment.refresh_from_db()
    answer = press(client, comment, "uphold", answer="No.")
    assert "another moderator answers" in answer.content.decode()
    assert comment.appeals.get().answered_at is None
    press(client, comment, "publish")
    assert Comment.objects.get(pk=comment.pk).state == "published"


def test_moderator_who_is_alone_answers_a_question_about_their_own_decision(client: Client, ines: User) -> None:
    comment = appealed(Actor(ActorKind.MODERATOR, ines))
    assert card(client).can_uphold
    comment.refresh_from_db()
    press(client, comment, "uphold", answer="It named a neighbour.")
    assert comment.appeals.get().answer == "It named a neighbour."


def test_answer_to_a_second_look_is_undone(client: Client) -> None:
    comment = appealed(moderator())
    comment.refresh_from_db()
    press(client, comment, "uphold", answer="It named a neighbour.")
    assert not QueueItem.objects.exists()
    decision = comment.decisions.first()
    assert decision.kind == "appeal"
    client.post(reverse("moderation:undo", args=[decision.pk]))
    assert (comment.appeals.get().answered_at, comment.appeals.get().answer) == (None, "")
    assert QueueItem.objects.get().about == "appeal"
    press(client, comment, "publish")
    assert not QueueItem.objects.exists()
    client.post(reverse("moderation:undo", args=[comment.decisions.first().pk]))
    assert Comment.objects.get(pk=comment.pk).state == "removed"
    assert QueueItem.objects.get().about == "appeal", "the question is asked again"


def test_answer_without_words_is_asked_for_and_nothing_is_lost(client: Client) -> None:
    comment = appealed(moderator())
    comment.refresh_from_db()
    answer = press(client, comment, "uphold", answer="")
    assert answer.status_code == 400
    assert "Write a few words. The writer who asked reads them." in answer.content.decode()
    answer = press(client, comment, "uphold", answer="x" * 2_001)
    assert "x" * 2_001 in answer.content.decode()
