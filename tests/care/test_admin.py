"""Comments to read first, and the phrases that find them, in the administration."""

import pytest
from django.test import Client
from django.urls import reverse

from forum.care.models import CareMark, CarePhrase
from tests.factories import CommentFactory, ModeratorFactory

pytestmark = pytest.mark.django_db

LIST = reverse("admin:care_caremark_changelist")
ADD_PHRASE = reverse("admin:care_carephrase_add")


@pytest.fixture
def moderator():
    client = Client()
    client.force_login(ModeratorFactory(display_name="Ines"))
    return client


@pytest.fixture
def operator():
    client = Client()
    client.force_login(ModeratorFactory(role="operator"))
    return client


@pytest.fixture
def mark():
    return CommentFactory(body="Some nights I want to die.", name="Sam").care_marks.get()


def test_the_list_shows_what_is_open_and_imports_apart(moderator, mark):
    old = CareMark.objects.create(comment=CommentFactory(name="Old Page"), words="x", source="import", found_at=mark.found_at)
    page = moderator.get(LIST).content.decode()
    assert "Sam" in page
    assert "Old Page" not in page
    assert "Old Page" in moderator.get(LIST, {"state": "import"}).content.decode()
    CareMark.objects.filter(pk=old.pk).update(closed_at=mark.found_at)
    assert "Old Page" in moderator.get(LIST, {"state": "closed"}).content.decode()


def test_a_mark_is_read_and_closed_with_a_note(moderator, mark):
    path = reverse("admin:care_caremark_change", args=[mark.pk])
    page = moderator.get(path).content.decode()
    assert "“want to die”" in page
    assert "Some nights I want to die." in page
    close = reverse("admin:care_caremark_close", args=[mark.pk])
    answer = moderator.post(close, {"note": " "})
    assert answer.status_code == 400
    assert "Write what was done. A few words are enough." in answer.content.decode()
    answer = moderator.post(close, {"note": "Wrote to Sam."}, follow=True)
    assert "Closed. Thank you for looking after Sam." in answer.content.decode()
    page = moderator.get(path).content.decode()
    assert "Closed by Ines" in page
    assert "Wrote to Sam." in page
    assert close not in page


def test_the_second_of_two_moderators_is_told(moderator, operator, mark):
    close = reverse("admin:care_caremark_close", args=[mark.pk])
    moderator.post(close, {"note": "Wrote to Sam."})
    answer = operator.post(close, {"note": "Called the operator."})
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "Ines closed this before you." in page
    assert "Wrote to Sam." in page
    mark.refresh_from_db()
    assert mark.note == "Wrote to Sam."


def test_the_way_from_a_comment_leads_to_its_mark(moderator):
    waiting = CommentFactory(body="I have no reason to live.", state="held")
    way = reverse("admin:care_caremark_of", args=[waiting.pk])
    assert way in moderator.get(reverse("moderation:queue"), {"lane": "care"}).content.decode()
    assert moderator.get(way)["Location"] == reverse("admin:care_caremark_change", args=[waiting.care_marks.get().pk])
    answer = moderator.get(reverse("admin:care_caremark_of", args=[CommentFactory().pk]), follow=True)
    assert "Nothing is written down about this comment." in answer.content.decode()


def test_authors_and_strangers_see_none_of_it(client, mark):
    author = Client()
    author.force_login(ModeratorFactory(role="author"))
    for visitor in (client, author):
        assert visitor.get(reverse("admin:care_caremark_change", args=[mark.pk])).status_code in (302, 403)
        assert visitor.post(reverse("admin:care_caremark_close", args=[mark.pk]), {"note": "x"}).status_code in (302, 403)
    mark.refresh_from_db()
    assert mark.closed_at is None


@pytest.mark.parametrize("pk", ["0", "99999999999999999999", "x"])
def test_a_mark_that_is_not_there_is_not_found(moderator, pk):
    assert moderator.get(f"{LIST}{pk}/change/").status_code == 404


def phrase(text, **typed):
    return {"phrase": text, "language": "en", "concern": "despair", "is_active": "on"} | typed


def test_a_phrase_is_tried_as_it_will_be_used(operator):
    CommentFactory(body="I feel grey as rain.", name="Ulla")
    CommentFactory(body="I never feel grey as rain.", name="Berit")
    page = operator.post(ADD_PHRASE, phrase("grey … rain", _preview="1")).content.decode()
    assert "It finds 1 comment of the last 30 days (2 were read)." in page
    assert "Ulla" in page
    assert "Berit" not in page
    assert not CarePhrase.objects.filter(phrase="grey … rain").exists()
    operator.post(ADD_PHRASE, phrase("grey … rain"))
    assert CarePhrase.objects.filter(phrase="grey … rain").exists()


@pytest.mark.parametrize("broken", ["*", "…", "a*", "(die)"])
def test_a_broken_phrase_is_refused_in_words(operator, broken):
    page = operator.post(ADD_PHRASE, phrase(broken))
    assert page.status_code == 200
    assert 'class="errorlist"' in page.content.decode()
    assert not CarePhrase.objects.filter(phrase=broken).exists()


def test_a_phrase_that_finds_very_much_is_asked_about(operator):
    for _ in range(20):
        CommentFactory(body="We tried the bath.")
    page = operator.post(ADD_PHRASE, phrase("we tried")).content.decode()
    assert "This finds 20 of the last 20 comments." in page
    operator.post(ADD_PHRASE, phrase("we tried", is_meant="on"))
    assert CarePhrase.objects.filter(phrase="we tried").exists()


def test_phrases_are_listed_by_language(operator):
    page = operator.get(reverse("admin:care_carephrase_changelist"), {"language__exact": "nl"}).content.decode()
    assert "zelfmoord*" in page
    assert "selbstmord*" not in page
