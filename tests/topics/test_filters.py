"""Searches and the list of questions, narrowed to a topic."""

import re

import pytest
from django.test import Client

from forum.topics import filters
from tests.factories import ArticleFactory, CommentFactory
from tests.topics.vocabularies import make_vocabulary

pytestmark = pytest.mark.django_db


@pytest.fixture(params=[filters.FEW, -1], ids=["rare", "common"])
def topics(request, monkeypatch):
    """The vocabulary; its topics are taken for rare ones, then for common ones."""
    monkeypatch.setattr(filters, "FEW", request.param)
    return make_vocabulary()


def asked_in(page):
    return re.findall(r'href="/comments/(\d+)/reply/"', page)


def test_questions_about_a_topic_are_listed_alone(client: Client, topics):
    article = ArticleFactory()
    old, other, new = (
        CommentFactory(article=article, body=body)
        for body in ("Do splints help?", "Does the stroke matter?", "Who has splints at night?")
    )
    CommentFactory(article=article, body="Are splints cold?", state="held")
    assert asked_in(client.get("/unanswered/").text) == [str(row.pk) for row in (old, other, new)]
    page = client.get("/unanswered/?topic=splints").text
    assert asked_in(page) == [str(old.pk), str(new.pk)]
    assert 'href="/unanswered/?order=newest&amp;topic=splints"' in page
    assert 'href="/unanswered/"' in page
    assert asked_in(client.get("/unanswered/?topic=splints&order=newest").text) == [str(new.pk), str(old.pk)]
    CommentFactory(parent=old)
    CommentFactory(parent=new)
    page = client.get("/unanswered/?topic=splints").text
    assert "No question about this waits for a reply now." in page
    assert client.get("/unanswered/?topic=nonsense").status_code == 404


def test_list_of_questions_names_the_topics_of_what_waits_without_numbers(client: Client, topics):
    CommentFactory(body="Do splints help?")
    CommentFactory(body="We had splints, after the stroke.")
    page = client.get("/unanswered/").text
    assert '<a href="/unanswered/?topic=splints" rel="nofollow"><bdi>splints</bdi></a>' in page
    assert "topic=stroke" not in page


def test_further_pages_stay_with_the_topic(client: Client, topics, monkeypatch):
    article = ArticleFactory()
    written = [CommentFactory(article=article, body=f"Do splints help, {number}?") for number in range(23)]
    page = client.get("/unanswered/?topic=splints").text
    following = re.search(r'href="(/unanswered/\?topic=splints&amp;after=[\d-]+)"', page)[1].replace("&amp;", "&")
    assert asked_in(page) + asked_in(client.get(following).text) == [str(row.pk) for row in written]


def test_searches_are_narrowed_to_a_topic(client: Client, topics):
    both, one = CommentFactory(body="Splints hurt after the stroke."), CommentFactory(body="My knees hurt after the stroke.")
    CommentFactory(body="It hurt.")
    page = client.get("/search/?q=hurt").text
    assert 'href="/search/?q=hurt&amp;topic=splints"' in page
    found = client.get("/search/?q=hurt&topic=stroke").text
    assert set(re.findall(r'<h3><a href="/comments/(\d+)/">', found)) == {str(both.pk), str(one.pk)}
    assert re.findall(r'<h3><a href="/comments/(\d+)/">', client.get("/search/?q=hurt&topic=splints").text) == [str(both.pk)]
    assert client.get("/search/?q=hurt&topic=nonsense").status_code == 404
