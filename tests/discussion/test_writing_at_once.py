"""Two sendings of one form that arrive at the same moment, each on a connection of its own."""

from threading import Barrier, Thread
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from forum.accounts.models import Guest
from forum.discussion.models import Comment, Decision, Draft
from tests.factories import ArticleFactory, CommentFactory, MemberFactory
from tests.workers import PATIENCE_SECONDS

pytestmark = pytest.mark.django_db(transaction=True)


def _send_at_once(address, forms, member=None):
    """Post each of ``forms`` from a browser of its own at the same moment, ``member`` signed in; return the answers."""
    browsers = [Client() for _ in forms]
    for browser in browsers:
        if member:
            browser.force_login(member)
    start, answers = Barrier(len(forms)), []

    def send(browser, typed):
        try:
            start.wait(PATIENCE_SECONDS)
            answers.append(browser.post(address, typed))
        finally:
            connection.close()

    threads = [Thread(target=send, args=pair) for pair in zip(browsers, forms, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_SECONDS)
    assert len(answers) == len(forms)
    return answers


@pytest.mark.parametrize("attempt", range(3))
def test_two_sendings_at_once_are_one_comment_of_one_guest(attempt):
    parent = CommentFactory()
    guests = Guest.objects.count()
    typed = {"body": "We waited two years.", "name": "Dee", "form_key": str(uuid4()), "post": "1"}
    answers = _send_at_once(reverse("discussion:comment-reply", args=[parent.pk]), [typed] * 4)
    comment = Comment.objects.get(parent=parent)
    assert {answer.status_code for answer in answers} == {302}
    assert [answer["Location"].endswith(f"#comment-{comment.pk}") for answer in answers] == [True] * 4
    assert Guest.objects.count() == guests + 1
    assert Decision.objects.filter(comment=comment).count() == 1
    assert len({tuple(answer.cookies["guest"].value.split(":")[:1]) for answer in answers}) == 1


def test_two_people_at_once_are_two_comments():
    article = ArticleFactory()
    forms = [{"body": f"Story {number}.", "form_key": str(uuid4()), "post": "1"} for number in range(4)]
    answers = _send_at_once(reverse("discussion:comment-new", args=[article.slug]), forms)
    assert {answer.status_code for answer in answers} == {302}
    assert sorted(Comment.objects.values_list("body", flat=True)) == [f"Story {number}." for number in range(4)]


@pytest.mark.parametrize("attempt", range(3))
def test_two_windows_that_pause_at_once_lose_nothing_in_silence(attempt):
    address = reverse("discussion:comment-new", args=[ArticleFactory().slug])
    forms = [{"body": f"Story {number}.", "form_key": str(uuid4()), "save": "auto"} for number in range(3)]
    answers = _send_at_once(address, forms, MemberFactory())
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409]
    assert Draft.objects.count() == 1


@pytest.mark.parametrize("attempt", range(3))
@pytest.mark.parametrize("is_begun", [True, False])
def test_pause_and_posting_at_once_leave_no_draft_of_what_is_posted(attempt, is_begun):
    address, member = reverse("discussion:comment-new", args=[ArticleFactory().slug]), MemberFactory()
    typed = {"body": "We waited two years.", "form_key": str(uuid4())}
    if is_begun:
        _send_at_once(address, [typed | {"body": "We waited", "save": "auto"}], member)
    answers = _send_at_once(address, [typed | {"save": "auto"}, typed | {"post": "1"}], member)
    assert sorted(answer.status_code for answer in answers) == [200, 302]
    assert Comment.objects.count() == 1
    assert not Draft.objects.exists()
