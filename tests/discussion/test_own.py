"""The pages on which writers change, take back and return a comment of theirs, and ask for a second look."""

from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from django.utils import timezone

from forum.discussion.correcting import redact_comment
from forum.discussion.editing import appeal, edit_comment, text_key
from forum.discussion.models import ActorKind, Appeal, Comment, Discussion, PendingChange
from forum.discussion.responding import uphold_decision
from forum.discussion.services import Actor, transition, withdraw_comment
from tests.discussion.visiting import visit_as, words_of
from tests.factories import ArticleFactory, CommentFactory, GuestFactory, MemberFactory, ModeratorFactory

pytestmark = pytest.mark.django_db
WRITER = Actor(ActorKind.WRITER)
PAGES = ["edit", "withdraw", "appeal"]


@pytest.fixture
def guest():
    return GuestFactory(display_name="Joan")


@pytest.fixture
def client(guest):
    return visit_as(guest)


def path_of(comment, page):
    return f"/comments/{comment.pk}/{page}/"


def _moderator():
    return Actor(ActorKind.MODERATOR, ModeratorFactory())


# -- whose it is


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("who", ["nobody", "another guest", "a member", "a moderator"])
@pytest.mark.parametrize("state", ["held", "published", "erased"])
def test_only_the_writer_comes_in_and_everybody_else_is_told_what_to_do(guest, page, who, state):
    comment = CommentFactory(guest=guest, state=state, body="Secret words.")
    client = visit_as(GuestFactory()) if who == "another guest" else Client()
    if who in ("a member", "a moderator"):
        client.force_login(ModeratorFactory() if who == "a moderator" else MemberFactory())
    for answer in (client.get(path_of(comment, page)), client.get(f"/comments/999999999999999999999/{page}/")):
        assert answer.status_code == 403
        words = words_of(answer)
        assert "We cannot see that this comment is yours" in words
        assert "I have lost my link" in words
        assert "Secret words." not in words


@pytest.mark.parametrize("page", PAGES)
def test_erased_comment_is_nobodys(client, guest, page):
    comment = CommentFactory(guest=guest)
    transition(comment, "erased", actor=WRITER)
    assert client.get(path_of(comment, page)).status_code == 403


def test_text_is_given_back_where_the_browser_has_forgotten_its_writer(guest):
    comment = CommentFactory(guest=guest)
    answer = Client().post(path_of(comment, "edit"), {"body": "Long words that I typed.", "subject": "A title"})
    assert answer.status_code == 403
    assert "A title Long words that I typed." in words_of(answer)


def test_member_changes_their_own_by_login():
    member = MemberFactory()
    comment = CommentFactory(author=member, state="held")
    client = Client()
    client.force_login(member)
    answer = client.post(path_of(comment, "edit"), {"body": "Other words.", "post": "1"})
    assert answer.url == f"{comment.discussion.article.get_absolute_url()}comments/{comment.pk}/#comment-{comment.pk}"
    comment.refresh_from_db()
    assert comment.body == "Other words."


# -- changing


def test_form_holds_what_is_there(client, guest):
    comment = CommentFactory(guest=guest, state="held", body="First <words>.", subject="A title", relation="carer")
    page = client.get(path_of(comment, "edit")).content.decode()
    assert "First &lt;words&gt;." in page
    assert 'value="A title"' in page
    assert 'value="carer" id="f-relation_1" checked' in page or 'id="f-relation_1" required checked' in page
    assert "Change your comment" in page


def test_waiting_comment_is_changed_and_shown_in_its_place(client, guest):
    comment = CommentFactory(guest=guest, state="held", body="First words.")
    answer = client.post(path_of(comment, "edit"), _typed(comment, "Other words."), follow=True)
    assert "Other words." in words_of(answer)
    assert settings.GUEST_COOKIE_NAME in client.cookies


def test_public_comment_keeps_its_words_and_its_writer_is_told(client, guest):
    comment = CommentFactory(guest=guest, body="First words.")
    answer = client.post(path_of(comment, "edit"), _typed(comment, "Other words."), follow=True)
    words = words_of(answer)
    assert "First words." in words
    assert "Other words." not in words
    assert "Your change is waiting for a moderator." in words
    assert "Your change is waiting" not in words_of(Client().get(answer.request["PATH_INFO"]))
    assert "Other words." in client.get(path_of(comment, "edit")).content.decode()


def test_two_tabs_show_both_texts_and_the_next_sending_replaces(client, guest):
    comment = CommentFactory(guest=guest, state="held", body="First words.")
    first, second = _typed(comment, "Words of one tab."), _typed(comment, "Words of the other.")
    client.post(path_of(comment, "edit"), first)
    answer = client.post(path_of(comment, "edit"), second)
    words = words_of(answer)
    assert answer.status_code == 200
    assert "You changed this in another window. Both texts are below." in words
    assert "Words of one tab." in words
    assert "Words of the other." in words
    comment.refresh_from_db()
    assert comment.body == "Words of one tab."
    seen = answer.context["form"]["seen"].value()
    client.post(path_of(comment, "edit"), second | {"seen": seen})
    comment.refresh_from_db()
    assert comment.body == "Words of the other."


def test_redaction_meanwhile_is_told(client, guest):
    comment = CommentFactory(guest=guest, state="held", body="My son Tom.")
    typed = _typed(comment, "My son Tom and I.")
    redact_comment(comment, body="My son.", actor=_moderator())
    assert "A moderator took details out while you wrote." in words_of(client.post(path_of(comment, "edit"), typed))


@pytest.mark.parametrize("body", ["", " \n", "x" * 20_001])
def test_problems_are_told_and_nothing_is_lost(client, guest, body):
    comment = CommentFactory(guest=guest, state="held", body="First words.")
    answer = client.post(path_of(comment, "edit"), _typed(comment, body, subject="A new title"))
    page = answer.content.decode()
    assert "There is 1 thing to check" in page
    assert 'value="A new title"' in page
    assert "<title>1 thing to check: Change your comment" in page
    comment.refresh_from_db()
    assert comment.body == "First words."


def test_preview_changes_nothing(client, guest):
    comment = CommentFactory(guest=guest, state="held", body="First words.")
    answer = client.post(path_of(comment, "edit"), {**_typed(comment, "Other *words*."), "preview": "1", "post": ""})
    assert "<em>words</em>" in answer.content.decode()
    comment.refresh_from_db()
    assert comment.body == "First words."


def test_not_published_comment_says_why_and_is_sent_again(client, guest):
    comment = CommentFactory(guest=guest, state="rejected", reason="personal_details", body="First words.")
    words = words_of(client.get(path_of(comment, "edit")))
    assert "We did not publish your comment. It held details by which someone could be found." in words
    same = client.post(path_of(comment, "edit"), _typed(comment, "First words."))
    assert "Change something first" in words_of(same)
    client.post(path_of(comment, "edit"), _typed(comment, "Other words."))
    comment.refresh_from_db()
    assert (comment.state, comment.body) == ("held", "Other words.")


def test_after_three_sendings_the_text_comes_back_with_another_way(client, guest):
    comment = CommentFactory(guest=guest, state="rejected")
    moderator = _moderator()
    for turn in range(3):
        comment = edit_comment(comment, body=f"Try {turn}.", subject="", relation="", actor=WRITER)
        comment = transition(comment, "rejected", actor=moderator, reason="other")
    answer = client.post(path_of(comment, "edit"), _typed(comment, "The fourth."))
    assert answer.status_code == 409
    assert "You can still ask us to look again." in words_of(answer)
    assert "The fourth." in words_of(answer)


@pytest.mark.parametrize(
    ("state", "told"),
    [("hidden", "A moderator is checking it."), ("removed", "ask us to look again"), ("withdrawn", "Return it first")],
)
def test_state_that_cannot_be_changed_is_explained_with_the_text(client, guest, state, told):
    comment = CommentFactory(guest=guest, state=state)
    answer = client.post(path_of(comment, "edit"), {"body": "Long words that I typed."})
    assert answer.status_code == 409
    assert told in words_of(answer)
    assert "Long words that I typed." in words_of(answer)


def test_words_under_a_hidden_conversation_are_not_shown_but_can_be_taken_back(client, guest):
    comment = CommentFactory(guest=guest, body="Secret words.")
    Discussion.objects.update(state="hidden")
    assert client.get(path_of(comment, "edit")).status_code == 404
    answer = client.get(path_of(comment, "withdraw"))
    assert "Secret words." not in words_of(answer)
    client.post(path_of(comment, "withdraw"), {"withdraw": "1"})
    comment.refresh_from_db()
    assert comment.state == "withdrawn"
    assert client.post(path_of(comment, "withdraw"), {"return": "1"}).url == "/mine/"


def _typed(comment, body, **more):
    pending = PendingChange.objects.filter(comment=comment).first()
    return {"body": body, "subject": "", "relation": "", "post": "1", "seen": text_key(pending or comment)} | more


# -- taking back


@pytest.mark.parametrize("method", ["get", "head"])
def test_opening_a_page_changes_nothing(client, guest, method):
    comment = CommentFactory(guest=guest)
    before = Comment.objects.filter(pk=comment.pk).values().get()
    for page in PAGES:
        getattr(client, method)(path_of(comment, page))
        getattr(client, method)(f"{path_of(comment, page)}?withdraw=1&return=1&post=1")
    assert Comment.objects.filter(pk=comment.pk).values().get() == before


def test_comment_is_taken_back_and_returned(client, guest):
    comment = CommentFactory(guest=guest, body="My words.")
    CommentFactory(parent=comment)
    asked = words_of(client.get(path_of(comment, "withdraw")))
    assert "People have answered it. Their words stay" in asked
    done = client.post(path_of(comment, "withdraw"), {"withdraw": "1"}, follow=True)
    comment.refresh_from_db()
    assert comment.state == "withdrawn"
    assert "You can return it until" in words_of(done)
    answer = client.post(path_of(comment, "withdraw"), {"return": "1"}, follow=True)
    comment.refresh_from_db()
    assert comment.state == "published"
    assert "My words." in words_of(answer)


def test_button_pressed_twice_is_one_taking_back(client, guest):
    comment = CommentFactory(guest=guest)
    for _ in range(2):
        assert client.post(path_of(comment, "withdraw"), {"withdraw": "1"}, follow=True).status_code == 200
    assert comment.decisions.filter(to_state="withdrawn").count() == 1


def test_after_thirty_days_it_cannot_be_returned(client, guest):
    comment = CommentFactory(guest=guest)
    withdraw_comment(comment, actor=WRITER, now=timezone.now() - timedelta(days=31))
    answer = client.post(path_of(comment, "withdraw"), {"return": "1"})
    assert "More than 30 days have passed." in words_of(answer)
    comment.refresh_from_db()
    assert comment.state == "withdrawn"


def test_removed_comment_cannot_be_taken_back_and_says_so(client, guest):
    comment = CommentFactory(guest=guest, state="removed")
    answer = client.post(path_of(comment, "withdraw"), {"withdraw": "1"})
    assert "This comment cannot be taken back now" in words_of(answer)


# -- a second look


def test_second_look_is_asked_for_once_and_answered(client, guest):
    comment = CommentFactory(guest=guest, state="rejected", reason="unkind", body="My words.")
    words = words_of(client.get(path_of(comment, "appeal")))
    assert "We did not publish your comment. Parts of it could hurt someone who reads it." in words
    empty = client.post(path_of(comment, "appeal"), {"text": " "})
    assert "Write why we should look again" in words_of(empty)
    answer = client.post(path_of(comment, "appeal"), {"text": "It was about me."}, follow=True)
    assert "You asked us to look again" in words_of(answer)
    assert "It was about me." in words_of(answer)
    client.post(path_of(comment, "appeal"), {"text": "Again."})
    assert Appeal.objects.get().text == "It was about me."
    uphold_decision(comment, actor=_moderator(), answer="It still names her.")
    assert "We did, and it stays as it is. The moderator wrote: It still names her." in words_of(
        client.get(path_of(comment, "appeal"))
    )


def test_text_is_given_back_where_there_is_nothing_to_look_at(client, guest):
    comment = CommentFactory(guest=guest)
    answer = client.post(path_of(comment, "appeal"), {"text": "It was about me."})
    assert "It was about me." in words_of(answer)
    assert not Appeal.objects.exists()


# -- the form token


@pytest.mark.parametrize(
    ("page", "kept"), [("edit", "Long words that I typed."), ("withdraw", ""), ("appeal", "It was about me.")]
)
def test_failed_token_brings_the_form_back_and_does_nothing(guest, page, kept):
    comment = CommentFactory(guest=guest, state="rejected", body="First words.")
    client = visit_as(guest)
    client.handler.enforce_csrf_checks = True
    data = {"body": kept, "text": kept, "post": "1", "withdraw": "1"}
    answer = client.post(path_of(comment, page), data)
    words = words_of(answer)
    assert answer.status_code == 403
    assert "Press the button again." in words
    assert "needs one cookie" in words
    assert kept in words
    comment.refresh_from_db()
    assert (comment.state, comment.body) == ("rejected", "First words.")
    assert not Appeal.objects.exists()


# -- in the conversation


@pytest.mark.parametrize(
    ("state", "shown", "hidden"),
    [
        ("held", ["Change my comment", "Take it back"], ["Return it", "look again"]),
        ("hidden", ["Take it back"], ["Change my comment", "look again"]),
        ("rejected", ["Change my comment", "Ask us to look again"], ["Return it"]),
        ("removed", ["Ask us to look again"], ["Change my comment", "Take it back"]),
        ("withdrawn", ["Return it"], ["Change my comment", "Take it back"]),
        ("published", ["Change my comment", "Take it back", "Reply to"], ["Return it"]),
    ],
)
def test_writer_finds_the_ways_at_the_comment_and_nobody_else(client, guest, state, shown, hidden):
    article = ArticleFactory()
    comment = CommentFactory(article=article, guest=guest, state=state)
    path = f"{article.get_absolute_url()}comments/{comment.pk}/"
    words = words_of(client.get(path))
    assert [way for way in shown if way not in words] == []
    assert [way for way in hidden if way in words] == []
    other = Client().get(path)
    if other.status_code == 200:
        assert not [way for way in ("Change my comment", "Take it back", "Return it") if way in words_of(other)]


def test_conversation_without_public_words_is_headed_without_a_count(client, guest):
    root = CommentFactory()
    own = CommentFactory(parent=root, guest=guest, state="held")
    transition(root, "removed", actor=Actor(ActorKind.MODERATOR))
    page = client.get(f"/comments/{own.pk}/", follow=True)
    assert "A conversation" in words_of(page)
    assert "0 replies" not in page.content.decode()


def test_own_public_comment_keeps_two_focus_stops(client, guest):
    comment = CommentFactory(guest=guest)
    page = client.get(f"{comment.discussion.article.get_absolute_url()}").content.decode()
    actions = page.split('class="comment__actions">')[1].split("</div>")[0]
    assert actions.count('class="btn"') + actions.count("<summary>") == 2
    assert f"/comments/{comment.pk}/edit/" in actions.split("<details>")[1]


def test_time_of_a_change_is_told_once_it_was_answered():
    member = MemberFactory()
    with time_machine.travel("2026-03-01T12:00:00Z", tick=False) as clock:
        article = ArticleFactory()
        for _ in range(2):
            CommentFactory(article=article, author=member)
        comment = CommentFactory(article=article, author=member)
        CommentFactory(parent=comment)
        clock.shift(timedelta(days=2))
        edit_comment(comment, body="Other words.", subject="", relation="", actor=WRITER)
        page = Client().get(f"{article.get_absolute_url()}comments/{comment.pk}/")
    assert "Changed 2 days later." in words_of(page)


def test_appeal_that_is_open_is_not_offered_twice(client, guest):
    comment = CommentFactory(guest=guest, state="removed")
    appeal(comment, text="It was about me.")
    words = words_of(client.get("/mine/"))
    assert "You asked us to look again. Someone will, usually within 1 day." in words
    assert "Ask us to look again" not in words
