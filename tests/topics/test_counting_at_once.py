"""Comments that show the same topics and come at the same moment, on PostgreSQL: each row is waited for in one order."""

from threading import Thread

import pytest
from django.db import DatabaseError, connection, connections, transaction
from django.db.models import QuerySet

from forum.discussion.posting import post_comment
from forum.site.models import SiteVersion
from forum.topics.arrivals import search_new
from forum.topics.models import TopicPair
from tests.factories import ArticleFactory, ModeratorFactory
from tests.topics.vocabularies import make_topic, stored_counts, true_counts
from tests.workers import PATIENCE_SECONDS, wait_until

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite lets one write after the other"),
]


def search() -> None:
    try:
        search_new()
    finally:
        connections.close_all()


def is_locked(rows: QuerySet[SiteVersion]) -> bool:
    """Tell whether somebody else has locked ``rows``."""
    try:
        with transaction.atomic():
            return not list(rows.select_for_update(nowait=True))
    except DatabaseError:
        return True


def waits_for_a_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_locks WHERE NOT granted")
        return cursor.fetchone() is not None


def test_counts_are_changed_by_whoever_has_the_row_that_all_change() -> None:
    for word in ("remedya", "remedyb"):
        make_topic(word)
    discussion = ArticleFactory().discussion
    post_comment(discussion=discussion, body="remedya remedyb", author=ModeratorFactory())
    search_new()
    post_comment(discussion=discussion, body="remedya remedyb helped.", author=ModeratorFactory())
    searcher = Thread(target=search)
    with transaction.atomic():
        assert list(TopicPair.objects.select_for_update())
        searcher.start()
        wait_until(waits_for_a_lock)
        assert is_locked(SiteVersion.objects.all())
    searcher.join(PATIENCE_SECONDS)
    assert set(stored_counts().values()) == {2}
    assert stored_counts() == true_counts()
