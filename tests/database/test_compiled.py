"""Queries that are compiled once give what the ORM gives, whatever they are asked."""

from datetime import UTC, datetime

import pytest
from django.db import connection

from forum.database.compiled import Compiled, padded
from forum.discussion import rows
from forum.discussion.models import Comment, Discussion
from forum.site.models import SiteText
from tests.factories import ArticleFactory, CommentFactory

pytestmark = pytest.mark.django_db


def test_a_compiled_query_gives_what_the_orm_gives(django_assert_num_queries):
    article = ArticleFactory()
    roots = [CommentFactory(article=article, posted_at=datetime(2009 + n, 3, 1, 12, n, tzinfo=UTC)) for n in range(4)]
    roots.append(CommentFactory(article=article, posted_precision="unknown"))
    replies = [CommentFactory(parent=root, body=f"To {root.pk}.") for root in roots for _ in range(2)]
    discussion = article.discussion
    for _time in range(2):
        with django_assert_num_queries(1):
            found = rows._ROOTS(discussion.pk, 1)
        assert found == list(rows._ask_roots(discussion.pk, 1))
        assert len(found) == 4
    ids, answers = [root.pk for root in roots], [reply.pk for reply in replies]
    for short, others, folded in ((ids[:2], [], []), (ids, [], []), ([], answers[:1], []), (ids[:1], answers, ids[1:])):
        parents, new = ({*folded, *others}, others[:2]) if folded else ((), ())
        asked = (padded(short, 20), padded(others, 100), padded(folded, 20), padded(parents, 100), padded(new, 100))
        assert sorted(rows._PREVIEWS(*asked)) == sorted(rows._ask_previews(*asked))
        assert {row[0] for row in rows._PREVIEWS(*asked)} >= set(others)
    asked_thread = (ids[0], 1, 100, ids[0])
    assert sorted(rows._THREAD(*asked_thread)) == sorted(rows._ask_thread(*asked_thread))
    assert len(rows._THREAD(*asked_thread)) == 2


def test_years_and_the_words_of_the_site_come_with_a_discussion(django_assert_num_queries):
    article = ArticleFactory()
    for year, count in ((2011, 2), (2009, 1), (2019, 3)):
        for _time in range(count):
            CommentFactory(article=article, posted_at=datetime(year, 3, 1, 12, tzinfo=UTC))
    opening = rows.find_opening(article)
    assert opening.discussion == article.discussion
    assert opening.years == [(2009, 1), (2011, 2), (2019, 3)]
    assert opening.site_text.footer == SiteText().footer
    words = SiteText.objects.create(pk=1, footer='Words of "theirs"\n\\', visitor_name="Jemand")
    with django_assert_num_queries(1):
        opening = rows.find_opening(ArticleFactory.build(pk=article.pk, status="published"))
    for field in SiteText._meta.concrete_fields:
        assert getattr(opening.site_text, field.attname) == getattr(words, field.attname)
    assert rows.find_opening(CommentFactory(posted_at=datetime(2015, 3, 1, tzinfo=UTC)).discussion.article).years == [(2015, 1)]


def test_a_discussion_that_is_read_is_the_one_that_is_stored():
    discussion = CommentFactory().discussion
    stored = Discussion.objects.get(pk=discussion.pk)
    read = rows.find_discussion(discussion.article)
    names = [field.attname for field in Discussion._meta.concrete_fields]
    assert [getattr(read, name) for name in names] == [getattr(stored, name) for name in names]
    assert read.article is discussion.article


def test_texts_are_values_too():
    comment = CommentFactory(name="O'Hara %s")
    by_name = Compiled(lambda name: Comment.objects.filter(name=name).values_list("pk", "posted_at"))
    assert by_name("nobody") == []
    assert by_name("O'Hara %s") == [(comment.pk, comment.posted_at)]


@pytest.mark.parametrize("name", ["O'Hara", "100 %", "%s and %%s", "''", "a ? b", "back\\slash"])
def test_constants_stand_in_the_statement_as_they_are(name):
    comment = CommentFactory(name=name)
    by_id = Compiled(lambda pk: Comment.objects.filter(pk=pk, name=name, public=True, root=None).values_list("name"))
    assert by_id(comment.pk) == [(name,)]
    assert len(by_id.find_statement((comment.pk,)).read_params(connection, (comment.pk,))) == 1
    assert Compiled(lambda pk: Comment.objects.filter(pk=pk, name="O'").values_list("name"))(comment.pk) == []


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite plans a statement when it is prepared, which its driver keeps")
def test_a_query_is_planned_once():
    for name in ("one", "another", "one more"):
        Compiled(lambda name: Comment.objects.filter(name=name).values_list("pk", "posted_at", "edited_at"))(name)
    with connection.cursor() as cursor:
        cursor.execute("SELECT generic_plans, custom_plans FROM pg_prepared_statements WHERE statement LIKE '%\"edited_at\"%$1%'")
        assert cursor.fetchall() == [(3, 0)]


def test_a_value_that_the_query_does_not_hold_as_it_came_is_refused():
    above = Compiled(lambda number: Comment.objects.filter(pk=number + 1).values_list("pk"))
    with pytest.raises(AssertionError, match="as it came"):
        above(1)


def test_ids_are_padded_with_one_that_nobody_has():
    assert padded([], 3) == ()
    assert padded([7, 8], 3) == (7, 8, 0)
    assert padded(range(1, 4), 3) == (1, 2, 3)
