"""The site's own rules in the administration, tried before they are saved."""

import pytest
from django.test import Client
from django.urls import reverse

from forum.moderation.models import LinkHost, PhraseRule
from tests.factories import ArticleFactory, CommentFactory, ModeratorFactory

pytestmark = pytest.mark.django_db

ADD_PHRASE = reverse("admin:moderation_phraserule_add")
ADD_HOST = reverse("admin:moderation_linkhost_add")


@pytest.fixture
def moderator() -> Client:
    client = Client()
    client.force_login(ModeratorFactory())
    return client


def phrase(text: str, **typed: str) -> dict[str, str]:
    return {"phrase": text, "action": "hold", "note": "", "is_active": "on"} | typed


def test_the_preview_shows_what_a_phrase_would_find_and_saves_nothing(moderator):
    comment = CommentFactory(body="Nobody sells a zorvex here.", name="Ulla")
    CommentFactory()
    page = moderator.post(ADD_PHRASE, phrase("zorvex*", _preview="1")).content.decode()
    assert "It finds 1 comment of the last 30 days (2 were read)." in page
    assert reverse("admin:discussion_comment_change", args=[comment.pk]) in page
    assert 'value="zorvex*"' in page
    assert not PhraseRule.objects.exists()
    moderator.post(ADD_PHRASE, phrase("zorvex*"))
    assert PhraseRule.objects.get().action == "hold"


def test_a_broken_phrase_is_refused_in_words(moderator):
    page = moderator.post(ADD_PHRASE, phrase("*")).content.decode()
    assert "would match every comment" in page
    assert not PhraseRule.objects.exists()


def test_a_phrase_that_finds_very_much_is_asked_about(moderator):
    article = ArticleFactory()
    for _ in range(20):
        CommentFactory(article=article, body="We tried the bath.")
    page = moderator.post(ADD_PHRASE, phrase("the")).content.decode()
    assert "This finds 20 of the last 20 comments." in page
    assert not PhraseRule.objects.exists()
    moderator.post(ADD_PHRASE, phrase("the", action="note"))
    moderator.post(ADD_PHRASE, phrase("bath", is_meant="on"))
    assert set(PhraseRule.objects.values_list("phrase", flat=True)) == {"the", "bath"}


def test_a_domain_is_stored_as_the_part_that_was_registered(moderator):
    CommentFactory(body="https://blog.example.co.uk/x")
    LinkHost.objects.all().delete()
    moderator.post(ADD_HOST, {"domain": "https://www.Blog.Example.co.uk/page", "action": "refuse", "note": ""})
    assert LinkHost.objects.get().domain == "example.co.uk"
    page = moderator.post(ADD_HOST, {"domain": "nonsense", "action": "hold", "note": ""}).content.decode()
    assert "Write a domain such as example.org." in page


def test_lists_are_shown(moderator):
    PhraseRule.objects.create(phrase="zorvex")
    LinkHost.objects.create(domain="example.org")
    for name in ("phraserule", "linkhost"):
        assert moderator.get(reverse(f"admin:moderation_{name}_changelist")).status_code == 200
