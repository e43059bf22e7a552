"""The sitemap as a search engine reads it: valid, complete, with what everybody may read and with moments that are true."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from lxml import etree

from articles.models import Article
from articles.services import save_article, unpublish_article
from forum.discussion.closing import set_discussion_state
from forum.discussion.models import Comment, Discussion
from forum.discussion.services import SOFTWARE
from forum.discussion.sitemap import DISCUSSIONS_A_PART, POSITIONS_A_PART, SHELVES_A_PART, Conversations
from tests.factories import ArticleFactory, CollectionFactory, CommentFactory
from tests.pages import read_robots_rules

SCHEMA = etree.XMLSchema(etree.parse(Path(__file__).parent.parent / "data" / "schemas" / "sitemap.xsd"))
NAMES = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}

pytestmark = pytest.mark.django_db


def read(client, path):
    """Return path and lastmod of everything in a file of the sitemap; it is valid."""
    answer = client.get(path)
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/xml; charset=utf-8"), path
    tree = etree.fromstring(answer.content)
    SCHEMA.assertValid(tree)
    found = {}
    for entry in tree:
        address = entry.findtext("s:loc", namespaces=NAMES)
        assert address.startswith("http://localhost:8000/")
        found[address.removeprefix("http://localhost:8000")] = entry.findtext("s:lastmod", namespaces=NAMES)
    return found


def read_all(client):
    """Return everything that the index leads to."""
    return {path: moment for file in read(client, "/sitemap.xml") for path, moment in read(client, file).items()}


def test_everything_that_has_a_page_of_its_own_is_in_the_sitemap(client):
    shelf = CollectionFactory(slug="reports")
    article = ArticleFactory(slug="stiff", collection=shelf)
    root = CommentFactory(article=article)
    CommentFactory(parent=root)
    paths = read_all(client).keys()
    assert paths == {
        "/", "/guidelines/", "/help/", "/help-now/", "/privacy/", "/collections/reports/", "/articles/stiff/",
        f"/articles/stiff/comments/{root.pk}/",
    }  # fmt: skip
    for path in paths:
        page = client.get(path)
        assert page.status_code == 200
        assert f'<link rel="canonical" href="http://localhost:8000{path}">' in page.content.decode(), path
        assert 'content="noindex"' not in page.content.decode()


def test_long_conversation_goes_on_in_further_parts(client, monkeypatch):
    monkeypatch.setattr("forum.discussion.sitemap.POSITIONS_A_PART", 40)
    monkeypatch.setattr("forum.discussion.sitemap.DISCUSSIONS_A_PART", 1_000_000)  # both stand in one part, whatever their ids
    article, other = ArticleFactory(slug="long"), ArticleFactory(slug="short")
    roots = [CommentFactory(article=article) for _ in range(41)]
    CommentFactory(article=other)
    files = [file for file in read(client, "/sitemap.xml") if "articles" in file]
    assert [len(read(client, file)) for file in files] == [1 + 20 + 1 + 20 + 2, 1 + 1]
    paths = read_all(client)
    assert {f"/articles/long/comments/{root.pk}/" for root in roots} <= paths.keys()
    assert [path for path in paths if "?" in path] == ["/articles/long/?page=2", "/articles/long/?page=3"]
    assert (
        '<link rel="canonical" href="http://localhost:8000/articles/long/?page=3">'
        in client.get("/articles/long/?page=3").content.decode()
    )
    # Nothing is left to read in the second part, which the index goes on to name.
    Comment.objects.filter(pk=roots[-1].pk).update(state="removed", public=False, listed=False)
    assert read(client, files[1]) == {"/articles/long/": None}


@pytest.mark.parametrize("state", Comment.State)
def test_only_what_everybody_may_read_has_an_address(client, state):
    root = CommentFactory(state=state)
    paths = read_all(client)
    assert (f"{root.discussion.article.get_absolute_url()}comments/{root.pk}/" in paths) is (state == "published")


def test_nothing_is_told_of_a_hidden_discussion_or_a_draft(client):
    hidden, draft = CommentFactory(), CommentFactory()
    set_discussion_state(hidden.discussion, state="hidden", actor=SOFTWARE)
    unpublish_article(draft.discussion.article)
    paths = [path for path in read_all(client) if path.startswith("/articles/")]
    assert paths == [hidden.discussion.article.get_absolute_url()]


def test_moments_are_those_of_the_last_change(client):
    start = datetime(2026, 3, 1, tzinfo=UTC)
    days = [start + timedelta(days=number) for number in range(4)]
    with time_machine.travel(days[0], tick=False):
        article = ArticleFactory(slug="stiff")
    with time_machine.travel(days[1], tick=False):
        first = CommentFactory(article=article, origin="serendip", posted_at=datetime(2003, 1, 1, tzinfo=UTC))
    with time_machine.travel(days[2], tick=False):
        second = CommentFactory(article=article)
    told = {day: day.isoformat() for day in days}
    paths = read_all(client)
    assert paths["/articles/stiff/"] == paths[f"/articles/stiff/comments/{second.pk}/"] == told[days[2]]
    # When it came here, not when it was written elsewhere.
    assert paths[f"/articles/stiff/comments/{first.pk}/"] == told[days[1]]
    assert paths["/guidelines/"] is None
    with time_machine.travel(days[3], tick=False):
        CommentFactory(parent=first, state="removed")
        save_article(Article.objects.get(slug="stiff"))
    paths = read_all(client)
    assert paths["/articles/stiff/"] == paths["/"] == told[days[3]]
    assert paths[f"/articles/stiff/comments/{first.pk}/"] == told[days[3]]  # it was there, and is gone
    assert paths[f"/articles/stiff/comments/{second.pk}/"] == told[days[2]]
    (file,) = [path for path in read(client, "/sitemap.xml") if "articles" in path]
    assert read(client, "/sitemap.xml")[file] == told[days[3]]


@pytest.mark.parametrize(
    "name",
    ["articles", "articles-0", "articles-0-0", "articles-99999-1", "articles-1-1-1", "articles-0-99999", "collections-5",
     "collections--1", "pages-2", "x-1"],
)  # fmt: skip
def test_part_that_does_not_exist_is_not_found(client, name):
    CommentFactory()
    assert client.get(f"/sitemap-{name}.xml").status_code == 404


def test_reader_who_has_the_latest_version_gets_nothing(client):
    CommentFactory()
    for path in read(client, "/sitemap.xml"):
        for asked in ("/sitemap.xml", path):
            tag = client.get(asked)["ETag"]
            assert client.get(asked, headers={"If-None-Match": tag}).status_code == 304
    CommentFactory()
    assert client.get(asked, headers={"If-None-Match": tag}).status_code == 200


def test_sitemap_has_as_many_queries_for_a_thousand_conversations_as_for_one(client):
    root = CommentFactory()
    part = next(path for path in read(client, "/sitemap.xml") if "articles" in path)
    counts = [count_queries(client, path) for path in ("/sitemap.xml", part)]
    template = Comment.objects.get(pk=root.pk)
    values = {field.attname: getattr(template, field.attname) for field in Comment._meta.concrete_fields if field.name != "id"}
    Comment.objects.bulk_create(Comment(**values | {"position": number}) for number in range(2, 1_001))
    Discussion.objects.update(root_seq=1_000)
    assert [count_queries(client, path) for path in ("/sitemap.xml", part)] == counts == [4, 3]
    assert len(read(client, part)) == POSITIONS_A_PART * 21 // 20
    assert len(read_all(client)) == 1_000 + 50 + 5


def count_queries(client, path):
    with CaptureQueriesContext(connection) as queries:
        client.get(path)
    return len(queries)


def test_parts_follow_the_ids(client):
    articles = [ArticleFactory() for _ in range(3)]
    Discussion.objects.filter(article=articles[2]).update(
        id=Discussion.objects.get(article=articles[0]).pk + 7 * DISCUSSIONS_A_PART
    )
    CollectionFactory(pk=SHELVES_A_PART + 1)
    first = Discussion.objects.get(article=articles[0]).pk // DISCUSSIONS_A_PART
    names = [part.path for part in Conversations().parts()]
    assert names[0] == f"{first}-1"
    assert len(set(names)) == len(names) >= 2
    assert [path for path in read_all(client) if path.startswith("/articles/")] == [a.get_absolute_url() for a in articles]


def test_robots_may_go_wherever_the_sitemap_leads_and_nowhere_else(client):
    article = ArticleFactory(slug="stiff")
    roots = [CommentFactory(article=article) for _ in range(21)]
    answer = client.get("/robots.txt")
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert "\nSitemap: http://localhost:8000/sitemap.xml\n" in answer.content.decode()
    may_visit = read_robots_rules(answer.content.decode())
    assert [path for path in read_all(client) if not may_visit(path)] == []
    pk = roots[0].pk
    for path in (
        f"/comments/{pk}/",
        "/members/marit/",
        "/unanswered/",
        "/feed.atom",
        "/static/site.css",
        "/articles/stiff/feed.atom",
    ):
        assert may_visit(path), path
    for path in (
        f"/comments/{pk}/reply/", f"/comments/{pk}/claim/", "/articles/stiff/comment/", "/articles/stiff/?order=newest",
        "/articles/stiff/?view=print", "/articles/stiff/?page=2&since=2020", "/mine/", "/mine/abc/", "/settings/",
        "/accounts/login/?next=/", "/admin/", "/privacy/data/",
    ):  # fmt: skip
        assert not may_visit(path), path


def test_pages_with_noindex_are_not_closed_to_robots(client):
    may_visit = read_robots_rules(client.get("/robots.txt").content.decode())
    for path in ("/unanswered/", "/?after=1-1", CommentFactory().discussion.article.get_absolute_url()):
        assert may_visit(path)
    assert 'content="noindex"' in client.get("/unanswered/").content.decode()
