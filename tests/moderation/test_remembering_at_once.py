"""Texts are remembered again while one of them goes: nothing of it stays."""

from collections.abc import Sequence
from threading import Event, Thread

import pytest
from django.db import connections

from forum.discussion.models import Comment
from forum.discussion.services import SOFTWARE, transition
from forum.moderation import retraining
from forum.moderation.memory import remember_all
from forum.moderation.models import TextMark
from tests.factories import CommentFactory
from tests.workers import PATIENCE_SECONDS

pytestmark = pytest.mark.django_db(transaction=True)
WORDS = "The warm bath in the evening helped us more than anything else that year."


def test_text_that_is_erased_in_that_moment_is_not_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    gone, other = CommentFactory(body=WORDS), CommentFactory(body=f"{WORDS} So did the pool.")
    read, erased = Event(), Event()

    def remember_late(comments: Sequence[Comment]) -> None:
        read.set()
        erased.wait(0.5)  # it does not come where whoever erases has to wait for us
        remember_all(comments)

    def erase() -> None:
        read.wait(PATIENCE_SECONDS)
        transition(gone, "erased", actor=SOFTWARE)
        erased.set()
        connections.close_all()

    monkeypatch.setattr(retraining, "remember_all", remember_late)
    eraser = Thread(target=erase)
    eraser.start()
    assert retraining.remark() == 2
    eraser.join(PATIENCE_SECONDS)
    assert erased.is_set()
    assert set(TextMark.objects.values_list("comment", flat=True)) == {other.pk}
