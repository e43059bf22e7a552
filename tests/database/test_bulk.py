"""Rows written many at once are what the ORM would have written."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction

from forum.database.bulk import insert_objects, insert_rows, update_objects
from forum.discussion.models import ActorKind, Comment, Decision, Lane, Signal, Strength
from tests.factories import CommentFactory

pytestmark = pytest.mark.django_db
MOMENT = datetime(2026, 3, 1, 2, 30, 0, 120, tzinfo=timezone(timedelta(hours=5, minutes=30)))


def make_signal(comment: Comment, **more: object) -> Signal:
    values = {
        "code": "link",
        "lane": Lane.ADVERTISING,
        "strength": Strength.STRONG,
        "sentence": "It “links”\tto\\N\nthem.",
        "spans": [],
    }
    return Signal(comment=comment, made_at=MOMENT, **{**values, **more})


def test_objects_are_stored_as_the_orm_stores_them() -> None:
    comment = CommentFactory()
    make_signal(comment, spans=[[0, 4], [7, 9]]).save()
    insert_objects([make_signal(comment, spans=[[0, 4], [7, 9]])])
    one, two = Signal.objects.filter(comment=comment).values()
    assert {**one, "id": 0} == {**two, "id": 0}
    assert (two["spans"], two["made_at"]) == ([[0, 4], [7, 9]], MOMENT.astimezone(UTC))
    assert Signal.objects.filter(made_at__lte=MOMENT, made_at__gte=MOMENT).count() == 2


def test_keys_and_identifiers_are_kept_as_given() -> None:
    comment, batch = CommentFactory(), UUID(int=77)
    values = {"actor_kind": ActorKind.IMPORT, "to_state": comment.state, "at": MOMENT}
    insert_objects(
        [Decision(pk=2_000_000_000 + number, comment=comment, batch=batch if number else None, **values) for number in range(2)]
    )
    assert list(Decision.objects.filter(comment=comment, pk__gte=2_000_000_000).order_by("pk").values_list("pk", "batch")) == [
        (2_000_000_000, None),
        (2_000_000_001, batch),
    ]
    assert Decision.objects.get(batch=batch).actor_kind == ActorKind.IMPORT


def test_nothing_is_stored_of_no_rows() -> None:
    insert_objects([])
    insert_rows(Signal, ("comment_id", "code"), [])
    update_objects([], ["code"])
    assert not Signal.objects.exists()


def test_row_that_is_there_is_an_error() -> None:
    comment = CommentFactory()
    with pytest.raises(IntegrityError), transaction.atomic():
        insert_objects([comment])
    assert Comment.objects.filter(pk=comment.pk).count() == 1


def test_only_the_named_fields_of_an_object_are_stored() -> None:
    first, second = CommentFactory(), CommentFactory()
    for comment in (first, second):
        comment.reply_count, comment.last_reply_at, comment.name = comment.pk, MOMENT, "Somebody else"
    update_objects([first, second], ["reply_count", "last_reply_at"])
    for comment in (first, second):
        stored = Comment.objects.get(pk=comment.pk)
        assert (stored.reply_count, stored.last_reply_at) == (comment.pk, MOMENT)
        assert stored.name != "Somebody else"
