"""Too much at once, where people write: nothing typed is lost, and the page says when to go on."""

import html
import re
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from forum.accounts.models import Guest, RateCount
from forum.discussion.models import Comment, Draft
from forum.mail.models import OutgoingMessage
from tests.discussion.visiting import visit_as, words_of
from tests.factories import ArticleFactory, CommentFactory, GuestFactory, MemberFactory

pytestmark = pytest.mark.django_db

BODY = "My brother has had the pump for two years.\n\nIs anyone here <still> reading?"
LOT = "That was a lot at once."


@pytest.fixture(autouse=True)
def _on(settings):
    settings.RATE_LIMITS = True


@pytest.fixture
def form():
    return reverse("discussion:comment-new", args=[ArticleFactory().slug])


def _typed(button="post", **fields):
    return {"body": BODY, "form_key": str(uuid4()), button: "1"} | fields


def _use_up():
    """Let it be as if everything counted so far had been done very often."""
    assert RateCount.objects.exists()
    RateCount.objects.update(count=10_000)


def _flood(client, form, **typed):
    """Post once, then once too often; return the second answer."""
    assert client.post(form, _typed(**typed)).status_code == 302
    _use_up()
    return client.post(form, _typed(body=f"{BODY} Another thing:"))


def test_thirty_posts_of_one_person_within_an_hour_are_no_flood(client, form):
    client.force_login(MemberFactory())
    sent = [client.post(form, _typed(body=f"{BODY} {number}")).status_code for number in range(30)]
    assert sent == [302] * 30
    assert client.post(form, _typed()).status_code == 429
    assert Comment.objects.count() == 30


@pytest.mark.parametrize("is_member", [True, False])
def test_post_of_a_flood_comes_back_in_the_form_and_is_kept(client, form, is_member):
    if is_member:
        client.force_login(MemberFactory())
    answer = _flood(client, form)
    assert answer.status_code == 429
    assert 0 < int(answer["Retry-After"]) <= 86_400
    text = html.unescape(answer.content.decode())
    assert f"{BODY} Another thing:</textarea>" in text
    assert re.search(r"Your text is saved\. You can post again in (a|\d+) (minute|hour)s?\.", words_of(answer))
    assert answer.content.decode().count('id="problems"') == 1
    assert Draft.objects.get().body == f"{BODY} Another thing:"
    assert Comment.objects.count() == 1
    RateCount.objects.all().delete()
    assert client.post(form, _typed(body=Draft.objects.get().body)).status_code == 302


def test_newcomers_who_save_too_much_from_one_place_store_nothing_and_keep_their_text(form):
    assert Client().post(form, _typed("save")).status_code == 302
    _use_up()
    answer = Client().post(form, _typed("save"))
    assert answer.status_code == 429
    assert "Your text is in the form, but it is not saved." in words_of(answer)
    assert html.escape(BODY) in answer.content.decode()
    assert Draft.objects.count() == Guest.objects.count() == 1


def test_flood_of_posts_from_nobody_known_stores_no_drafts_either(form):
    assert Client().post(form, _typed("save")).status_code == 302
    assert Client().post(form, _typed()).status_code == 302
    _use_up()
    answer = Client().post(form, _typed(body="Other words."))
    assert answer.status_code == 429
    assert "it is not saved" in words_of(answer)
    assert Guest.objects.count() == 2


def test_script_that_saves_is_told_in_words(form):
    Client().post(form, _typed("save"))
    _use_up()
    answer = Client().post(form, _typed("save") | {"save": "auto"})
    assert answer.status_code == 429
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.content.decode().startswith("Not saved: that was a lot at once. Your text is still in this window.")


def test_change_of_a_flood_comes_back_in_the_form():
    guest = GuestFactory()
    comment = CommentFactory(guest=guest, body="The first words.")
    client, page = visit_as(guest), reverse("discussion:comment-edit", args=[comment.pk])
    assert client.post(page, {"body": "Other words.", "preview": "1"}).status_code == 200
    _use_up()
    answer = client.post(page, {"body": "Other words.", "post": "1"})
    assert answer.status_code == 429
    assert "it is not saved" in words_of(answer)
    assert "Other words.</textarea>" in answer.content.decode()
    comment.refresh_from_db()
    assert comment.body == "The first words."
    withdrawal = client.post(reverse("discussion:comment-withdraw", args=[comment.pk]), {"withdraw": "1"})
    assert withdrawal.status_code == 429
    assert LOT in words_of(withdrawal)


def test_whoever_types_the_addresses_of_many_is_stopped(client):
    for number in range(32):
        CommentFactory(guest=GuestFactory(email=f"person{number}@example.org"))
    lost = reverse("discussion:mine-lost")
    answers = [client.post(lost, {"email": f"person{number}@example.org"}).status_code for number in range(32)]
    assert answers == [302] * 30 + [429] * 2
    assert OutgoingMessage.objects.count() == 30
    assert client.get(lost).status_code == 200


def test_reading_is_never_counted(client):
    article = ArticleFactory()
    for _ in range(3):
        assert client.get(article.get_absolute_url()).status_code == 200
    assert not RateCount.objects.exists()
