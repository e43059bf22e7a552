"""Rows of another table as one value of a row."""

import pytest
from django.db.models import OuterRef, QuerySet

from forum.database.compiled import Compiled
from forum.database.nested import NestedRows, read_nested
from forum.discussion.models import Comment, Discussion
from tests.factories import ArticleFactory, CommentFactory

pytestmark = pytest.mark.django_db


def ask(pk: int) -> "QuerySet[Discussion, tuple[int, str]]":
    comments = Comment.objects.filter(discussion=OuterRef("pk")).order_by("pk").values_list("pk", "name")
    return Discussion.objects.filter(pk=pk).annotate(nested=NestedRows(comments)).values_list("pk", "nested")


def test_rows_of_each_row_are_its_own() -> None:
    first = CommentFactory(name='A “name”, with "quotes", \\ and \n')
    second = CommentFactory(discussion=first.discussion, name="100 %")
    other = CommentFactory()
    find = Compiled(ask)
    ((pk, comments),) = find(first.discussion_id)
    assert pk == first.discussion_id
    assert sorted(map(tuple, read_nested(comments))) == sorted((one.pk, one.name) for one in (first, second))
    ((_pk, comments),) = find(other.discussion_id)
    assert read_nested(comments) == [[other.pk, other.name]]


def test_no_rows_are_an_empty_list() -> None:
    ((_pk, comments),) = Compiled(ask)(ArticleFactory().discussion.pk)
    assert read_nested(comments) == []
