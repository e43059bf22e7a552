"""The page after posting tells somebody who may be in distress who answers now, them alone and kindly."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from forum.discussion.answering import answer_path
from forum.discussion.models import ActorKind, Comment
from forum.discussion.posting import post_comment
from forum.discussion.services import Actor, transition
from forum.site.models import HelpLine, SiteText
from tests.discussion.visiting import visit_as, words_of
from tests.factories import ArticleFactory, CommentFactory, GuestFactory, MemberFactory, ModeratorFactory

pytestmark = pytest.mark.django_db

DESPAIR = "Some nights I want to die. Does it get quieter?"
KIND = "You do not have to carry this alone."


@pytest.fixture
def article():
    HelpLine.objects.create(name="Night line", how="116 123", when="day and night")
    SiteText.objects.create(pk=1, emergency="999")
    return ArticleFactory()


def post(client, path, body=DESPAIR, **fields):
    return client.post(path, {"body": body, "post": "1"} | fields, follow=True)


def test_help_lines_stand_above_the_comment_of_whoever_wrote_it(client, article):
    page = post(client, reverse("discussion:comment-new", args=[article.slug]))
    comment = Comment.objects.get()
    assert page.redirect_chain[-1][0].endswith(f"#comment-{comment.pk}")
    words = words_of(page)
    assert words.index(KIND) < words.index("Some nights I want to die")
    for expected in ("Night line", "116 123", "day and night", "call 999", "We took your comment as you wrote it."):
        assert expected in words
    assert 'href="tel:116123"' in page.content.decode()
    again = client.get(page.redirect_chain[-1][0])
    assert KIND in words_of(again)
    assert "Your way back" in words
    assert "Your way back" not in words_of(again)


def test_nobody_else_sees_them(client, article):
    page = post(client, reverse("discussion:comment-new", args=[article.slug]))
    comment = Comment.objects.get()
    assert Client().get(page.redirect_chain[-1][0]).status_code == 404
    transition(comment, "published", actor=Actor(ActorKind.MODERATOR, ModeratorFactory()))
    assert KIND not in Client().get(page.redirect_chain[-1][0]).content.decode()
    elsewhere = CommentFactory(article=article)
    assert KIND not in client.get(elsewhere.get_absolute_url(), follow=True).content.decode()
    assert KIND not in client.get(article.get_absolute_url()).content.decode()


def test_without_help_lines_the_emergency_number_is_named(client, article):
    HelpLine.objects.all().delete()
    words = words_of(post(client, reverse("discussion:comment-new", args=[article.slug])))
    assert KIND in words
    assert "If you or someone near you is in danger, call 999." in words
    assert "These people answer now" not in words


def test_other_comments_show_nothing(client, article):
    page = post(client, reverse("discussion:comment-new", args=[article.slug]), body="I would never kill myself.")
    assert KIND not in page.content.decode()


def test_a_change_and_a_reply_show_them_too(article):
    guest = GuestFactory()
    client = visit_as(guest)
    root = CommentFactory(article=article, guest=guest, body="It went well.", state="held")
    assert KIND in words_of(post(client, reverse("discussion:comment-edit", args=[root.pk])))
    other = CommentFactory(article=article)
    assert KIND in words_of(post(client, reverse("discussion:comment-reply", args=[other.pk]), body="I have no reason to live."))


def test_somebody_who_answers_by_an_old_link_sees_them_too(article):
    guest = GuestFactory(email="ulla@example.org", proven_at=timezone.now())
    root = CommentFactory(article=article, guest=guest)
    reply = CommentFactory(parent=root)
    client = Client()
    with time_machine.travel(timezone.now() - timedelta(days=40)):
        path = answer_path(guest, reply)
    client.get(path)
    words = words_of(post(client, reverse("discussion:comment-reply", args=[reply.pk])))
    assert "Your reply is waiting for a moderator" in words
    assert KIND in words


@pytest.mark.parametrize("value", ["", "1", "2-", "2-x", "2-9999999999999999999", "3.4", "2-0.2-1x"])
def test_a_cookie_that_makes_no_sense_changes_nothing(client, article, value):
    comment = CommentFactory(article=article)
    client.cookies["posted"] = value
    assert KIND not in client.get(comment.get_absolute_url(), follow=True).content.decode()


@pytest.mark.parametrize("body", [DESPAIR, "It went well."])
def test_what_is_known_of_a_new_comment_is_what_is_stored(body):
    comment = post_comment(discussion=ArticleFactory().discussion, body=body, author=MemberFactory())
    stored = comment.signals.filter(lane="care").exists()
    assert comment.needs_care is stored is (body == DESPAIR)
    assert Comment.objects.get(pk=comment.pk).needs_care is None
