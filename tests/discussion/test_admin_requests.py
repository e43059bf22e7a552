"""What writers ask for, as moderators find and answer it in the administration."""

import pytest
from django.urls import reverse

from forum.discussion.differences import MOST_WORDS, compare_texts
from forum.discussion.editing import appeal, edit_comment, text_key
from forum.discussion.models import ActorKind, Appeal, PendingChange
from forum.discussion.services import Actor, transition
from tests.discussion.moderating import LIST, page_of, send, sign_in
from tests.factories import CommentFactory, ModeratorFactory

pytestmark = pytest.mark.django_db
WRITER = Actor(ActorKind.WRITER)


@pytest.fixture
def moderator():
    return ModeratorFactory(display_name="Ines")


@pytest.fixture
def client(moderator):
    return sign_in(moderator)


@pytest.fixture
def changing():
    comment = CommentFactory(name="Joan", body="It took two months.")
    return edit_comment(comment, body="It took <b>ten</b> months.", subject="", relation="", actor=WRITER)


def answer(client, comment, step, **typed):
    return client.post(reverse(f"admin:discussion_comment_{step}", args=[comment.pk]), typed, follow=True)


def test_list_says_what_writers_ask_for_and_leads_there(client, changing):
    asked = CommentFactory(name="Dee", state="removed")
    appeal(asked, text="It was about me.")
    page = client.get(LIST).content.decode()
    assert '<a href="?asked=change">1 change waits.</a>' in page
    assert '<a href="?asked=look">1 writer asks for a second look.</a>' in page
    changes, looks = (client.get(f"{LIST}?asked={what}").content.decode() for what in ("change", "look"))
    assert page_of(changing) in changes
    assert page_of(asked) not in changes
    assert page_of(asked) in looks
    assert page_of(changing) not in looks


def test_list_says_nothing_where_nobody_asks(client):
    CommentFactory(state="held")
    page = client.get(LIST).content.decode()
    assert "asked=change" not in page.split('id="changelist-filter"')[0]


def test_both_texts_stand_side_by_side_with_the_words_that_differ(client, changing):
    page = client.get(page_of(changing)).content.decode()
    assert "It took <del>two</del> months." in page
    assert "It took <ins>&lt;b&gt;ten&lt;/b&gt;</ins> months." in page


def test_change_is_published(client, changing, moderator):
    done = answer(client, changing, "decide_change", seen=_seen(changing), answer="publish", note="read")
    assert "Change published: Joan." in done.content.decode()
    changing.refresh_from_db()
    assert changing.body == "It took <b>ten</b> months."
    assert not PendingChange.objects.exists()
    decision = changing.decisions.order_by("-pk").first()
    assert (decision.who, decision.kind, decision.note) == (moderator, "change", "read")
    assert "a change by its writer" in done.content.decode()


def test_earlier_text_is_kept_with_a_reason(client, changing):
    told = answer(client, changing, "decide_change", seen=_seen(changing), answer="keep")
    assert told.status_code == 400
    assert "Choose a reason. The writer is told it." in told.content.decode()
    answer(client, changing, "decide_change", seen=_seen(changing), answer="keep", reason="unkind")
    change = PendingChange.objects.get()
    assert (change.reason, change.declined_at is None) == ("unkind", False)
    page = client.get(page_of(changing)).content.decode()
    assert "The earlier text was kept: unkind." in page
    assert 'name="answer" value="publish"' not in page
    assert "asked=change" not in client.get(LIST).content.decode().split('id="changelist-filter"')[0]


def test_change_that_changed_again_is_shown_anew(client, changing):
    seen = _seen(changing)
    edit_comment(changing, body="Buy now.", subject="", relation="", actor=WRITER)
    told = answer(client, changing, "decide_change", seen=seen, answer="publish")
    assert told.status_code == 409
    assert "read it again before you decide" in told.content.decode()
    assert "Buy" in told.content.decode()
    changing.refresh_from_db()
    assert changing.body == "It took two months."


def test_change_of_a_comment_that_is_not_public_waits(client, changing, moderator):
    transition(changing, "hidden", actor=Actor(ActorKind.MODERATOR, moderator), reason="other")
    assert "The comment is not public now, so the change waits." in client.get(page_of(changing)).content.decode()


def test_second_look_is_answered_with_words_to_the_writer(client, moderator):
    comment = CommentFactory(name="Dee", state="removed", reason="unkind")
    appeal(comment, text="It was <about> me.")
    page = client.get(page_of(comment)).content.decode()
    assert "It was &lt;about&gt; me." in page
    assert "You decided this." in page
    assert answer(client, comment, "uphold", answer=" ").status_code == 400
    done = answer(client, comment, "uphold", answer="It still names her.")
    assert "Answered: Dee." in done.content.decode()
    assert Appeal.objects.get().answer == "It still names her."
    assert answer(client, comment, "uphold", answer="Twice.").status_code == 409


def test_restoring_answers_the_writer_too(client):
    comment = CommentFactory(state="removed")
    appeal(comment, text="It was about me.")
    send(client, comment, "restore")
    assert Appeal.objects.get().answered_at
    assert "It stays as it is" not in client.get(page_of(comment)).content.decode()


def test_moderator_is_told_that_the_writer_changed_the_text_meanwhile(client):
    comment = CommentFactory(state="held", body="First words.")
    edit_comment(comment, body="Other words.", subject="", relation="", actor=WRITER)
    told = send(client, comment, "publish")
    assert "Its writer changed it less than a minute ago. Read it again before you decide." in told.content.decode()
    comment.refresh_from_db()
    assert comment.state == "held"


def test_nobody_but_moderators_answers(changing):
    for user in (ModeratorFactory(role="author"), ModeratorFactory(is_staff=False, role="author")):
        told = answer(sign_in(user), changing, "decide_change", seen=_seen(changing), answer="publish")
        assert "Change published" not in told.content.decode()
    changing.refresh_from_db()
    assert changing.body == "It took two months."


def test_parts_put_together_are_the_texts():
    for before, after in (("a b c", "a x c"), ("", "new"), ("one\n\ntwo  three", "one two three"), ("a " * MOST_WORDS * 2, "b")):
        left, right = compare_texts(before, after)
        assert ("".join(part.text for part in left), "".join(part.text for part in right)) == (before, after)
        assert [part for part in left + right if not part.text] == [] or not before


def _seen(comment):
    return text_key(PendingChange.objects.get(comment=comment))
