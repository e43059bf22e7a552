"""The tick by which a writer says that they ask something: on the form, in a draft, when they change their comment later."""

import re
from uuid import uuid4

import pytest

from forum.discussion.closing import lock_thread
from forum.discussion.correcting import mark_question
from forum.discussion.editing import edit_comment
from forum.discussion.models import ActorKind, Comment, Decision, Draft, PendingChange
from forum.discussion.services import Actor, transition
from tests.discussion.visiting import visit_as
from tests.factories import ArticleFactory, CommentFactory, GuestFactory, MemberFactory, ModeratorFactory

pytestmark = pytest.mark.django_db

WRITER = Actor(ActorKind.WRITER)
STORY, QUESTION = "Our nights are hard.", "How do you sleep?"


def _form(article):
    return f"/articles/{article.slug}/comment/"


def _ticked(page):
    return bool(re.search(r'name="asks"[^>]*\bchecked', page.content.decode()))


def _hidden(page):
    return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.content.decode()))


def _change(comment, body, asks):
    """Send the page on which ``comment`` is changed, as it was opened, with other words and the tick set or not."""
    client = visit_as(comment.guest)
    path = f"/comments/{comment.pk}/edit/"
    sent = _hidden(client.get(path)) | {"body": body, "post": "1"} | ({"asks": "on"} if asks else {})
    assert client.post(path, sent).status_code == 302
    return Comment.objects.get(pk=comment.pk)


@pytest.mark.parametrize(("body", "asks", "counts", "is_said"), [
    (STORY, False, False, False), (STORY, True, True, True), (QUESTION, False, True, False), (QUESTION, True, True, True),
])  # fmt: skip
def test_tick_makes_a_question_where_the_rule_finds_none(client, body, asks, counts, is_said):
    article = ArticleFactory()
    client.post(_form(article), {"body": body, "form_key": uuid4(), "post": "1"} | ({"asks": "on"} if asks else {}))
    comment = Comment.objects.get()
    assert (comment.is_question, comment.is_question_fixed) == (counts, is_said)
    published = transition(comment, "published", actor=Actor(ActorKind.MODERATOR, ModeratorFactory()))
    assert published.waiting is counts
    assert ("Answer" in client.get("/unanswered/").content.decode()) is counts


def test_tick_comes_back_with_problems_with_the_preview_and_in_a_draft(client):
    form = _form(ArticleFactory())
    assert not _ticked(client.get(form))
    assert _ticked(client.post(form, {"body": "", "asks": "on", "form_key": uuid4(), "post": "1"}))
    assert _ticked(client.post(form, {"body": STORY, "asks": "on", "form_key": uuid4(), "preview": "1"}))
    assert Draft.objects.get().asks
    assert _ticked(client.get(form))
    client.post(form, {"body": STORY, "form_key": uuid4(), "draft_seen": Draft.objects.get().version, "save": "1"})
    assert not _ticked(client.get(form))


@pytest.mark.parametrize(("first", "then", "asks", "counts"), [
    (STORY, QUESTION, False, True),  # a tick that was never set says nothing: the rule decides
    (STORY, STORY, True, True),
    (STORY, "Our nights are long.", True, True),
    (QUESTION, QUESTION, True, True),
    (QUESTION, QUESTION, False, False),  # they took the tick away
    (QUESTION, "We sleep now, thank you.", True, True),
    (QUESTION, "Do you know this: we sleep now!", False, False),
])  # fmt: skip
def test_tick_on_the_page_for_changes(first, then, asks, counts):
    comment = CommentFactory(state="held", body=first)
    assert _ticked(visit_as(comment.guest).get(f"/comments/{comment.pk}/edit/")) is (first == QUESTION)
    assert _change(comment, then, asks).is_question is counts


def test_tick_alone_counts_at_once_and_is_logged_as_the_writers():
    comment = CommentFactory(body=STORY)
    changed = _change(comment, STORY, True)
    assert (changed.waiting, changed.discussion.waiting_count, changed.version) == (True, 1, comment.version)
    assert not PendingChange.objects.exists()
    decision = Decision.objects.filter(kind=Decision.Kind.QUESTION).get()
    assert (decision.actor_kind, decision.comment) == (ActorKind.WRITER, comment)
    assert not _change(comment, STORY, False).waiting


def test_tick_counts_while_other_words_wait_for_a_moderator():
    comment = CommentFactory(guest=GuestFactory(), body=STORY)
    assert _change(comment, QUESTION, True).waiting
    assert PendingChange.objects.get().body == QUESTION


def test_last_person_to_say_decides():
    moderator = Actor(ActorKind.MODERATOR, ModeratorFactory())
    comment = mark_question(CommentFactory(body=QUESTION), is_question=False, actor=moderator)
    assert not comment.waiting
    assert not _change(comment, QUESTION, False).waiting
    assert _change(comment, QUESTION, True).waiting


def test_answer_that_is_removed_leaves_a_question_unanswered_again():
    comment = CommentFactory(body=QUESTION)
    answer = CommentFactory(parent=comment, author=MemberFactory(), body="With a pillow under the knees.")
    comment.refresh_from_db()
    assert not comment.waiting
    moderator = Actor(ActorKind.MODERATOR, ModeratorFactory())
    for state, waits in (("removed", True), ("published", False), ("withdrawn", True)):
        transition(
            answer, state, actor=WRITER if state == "withdrawn" else moderator, reason="other" if state == "removed" else ""
        )
        comment.refresh_from_db()
        assert (comment.waiting, comment.discussion.waiting_count) == (waits, int(waits))


def test_nobody_is_asked_to_answer_where_a_thread_takes_no_more_replies(client):
    root = CommentFactory(body=STORY)
    asked = [root, CommentFactory(parent=root, body=QUESTION)]
    mark_question(root, is_question=True, actor=Actor(ActorKind.MODERATOR, ModeratorFactory()))
    lists = ("/", "/unanswered/", "/search/?q=sleep")
    assert all(f"/comments/{asked[1].pk}/reply/" in client.get(path).text for path in lists)
    lock_thread(root, locked=True, actor=Actor(ActorKind.MODERATOR, ModeratorFactory()))
    assert not any(f"/comments/{comment.pk}/reply/" in client.get(path).text for path in lists for comment in asked)


def test_edit_without_a_word_about_asking_leaves_it_to_the_rule():
    comment = CommentFactory(state="held", body=QUESTION)
    assert not edit_comment(comment, body=STORY, subject="", relation="", actor=WRITER).is_question
