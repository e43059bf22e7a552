"""Erasing a person: nothing of them is left anywhere, and every thread they were in still reads."""

import logging
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import connection
from django.test import Client

from forum.accounts.models import AddressMailing, Guest, User
from forum.accounts.people import Person
from forum.discussion.models import Comment, Decision, DiscussionPerson
from forum.discussion.recount import recount_discussion
from forum.mail.models import OutgoingMessage
from forum.privacy import jobs
from forum.privacy.models import DataExport, ErasureRequest, ThirdPartyRequest
from forum.privacy.services import request_erasure, request_export, undo_erasure
from forum.search.jobs import compact_index, learn_words
from tests.factories import ArticleFactory, CommentFactory, GuestFactory, MemberFactory, ModeratorFactory
from tests.privacy.lives import ADDRESS, EARLIER_NAME, NAME, NOTED, SECRETS, WORDS, live, read_data_folder, read_database, work

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)


def erase(person: Person, *, keep_words: bool) -> None:
    """Ask, wait eight days, and let the jobs of that night run."""
    with time_machine.travel(NOW, tick=False):
        request_erasure(person, keep_words=keep_words)
    with time_machine.travel(NOW + timedelta(days=8), tick=False):
        jobs.erase_due_people.enqueue()
        work()
        compact_index.enqueue()
        work()
        jobs.empty_journal.enqueue()
        work()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("keep_words", [True, False], ids=["keep words", "remove words"])
@pytest.mark.parametrize("is_member", [True, False], ids=["member", "guest"])
def test_nothing_of_a_person_is_left_anywhere(
    is_member: bool, keep_words: bool, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture, mailoutbox: list
) -> None:
    caplog.set_level(logging.INFO)
    with time_machine.travel(NOW, tick=False):
        life = live(is_member=is_member)
        learn_words.enqueue()
        work()
    everything = read_database() + read_data_folder()
    assert all(trace.encode() in everything for trace in (NAME, ADDRESS, WORDS, EARLIER_NAME, NOTED, *SECRETS))
    erase(life.person, keep_words=keep_words)
    gone = [NAME, ADDRESS, EARLIER_NAME, *SECRETS, "Qwyzzla", "Vantongeren"] + ([] if keep_words else [WORDS, NOTED])
    everything = read_database() + read_data_folder()
    logged = caplog.text + "".join(capfd.readouterr())
    assert [trace for trace in gone if trace.encode() in everything] == []
    assert [trace for trace in [*gone, WORDS, NOTED] if trace in logged] == []
    assert (WORDS.encode() in everything) == keep_words
    assert mailoutbox[-1].subject == "Your data is erased"
    assert not DataExport.objects.exists()
    assert not ErasureRequest.objects.exists()
    assert not AddressMailing.objects.exists()
    for root in (life.own_root, life.other_root):
        page = Client().get(f"{root.discussion.article.get_absolute_url()}comments/{root.pk}/")
        assert page.status_code == 200
        assert (WORDS in page.text) == keep_words
    for path in (life.own_root.discussion.article.get_absolute_url(), "/", "/unanswered/"):
        assert Client().get(path).status_code == 200
    assert Comment.objects.filter(pk__in=[reply.pk for reply in life.replies_of_others], public=True).count() == 2


@pytest.mark.django_db
@pytest.mark.parametrize("keep_words", [True, False], ids=["keep words", "remove words"])
def test_counts_are_right_afterwards(keep_words: bool) -> None:
    life = live(is_member=False)
    erase(life.person, keep_words=keep_words)
    assert not recount_discussion(life.own_root.discussion_id)


@pytest.mark.django_db
def test_kept_words_belong_to_nobody_and_threads_are_not_tied_to_each_other() -> None:
    guest, article = GuestFactory(display_name="Marit"), ArticleFactory()
    question = CommentFactory(article=article, guest=guest, name="Marit", body="How long did it take?", relation="carer")
    added = CommentFactory(parent=question, guest=guest, name="Marit", body="I mean for children.")
    elsewhere = CommentFactory(guest=guest, name="Marit", body="Ours took a year. Marit")
    erase(Person(guest=guest), keep_words=True)
    for comment in (question, added, elsewhere):
        comment.refresh_from_db()
    assert not Guest.objects.filter(pk=guest.pk).exists()
    assert question.guest_id == added.guest_id != elsewhere.guest_id
    assert (question.guest.display_name, question.name, question.relation, question.waiting) == ("", "", "carer", True)
    assert elsewhere.body == "Ours took a year. [name taken out]"
    assert "[name taken out]" in elsewhere.body_html
    assert "A reader" in Client().get(elsewhere.discussion.article.get_absolute_url()).text


@pytest.mark.django_db
def test_words_in_small_letters_that_are_also_a_name_stay() -> None:
    guest = GuestFactory(display_name="Hope")
    comment = CommentFactory(guest=guest, name="Hope", body="I hope so. Hope\nhopeful")
    erase(Person(guest=guest), keep_words=True)
    comment.refresh_from_db()
    assert comment.body == "I hope so. [name taken out]\nhopeful"


@pytest.mark.django_db
@pytest.mark.parametrize(("state", "is_kept"), [("held", True), ("hidden", True), ("rejected", False), ("removed", False)])
def test_only_words_that_are_or_may_become_public_are_kept(state: str, is_kept: bool) -> None:
    comment = CommentFactory(state=state)
    erase(Person(guest=comment.guest), keep_words=True)
    comment.refresh_from_db()
    assert (comment.state == state, bool(comment.body)) == (is_kept, is_kept)


@pytest.mark.django_db
def test_moderator_stays_in_the_log_without_a_name() -> None:
    moderator = ModeratorFactory(display_name="Ines Lund", email="ines@example.org")
    CommentFactory(state="removed")
    own = CommentFactory(author=moderator, name="Ines Lund")
    assert Decision.objects.filter(who=moderator).exists()
    LogEntry.objects.create(user=moderator, object_repr="An article", action_flag=CHANGE)
    request_export(Person(user=moderator))
    erase(Person(user=moderator), keep_words=False)
    moderator.refresh_from_db()
    assert moderator.display_name == f"Former moderator {moderator.pk}"
    assert "ines" not in moderator.email
    assert not moderator.is_active
    assert not moderator.is_staff
    assert not moderator.has_usable_password()
    assert not moderator.groups.exists()
    assert Decision.objects.filter(who=moderator, actor_kind="moderator").exists()
    own.refresh_from_db()
    assert (own.state, own.author) == ("erased", None)
    assert LogEntry.objects.filter(user=moderator).exists()
    assert not DataExport.objects.exists()
    assert not DiscussionPerson.objects.filter(author=moderator).exists()
    call_command("check")


@pytest.mark.django_db
def test_member_is_deleted_and_signed_out_everywhere(client: Client) -> None:
    member, other = MemberFactory(), MemberFactory()
    client.force_login(other)
    Client().force_login(member)
    comment = CommentFactory(author=member)
    comment = Comment.objects.get(pk=comment.pk)
    erase(Person(user=member), keep_words=False)
    assert not User.objects.filter(pk=member.pk).exists()
    assert Session.objects.count() == 1
    assert not Decision.objects.filter(who=member.pk).exists()


@pytest.mark.django_db
@pytest.mark.parametrize("is_member", [True, False], ids=["member", "guest"])
def test_guests_who_have_proven_the_same_address_are_erased_too(is_member: bool) -> None:
    person = Person(user=MemberFactory(email=ADDRESS)) if is_member else Person(guest=GuestFactory(email=ADDRESS, proven_at=NOW))
    elsewhere = GuestFactory(email=ADDRESS.title(), proven_at=NOW)
    comment = CommentFactory(guest=elsewhere)
    stranger = GuestFactory(email=ADDRESS)
    kept = CommentFactory(guest=stranger)
    erase(person, keep_words=False)
    assert Comment.objects.get(pk=comment.pk).state == "erased"
    assert Comment.objects.get(pk=kept.pk).state == "published"
    assert not Guest.objects.filter(email__iexact=ADDRESS).exists()


@pytest.mark.django_db
def test_undone_in_time_nothing_happens() -> None:
    comment = CommentFactory()
    person = Person(guest=comment.guest)
    with time_machine.travel(NOW, tick=False):
        request_erasure(person, keep_words=False)
        jobs.erase_due_people.enqueue()
        work()
    assert ErasureRequest.objects.exists()
    assert undo_erasure(person)
    with time_machine.travel(NOW + timedelta(days=8), tick=False):
        jobs.erase_due_people.enqueue()
        work()
    comment.refresh_from_db()
    assert (comment.state, comment.guest) == ("published", person.guest)


@pytest.mark.django_db
def test_erasing_goes_on_where_it_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    guest = GuestFactory(email=ADDRESS, proven_at=NOW)
    comments = [CommentFactory(guest=guest) for _ in range(3)]
    with time_machine.travel(NOW, tick=False):
        request = request_erasure(Person(guest=guest), keep_words=False)
    OutgoingMessage.objects.all().delete()

    def stop(sender: object, comment: Comment, **kwargs: object) -> None:
        if comment.pk == comments[1].pk:
            raise InterruptedError

    from forum.discussion.events import comment_state_changed

    comment_state_changed.connect(stop)
    with time_machine.travel(NOW + timedelta(days=8), tick=False):
        jobs.erase_person.enqueue(request.pk)
        work()
        assert ErasureRequest.objects.exists()
        comment_state_changed.disconnect(stop)
    with time_machine.travel(NOW + timedelta(days=8, hours=1), tick=False):
        work()
    assert not Guest.objects.filter(pk=guest.pk).exists()
    assert [Comment.objects.get(pk=comment.pk).state for comment in comments] == ["erased"] * 3


@pytest.mark.django_db
def test_guest_with_an_unproven_address_gets_no_mail() -> None:
    guest = GuestFactory(email=ADDRESS)
    erase(Person(guest=guest), keep_words=False)
    assert not OutgoingMessage.objects.exists()


@pytest.mark.django_db
def test_last_mail_that_cannot_be_sent_is_deleted_with_its_address() -> None:
    OutgoingMessage.objects.create(kind="erasure-done", recipient=ADDRESS, content={"to": ADDRESS}, state="failed")
    OutgoingMessage.objects.create(kind="reply", recipient="other@example.org", state="failed")
    jobs.forget_old_files.enqueue()
    work()
    assert [row.kind for row in OutgoingMessage.objects.all()] == ["reply"]


@pytest.mark.django_db
def test_second_request_changes_the_choice_and_not_the_day() -> None:
    person = Person(guest=GuestFactory())
    with time_machine.travel(NOW, tick=False):
        first = request_erasure(person, keep_words=True)
    second = request_erasure(person, keep_words=False)
    assert (second.pk, second.due_at, second.keep_words) == (first.pk, NOW + timedelta(days=7), False)


@pytest.mark.django_db
def test_what_third_parties_asked_is_forgotten_a_month_after_the_answer() -> None:
    request = ThirdPartyRequest.objects.create(
        comment=CommentFactory(), about="self", wish="whole", words="It is me", answer="Done", done_at=NOW
    )
    with time_machine.travel(NOW + timedelta(days=31), tick=False):
        jobs.forget_old_files.enqueue()
        work()
    request.refresh_from_db()
    assert (request.words, request.answer) == ("", "")


def test_sqlite_overwrites_what_is_deleted(db: None) -> None:
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            assert cursor.execute("PRAGMA secure_delete").fetchone() == (1,)
