"""What a comment is about, corrected on its pages by its writer and by moderators; later searches leave it alone."""

import re

import pytest
from django.test import Client

from forum.accounts.models import Guest
from forum.discussion.models import Comment, Decision
from forum.topics import correcting
from forum.topics.editing import change_vocabulary
from forum.topics.mentions import correct_comment, settle_comment
from forum.topics.models import By, Mention, Topic
from tests.discussion import visiting
from tests.factories import CommentFactory, GuestFactory, MemberFactory, ModeratorFactory
from tests.topics.vocabularies import make_vocabulary, search, stored_counts, topics_of, true_counts

pytestmark = pytest.mark.django_db


@pytest.fixture
def topics():
    return make_vocabulary()


def visit_as(person):
    """Return a browser of a guest, or of a member who has signed in."""
    if isinstance(person, Guest):
        return visiting.visit_as(person)
    client = Client()
    client.force_login(person)
    return client


def fill(page, *, untick=(), add=""):
    """Return what the form on ``page`` sends when topics are unticked and one is added."""
    ticked = re.findall(r'name="about" value="(\d+)"[^>]*checked', page)
    return {
        "seen": re.findall(r'name="seen" value="(\d+)"', page),
        "about": [pk for pk in ticked if int(pk) not in {topic.pk for topic in untick}],
        "add": str(add.pk) if add else "",
    }


def save(client, path, **changes):
    answer = client.post(path, fill(client.get(path).text, **changes))
    assert answer.status_code == 302
    return answer


@pytest.mark.parametrize("kind", ["member", "guest"])
def test_writer_takes_a_topic_off_and_adds_one_from_their_own_comment(topics, kind):
    person = MemberFactory() if kind == "member" else GuestFactory()
    comment = CommentFactory(body="Splints, she joked. My son laughed.", **{"author" if kind == "member" else "guest": person})
    client, path = visit_as(person), f"/comments/{comment.pk}/topics/"
    place = client.get(comment.get_absolute_url(), follow=True).text
    assert f'href="{path}"' in place
    assert f'href="{path}"' in client.get("/mine/").text
    page = client.get(path).text
    assert "splints (found by: Splints)" in page
    save(client, path, untick=[topics["splints"]], add=topics["stroke"])
    assert topics_of(comment) == {"a son or daughter", "stroke"}
    assert stored_counts() == true_counts()
    settle_comment(Comment.objects.get(pk=comment.pk))
    change_vocabulary()
    search()
    assert topics_of(comment) == {"a son or daughter", "stroke"}
    save(client, path)
    assert topics_of(comment) == {"a son or daughter", "stroke"}
    assert not Decision.objects.filter(kind="topics").exists()


def test_nobody_else_opens_the_page_of_a_writer(topics, client: Client):
    comment = CommentFactory(body="A splint.", guest=GuestFactory())
    path = f"/comments/{comment.pk}/topics/"
    for stranger in (client, visit_as(GuestFactory()), visit_as(ModeratorFactory())):
        assert stranger.get(path).status_code == 403
        assert stranger.post(path, {"seen": [topics["splints"].pk]}).status_code == 403
    assert path not in client.get(comment.get_absolute_url(), follow=True).text
    assert topics_of(comment) == {"splints"}
    assert client.get("/comments/999999999999999999999/topics/").status_code == 403


def test_comment_that_is_not_public_has_no_page_for_its_writer(topics):
    guest = GuestFactory()
    comment = CommentFactory(body="A splint.", guest=guest, state="held")
    assert visit_as(guest).get(f"/comments/{comment.pk}/topics/").status_code == 404


def test_what_was_found_after_the_page_was_opened_stays(topics):
    guest = GuestFactory()
    comment = CommentFactory(body="A splint.", guest=guest)
    client, path = visit_as(guest), f"/comments/{comment.pk}/topics/"
    sent = fill(client.get(path).text, untick=[topics["splints"]])
    correct_comment(comment, topic_ids=[topics["splints"].pk, topics["stroke"].pk], by=By.MODERATOR)
    client.post(path, sent)
    assert topics_of(comment) == {"stroke"}


def test_topics_out_of_use_are_left_alone(topics):
    guest = GuestFactory()
    comment = CommentFactory(body="A splint after the stroke.", guest=guest)
    Topic.objects.filter(name="stroke").update(is_active=False)
    change_vocabulary()
    client = visit_as(guest)
    page = client.get(f"/comments/{comment.pk}/topics/").text
    assert "stroke" not in page.split("<form")[1]
    save(client, f"/comments/{comment.pk}/topics/", untick=[topics["splints"]])
    Topic.objects.filter(name="stroke").update(is_active=True)
    change_vocabulary()
    search()
    assert topics_of(comment) == {"stroke"}


def test_writer_adds_no_more_than_some_and_none_that_does_not_exist(topics, monkeypatch):
    monkeypatch.setattr(correcting, "MOST_ADDED", 1)
    guest = GuestFactory()
    comment = CommentFactory(body="It went well.", guest=guest)
    client, path = visit_as(guest), f"/comments/{comment.pk}/topics/"
    for nonsense in ("x", "9" * 30, "\0"):
        assert client.post(path, {"add": nonsense}).status_code == 200
        assert client.post(path, {"about": nonsense, "seen": nonsense}).status_code == 200
    save(client, path, add=topics["stroke"])
    assert 'name="add"' not in client.get(path).text
    assert client.post(path, {"add": topics["splints"].pk}).status_code == 200
    assert topics_of(comment) == {"stroke"}


# -- moderators


def test_moderator_corrects_any_comment_and_it_is_logged(topics):
    comment = CommentFactory(body="A splint after the stroke.")
    moderator = ModeratorFactory()
    client = visit_as(moderator)
    path = f"/admin/topics/topic/comment/{comment.pk}/"
    assert path in client.get(f"/admin/discussion/comment/{comment.pk}/change/").text
    save(client, path, untick=[topics["splints"]], add=topics["baclofen"])
    assert topics_of(comment) == {"stroke", "baclofen"}
    decision = Decision.objects.get(kind="topics")
    assert (decision.who, decision.comment, decision.note) == (moderator, comment, "+ baclofen, - splints")
    assert (decision.from_state, decision.to_state) == ("published", "published")
    save(client, path)
    assert Decision.objects.filter(kind="topics").count() == 1
    assert "said what it is about" in client.get(f"/admin/discussion/comment/{comment.pk}/change/").text
    assert "baclofen" not in client.get("/moderation-log/").text


def test_writer_does_not_undo_what_a_moderator_said(topics):
    guest = GuestFactory()
    comment = CommentFactory(body="A splint after the stroke.", guest=guest)
    about = [topics["stroke"].pk, topics["baclofen"].pk]
    correct_comment(comment, topic_ids=about, by=By.MODERATOR, who=ModeratorFactory())
    client, path = visit_as(guest), f"/comments/{comment.pk}/topics/"
    page = client.get(path).text
    assert "A moderator says that it is about: baclofen." in page
    assert "A moderator says that it is not about: splints." in page
    save(client, path, untick=[topics["stroke"]])
    assert topics_of(comment) == {"baclofen"}
    correct_comment(comment, topic_ids=[topics["splints"].pk], by=By.WRITER)
    assert topics_of(comment) == {"baclofen"}


def test_card_in_the_queue_leads_to_the_page_and_what_is_said_there_holds_once_it_is_public(topics):
    comment = CommentFactory(body="It went well.", state="held")
    client = visit_as(ModeratorFactory())
    path = f"/admin/topics/topic/comment/{comment.pk}/"
    assert path in client.get("/admin/moderation/queue/").text
    save(client, path, add=topics["stroke"])
    assert topics_of(comment) == set()
    client.post(f"/admin/discussion/comment/{comment.pk}/decide/", {"version": comment.version, "verb": "publish"})
    comment.refresh_from_db()
    assert comment.public
    assert topics_of(comment) == {"stroke"}


def test_page_of_moderators_is_for_moderators_and_not_of_erased_comments(topics, client: Client):
    comment, erased = CommentFactory(body="A splint."), CommentFactory(state="erased")
    for other, status in ((client, 302), (visit_as(MemberFactory()), 302), (visit_as(ModeratorFactory(role="author")), 403)):
        assert other.get(f"/admin/topics/topic/comment/{comment.pk}/").status_code == status
    assert visit_as(ModeratorFactory()).get(f"/admin/topics/topic/comment/{erased.pk}/").status_code == 404
    correct_comment(erased, topic_ids=[topics["splints"].pk], by=By.MODERATOR)
    assert not Mention.objects.filter(comment=erased).exists()
