"""Pages that show conversations, as readers get them."""

from datetime import UTC, datetime

import pytest

from tests.factories import ArticleFactory, CommentFactory

pytestmark = pytest.mark.django_db


def at(*parts):
    return datetime(*parts, tzinfo=UTC)


@pytest.fixture
def article():
    return ArticleFactory(slug="stiff", title="Living with stiff muscles")


@pytest.fixture
def thread(article):
    root = CommentFactory(article=article, name="Marit", body="Does anyone have the pump?", posted_at=at(2010, 2, 3))
    first = CommentFactory(parent=root, name="Tomasz", posted_at=at(2010, 2, 15))
    rest = [CommentFactory(parent=first, posted_at=at(year, 6, 20)) for year in (2011, 2012, 2013)]
    last = CommentFactory(parent=first, name="Dee", posted_at=at(2014, 6, 20))
    root.refresh_from_db()
    return [root, first, *rest, last]


def test_article_page_shows_a_long_thread_folded(client, thread):
    page = client.get("/articles/stiff/").content.decode()
    assert [f"comment-{comment.pk}" in page for comment in thread] == [True, True, True, False, False, True]
    assert "Show 2 more replies from 2012 to 2013" in page
    assert "6 comments from 6 people, over 4 years." in page


@pytest.mark.parametrize("query", ["", "?order=newest", "?order=waiting", "?view=print", "?since=2013-01-01"])
def test_anonymous_page_sets_no_cookie_and_holds_no_token(client, thread, query):
    answer = client.get(f"/articles/stiff/{query}")
    assert answer.status_code == 200
    assert not answer.cookies
    assert "csrf" not in answer.content.decode()


def test_thread_page_shows_every_reply(client, thread):
    page = client.get(f"/articles/stiff/comments/{thread[0].pk}/").content.decode()
    assert all(f'id="comment-{comment.pk}"' in page for comment in thread)
    assert "Marit’s comment and 5 replies" in page


def test_permalink_leads_to_the_place_in_the_thread(client, thread):
    answer = client.get(f"/comments/{thread[-1].pk}/")
    assert (answer.status_code, answer.url) == (302, f"/articles/stiff/comments/{thread[0].pk}/#comment-{thread[-1].pk}")


def test_home_shows_articles_by_activity_with_their_counts(client, article, thread):
    quiet = ArticleFactory(title="Nobody wrote yet")
    page = client.get("/").content.decode()
    assert "<strong>6 comments</strong> from 6 people." in page
    assert "Every question has a reply." in page
    assert "No comments yet." in page
    assert page.index(quiet.title) < page.index(article.title)  # opened today, and the last comment is years old


def test_home_and_unanswered_show_what_waits(client, article):
    asked = CommentFactory(
        article=article, name="Nadia", relation="self", body="Hello. What do you do in the gap?", posted_at=at(2014, 5, 9)
    )
    for path in ("/", "/unanswered/"):
        page = client.get(path).content.decode()
        assert "“What do you do in the gap?”" in page
        assert "Answer <bdi>Nadia</bdi>" in page
        assert "living with it" in page
        assert f"/comments/{asked.pk}/reply/" in page
    assert "See the question" in client.get("/").content.decode()
