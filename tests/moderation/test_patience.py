"""Time decides nothing: what waits goes on waiting, what was taken down is kept, and whoever wrote it is told how it stands."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from forum.discussion.models import Comment, Decision
from forum.jobs.worker import Worker
from forum.moderation.models import QueueItem
from tests.discussion.visiting import visit_as, words_of
from tests.factories import CommentFactory, GuestFactory

pytestmark = pytest.mark.django_db

STATES = ("held", "published", "hidden", "rejected", "removed")
KEPT = ("pk", "state", "reason", "name", "body", "body_html", "version", "guest", "published_at")
AD = "My aunt walks badly. Many ask for the zorvex knee recall lawsuit now. Very nice blog, it gave me a lot of information."


def test_years_of_background_work_publish_and_delete_nothing() -> None:
    for state in STATES:
        CommentFactory(state=state, reason="advertising" if state in ("rejected", "removed") else "")
    waiting = CommentFactory(state="held", body=AD)
    assert waiting.signals.filter(strength="strong").exists()
    before = list(Comment.objects.order_by("pk").values_list(*KEPT))
    decisions, queued = Decision.objects.count(), list(QueueItem.objects.order_by("pk").values_list("comment", "lane"))
    for days in (0, 1, 8, 31, 366, 1500):
        with time_machine.travel(timezone.now() + timedelta(days=days)):
            Worker().run_due()
    assert list(Comment.objects.order_by("pk").values_list(*KEPT)) == before
    assert Decision.objects.count() == decisions
    assert list(QueueItem.objects.order_by("pk").values_list("comment", "lane")) == queued


@pytest.mark.parametrize(
    ("state", "in_its_place", "in_their_list"),
    [
        ("held", "Your comment is waiting for a moderator. Only you can see it.", "It is waiting for a moderator. Only you"),
        ("hidden", "Your comment is being checked.", "A moderator is checking it. While that lasts, only you can see it."),
        ("rejected", "We did not publish your comment.", "We did not publish it."),
        ("removed", "A moderator removed your comment.", "A moderator took it off the page."),
    ],
)
def test_nobody_is_hidden_without_being_told(state: str, in_its_place: str, in_their_list: str) -> None:
    guest = GuestFactory()
    comment = CommentFactory(guest=guest, state=state, body=AD)
    for path, said in ((comment.discussion.article.get_absolute_url(), in_its_place), ("/mine/", in_their_list)):
        page = words_of(visit_as(guest).get(path))
        assert "zorvex" in page
        assert said in page
