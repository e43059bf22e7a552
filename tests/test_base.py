"""What every test stands on: factories whose counts are right, tables emptied past the append-only log, no network."""

import socket

import pytest
from django.db import DatabaseError, transaction
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from forum.discussion.models import Comment, Decision
from tests.factories import STEPS, ArticleFactory, CommentFactory, ModeratorFactory


@pytest.mark.django_db
@pytest.mark.parametrize("state", STEPS)
def test_factory_brings_a_comment_into_any_state(state: str) -> None:
    assert CommentFactory(state=state).state == state


@pytest.mark.django_db
def test_factory_counts_as_the_services_do() -> None:
    article = ArticleFactory()
    root = CommentFactory(article=article)
    CommentFactory(parent=root)
    CommentFactory(parent=root, state="held")
    CommentFactory(article=article, author=ModeratorFactory())
    article.discussion.refresh_from_db()
    root.refresh_from_db()
    assert (article.discussion.comment_count, article.discussion.people_count, root.reply_count) == (3, 3, 1)


@pytest.mark.django_db
def test_factory_makes_a_comment_of_unknown_date() -> None:
    comment = CommentFactory(posted_precision="unknown", posted_text="undated", origin="saved_page")
    assert (comment.posted_at, comment.posted_text) == (None, "undated")


@pytest.mark.django_db
def test_decisions_refuse_change_and_deletion() -> None:
    CommentFactory()
    for change in (lambda: Decision.objects.update(note="other"), lambda: Decision.objects.all().delete()):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            change()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("time", ["first", "second"])
def test_tests_that_commit_leave_nothing_behind(time: str) -> None:
    assert not Comment.objects.exists()
    CommentFactory()


def test_network_is_off() -> None:
    with socket.socket() as sock, pytest.raises(PermissionError, match="network is off"):
        sock.connect(("192.0.2.1", 80))


@pytest.mark.browser
def test_browser_reaches_the_site(page: Page, live_server: LiveServer) -> None:
    CommentFactory()
    page.goto(f"{live_server.url}/healthz")
    assert page.text_content("body") == "ok\n"
