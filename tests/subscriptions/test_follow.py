"""Asking to be told: on the comment form, and on the pages that the conversations link to."""

import re

import pytest
from django.test import Client

from forum.accounts.models import Guest
from forum.discussion.models import Comment
from forum.mail.models import OutgoingMessage
from forum.subscriptions.models import Subscription
from tests.discussion.visiting import links_in_mail, visit_as, words_of
from tests.factories import ArticleFactory, CommentFactory
from tests.subscriptions.people import guest_person, links_in, mails, member_person, recipients, work_later, write

pytestmark = pytest.mark.django_db
Kind = Subscription.Kind


@pytest.fixture
def article():
    return ArticleFactory(slug="stiff", title="Stiff muscles")


def wishes(**owner):
    return set(Subscription.objects.filter(**owner, stopped_at=None).values_list("kind", "root", "discussion"))


def test_guest_who_gives_an_address_asks_for_replies_and_for_news_of_the_comment(article):
    Client().post("/articles/stiff/comment/", {"body": "Does it help?", "email": "joan@example.org", "post": ""})
    comment = Comment.objects.get()
    assert wishes(guest=comment.guest) == {("own", None, None), ("replies", comment.pk, None)}


def test_reply_asks_for_the_conversation_it_is_in(article):
    root = CommentFactory(article=article)
    reply = CommentFactory(parent=root)
    Client().post(f"/comments/{reply.pk}/reply/", {"body": "Does it help?", "email": "joan@example.org", "post": ""})
    assert ("replies", root.pk, None) in wishes(guest=Guest.objects.get(email="joan@example.org"))


def test_guest_without_an_address_asks_for_nothing(article):
    Client().post("/articles/stiff/comment/", {"body": "Does it help?", "post": ""})
    assert not Subscription.objects.exists()


@pytest.mark.parametrize(("ticked", "kinds"), [({"alerts": "1"}, {"own", "replies"}), ({}, set())])
def test_member_is_asked_by_a_tick(client, article, ticked, kinds):
    member = member_person().user
    client.force_login(member)
    page = client.get("/articles/stiff/comment/").content.decode()
    assert re.search(r'id="f-alerts"[^>]* checked', page)
    client.post("/articles/stiff/comment/", {"body": "Does it help?", "alerts_offered": "1", "post": ""} | ticked)
    assert {kind for kind, _, _ in wishes(user=member)} == kinds


def test_tick_stays_as_it_was_where_something_else_is_to_be_checked(client, article):
    client.force_login(member_person().user)
    for ticked in ({}, {"alerts": "1"}):
        page = client.post("/articles/stiff/comment/", {"body": "", "alerts_offered": "1", "post": ""} | ticked).content.decode()
        assert bool(re.search(r'id="f-alerts"[^>]* checked', page)) is bool(ticked)


def test_pages_of_conversations_lead_to_following(client, article):
    root = CommentFactory(article=article)
    page = client.get("/articles/stiff/").content.decode()
    assert 'href="/articles/stiff/follow/"' in page
    assert f'href="/comments/{root.pk}/follow/"' in page
    assert f'href="/comments/{root.pk}/follow/"' in client.get(f"/articles/stiff/comments/{root.pk}/").content.decode()


def test_stranger_follows_by_an_address_that_they_prove(article):
    client = Client()
    assert "We write to you when somebody writes a comment under this article" in words_of(client.get("/articles/stiff/follow/"))
    sent = client.post("/articles/stiff/follow/", {"email": "joan@example.org"}, follow=True)
    assert "We have written to the address you gave" in words_of(sent)
    guest = Guest.objects.get()
    assert wishes(guest=guest) == {("discussion", None, article.discussion.pk)}
    write(guest_person(), discussion=article.discussion, wants_mail=False)
    work_later()
    assert recipients("followed") == []
    (mail,) = mails("follow-proof")
    client.post(links_in(mail)["Confirm that this is your address"])
    write(guest_person(), discussion=article.discussion, wants_mail=False)
    work_later()
    assert recipients("followed") == ["joan@example.org"]


def test_mail_to_a_typed_address_holds_nothing_of_the_conversation_and_comes_once_a_day(article):
    for _ in range(2):
        Client().post("/articles/stiff/follow/", {"email": "joan@example.org"})
    (mail,) = mails("follow-proof")
    assert "Stiff" not in str(mail.content)
    assert "List-Unsubscribe" not in mail.content["headers"]


def test_proven_guest_and_member_follow_with_one_button(client, article):
    root = CommentFactory(article=article)
    guest = guest_person()
    browser = visit_as(guest.guest)
    assert 'name="email"' not in browser.get("/articles/stiff/follow/").content.decode()
    assert "Done. We write to you" in words_of(browser.post("/articles/stiff/follow/", follow=True))
    assert "You follow this already." in words_of(browser.get("/articles/stiff/follow/"))
    member = member_person().user
    client.force_login(member)
    client.post(f"/comments/{root.pk}/follow/")
    assert wishes(user=member) == {("thread", root.pk, None)}
    assert not OutgoingMessage.objects.exists()


def test_stopped_conversation_can_be_followed_again(client, article):
    member = member_person().user
    client.force_login(member)
    for _ in range(2):
        client.post("/articles/stiff/follow/")
        client.post("/emails/", {"stop": "all"})
    client.post("/articles/stiff/follow/")
    assert len(wishes(user=member)) == Subscription.objects.count() == 1


def test_reply_leads_to_its_conversation(client, article):
    reply = CommentFactory(parent=CommentFactory(article=article))
    assert client.get(f"/comments/{reply.pk}/follow/").url == f"/comments/{reply.root_id}/follow/"


@pytest.mark.parametrize("path", ["/comments/9999/follow/", "/comments/99999999999999999999/follow/", "/articles/none/follow/"])
def test_what_does_not_exist_cannot_be_followed(client, path):
    assert client.get(path).status_code == 404


def test_what_readers_do_not_see_cannot_be_followed(client):
    held = CommentFactory(state="held")
    assert client.get(f"/comments/{held.pk}/follow/").status_code == 404
    draft = ArticleFactory(status="draft")
    assert client.get(f"/articles/{draft.slug}/follow/").status_code == 404


@pytest.mark.parametrize("address", ["", "joan", "joan@", "joan@example.org\nBcc: x@example.org", "ü@example.org"])
def test_address_that_cannot_be_one_comes_back_with_what_to_do(client, article, address):
    answer = client.post("/articles/stiff/follow/", {"email": address})
    assert answer.status_code == 200
    assert "There is 1 thing to check" in words_of(answer)
    assert not Guest.objects.exists()


def test_token_that_failed_gives_the_address_back(article):
    client = Client(enforce_csrf_checks=True)
    answer = client.post("/articles/stiff/follow/", {"email": "joan@example.org"})
    assert answer.status_code == 403
    assert "joan@example.org" in answer.content.decode()
    assert not Guest.objects.exists()


def test_address_is_welcomed_once_it_is_proven(article):
    Client().post("/articles/stiff/comment/", {"body": "Does it help?", "email": "joan@example.org", "post": ""})
    prove = links_in_mail("way_back")[0]
    for _ in range(2):
        Client().post(prove)
    (mail,) = mails("address-proven")
    assert mail.recipient == "joan@example.org"
    assert Client().get(links_in(mail)["Choose or stop emails"]).status_code == 200
    assert "Does it help?" in words_of(Client().get(links_in(mail)["See what you wrote, and the answers"]))
