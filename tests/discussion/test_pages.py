"""Pages that show conversations, as readers get them."""

import html
import re
from datetime import UTC, datetime

import pytest
import time_machine

from forum.discussion.models import Comment, Discussion, DiscussionYear
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


def test_home_says_that_later_comments_have_no_date(client, article):
    CommentFactory(article=article, posted_at=at(2007, 11, 11))
    CommentFactory(article=article, posted_at=at(2007, 11, 11), posted_precision="unknown", origin="serendip")
    with time_machine.travel(at(2026, 11, 23), tick=False):
        page = client.get("/").content.decode()
    assert "The last one with a date: 19 years ago." in page
    assert "1 comment in 2007, none in other years, 1 comment without a known year." in page


def test_home_tells_the_last_comment_where_only_earlier_ones_have_no_date(client, article):
    CommentFactory(article=article, posted_at=at(2007, 11, 11), posted_precision="unknown", origin="serendip")
    CommentFactory(article=article, posted_at=at(2008, 11, 11))
    with time_machine.travel(at(2026, 11, 23), tick=False):
        assert "Last one 18 years ago." in client.get("/").content.decode()


def test_span_of_years_is_told_as_the_least_where_dates_are_missing(client, article):
    CommentFactory(article=article, posted_at=at(2005, 7, 24))
    CommentFactory(article=article, posted_at=at(2007, 11, 11))
    assert "2 comments from 2 people, over 2 years." in client.get("/articles/stiff/").content.decode()
    CommentFactory(article=article, posted_at=at(2007, 11, 11), posted_precision="unknown", origin="serendip")
    assert "3 comments from 3 people, over 2 years at least." in client.get("/articles/stiff/").content.decode()


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


def test_waiting_is_counted_in_days_of_the_calendar(client, article):
    CommentFactory(article=article, body="What do you do in the gap?", posted_at=at(2026, 11, 22, 20))
    with time_machine.travel(at(2026, 11, 23, 9), tick=False):
        assert "Waiting 1 day." in client.get("/").content.decode()
        assert "Last one 1 day ago." in client.get("/").content.decode()
        assert "No reply yet, after 1 day." in client.get("/articles/stiff/").content.decode()


def grow(article, size):
    """Write ``size`` comments: many threads, and one of half of them."""
    long = CommentFactory(article=article, body="Does anyone know?", posted_at=at(2010, 1, 1))
    root = Comment.objects.get(pk=long.pk)
    fields = {name: getattr(root, name) for name in ("discussion_id", "guest_id", "name", "body", "body_html", "render_version")}
    state = {
        "state": "published",
        "public": True,
        "listed": True,
        "held": False,
        "sort_at": at(2011, 1, 1),
        "active_at": at(2011, 1, 1),
    }
    dates = {"posted_at": at(2011, 1, 1), "published_at": at(2011, 1, 1)}
    half = (size - 1) // 2
    Comment.objects.bulk_create(Comment(**fields, **state, **dates, position=2 + n, waiting=True) for n in range(half))
    replies = [Comment(**fields, **state, **dates, root_id=root.pk, parent_id=root.pk, reply_index=1 + n) for n in range(half)]
    made = Comment.objects.bulk_create(replies)
    if made:
        ids = {"preview1_id": made[0].pk, "preview2_id": made[1].pk, "last_reply_id": made[-1].pk}
        Comment.objects.filter(pk=root.pk).update(reply_count=half, reply_seq=half, **ids)
    Discussion.objects.filter(article=article).update(root_seq=1 + half, comment_count=size, waiting_count=half)
    return root


@pytest.mark.parametrize("size", [1, 1_000])
def test_number_of_queries_does_not_grow_with_the_comments(client, article, django_assert_max_num_queries, size):
    root = grow(article, size)
    limits = {
        "/articles/stiff/": 9,
        "/articles/stiff/?order=newest": 9,
        "/articles/stiff/?order=waiting": 9,
        "/articles/stiff/?since=2009-01-01": 10,
        f"/articles/stiff/comments/{root.pk}/": 9,
        f"/comments/{root.pk}/": 8,
        "/": 9,
        "/unanswered/": 8,
    }
    for path, most in limits.items():
        with django_assert_max_num_queries(most):
            assert client.get(path).status_code in (200, 302), path


@pytest.mark.parametrize(
    "path",
    [f"/articles/stiff/?{query}" for query in (
        "page=0", "page=abc", f"page={10**30}", "page=-1", "page=%00", "page=2", "order=foo", "order=%00", "since=garbage",
        "since=%00", "since=0001-01-01", "since=2020-13-45", "order=newest&after=x",
        "order=newest&after=99999999999999999-1",
        "order=waiting&after=%00", f"order=waiting&after={10**30}", "view=print&year=99999", "view=%00",
        "order=newest&after=%00",
    )]
    + [f"/articles/stiff/comments/{tail}" for tail in ("", "?year=99999", "?year=abc", "?year=%00", f"{10**30}/")]
    + [f"/comments/{10**30}/", "/?after=x", "/unanswered/?after=%00", "/unanswered/?order=foo", "/comments/0/"],
)  # fmt: skip
def test_parameters_that_make_no_sense_are_not_found_or_ignored(client, thread, path):
    assert client.get(path).status_code in (200, 404)


def test_addresses_of_a_comment_lead_to_its_thread(client, thread):
    ArticleFactory(slug="other")
    root, reply = thread[0], thread[1]
    for path in (f"/articles/other/comments/{root.pk}/", f"/articles/stiff/comments/{reply.pk}/"):
        answer = client.get(path)
        assert (answer.status_code, answer.url) == (301, f"/articles/stiff/comments/{root.pk}/")


@pytest.mark.parametrize(
    ("state", "status"),
    [("held", 404), ("rejected", 404), ("hidden", 404), ("removed", 404), ("withdrawn", 410), ("erased", 410)],
)
def test_comment_that_is_not_public_and_not_answered_is_not_there(client, article, state, status):
    comment = CommentFactory(article=article, state=state)
    assert client.get(f"/comments/{comment.pk}/").status_code == status
    assert client.get(f"/articles/stiff/comments/{comment.pk}/").status_code == status


def test_pages_of_roots_are_ranges_of_positions_and_the_next_one_names_its_year(client, article):
    for year in range(2001, 2023):
        CommentFactory(article=article, posted_at=at(year, 5, 1))
    first, second = (client.get(f"/articles/stiff/?page={page}").content.decode() for page in (1, 2))
    assert first.count('<article class="sheet') == 20
    assert second.count('<article class="sheet') == 2
    assert "Next: comments from 2021 on" in first
    answer = client.get("/articles/stiff/comments/?year=2022")
    last = Comment.objects.latest("pk")
    assert (answer.status_code, answer.url) == (302, f"/articles/stiff/?page=2#comment-{last.pk}")


def test_newest_and_waiting_orders_reach_every_comment_once(client, article):
    made = {CommentFactory(article=article, body="What is it?", posted_at=at(2010, 1, 1, n)).pk for n in range(23)}
    for order in ("newest", "waiting"):
        path, seen = f"/articles/stiff/?order={order}", []
        while path:
            page = client.get(path).content.decode()
            seen += [int(pk) for pk in re.findall(r'<article class="sheet comment" id="comment-(\d+)"', page)]
            found = re.search(r'href="([^"]*after=[^"]*)#talk">Next', page)
            path = found and html.unescape(found[1])
        assert (len(seen), set(seen)) == (23, made)


def test_hidden_discussion_shows_nothing_and_closed_one_offers_nothing(client, article, thread):
    Discussion.objects.filter(article=article).update(state="closed")
    page = client.get("/articles/stiff/").content.decode()
    assert "This conversation is closed." in page
    assert "/reply/" not in page
    assert "/articles/stiff/comment/" not in page
    Discussion.objects.filter(article=article).update(state="hidden")
    page = client.get("/articles/stiff/").content.decode()
    assert "The conversation is not shown at the moment." in page
    assert 'id="comment-' not in page
    assert article.title not in client.get("/").content.decode()
    assert client.get(f"/comments/{thread[0].pk}/").status_code == 404


def test_new_comments_are_marked_and_linked(client, article, thread):
    page = client.get("/articles/stiff/?since=2013-01-01").content.decode()
    assert page.count("tag-new") == 2
    assert f'href="#comment-{thread[4].pk}">Go to the 2 new comments' in page


def make_long(article):
    """Let ``article`` have more comments than are printed at once, as far as its counter tells."""
    Discussion.objects.filter(article=article).update(comment_count=201)


def printed(client, query=""):
    return client.get(f"/articles/stiff/?view=print{query}").content.decode()


def test_print_says_that_no_conversation_began_in_a_year(client, article, thread):
    make_long(article)
    assert "This conversation is long, so it is printed year by year. No conversation began in 2014." in printed(client)
    page = printed(client, "&year=2010")
    assert "These began in 2010." in page
    assert all(f'id="comment-{comment.pk}"' in page for comment in thread)


def test_print_has_a_part_for_comments_without_a_date(client, article, thread):
    make_long(article)
    undated = CommentFactory(article=article, posted_at=at(2010, 2, 3), posted_precision="unknown", origin="serendip")
    assert f'id="comment-{undated.pk}"' not in printed(client, "&year=2010")
    assert "?view=print&amp;year=unknown#talk" in printed(client)
    page = printed(client, "&year=unknown")
    assert "The dates of these were not kept." in page
    assert (f'id="comment-{undated.pk}"' in page, f'id="comment-{thread[0].pk}"' in page) == (True, False)


def test_print_of_a_whole_conversation_needs_no_years(client, thread):
    page = printed(client)
    assert "year by year" not in page
    assert "more than can be printed" not in page
    assert all(f'id="comment-{comment.pk}"' in page for comment in thread)


def test_print_ends_after_a_thousand_comments_and_says_so(client, article):
    root = grow(article, 2_401)
    DiscussionYear.objects.filter(discussion=root.discussion).update(comment_count=1_201)
    DiscussionYear.objects.create(discussion=root.discussion, year=2011, comment_count=1_200)
    for year in (2010, 2011):  # a thread of 1,200 replies; 1,200 threads
        page = printed(client, f"&year={year}")
        assert page.count('id="comment-') == 2 * 1_000  # an article and its heading
        assert "There is more than can be printed at once." in page


def test_nobody_is_said_to_be_answered_where_nobody_asked(client, article):
    waiting = f"{article.get_absolute_url()}?order=waiting"
    assert "Nobody has asked anything yet." in client.get("/unanswered/").content.decode()
    root = CommentFactory(article=article, body="It took us a year.")
    for path, words in (("/", "has a reply."), (waiting, "has a reply."), ("/unanswered/", "has a reply.")):
        assert words not in client.get(path).content.decode(), path
    assert "Nobody has asked anything here yet." in client.get(waiting).content.decode()
    CommentFactory(parent=CommentFactory(parent=root, body="Was it hard?"), body="It was.")
    for path in ("/", waiting, "/unanswered/"):
        assert "Every question has a reply." in client.get(path).content.decode(), path
