"""Reports by readers: who can make one, what it weighs, what it does to the comment, and what came of it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from forum.accounts.addresses import set_address
from forum.accounts.models import User
from forum.discussion.correcting import redact_comment
from forum.discussion.editing import edit_comment
from forum.discussion.events import report_settled
from forum.discussion.models import ActorKind, Comment, Lane, Signal
from forum.discussion.services import Actor, transition
from forum.moderation.flags import (
    HIDE_AT,
    AlreadyFlaggedError,
    NotShownError,
    OwnCommentError,
    Reporter,
    find_flag,
    flag_comment,
    purge_networks,
    weigh_reporter,
    withdraw_flag,
)
from forum.moderation.models import Flag, QueueItem
from forum.moderation.services import publish_comment, publish_without_marked, remove_comment, undo
from tests.factories import CommentFactory, GuestFactory, MemberFactory, ModeratorFactory
from tests.moderation.queueing import moderator, suspect

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _trusting(settings):
    """Publish what members write at once: no person has read it."""
    settings.HOLD_FIRST_COMMENTS = 0


def _unread(**fields: Any) -> Comment:
    """Return a public comment that no person has read."""
    comment: Comment = CommentFactory(**({"author": MemberFactory()} | fields))
    assert (comment.state, comment.seen_by_human) == ("published", False)
    return comment


def _proven() -> Reporter:
    return Reporter(guest=GuestFactory(email="reader@example.org", proven_at=NOW))


def _member(*, right: int = 0, wrong: int = 0) -> Reporter:
    member = MemberFactory()
    for number, comment in enumerate(_copies(right + wrong)):
        Flag.objects.create(comment=comment, member=member, reason="unkind", made_at=NOW, was_right=number < right)
    return Reporter(member=member)


def _copies(count: int) -> list[Comment]:
    """Return comments that wait, without the work of posting each."""
    if not count:
        return []
    pk = CommentFactory(state="held").pk
    copies = [Comment.objects.get(pk=pk) for _ in range(count)]
    for copy in copies:
        copy.pk = None
    return Comment.objects.bulk_create(copies)


def _flag(comment: Comment, reporter: Reporter | None = None, reason: str = "advertising", **about: Any) -> Flag:
    return flag_comment(comment, reporter=reporter or _member(), reason=reason, **about)


def _lane(comment: Comment) -> str | None:
    return QueueItem.objects.filter(comment=comment).values_list("lane", flat=True).first()


def _state(comment: Comment) -> str:
    return Comment.objects.get(pk=comment.pk).state


# -- who reports


def test_report_brings_a_public_comment_to_the_queue_and_leaves_it_public():
    comment = CommentFactory()
    _flag(comment, Reporter(network="203.0.113.9"))
    assert _state(comment) == "published"
    assert _lane(comment) == Lane.REPORTED
    signal = Signal.objects.get(comment=comment)
    assert (signal.code, signal.lane, signal.strength) == ("reported", Lane.REPORTED, "weak")
    assert signal.sentence == "1 reader reported it: Advertising."


@pytest.mark.parametrize("kind", ["member", "guest", "network"])
def test_one_person_reports_a_comment_once(kind):
    comment, other = CommentFactory(), CommentFactory()
    reporters = {
        "member": Reporter(member=MemberFactory(), network="203.0.113.9"),
        "guest": Reporter(guest=GuestFactory(), network="203.0.113.9"),
        "network": Reporter(network="203.0.113.9"),
    }
    reporter = reporters.pop(kind)
    _flag(comment, reporter)
    with pytest.raises(AlreadyFlaggedError):
        _flag(comment, reporter, "unkind")
    assert find_flag(comment, reporter).reason == "advertising"
    _flag(other, reporter)
    for somebody_else in reporters.values():
        _flag(comment, somebody_else)
    assert Flag.objects.filter(comment=comment).count() == 3


def test_one_person_with_one_proven_address_does_not_report_twice_as_member_and_as_guest():
    member = MemberFactory(email="joan@example.org")
    guest = GuestFactory(email="Joan@example.org", proven_at=NOW)
    for first, second in ((Reporter(member=member), Reporter(guest=guest)), (Reporter(guest=guest), Reporter(member=member))):
        comment = CommentFactory()
        _flag(comment, first)
        with pytest.raises(AlreadyFlaggedError):
            _flag(comment, second)
        _flag(comment, Reporter(guest=GuestFactory(email="joan@example.org")))  # typed, not proven: it may be anybody


def test_place_of_a_reporter_is_no_address_and_differs_from_comment_to_comment():
    for _ in range(2):
        _flag(CommentFactory(), Reporter(network="203.0.113.9"))
    one, other = Flag.objects.values_list("network_hash", flat=True)
    assert one != other
    assert "203" not in str(list(Flag.objects.values()))


def test_place_is_forgotten_after_the_days_that_evidence_is_kept(settings):
    settings.EVIDENCE_DAYS = 7
    old = _flag(CommentFactory(), Reporter(network="203.0.113.9"), now=NOW)
    new = _flag(CommentFactory(), Reporter(network="203.0.113.9"), now=NOW + timedelta(days=1))
    purge_networks(NOW + timedelta(days=7, hours=1))
    old.refresh_from_db()
    new.refresh_from_db()
    assert old.network_hash is None
    assert new.network_hash is not None


def test_nobody_reports_their_own_comment():
    guest, member = GuestFactory(), MemberFactory()
    for comment, reporter in (
        (CommentFactory(guest=guest), Reporter(guest=guest)),
        (CommentFactory(author=member), Reporter(member=member)),
        (CommentFactory(guest=guest), Reporter(member=member, guest=guest)),
    ):
        with pytest.raises(OwnCommentError):
            _flag(comment, reporter)


@pytest.mark.parametrize("state", ["held", "hidden", "removed", "rejected", "withdrawn"])
def test_what_is_not_public_cannot_be_reported_and_nothing_is_stored(state):
    comment = CommentFactory(state=state)
    lane = _lane(comment)
    with pytest.raises(NotShownError):
        _flag(comment)
    assert not Flag.objects.exists()
    assert _lane(comment) == lane


# -- what it weighs


@pytest.mark.parametrize(
    ("right", "wrong", "points"), [(0, 0, 2), (1, 0, 3), (6, 0, 4), (50, 0, 4), (3, 3, 2), (0, 1, 1), (0, 3, 1), (0, 8, 0)]
)
def test_reports_of_people_who_were_often_right_weigh_more(right, wrong, points):
    assert weigh_reporter(_member(right=right, wrong=wrong).person) == points


def test_no_person_alone_hides_a_comment():
    assert weigh_reporter(_member(right=50).person) < HIDE_AT


def test_three_people_with_a_proven_address_hide_what_no_person_has_read():
    comment = _unread()
    _flag(comment, _member(), "unkind")
    _flag(comment, _proven(), "unkind")
    assert _state(comment) == "published"
    _flag(comment, _member(), "advertising")
    comment.refresh_from_db()
    assert (comment.state, comment.reason) == ("hidden", "unkind")
    assert _lane(comment) == Lane.REPORTED
    decision = comment.decisions.first()
    assert (decision.actor_kind, decision.to_state) == (ActorKind.SOFTWARE, "hidden")
    assert Signal.objects.get(comment=comment).strength == "strong"


def test_two_who_were_mostly_right_are_enough_and_four_who_were_mostly_wrong_are_not():
    first, second = _unread(), _unread()
    _flag(first, _member(right=2))
    _flag(first, _member(right=2))
    assert _state(first) == "hidden"
    for _ in range(4):
        _flag(second, _member(wrong=2))
    assert _state(second) == "published"


def test_any_number_of_people_without_a_proven_address_only_queue_it():
    comment = _unread()
    for number in range(12):
        _flag(comment, Reporter(network=f"203.0.113.{number}"))
        _flag(comment, Reporter(guest=GuestFactory(email="typed@example.org")))
    assert _state(comment) == "published"
    assert QueueItem.objects.count() == 1
    assert Signal.objects.get(comment=comment).sentence == "24 readers reported it: Advertising (24)."


@pytest.mark.parametrize("kind", ["approved", "imported", "staff", "despair"])
def test_what_reports_never_hide(kind):
    match kind:
        case "approved":
            comment = CommentFactory()
        case "imported":
            comment = _unread(origin="serendip")
        case "staff":
            comment = _unread(author=ModeratorFactory())
        case "despair":
            comment = _unread()
            suspect(comment, Lane.CARE)
    for _ in range(8):
        _flag(comment, _member(right=6))
    assert _state(comment) == "published"
    assert _lane(comment) == (Lane.CARE if kind == "despair" else Lane.REPORTED)


def test_fear_of_harm_is_read_first():
    comment = CommentFactory()
    _flag(comment, Reporter(network="203.0.113.9"), "harmful")
    _flag(comment, Reporter(network="203.0.113.10"), "unkind")
    assert _lane(comment) == Lane.CARE
    assert Signal.objects.get(comment=comment).sentence == "2 readers reported it: Could harm someone, Unkind."


# -- what comes of it


def test_removal_says_that_reports_were_right_and_keeping_that_they_were_not():
    removed, kept = CommentFactory(), CommentFactory()
    flags = [_flag(comment) for comment in (removed, kept)]
    remove_comment(removed, actor=moderator(), reason="advertising")
    publish_comment(kept, actor=moderator())
    for flag in flags:
        flag.refresh_from_db()
    assert [flag.was_right for flag in flags] == [True, False]
    assert not QueueItem.objects.exists()
    assert not Signal.objects.filter(code="reported").exists()


def test_undo_opens_reports_again_and_the_queue_has_them_again():
    comment = CommentFactory()
    flag = _flag(comment)
    actor = moderator()
    for decide in (
        lambda: remove_comment(comment, actor=actor, reason="unkind"),
        lambda: publish_comment(comment, actor=actor),
    ):
        comment.refresh_from_db()
        decide()
        flag.refresh_from_db()
        assert flag.was_right is not None
        assert _lane(comment) is None
        undo(comment.decisions.first(), actor=actor)
        flag.refresh_from_db()
        assert flag.was_right is None
        assert _lane(comment) == Lane.REPORTED


def test_restoring_after_all_says_that_the_report_was_not_right():
    comment = CommentFactory()
    flag = _flag(comment)
    comment = remove_comment(comment, actor=moderator(), reason="unkind")
    transition(comment, "published", actor=moderator())
    flag.refresh_from_db()
    assert flag.was_right is False


def test_hidden_by_reports_and_published_by_a_moderator_it_can_not_be_hidden_again():
    comment = _unread()
    for _ in range(3):
        _flag(comment)
    publish_comment(Comment.objects.get(pk=comment.pk), actor=moderator())
    assert set(Flag.objects.values_list("was_right", flat=True)) == {False}
    for _ in range(4):
        _flag(comment)
    assert _state(comment) == "published"
    assert _lane(comment) == Lane.REPORTED


def test_taking_out_what_was_reported_says_that_it_was_right():
    comment = CommentFactory(body="My name is Zorvex and I live there.")
    details, unkind = _flag(comment, reason="personal_details"), _flag(comment, reason="unkind")
    suspect(comment, Lane.DETAILS, words="Zorvex")
    publish_without_marked(Comment.objects.get(pk=comment.pk), actor=moderator())
    details.refresh_from_db()
    unkind.refresh_from_db()
    assert (details.was_right, unkind.was_right) == (True, False)


def test_taking_details_out_by_hand_leaves_other_reports_open():
    comment = CommentFactory()
    details, unkind = _flag(comment, reason="personal_details"), _flag(comment, reason="unkind")
    redact_comment(comment, body="Less.", actor=moderator())
    details.refresh_from_db()
    unkind.refresh_from_db()
    assert (details.was_right, unkind.was_right) == (True, None)
    assert Signal.objects.get(comment=comment).sentence == "1 reader reported it: Unkind."


def test_new_words_of_the_writer_do_not_answer_a_report():
    member = MemberFactory()
    for _ in range(2):
        CommentFactory(author=member)
    comment = CommentFactory(author=member)
    _flag(comment)
    edit_comment(comment, body="Quite other words.", subject="", relation="", actor=Actor(ActorKind.WRITER, member))
    assert Signal.objects.filter(comment=comment, code="reported").exists()
    assert _lane(comment) == Lane.REPORTED


def test_report_of_one_who_is_known_is_told_to_the_apps_above():
    heard = []

    def hear(sender: type, **told: Any) -> None:
        heard.append((told["member"], told["guest"], told["was_right"]))

    comment, reporter, guest = CommentFactory(), _member(), GuestFactory()
    report_settled.connect(hear)
    try:
        _flag(comment, reporter)
        _flag(comment, Reporter(guest=guest))
        _flag(comment, Reporter(network="203.0.113.9"))
        assert heard == []
        remove_comment(comment, actor=moderator(), reason="advertising")
    finally:
        report_settled.disconnect(hear)
    assert heard == [(reporter.member, None, True), (None, guest, True)]


def test_report_taken_back_leaves_the_queue_where_it_was_the_only_one():
    comment = CommentFactory()
    first, second = _flag(comment), _flag(comment)
    withdraw_flag(first)
    assert _lane(comment) == Lane.REPORTED
    withdraw_flag(second)
    assert _lane(comment) is None
    assert not Signal.objects.exists()


def test_report_that_was_decided_is_not_taken_back():
    comment = CommentFactory()
    flag = _flag(comment)
    remove_comment(comment, actor=moderator(), reason="advertising")
    withdraw_flag(flag)
    assert Flag.objects.get() == flag


def test_reports_go_with_the_words_they_are_about():
    comment = CommentFactory()
    _flag(comment, words="They name my street.")
    transition(comment, "erased", actor=Actor(ActorKind.WRITER))
    assert not Flag.objects.exists()
    assert not QueueItem.objects.exists()


def test_second_report_after_a_moderator_has_read_it_brings_it_back_once():
    comment = CommentFactory()
    _flag(comment, Reporter(network="203.0.113.9"))
    publish_comment(comment, actor=moderator())
    assert _lane(comment) is None
    _flag(comment, Reporter(network="203.0.113.10"))
    assert _lane(comment) == Lane.REPORTED
    assert Signal.objects.get(comment=comment).sentence == "1 reader reported it: Advertising."


def test_address_of_a_member_that_is_not_proven_makes_no_guest_the_same_person():
    member = User.objects.create_user(email="bo@example.org", display_name="Bo")
    set_address(member, is_proven=False)
    comment = CommentFactory()
    _flag(comment, Reporter(member=member))
    _flag(comment, Reporter(guest=GuestFactory(email="bo@example.org", proven_at=NOW)))
    assert Flag.objects.count() == 2
