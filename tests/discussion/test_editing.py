"""What writers do with their own comments later, and what moderators answer to it."""

from datetime import UTC, datetime, timedelta

import pytest

from forum.discussion.correcting import redact_comment
from forum.discussion.editing import (
    AlreadyAppealedError,
    NotChangeableError,
    NothingChangedError,
    StaleTextError,
    appeal,
    edit_comment,
    erase_withdrawn,
    return_comment,
    text_key,
)
from forum.discussion.models import ActorKind, Appeal, Comment, Decision, Discussion, PendingChange
from forum.discussion.responding import decline_change, publish_change, uphold_decision
from forum.discussion.screening import Signal, Strength
from forum.discussion.services import WITHDRAWN_FOR, Actor, StaleVersionError, TransitionError, transition, withdraw_comment
from tests.factories import ArticleFactory, CommentFactory, GuestFactory, MemberFactory, ModeratorFactory

pytestmark = pytest.mark.django_db

WRITER = Actor(ActorKind.WRITER)
NOW = datetime(2031, 3, 1, 12, tzinfo=UTC)  # after all that the factories post


def _moderator():
    return Actor(ActorKind.MODERATOR, ModeratorFactory())


def _edit(comment, body="Other words.", **options):
    return edit_comment(comment, **({"body": body, "subject": "", "relation": "", "actor": WRITER, "now": NOW} | options))


def _trusted_member():
    member = MemberFactory()
    article = ArticleFactory()
    for _ in range(2):
        CommentFactory(article=article, author=member)
    return member


def _flag_links(submission):
    if "http" in submission.body:
        return [Signal("link", Strength.STRONG, "It holds a link.")]
    return []


# -- changing


def test_waiting_comment_changes_in_place_without_a_mark():
    comment = CommentFactory(state="held", body="First words.", posted_at=NOW - timedelta(days=1))
    changed = _edit(comment, "Does warm water *help*?", subject="A question", relation="carer")
    assert (changed.state, changed.body, changed.subject, changed.relation) == (
        "held", "Does warm water *help*?", "A question", "carer",
    )  # fmt: skip
    assert changed.body_html == "<p>Does warm water <em>help</em>?</p>\n"
    assert (changed.is_question, changed.edited_at) == (True, None)
    (revision,) = changed.revisions.all()
    assert (revision.body, revision.written_at, revision.replaced_at) == ("First words.", NOW - timedelta(days=1), NOW)
    assert changed.version > comment.version


def test_each_earlier_text_is_kept_with_its_time():
    comment = CommentFactory(state="held", body="One.", posted_at=NOW)
    for hours, body in ((1, "Two."), (2, "Three.")):
        _edit(comment, body, now=NOW + timedelta(hours=hours))
    kept = [(revision.body, revision.written_at, revision.replaced_at) for revision in comment.revisions.all()]
    assert kept == [("One.", NOW, NOW + timedelta(hours=1)), ("Two.", NOW + timedelta(hours=1), NOW + timedelta(hours=2))]


def test_public_comment_of_a_guest_keeps_its_text_until_a_moderator_reads_the_new_one():
    comment = CommentFactory(body="First words.")
    version = comment.discussion.version
    changed = _edit(comment)
    assert (changed.body, changed.public, changed.revisions.count()) == ("First words.", True, 0)
    change = PendingChange.objects.get(comment=comment)
    assert (change.body, change.made_at, change.declined_at) == ("Other words.", NOW, None)
    assert Discussion.objects.get(pk=comment.discussion_id).version == version


def test_public_comment_of_a_trusted_member_changes_at_once_and_pages_know():
    comment = CommentFactory(author=_trusted_member(), body="First words.")
    version = Discussion.objects.get(pk=comment.discussion_id).version
    changed = _edit(comment)
    assert (changed.body, changed.edited_at) == ("Other words.", None)
    assert not PendingChange.objects.exists()
    assert Discussion.objects.get(pk=comment.discussion_id).version > version


def test_strong_signal_holds_the_change_of_a_trusted_member(settings):
    settings.COMMENT_SCREENERS = [f"{__name__}._flag_links"]
    comment = CommentFactory(author=_trusted_member(), body="First words.")
    assert _edit(comment, "See http://example.org").body == "First words."
    assert PendingChange.objects.get(comment=comment).body == "See http://example.org"


def test_answered_comment_says_that_it_was_changed():
    comment = CommentFactory(author=_trusted_member())
    CommentFactory(parent=comment)
    assert _edit(comment).edited_at == NOW


def test_words_that_a_moderator_took_out_do_not_come_back_unread():
    comment = CommentFactory(author=_trusted_member(), body="My son Tom goes to Hill School.")
    redact_comment(comment, body="My son goes to [name of a school].", actor=_moderator())
    assert _edit(comment, "My son Tom goes to Hill School.").body == "My son goes to [name of a school]."
    assert PendingChange.objects.filter(comment=comment).exists()


def test_change_of_a_change_waits_instead_of_it_and_the_old_words_end_it():
    comment = CommentFactory(body="First words.")
    _edit(comment, "Second words.")
    _edit(comment, "Third words.")
    assert PendingChange.objects.get(comment=comment).body == "Third words."
    _edit(comment, "First words.")
    assert not PendingChange.objects.exists()
    assert not comment.revisions.exists()


def test_text_that_was_changed_in_another_tab_is_told_and_not_lost():
    comment = CommentFactory(state="held", body="First words.")
    opened = text_key(comment)
    _edit(comment, "Second words.", seen=opened)
    with pytest.raises(StaleTextError) as told:
        _edit(comment, "Third words.", seen=opened)
    assert (told.value.text.body, told.value.by_moderator) == ("Second words.", False)
    assert _edit(comment, "Third words.", seen=text_key(told.value.text)).body == "Third words."


def test_the_same_sending_twice_is_one_change():
    comment = CommentFactory(state="held", body="First words.")
    opened = text_key(comment)
    assert _edit(comment, seen=opened).body == _edit(comment, seen=opened).body == "Other words."
    assert comment.revisions.count() == 1


def test_a_change_that_waits_is_what_another_tab_is_compared_with():
    comment = CommentFactory(body="First words.")
    opened = text_key(comment)
    _edit(comment, "Second words.", seen=opened)
    with pytest.raises(StaleTextError) as told:
        _edit(comment, "Third words.", seen=opened)
    assert told.value.text.body == "Second words."


def test_details_taken_out_while_somebody_writes_are_told_as_that():
    comment = CommentFactory(state="held", body="My son Tom.")
    opened = text_key(comment)
    redact_comment(comment, body="My son.", actor=_moderator(), now=NOW)
    with pytest.raises(StaleTextError) as told:
        _edit(comment, "My son Tom and I.", seen=opened)
    assert told.value.by_moderator


def test_decision_meanwhile_does_not_hinder_a_change():
    comment = CommentFactory(state="held", body="First words.")
    opened = text_key(comment)
    transition(comment, "published", actor=_moderator())
    _edit(comment, seen=opened)
    assert PendingChange.objects.filter(comment=comment).exists()


def test_reply_has_no_title_and_keeps_none():
    reply = CommentFactory(parent=CommentFactory(), state="held")
    assert _edit(reply, subject="A title").subject == ""


def test_question_that_a_person_settled_stays_settled():
    comment = CommentFactory(state="held", body="Does it help?", is_question_fixed=True)
    Comment.objects.filter(pk=comment.pk).update(is_question=False)
    assert not _edit(comment, "Does it really help?").is_question


def test_change_that_asks_nothing_more_stops_waiting():
    comment = CommentFactory(author=_trusted_member(), body="Does it help?")
    assert comment.waiting
    changed = _edit(comment, "It helped.")
    assert not changed.waiting
    assert Discussion.objects.get(pk=comment.discussion_id).waiting_count == 0


@pytest.mark.parametrize("state", ["hidden", "removed", "withdrawn", "erased"])
def test_other_states_cannot_be_changed(state):
    comment = CommentFactory(state=state, body="First words.")
    with pytest.raises(NotChangeableError):
        _edit(comment)
    assert not comment.revisions.exists()


# -- sending again


def test_changed_comment_that_was_not_published_is_sent_again_three_times():
    comment = CommentFactory(state="rejected", reason="unkind")
    moderator = _moderator()
    for turn in range(3):
        comment = _edit(comment, f"Kinder words {turn}.")
        assert (comment.state, comment.reason) == ("held", "")
        comment = transition(comment, "rejected", actor=moderator, reason="unkind")
    with pytest.raises(TransitionError):
        _edit(comment, "The kindest words.")
    comment.refresh_from_db()
    assert (comment.state, comment.body) == ("rejected", "Kinder words 2.")


def test_unchanged_words_are_not_sent_again():
    comment = CommentFactory(state="rejected", body="First words.")
    with pytest.raises(NothingChangedError):
        _edit(comment, "First words.")


# -- what waits for a moderator


def test_published_change_replaces_the_text_and_ends():
    comment = CommentFactory(body="First words.")
    CommentFactory(parent=comment)
    _edit(comment, "Second words.")
    moderator = _moderator()
    changed = publish_change(comment, actor=moderator, seen=_pending_key(comment), note="fine", now=NOW)
    assert (changed.body, changed.edited_at, changed.state) == ("Second words.", NOW, "published")
    assert not PendingChange.objects.exists()
    decision = comment.decisions.first()
    assert (decision.kind, decision.who, decision.note, decision.at) == ("change", moderator.user, "fine", NOW)
    assert comment.revisions.get().body == "First words."


def test_declined_change_keeps_both_texts_and_can_be_changed_again():
    comment = CommentFactory(body="First words.")
    _edit(comment, "Second words.")
    decline_change(comment, actor=_moderator(), seen=_pending_key(comment), reason="unkind", now=NOW)
    change = PendingChange.objects.get(comment=comment)
    assert (change.body, change.reason, change.declined_at) == ("Second words.", "unkind", NOW)
    with pytest.raises(NothingChangedError):
        _edit(comment, "Second words.")
    _edit(comment, "Third words.")
    change.refresh_from_db()
    assert (change.body, change.reason, change.declined_at) == ("Third words.", "", None)
    comment.refresh_from_db()
    assert comment.body == "First words."


@pytest.mark.parametrize("meanwhile", ["changed", "removed", "declined"])
def test_change_that_is_not_the_one_that_was_read_is_not_published(meanwhile):
    comment = CommentFactory(body="First words.")
    _edit(comment, "Second words.")
    seen, moderator = _pending_key(comment), _moderator()
    match meanwhile:
        case "changed":
            _edit(comment, "Buy now.")
        case "removed":
            transition(comment, "removed", actor=moderator, reason="other")
        case "declined":
            decline_change(comment, actor=moderator, seen=seen, reason="other")
    with pytest.raises(StaleVersionError):
        publish_change(comment, actor=moderator, seen=seen)
    comment.refresh_from_db()
    assert comment.body == "First words."


def _pending_key(comment):
    return text_key(PendingChange.objects.get(comment=comment))


# -- taking back


@pytest.mark.parametrize("state", ["held", "published", "hidden", "rejected"])
def test_taken_back_comment_returns_to_its_former_state_with_its_reason(state):
    comment = CommentFactory(state=state, reason="unkind")
    reason = comment.reason
    withdraw_comment(comment, actor=WRITER, now=NOW)
    returned = return_comment(comment, actor=WRITER, now=NOW + WITHDRAWN_FOR)
    assert (returned.state, returned.reason) == (state, reason)


def test_after_thirty_days_it_stays_taken_back():
    comment = CommentFactory()
    withdraw_comment(comment, actor=WRITER, now=NOW)
    with pytest.raises(TransitionError):
        return_comment(comment, actor=WRITER, now=NOW + WITHDRAWN_FOR + timedelta(seconds=1))


def test_daily_job_erases_what_was_taken_back_thirty_days_ago():
    old, young, public = CommentFactory(body="Old words."), CommentFactory(), CommentFactory()
    reply = CommentFactory(parent=old)
    _edit(old, "Changed words.")
    withdraw_comment(old, actor=WRITER, now=NOW)
    withdraw_comment(young, actor=WRITER, now=NOW + timedelta(days=1))
    assert erase_withdrawn(NOW + WITHDRAWN_FOR) == 0
    assert erase_withdrawn(NOW + WITHDRAWN_FOR + timedelta(minutes=1)) == 1
    for comment in (old, young, public, reply):
        comment.refresh_from_db()
    assert [comment.state for comment in (old, young, public, reply)] == ["erased", "withdrawn", "published", "published"]
    assert (old.body, old.name, old.guest, old.listed) == ("", "", None, True)
    assert not PendingChange.objects.exists()
    assert erase_withdrawn(NOW + WITHDRAWN_FOR + timedelta(minutes=2)) == 0


def test_second_taking_back_counts_from_its_own_day():
    comment = CommentFactory()
    withdraw_comment(comment, actor=WRITER, now=NOW)
    return_comment(comment, actor=WRITER, now=NOW + timedelta(days=29))
    withdraw_comment(comment, actor=WRITER, now=NOW + timedelta(days=29))
    assert erase_withdrawn(NOW + timedelta(days=31)) == 0
    assert erase_withdrawn(NOW + timedelta(days=60)) == 1


def test_batches_end_and_leave_nothing(monkeypatch):
    monkeypatch.setattr("forum.discussion.editing.ERASED_AT_ONCE", 2)
    article = ArticleFactory()
    for _ in range(5):
        withdraw_comment(CommentFactory(article=article), actor=WRITER, now=NOW)
    assert erase_withdrawn(NOW + timedelta(days=31)) == 5
    assert not Comment.objects.exclude(state="erased").exists()


# -- a second look


@pytest.mark.parametrize("state", ["rejected", "removed"])
def test_second_look_can_be_asked_for_once_for_each_decision(state):
    comment = CommentFactory(state=state)
    asked = appeal(comment, text="It was about me.", now=NOW)
    assert asked.decision == comment.decisions.first()
    with pytest.raises(AlreadyAppealedError):
        appeal(comment, text="Please.")


def test_taking_back_and_returning_makes_no_decision_new():
    comment = CommentFactory(state="rejected")
    appeal(comment, text="It was about me.")
    withdraw_comment(comment, actor=WRITER)
    comment = return_comment(comment, actor=WRITER)
    with pytest.raises(AlreadyAppealedError):
        appeal(comment, text="Please.")
    assert Appeal.objects.get().answered_at is None


@pytest.mark.parametrize("state", ["held", "published", "hidden", "withdrawn", "erased"])
def test_there_is_nothing_to_look_at_again_elsewhere(state):
    with pytest.raises(NotChangeableError):
        appeal(CommentFactory(state=state), text="Please.")


def test_any_later_decision_answers_the_question():
    comment = CommentFactory(state="rejected")
    appeal(comment, text="It was about me.")
    transition(comment, "published", actor=_moderator(), now=NOW)
    assert Appeal.objects.get().answered_at == NOW
    again = transition(comment, "removed", actor=_moderator(), reason="other")
    assert appeal(again, text="Please.").answered_at is None


def test_decision_that_stays_is_told_with_words_and_logged():
    comment = CommentFactory(state="removed", reason="unkind")
    appeal(comment, text="It was about me.")
    moderator = _moderator()
    answered = uphold_decision(comment, actor=moderator, answer="It still names her.", now=NOW)
    assert (answered.answer, answered.answered_at) == ("It still names her.", NOW)
    decision = comment.decisions.first()
    assert (decision.kind, decision.who, decision.to_state) == (Decision.Kind.APPEAL, moderator.user, "removed")
    with pytest.raises(NotChangeableError):
        uphold_decision(comment, actor=moderator, answer="Twice.")


def test_erasing_takes_changes_and_questions_along():
    guest = GuestFactory()
    comment = CommentFactory(guest=guest)
    _edit(comment)
    transition(comment, "removed", actor=_moderator(), reason="other")
    appeal(comment, text="It was about me.")
    transition(comment, "erased", actor=WRITER)
    assert not PendingChange.objects.exists()
    assert not Appeal.objects.exists()
