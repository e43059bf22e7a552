"""A comment of somebody at risk: accepted as ever, read first, looked after, and never told of or counted."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.module_loading import import_string

from forum.accounts.people import Person
from forum.care.concerns import Concern
from forum.care.events import care_needed
from forum.care.jobs import purge_closed_marks
from forum.care.marks import KEPT_FOR, close_mark
from forum.care.models import CareMark, CarePhrase
from forum.care.personal_data import erase, export
from forum.care.receivers import SCREENER
from forum.care.screeners import Distress
from forum.discussion.editing import edit_comment
from forum.discussion.erasing import erase_comment
from forum.discussion.models import ActorKind, Comment, PendingChange
from forum.discussion.personal_data import export as export_comments
from forum.discussion.posting import post_comment
from forum.discussion.screening import screen
from forum.discussion.services import Actor, transition
from forum.imports.services import import_file
from forum.moderation.dashboard import read_dashboard
from forum.moderation.models import QueueItem
from tests.discussion.visiting import visit_as
from tests.factories import ArticleFactory, CommentFactory, GuestFactory, MemberFactory, ModeratorFactory
from tests.moderation.submissions import submission

pytestmark = pytest.mark.django_db

DESPAIR = "Some nights I want to die. Does it get quieter?"
SAVED_PAGE = Path(__file__).parent.parent / "data" / "saved_page.txt"
WRITER = Actor(ActorKind.WRITER)


@pytest.fixture
def told():
    """Collect the marks that moderators are to hear of at once."""
    marks: list[CareMark] = []

    def hear(sender, mark, **kwargs):
        marks.append(mark)

    care_needed.connect(hear)
    yield marks
    care_needed.disconnect(hear)


def trusted():
    """Return a member whose comments are public at once."""
    member = MemberFactory()
    for _ in range(3):
        CommentFactory(author=member)
    return member


def change(comment, body):
    return edit_comment(comment, body=body, subject="", relation="", actor=WRITER)


def test_a_comment_is_accepted_as_it_would_have_been():
    for who in ({"is_member": True, "approved_count": 5}, {"is_member": True}, {}, {"is_staff": True, "is_member": True}):
        plain, distressed = screen(submission("It went well.", **who)), screen(submission(DESPAIR, **who))
        assert distressed.action == plain.action
    assert [(signal.lane, signal.strength) for signal in distressed.signals] == [("care", "weak")]


def test_a_public_comment_stands_in_read_first_and_stays_public(told):
    comment = CommentFactory(author=trusted(), body=DESPAIR)
    assert comment.state == "published"
    assert QueueItem.objects.get(comment=comment).lane == "care"
    signal = comment.signals.get(lane="care")
    assert signal.code == "care_despair"
    assert "“want to die”" in signal.sentence
    assert [comment.body[start:end] for start, end in signal.spans] == ["want to die"]
    mark = comment.care_marks.get()
    assert (mark.concerns, mark.words, mark.source, mark.closed_at) == (["despair"], "want to die", "post", None)
    assert told == [mark]


def test_a_held_comment_leads_the_queue_too(told):
    comment = CommentFactory(body=DESPAIR, state="held")
    assert QueueItem.objects.get(comment=comment).lane == "care"
    assert len(told) == 1


def test_closing_writes_down_what_was_done_and_leaves_the_lane():
    comment, moderator = CommentFactory(author=trusted(), body=DESPAIR), ModeratorFactory()
    mark = close_mark(comment.care_marks.get(), moderator=moderator, note="Wrote to them.")
    assert (mark.closed_by, mark.note) == (moderator, "Wrote to them.")
    assert not QueueItem.objects.filter(comment=comment).exists()
    again = close_mark(mark, moderator=ModeratorFactory(), note="Other words.")
    assert again.note == "Wrote to them."
    comment.refresh_from_db()
    assert comment.state == "published"


def test_a_closed_mark_of_a_held_comment_leaves_it_waiting_in_its_own_lane():
    comment = CommentFactory(body=DESPAIR, state="held")
    close_mark(comment.care_marks.get(), moderator=ModeratorFactory(), note="Read it.")
    assert QueueItem.objects.get(comment=comment).lane == "first"


def test_a_change_can_raise_a_mark_and_cannot_take_one_away(told):
    comment = CommentFactory(author=trusted(), body="It went well.")
    comment = change(comment, DESPAIR)
    assert comment.care_marks.get().source == "edit"
    assert QueueItem.objects.get(comment=comment).lane == "care"
    comment = change(comment, "It is all right.")
    assert comment.care_marks.get().closed_at is None
    assert comment.signals.get(lane="care").code == "care_before"
    assert QueueItem.objects.get(comment=comment).lane == "care"
    assert len(told) == 1


def test_words_that_were_looked_after_alarm_nobody_again_and_new_ones_do(told):
    comment = CommentFactory(author=trusted(), body=DESPAIR)
    close_mark(comment.care_marks.get(), moderator=ModeratorFactory(), note="Wrote to them.")
    comment = change(comment, f"{DESPAIR} Thank you all.")
    assert (CareMark.objects.count(), len(told)) == (1, 1)
    assert not comment.signals.filter(lane="care").exists()
    comment = change(comment, f"{DESPAIR} I have no reason to live.")
    assert comment.care_marks.get(closed_at=None).words == "no reason to live"
    assert len(told) == 2


def test_a_change_that_waits_is_read_first():
    guest = GuestFactory()
    comment = CommentFactory(guest=guest, body="It went well for all of us here.")
    change(comment, DESPAIR)
    assert PendingChange.objects.filter(comment=comment).exists()
    assert comment.signals.get(lane="care").of_change
    assert QueueItem.objects.get(comment=comment).lane == "care"


def test_taking_it_back_does_not_take_back_the_mark():
    comment = CommentFactory(author=trusted(), body=DESPAIR)
    transition(comment, "withdrawn", actor=Actor(ActorKind.WRITER, comment.author))
    assert comment.care_marks.get().closed_at is None


def test_what_is_told_of_the_past_is_read_first_without_an_alarm(told):
    comment = CommentFactory(author=trusted(), body="Years ago I wanted to die. I am glad that I stayed.")
    assert comment.care_marks.get().is_past
    assert "They seem to be about a time that is over." in comment.signals.get(lane="care").sentence
    assert QueueItem.objects.get(comment=comment).lane == "care"
    assert told == []


def test_an_import_is_marked_and_holds_and_alarms_nothing(told, tmp_path):
    page = tmp_path / "page.txt"
    page.write_text(SAVED_PAGE.read_text(encoding="utf-8").replace("Does tap water matter?", DESPAIR), encoding="utf-8")
    import_file(page)
    comment = Comment.objects.get(body__contains="want to die")
    assert comment.state == "published"
    assert comment.care_marks.get().source == "import"
    assert not comment.signals.filter(lane="care").exists()
    assert not QueueItem.objects.filter(comment=comment).exists()
    assert told == []


def test_nothing_counts_or_shows_it(client):
    guest = GuestFactory()
    comment = CommentFactory(guest=guest, body=DESPAIR, state="held")
    now = timezone.now() + timedelta(seconds=1)
    assert [row.code for row in read_dashboard(ModeratorFactory(role="operator"), now).reasons if row.lane == "care"] == []
    transition(comment, "published", actor=Actor(ActorKind.MODERATOR, ModeratorFactory()))
    pages = [client.get(path).content.decode() for path in (comment.get_absolute_url(), reverse("moderation:log"), "/")]
    pages.append(client.get(comment.discussion.article.get_absolute_url()).content.decode())
    pages += [visit_as(guest).get(path).content.decode() for path in ("/mine/",)]
    for page in pages:
        for words in ("Read first", "thoughts of dying", "read first", "at risk", "You do not have to carry this alone"):
            assert words not in page
    told = json.dumps(export_comments(Person(guest=guest)), default=str)
    assert "dying" not in told


def test_its_writer_gets_it_with_their_data_and_it_goes_with_them():
    guest = GuestFactory(display_name="Ulla Brandt")
    comment = CommentFactory(guest=guest, name="Ulla Brandt", body=DESPAIR)
    close_mark(comment.care_marks.get(), moderator=ModeratorFactory(), note="Wrote to them.")
    other = CommentFactory(parent=comment, body=DESPAIR)
    close_mark(other.care_marks.get(), moderator=ModeratorFactory(), note="Ulla Brandt knows them.")
    (told,) = export(Person(guest=guest))["words_that_a_moderator_read_first"]
    assert (told["words"], told["note"]) == ("want to die", "Wrote to them.")
    erase(Person(guest=guest), keep_words=True)
    assert CareMark.objects.get().note == "[name taken out] knows them."
    erase_comment(other)
    assert not CareMark.objects.exists()


def test_closed_marks_are_deleted_after_a_year():
    old, young, open_one = (CommentFactory(body=DESPAIR).care_marks.get() for _ in range(3))
    now = timezone.now()
    close_mark(old, moderator=ModeratorFactory(), note="x", now=now - KEPT_FOR - timedelta(days=1))
    close_mark(young, moderator=ModeratorFactory(), note="x", now=now)
    purge_closed_marks.func()
    assert set(CareMark.objects.all()) == {young, open_one}


def test_phrases_of_the_operator_are_used_from_the_next_comment_on():
    assert not CommentFactory(body="I feel grey as a wet wall").care_marks.exists()
    phrase = CarePhrase.objects.create(phrase="grey as a wet wall", language="en", concern=Concern.DESPAIR)
    assert CommentFactory(body="I feel grey as a wet wall").care_marks.exists()
    phrase.is_active = False
    phrase.save()
    assert not CommentFactory(body="I feel grey as a wet wall").care_marks.exists()
    CarePhrase.objects.filter(phrase="grey as a wet wall").update(
        phrase="///", is_active=True, changed_at=datetime(2030, 1, 1, tzinfo=UTC)
    )
    assert not CommentFactory(body="I feel fine").care_marks.exists()


def test_a_phrase_that_is_deleted_is_used_no_more():
    phrase = CarePhrase.objects.create(phrase="grey as a wet wall", language="en", concern=Concern.DESPAIR)
    CarePhrase.objects.create(phrase="blue as a wet wall", language="en", concern=Concern.DESPAIR)
    assert CommentFactory(body="I feel grey as a wet wall").care_marks.exists()
    phrase.delete()
    assert not CommentFactory(body="I feel grey as a wet wall").care_marks.exists()
    CarePhrase.objects.all().delete()
    assert not CommentFactory(body="I feel blue as a wet wall").care_marks.exists()


def test_the_title_counts_too_and_a_quote_of_the_comment_answered_does_not():
    article = ArticleFactory()
    root = post_comment(discussion=article.discussion, guest=GuestFactory(), subject="I want to die", body="Nothing helps.")
    assert root.care_marks.get().words == "want to die"
    answer = CommentFactory(
        parent=CommentFactory(article=article, body="I want to die some nights"), body="“I want to die some nights”: so did I."
    )
    assert not answer.care_marks.exists()


def test_marks_are_made_without_the_screener_too(settings, told):
    settings.COMMENT_SCREENERS = [path for path in settings.COMMENT_SCREENERS if path != SCREENER]
    comment = CommentFactory(author=trusted(), body=DESPAIR)
    assert [mark.comment for mark in told] == [comment]
    assert import_string(SCREENER) is Distress
