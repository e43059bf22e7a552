"""From reasons to a verdict: who waits, and what an import holds."""

import pytest
from django.utils import timezone

from forum.discussion.models import MAX_BODY_CHARS, Lane
from forum.discussion.posting import post_comment
from forum.discussion.screening import Action, CommentRefusedError, Signal, Strength, screen
from forum.moderation.models import PhraseRule
from tests.factories import ArticleFactory, GuestFactory, MemberFactory
from tests.moderation.submissions import submission

pytestmark = pytest.mark.django_db


def care(given):
    return [Signal("despair", Strength.STRONG, "Read first.", lane=Lane.CARE)]


def advertises(given):
    return [Signal("advertising", Strength.STRONG, "It sells.")]


@pytest.mark.parametrize(
    ("who", "action"),
    [
        ({"is_member": True, "approved_count": 1}, Action.HOLD),
        ({"is_member": True, "approved_count": 2}, Action.PUBLISH),
        ({"approved_count": 9}, Action.HOLD),  # a guest who typed an address, or none
        ({"is_proven": True, "approved_count": 1}, Action.HOLD),
        ({"is_proven": True, "approved_count": 2}, Action.PUBLISH),
        ({"is_staff": True, "is_member": True}, Action.PUBLISH),
    ],
)
def test_first_comments_wait_and_trust_follows_a_login_or_a_proven_address(who, action):
    assert screen(submission("The warm bath helped us.", **who)).action == action


def test_without_any_check_guests_wait(settings):
    settings.COMMENT_SCREENERS = []
    assert screen(submission("x", is_proven=True, approved_count=9)).action == Action.HOLD


@pytest.mark.parametrize(("approved", "action"), [(2, Action.HOLD), (3, Action.PUBLISH)])
def test_a_link_waits_until_three_comments_are_approved(approved, action):
    text = "This leaflet helped us: https://care.example.com/a"
    assert screen(submission(text, is_member=True, approved_count=approved)).action == action


def test_an_import_is_held_by_a_strong_sign_of_advertising_and_by_nothing_else(settings):
    text = "My mail is nora@example.org, see https://care.example.com"
    assert screen(submission(text, kind="import", name="bestpills.com")).action == Action.HOLD
    assert screen(submission(text, kind="import")).action == Action.PUBLISH
    settings.COMMENT_SCREENERS = ["tests.moderation.test_policy.care"]
    assert screen(submission(text, kind="import")).action == Action.PUBLISH
    assert screen(submission(text, is_member=True, approved_count=9)).action == Action.HOLD
    settings.COMMENT_SCREENERS = ["tests.moderation.test_policy.advertises"]
    assert screen(submission(text, kind="import")).action == Action.HOLD


@pytest.mark.parametrize("body", ["", " \n ", "x" * (MAX_BODY_CHARS + 1)])
def test_what_cannot_be_a_comment_is_refused(body):
    assert screen(submission(body)).action == Action.REFUSE


def test_a_refused_text_is_not_stored_and_its_writer_is_told():
    PhraseRule.objects.create(phrase="miracle splint", action="refuse")
    discussion = ArticleFactory().discussion
    with pytest.raises(CommentRefusedError) as caught:
        post_comment(discussion=discussion, body="a miracle splint", author=MemberFactory(), now=timezone.now())
    assert caught.value.reasons == ["Take out “miracle splint”. It cannot be posted here"]
    assert not discussion.comments.exists()
    assert post_comment(discussion=discussion, body="a splint", guest=GuestFactory()).state == "held"
