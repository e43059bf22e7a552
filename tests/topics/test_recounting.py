"""Searching and counting everything again: what it mends, and that it leaves alone what is right."""

from io import StringIO

import pytest
from django.core.management import call_command

from forum.site.models import SiteVersion
from forum.topics import recounting
from forum.topics.mentions import correct_comment
from forum.topics.models import By, Mention, TopicPair
from forum.topics.recounting import recount_topic
from tests.factories import CommentFactory
from tests.topics.vocabularies import make_vocabulary, search, stored_counts, true_counts

pytestmark = pytest.mark.django_db


def rebuild() -> str:
    output = StringIO()
    call_command("rebuild_topics", stdout=output)
    return output.getvalue()


@pytest.fixture
def comments():
    topics = make_vocabulary()
    bodies = ("My son had a stroke.", "Splints, after a stroke.", "My daughter wears splints.", "Nothing.")
    comments = [CommentFactory(body=body) for body in bodies]
    correct_comment(comments[3], topic_ids=[topics["baclofen"].pk], by=By.WRITER)
    CommentFactory(body="A stroke.", state="removed")
    search()
    return comments


def test_nothing_is_wrong_where_all_was_written_by_the_site(comments):
    counts = stored_counts()
    assert "All was right" in rebuild()
    assert stored_counts() == counts == true_counts()


def test_counts_and_mentions_that_were_bent_are_mended(comments):
    counts, shown = stored_counts(), set(Mention.objects.filter(shown=True).values_list("comment", "topic"))
    TopicPair.objects.update(comment_count=7)
    TopicPair.objects.order_by("pk").first().delete()
    Mention.objects.filter(comment=comments[0]).delete()
    Mention.objects.filter(comment=comments[1]).update(shown=False)
    Mention.objects.filter(comment__state="removed").update(shown=True)
    assert "Counts corrected" in rebuild()
    assert stored_counts() == counts
    assert set(Mention.objects.filter(shown=True).values_list("comment", "topic")) == shown
    assert "All was right" in rebuild()


@pytest.mark.parametrize("times", [1, 10])
def test_change_while_it_counts_is_seen(comments, monkeypatch, times):
    counts = stored_counts()
    TopicPair.objects.update(comment_count=7)
    left = [times]
    count = recounting._count

    def count_and_be_disturbed(topic_id):
        found = count(topic_id)
        if left[0]:
            left[0] -= 1
            SiteVersion.objects.bump()
            return {topic_id: 99}  # what it was before the change
        return found

    monkeypatch.setattr(recounting, "_count", count_and_be_disturbed)
    left[0] = min(times, recounting.ATTEMPTS)
    for topic_id in {low for low, _high in counts}:
        recount_topic(topic_id)
    assert stored_counts() == counts
