"""The vocabulary in the administration."""

import pytest
from django.test import Client
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from forum.site.models import SiteVersion
from forum.topics.editing import save_topic
from forum.topics.models import Spelling, Topic, TopicPair, Vocabulary
from tests.factories import CommentFactory, ModeratorFactory
from tests.topics.vocabularies import make_topic, search, topics_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def client():
    client = Client()
    client.force_login(ModeratorFactory(role="operator"))
    return client


def fields(topic=None, spellings=(), **typed):
    """Return what the form of a topic sends: ``spellings`` are dicts, with an id for one that is there."""
    known = sum("id" in spelling for spelling in spellings)
    sent = {"name": "massage", "slug": "massage", "kind": "treatment", "is_active": "on"} | typed
    sent |= {"spellings-TOTAL_FORMS": len(spellings), "spellings-INITIAL_FORMS": known}
    for number, spelling in enumerate(spellings):
        row = {"sort": "spelling", "language": "", "topic": topic.pk if topic else ""} | spelling
        sent |= {f"spellings-{number}-{name}": value for name, value in row.items()}
    return sent


def jobs():
    return DBTaskResult.objects.filter(task_path="forum.topics.jobs.search_again").count()


def test_operator_adds_a_topic_with_its_words_and_texts_are_searched(client):
    comment = CommentFactory(body="A Rubdown, now and then.")
    frame = SiteVersion.objects.filter(pk=1).values_list("frame", flat=True).first() or 1
    sent = fields(spellings=[{"text": "massag*"}, {"text": "rubdown", "sort": "brand"}])
    answer = client.post("/admin/topics/topic/add/", sent, follow=True)
    assert "All texts are searched again now" in answer.content.decode()
    assert SiteVersion.objects.get().frame > frame
    assert jobs() == 1
    waiting = DBTaskResult.objects.get(task_path="forum.topics.jobs.search_again")
    assert waiting.run_after > timezone.now()
    search()
    assert topics_of(comment) == {"massage"}


def test_topic_without_words_is_found_by_its_name(client):
    client.post("/admin/topics/topic/add/", fields())
    assert list(Spelling.objects.values_list("topic__name", "text")) == [("massage", "massage")]


def test_saving_without_a_change_searches_nothing(client):
    topic = make_topic("massage")
    before, stamp = jobs(), Vocabulary.objects.get().stamp
    spelling = topic.spellings.get()
    client.post(f"/admin/topics/topic/{topic.pk}/change/", fields(topic, [{"id": spelling.pk, "text": spelling.text}]))
    assert (jobs(), Vocabulary.objects.get().stamp) == (before, stamp)


@pytest.mark.parametrize(
    ("spelling", "words"),
    [
        ({"text": "*"}, "would match every comment"),
        ({"text": "ab*"}, "three letters"),
        ({"text": "massag*", "is_exact": "on"}, "Where capitals count"),
        ({"text": "massage", "language": "D"}, "two small letters"),
    ],
)
def test_words_by_which_nothing_can_be_found_are_told_and_kept_in_the_form(client, spelling, words):
    answer = client.post("/admin/topics/topic/add/", fields(spellings=[spelling]))
    page = answer.content.decode()
    assert answer.status_code == 200
    assert words in page
    assert spelling["text"] in page
    assert not Topic.objects.exists()


def test_topic_is_taken_out_of_use_and_not_deleted(client):
    topic = make_topic("massage")
    comment = CommentFactory(body="A massage.")
    assert client.post(f"/admin/topics/topic/{topic.pk}/delete/", {"post": "yes"}).status_code == 403
    sent = fields(topic, [{"id": topic.spellings.get().pk, "text": "massage"}])
    del sent["is_active"]
    client.post(f"/admin/topics/topic/{topic.pk}/change/", sent)
    search()
    assert topics_of(comment) == set()


def test_changed_address_of_a_topic_leads_on_and_so_does_every_choice_of_it(client):
    topic, other = make_topic("massage"), make_topic("baclofen")
    CommentFactory(body="A massage, and baclofen. Does it help?")
    search()
    for slug in ("rub", "massages"):
        spelling = {"id": topic.spellings.get().pk, "text": "massage"}
        client.post(f"/admin/topics/topic/{topic.pk}/change/", fields(topic, [spelling], slug=slug))
    reader = Client()
    for former in ("massage", "rub"):
        answer = reader.get(f"/topics/{former}/?after=1-1")
        assert (answer.status_code, answer["Location"]) == (301, "/topics/massages/?after=1-1")
        for path in (f"/unanswered/?topic={former}", f"/search/?q=massage&topic={former}", f"/topics/baclofen/?with={former}"):
            assert "Does it help?" in reader.get(path).text, path
    assert reader.get("/unanswered/?topic=never").status_code == 404
    # A former address that is given to another topic is that one's, and one that is taken back leads nowhere else.
    other.slug = "massage"
    save_topic(other)
    topic.slug = "rub"
    save_topic(topic)
    for path, name in (("/topics/massage/", "Baclofen"), ("/topics/rub/", "Massage")):
        assert f"<h1>{name}</h1>" in reader.get(path).text
    assert reader.get("/topics/massages/")["Location"] == "/topics/rub/"
    assert reader.get("/topics/baclofen/")["Location"] == "/topics/massage/"


def test_topic_out_of_use_leads_to_another_one_where_the_operator_says_so(client):
    make_topic("massage", is_active=False)
    make_topic("physiotherapy")
    client.post("/admin/articles/oldaddress/add/", {"path": "/topics/massage/", "target": "/topics/physiotherapy/"})
    answer = Client().get("/topics/massage/")
    assert (answer.status_code, answer["Location"]) == (301, "/topics/physiotherapy/")


def test_list_shows_counts_in_a_fixed_number_of_queries(client, django_assert_max_num_queries):
    make_topic("massage", "massage", "massages")
    CommentFactory(body="A massage.")
    for number in range(30):
        make_topic(f"topic {'abcdefghij'[number % 10]}{number}")
    TopicPair.objects.update(comment_count=1234)
    with django_assert_max_num_queries(12):
        page = client.get("/admin/topics/topic/?q=massages").content.decode()
    assert "1234" in page
    assert '<td class="field-spelling_count">2</td>' in page
