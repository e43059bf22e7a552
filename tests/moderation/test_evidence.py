"""Where comments came from: kept for moderators, for some days, from the form that people send."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from forum.accounts.client_address import client_ip
from forum.accounts.people import Person
from forum.discussion.arrival import Arrival
from forum.discussion.models import Comment
from forum.discussion.posting import post_comment
from forum.discussion.services import SOFTWARE, transition
from forum.moderation import personal_data
from forum.moderation.jobs import purge_evidence, remember_texts, tune_filter
from forum.moderation.models import Evidence, FilterState, PhraseRule, TextMark
from tests.factories import ArticleFactory, CommentFactory, GuestFactory

pytestmark = pytest.mark.django_db


def send(client: Client, address: str, *, wait: int = 60, **typed: str):
    """Open the form, wait, and send it with what a browser would send."""
    now = timezone.now()
    with time_machine.travel(now, tick=False):
        html = client.get(address).content.decode()
    hidden = dict(re.findall(r'<input type="hidden" name="(form_key|opened)" value="([^"]*)"', html))
    with time_machine.travel(now + timedelta(seconds=wait), tick=False):
        return client.post(
            address, {"body": "The warm bath helped us.", "relation": "", **hidden, **typed}, REMOTE_ADDR="192.0.2.7"
        )


@pytest.fixture
def address() -> str:
    return reverse("discussion:comment-new", args=[ArticleFactory().slug])


def test_address_and_seconds_of_a_sent_form_are_kept(address):
    send(Client(), address, wait=95)
    kept = Evidence.objects.get()
    assert (kept.client_ip, kept.form_seconds, kept.discussion) == ("192.0.2.7", 95, kept.comment.discussion)
    assert not Comment.objects.get().signals.exists()


def test_a_form_sent_at_once_and_a_filled_unseen_field_are_signals(address):
    send(Client(), address, wait=1, homepage="https://x.example")
    assert set(Comment.objects.get().signals.values_list("code", flat=True)) == {"form_fast", "honeypot"}


def test_a_forged_opening_time_is_none(address):
    send(Client(), address, opened="1")
    assert Evidence.objects.get().form_seconds is None


def test_a_refused_text_comes_back_with_the_reason_and_nothing_is_lost(address):
    PhraseRule.objects.create(phrase="miracle splint", action="refuse")
    response = send(Client(), address, body="Try the miracle splint, it is good.")
    assert response.status_code == 200
    assert "Take out “miracle splint”. It cannot be posted here" in response.content.decode()
    assert "Try the miracle splint, it is good." in response.content.decode()
    assert not Comment.objects.exists()


def test_evidence_is_deleted_after_its_days_and_the_comment_stays(settings):
    settings.EVIDENCE_DAYS = 7
    now = timezone.now()
    discussion = ArticleFactory().discussion
    for days in (8, 6):
        post_comment(
            discussion=discussion,
            body="x",
            guest=GuestFactory(),
            arrival=Arrival(client_ip="192.0.2.7"),
            now=now - timedelta(days=days),
        )
    Evidence.objects.filter(at=Evidence.objects.earliest("at").at).update(at=now - timedelta(days=8))
    Evidence.objects.filter(at=Evidence.objects.latest("at").at).update(at=now - timedelta(days=6))
    purge_evidence.func()
    assert Evidence.objects.count() == 1
    assert Comment.objects.count() == 2


def test_evidence_goes_with_an_erasure():
    comment = post_comment(
        discussion=ArticleFactory().discussion,
        body="x",
        guest=GuestFactory(),
        arrival=Arrival(form_seconds=3.2, client_ip="2001:db8::1"),
    )
    assert Evidence.objects.get().client_ip == "2001:db8::1"
    transition(comment, "erased", actor=SOFTWARE)
    assert not Evidence.objects.exists()


@pytest.mark.parametrize("keep_words", [True, False])
def test_evidence_and_what_was_learned_go_with_their_person(keep_words):
    guest = GuestFactory()
    comment = CommentFactory(guest=guest, body="see https://new.example.com")
    Evidence.objects.create(comment=comment, client_ip="192.0.2.7", at=timezone.now())
    person = Person(guest=guest)
    assert personal_data.export(person)["how_comments_came_in"][0]["client_ip"] == "192.0.2.7"
    personal_data.erase(person, keep_words=keep_words)
    assert not Evidence.objects.exists()
    assert FilterState.objects.get(pk=1).ham == 0


def test_the_daily_job_learns_again_under_a_new_secret(settings):
    CommentFactory(body="The warm bath in the evening helped us more than anything else that year.")
    marks = set(TextMark.objects.values_list("hash", flat=True))
    settings.SECRET_KEY = "another" * 10
    tune_filter.func()
    assert FilterState.objects.get(pk=1).ham == 1
    (job,) = DBTaskResult.objects.filter(task_path=remember_texts.module_path)
    remember_texts.func()
    again = set(TextMark.objects.values_list("hash", flat=True))
    assert len(again) == len(marks) > 0
    assert not marks & again
    tune_filter.func()
    assert FilterState.objects.get(pk=1).ham == 1
    assert list(DBTaskResult.objects.filter(task_path=remember_texts.module_path)) == [job]


@pytest.mark.parametrize(
    ("proxies", "forwarded", "expected"),
    [
        (0, "203.0.113.9", "192.0.2.7"),
        (1, "198.51.100.1, 203.0.113.9", "203.0.113.9"),
        (2, "198.51.100.1, 203.0.113.9", "198.51.100.1"),
        (2, "203.0.113.9", ""),
        (1, "nonsense", ""),
    ],
)
def test_only_as_many_addresses_are_believed_as_there_are_proxies(rf, settings, proxies, forwarded, expected):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    assert client_ip(rf.get("/", REMOTE_ADDR="192.0.2.7", HTTP_X_FORWARDED_FOR=forwarded)) == expected
