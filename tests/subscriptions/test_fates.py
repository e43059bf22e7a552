"""What a writer is told of decisions about their comment: once, in time, only if it still stands and they asked for it."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from forum.discussion.correcting import redact_comment
from forum.discussion.editing import appeal, edit_comment, latest_text, text_key
from forum.discussion.models import ActorKind, Comment
from forum.discussion.moments import moment_of
from forum.discussion.posting import post_comment
from forum.discussion.responding import decline_change, publish_change, undo_answer, uphold_decision
from forum.discussion.services import Actor, transition
from forum.subscriptions.models import Told
from forum.subscriptions.services import Choice, choose, stop
from tests.discussion.visiting import words_of
from tests.factories import ArticleFactory, CommentFactory, GuestFactory, ModeratorFactory
from tests.subscriptions.people import Person, decide, guest_person, links_in, mails, member_person, work_later, write

pytestmark = pytest.mark.django_db
WRITER = Actor(ActorKind.WRITER)


@pytest.fixture
def article():
    return ArticleFactory(title="Stiff muscles")


@pytest.fixture
def joan():
    return guest_person("joan@example.org", display_name="Joan")


@pytest.fixture
def moderator():
    return Actor(ActorKind.MODERATOR, ModeratorFactory())


def send(article, person, body="Our Tom goes to Maple Street School. Does warm water help?"):
    wrote = {"author": person.user} if person.user else {"guest": person.guest, "name": "Joan"}
    return post_comment(discussion=article.discussion, body=body, wants_mail=True, **wrote)


def told():
    """Return the subjects of what the writer was told, in order."""
    return [mail.content["subject"] for mail in mails("own-comment")]


@pytest.mark.parametrize("make", [guest_person, member_person])
def test_writer_is_told_that_it_is_public(article, make):
    person = make()
    comment = decide(send(article, person), "published")
    work_later(timedelta(minutes=9))
    assert told() == []
    work_later()
    (mail,) = mails("own-comment")
    assert mail.recipient == person.proven_address
    assert "Your comment is public. Thank you for writing it." in mail.content["body"]
    assert "When somebody answers you, we write to you again" in mail.content["body"]
    assert links_in(mail)["See it in its place"] == f"/comments/{comment.pk}/"
    assert ("One of the links is only for you" in mail.content["body"]) is (person.guest is not None)
    assert "List-Unsubscribe-Post" in mail.content["headers"]
    work_later(timedelta(days=1))
    assert len(told()) == 1


def test_writer_is_told_why_it_is_not_public_and_how_to_change_it(article, joan):
    comment = decide(send(article, joan), "rejected", reason="personal_details")
    work_later()
    (mail,) = mails("own-comment")
    body = mail.content["body"]
    assert mail.content["subject"] == "We did not publish your comment"
    assert "It held details by which someone could be found." in body
    assert "> Our Tom goes to Maple Street School." in body
    client = Client()
    page = client.get(links_in(mail)["Change it and send it again"].partition("#")[0])
    assert "Change it and send it again" in words_of(page)
    assert client.get(f"/comments/{comment.pk}/edit/").status_code == 200
    for word in ("rejected", "violation", "spam"):
        assert word not in str(mail.content)


def test_each_rejection_after_sending_it_again_is_told_and_the_last_says_what_is_left(article, joan):
    comment = send(article, joan)
    for turn in range(4):
        comment = decide(comment, "rejected", reason="unkind")
        work_later()
        if turn < 3:
            comment = edit_comment(comment, body=f"Kinder, {turn}.", subject="", relation="", actor=WRITER)
    assert told() == ["We did not publish your comment"] * 4
    last = mails("own-comment")[-1].content["body"]
    assert "send it again" not in last
    assert "Ask us to look again" in last


def test_published_without_details_says_which_and_why(article, joan, moderator):
    comment = send(article, joan)
    redact_comment(comment, body="Our son goes to school. Does warm water help?", actor=moderator)
    decide(Comment.objects.get(pk=comment.pk), "published")
    work_later()
    (mail,) = mails("own-comment")
    body = mail.content["body"]
    assert mail.content["subject"] == "Your comment is public, without some words"
    assert "We did it so that nobody can be found by these words." in body
    assert "> Tom\n" in body
    assert "> Maple Street School.\n" in body
    assert "Tell us if we were wrong." in body


def test_words_taken_out_of_a_public_comment_are_told_once(article, joan, moderator):
    comment = decide(send(article, joan), "published")
    work_later()
    redact_comment(comment, body="Does warm water help?", actor=moderator, reason="advertising")
    work_later()
    assert told() == ["Your comment is public", "We took words out of your comment"]
    body = mails("own-comment")[-1].content["body"]
    assert body.index("> Our Tom goes to Maple Street School.") < body.index("The reason: It reads like advertising")


def test_removal_return_and_removal_again_are_told_each_once(article, joan):
    comment = decide(send(article, joan), "published")
    work_later()
    for state in ("removed", "published", "removed"):
        comment = decide(comment, state, reason="" if state == "published" else "unkind")
        work_later()
    public, gone = "Your comment is public", "A moderator took your comment off the page"
    assert told() == [public, gone, f"{public} again", gone]


def test_what_is_undone_in_time_is_not_told(article, joan):
    comment = decide(send(article, joan), "published")
    work_later()
    decide(decide(comment, "removed", reason="unkind"), "published")
    work_later()
    assert told() == ["Your comment is public"]


def test_look_for_a_while_is_not_told(article, joan):
    comment = decide(send(article, joan), "published")
    work_later()
    decide(decide(comment, "hidden"), "published")
    work_later()
    assert told() == ["Your comment is public"]


def test_what_the_writer_took_back_in_the_meantime_is_not_told(article, joan):
    comment = decide(send(article, joan), "published")
    transition(comment, "withdrawn", actor=WRITER)
    work_later()
    assert told() == []


def test_answer_to_a_change_is_told(article, joan, moderator):
    comment = decide(send(article, joan), "published")
    work_later()
    for decide_on, extra in ((publish_change, {}), (decline_change, {"reason": "unkind"})):
        comment = edit_comment(comment, body=f"Other words. {decide_on.__name__}", subject="", relation="", actor=WRITER)
        comment = decide_on(comment, actor=moderator, seen=text_key(latest_text(comment)), **extra)
        work_later()
    assert told()[1:] == ["Your change is public", "We did not publish your change"]
    assert "Parts of it could hurt someone who reads it." in mails("own-comment")[-1].content["body"]


def test_change_without_some_words_says_which(article, joan, moderator):
    comment = decide(send(article, joan), "published")
    work_later()
    comment = edit_comment(comment, body="We live in Quiet Lane.", subject="", relation="", actor=WRITER)
    publish_change(comment, actor=moderator, seen=text_key(latest_text(comment)), body="We live nearby.")
    work_later()
    (mail,) = mails("own-comment")[1:]
    assert "We published your change and took some words out." in mail.content["body"]
    assert "> in Quiet Lane." in mail.content["body"]


def test_answer_that_is_taken_back_in_time_is_not_told(article, joan, moderator):
    comment = decide(send(article, joan), "rejected", reason="unkind")
    work_later()
    appeal(comment, text="I meant myself.")
    uphold_decision(comment, actor=moderator, answer="It stays.")
    undo_answer(comment.decisions.filter(kind="appeal").latest("pk"), actor=moderator)
    work_later()
    assert len(told()) == 1


def test_answer_to_a_question_for_a_second_look_is_told(article, joan, moderator):
    comment = decide(send(article, joan), "rejected", reason="unkind")
    work_later()
    appeal(comment, text="I meant myself.")
    uphold_decision(comment, actor=moderator, answer="It reads as if you meant her.")
    work_later()
    assert told()[1:] == ["We looked at your comment again"]
    assert "> It reads as if you meant her." in mails("own-comment")[-1].content["body"]


def test_notes_of_moderators_to_each_other_are_in_no_mail(article, joan, moderator):
    transition(send(article, joan), "rejected", actor=moderator, reason="unkind", note="wubberflang")
    work_later()
    assert "wubberflang" not in str(mails("own-comment")[0].content)


def test_nobody_is_told_without_proof_or_without_having_asked_or_who_stopped_or_paused(article):
    unproven = Person(guest=GuestFactory(email="typed@example.org"))
    stopped, paused = guest_person(), guest_person()
    comments = [send(article, person) for person in (unproven, stopped, paused)]
    comments.append(post_comment(discussion=article.discussion, body="Not asked.", guest=guest_person().guest))
    stop([stopped])
    choose([paused], Choice(pace="paused"))
    for comment in comments:
        decide(comment, "published")
    work_later()
    assert told() == []


def test_proof_that_comes_later_brings_no_mail_about_the_past(article):
    guest = GuestFactory(email="joan@example.org")
    decide(send(article, Person(guest=guest)), "published")
    work_later()
    guest.proven_at = timezone.now()
    guest.save()
    work_later(timedelta(days=1))
    assert told() == []


def test_software_that_publishes_at_once_needs_no_mail(article, joan):
    for _ in range(2):
        CommentFactory(guest=joan.guest)
    comment = send(article, joan, body="And it went on well.")
    assert comment.public
    work_later()
    assert told() == []


def test_text_is_left_out_where_it_is_not_wanted(article, joan, moderator):
    choose([joan], Choice(with_text=False))
    comment = send(article, joan)
    redact_comment(comment, body="Does warm water help?", actor=moderator)
    decide(Comment.objects.get(pk=comment.pk), "published")
    work_later()
    (mail,) = mails("own-comment")
    assert "Maple" not in str(mail.content)
    assert "warm water" not in str(mail.content)
    assert f"This is about what you wrote on {moment_of(comment).words}." in mail.content["body"]


def test_two_workers_tell_once(article, joan):
    from forum.subscriptions.writers import tell_writer

    comment = decide(send(article, joan), "published")
    decision = comment.decisions.filter(to_state="published").latest("pk")
    for _ in range(2):
        tell_writer(decision.pk)
    assert len(told()) == Told.objects.count() == 1


def test_answer_to_a_waiting_comment_is_told_after_its_news(article, joan):
    with time_machine.travel(timezone.now() - timedelta(days=1)):
        comment = decide(send(article, joan), "published")
        work_later()
    write(guest_person(), discussion=article.discussion, parent=comment, wants_mail=False)
    work_later()
    assert [mail.kind for mail in mails("own-comment", "reply")] == ["own-comment", "reply"]
