"""Rows that are written without the ORM's SQL are those that the ORM would write."""

from datetime import UTC, date, datetime
from uuid import uuid4

import pytest
from django.db import connection, transaction

from forum.database import written
from forum.database.compiled import Compiled, CompiledObjects
from forum.discussion.models import Comment, Lane, Signal
from forum.moderation.models import TextMark
from forum.search.models import ChangedText
from tests.factories import CommentFactory

pytestmark = pytest.mark.django_db

AT = datetime(2026, 3, 4, 12, 30, 15, 123_456, tzinfo=UTC)
FIELDS = [field.attname for field in Comment._meta.concrete_fields]


def test_a_row_that_is_inserted_is_the_one_that_the_orm_would_store():
    stored = CommentFactory(posted_at=AT)
    row = Comment(**{name: getattr(stored, name) for name in FIELDS} | {"id": None, "position": 77, "form_key": uuid4()})
    written.insert(row)
    assert row.pk not in (None, stored.pk)
    found = Comment.objects.get(pk=row.pk)
    assert [getattr(found, name) for name in FIELDS] == [getattr(row, name) for name in FIELDS]


def test_many_rows_are_one_statement(django_assert_num_queries):
    comment = CommentFactory()
    names = ("comment_id", "code", "lane", "strength", "sentence", "spans", "of_change", "made_at")
    rows = [(comment.pk, code, Lane.CARE, "weak", "It’s 100 % “so”.", ((1, 2),), False, AT) for code in ("one", "two")]
    with django_assert_num_queries(1):
        written.insert_all(Signal, names, rows)
        written.insert_all(Signal, names, [])
    assert list(comment.signals.values_list("code", "lane", "sentence", "spans", "made_at")) == [
        ("one", "care", "It’s 100 % “so”.", [[1, 2]], AT),
        ("two", "care", "It’s 100 % “so”.", [[1, 2]], AT),
    ]


def test_what_is_noted_is_one_statement_on_postgresql(django_assert_num_queries):
    comment, other = CommentFactory(), CommentFactory()
    names = ("hash", "comment_id")
    comment.reason = "other"
    marks = TextMark.objects.filter(comment=comment)
    TextMark.objects.all().delete()
    with django_assert_num_queries(4 if connection.vendor == "sqlite" else 1), written.together():
        written.note(ChangedText(comment=comment, is_new=True))
        written.note_all(TextMark, names, [(number, comment.pk) for number in (1, 2)])
        written.note_all(TextMark, names, [])
        with written.together():
            written.note_changes(comment, ("reason",))
        written.note_statement("UPDATE discussion_comment SET subject = %s WHERE id = %s", ["100 %s", other.pk])
    assert sorted(marks.values_list("hash", flat=True)) == [1, 2]
    assert ChangedText.objects.filter(comment=comment, is_new=True).exists()
    assert Comment.objects.get(pk=comment.pk).reason == "other"
    assert Comment.objects.get(pk=other.pk).subject == "100 %s"
    with django_assert_num_queries(0), written.together():
        pass
    with django_assert_num_queries(1):
        written.note_all(TextMark, names, [(3, comment.pk)])
    assert marks.count() == 3


def test_nothing_is_left_of_a_block_that_failed():
    comment = CommentFactory()
    TextMark.objects.all().delete()

    def write(divisor: int) -> None:
        with transaction.atomic(), written.together():
            written.note_all(TextMark, ("hash", "comment_id"), [(divisor, comment.pk)])
            assert 2 // divisor

    with pytest.raises(ZeroDivisionError):
        write(0)
    write(2)
    assert list(TextMark.objects.values_list("hash", flat=True)) == [2]


def test_only_the_named_fields_of_a_row_are_changed():
    comment = CommentFactory()
    comment.reason, comment.body, comment.edited_at = "other", "Not stored.", AT
    written.save(comment, ("reason", "edited_at"))
    found = Comment.objects.get(pk=comment.pk)
    assert (found.reason, found.edited_at) == ("other", AT)
    assert found.body != "Not stored."


def test_moments_days_and_keys_are_values_of_compiled_queries():
    comment = CommentFactory(posted_at=AT)
    key = uuid4()
    Comment.objects.filter(pk=comment.pk).update(form_key=key, created_at=AT)
    after = Compiled(lambda moment: Comment.objects.filter(created_at__gt=moment).values_list("pk"))
    assert (after(AT.replace(second=14)), after(AT)) == ([(comment.pk,)], [])
    by_key = CompiledObjects(Comment, lambda key: Comment.objects.filter(form_key=key))
    assert by_key(uuid4()) == []
    (found,) = by_key(key)
    assert [getattr(found, name) for name in FIELDS] == [getattr(Comment.objects.get(pk=comment.pk), name) for name in FIELDS]
    published = Compiled(lambda day: Comment.objects.filter(discussion__article__published_on__lt=day).values_list("pk"))
    assert published(date(1900, 1, 1)) == []
    assert published(date(2999, 1, 1)) == [(comment.pk,)]
