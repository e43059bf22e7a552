"""Feeds as a feed reader gets them: valid, complete over their pages, the same id for ever, nothing where nothing is new."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from articles.models import Article
from articles.services import publish_article, save_article, unpublish_article
from forum.discussion.atom import Entry, Feed, write_feed
from forum.discussion.closing import set_discussion_state
from forum.discussion.correcting import redact_comment
from forum.discussion.models import ActorKind, Comment
from forum.discussion.services import SOFTWARE, Actor
from forum.site.models import SiteText
from tests.factories import ArticleFactory, CommentFactory, MemberFactory, ModeratorFactory

SCHEMA = etree.RelaxNG(etree.parse(Path(__file__).parent.parent / "data" / "schemas" / "atom.rng"))
NAMES = {"a": "http://www.w3.org/2005/Atom", "thr": "http://purl.org/syndication/thread/1.0"}
WRITTEN = datetime(2012, 3, 4, 5, 6, 7, tzinfo=UTC)

pytestmark = pytest.mark.django_db


def read(client, path):
    """Return the feed at ``path`` as a tree; it is valid."""
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/atom+xml; charset=utf-8"
    return parse(answer.content)


def parse(content):
    tree = etree.fromstring(content)
    SCHEMA.assertValid(tree)
    ids = texts(tree, "a:entry/a:id")
    assert len(set(ids)) == len(ids)
    return tree


def texts(tree, path):
    return [found if isinstance(found, str) else found.text for found in tree.xpath(path, namespaces=NAMES)]


def link(tree, rel):
    return next(iter(texts(tree, f"a:link[@rel='{rel}']/@href")), "").removeprefix("http://localhost:8000")


def read_all(client, path):
    """Return the ids of all entries on all pages of a feed, in their order."""
    ids = []
    while path:
        tree = read(client, path)
        ids += texts(tree, "a:entry/a:id")
        path = link(tree, "next")
    return ids


@pytest.fixture
def article():
    return ArticleFactory(slug="stiff", title="Living with <stiff> & sore muscles", language="en-GB")


@pytest.fixture
def thread(article):
    root = CommentFactory(article=article, name="Marit", body="Does *anyone* have the pump?", posted_at=WRITTEN)
    reply = CommentFactory(parent=root, author=MemberFactory(display_name="Tomasz"), body="I do.", state="published")
    root.refresh_from_db()
    return root, reply


def test_feed_of_an_article_holds_its_comments_with_their_words(client, article, thread):
    root, _reply = thread
    tree = read(client, "/articles/stiff/feed.atom")
    assert texts(tree, "a:title") == ["Comments on “Living with <stiff> & sore muscles”"]
    assert (link(tree, "self"), link(tree, "alternate")) == ("/articles/stiff/feed.atom", "/articles/stiff/")
    first, last = tree.findall("a:entry", NAMES)
    assert texts(last, "a:id") == [f"http://localhost:8000/comments/{root.pk}/"]
    assert texts(last, "a:link/@href") == [f"http://localhost:8000/comments/{root.pk}/"]
    assert texts(last, "a:title") == ["Marit: “Does anyone have the pump?”"]
    assert texts(last, "a:content") == ["<p>Does <em>anyone</em> have the pump?</p>\n"]
    assert texts(last, "a:content/@type") == ["html"]
    assert texts(last, "a:published") == texts(last, "a:updated") == ["2012-03-04T05:06:07Z"]
    assert texts(first, "a:title") == ["Tomasz to Marit: “I do.”"]
    assert texts(first, "a:author/a:uri") == ["http://localhost:8000/members/tomasz/"]
    assert texts(first, "thr:in-reply-to/@ref") == texts(last, "a:id")


def test_feed_of_a_thread_ends_with_its_root(client, thread):
    root, reply = thread
    CommentFactory(article=root.discussion.article, body="Another conversation.")
    tree = read(client, f"/articles/stiff/comments/{root.pk}/feed.atom")
    assert texts(tree, "a:title") == ["Marit: “Does anyone have the pump?”"]
    assert texts(tree, "a:entry/a:id") == [f"http://localhost:8000/comments/{comment.pk}/" for comment in (reply, root)]


def test_feed_of_a_thread_is_found_by_a_reply_and_under_another_article(client, thread):
    root, reply = thread
    for path in (f"/articles/stiff/comments/{reply.pk}/feed.atom", f"/articles/other/comments/{root.pk}/feed.atom"):
        answer = client.get(path)
        assert (answer.status_code, answer.url) == (301, f"/articles/stiff/comments/{root.pk}/feed.atom")


def test_feed_of_the_site_tells_of_articles_and_comments(client, article, thread):
    tree = read(client, "/feed.atom")
    assert texts(tree, "a:entry/a:title") == [
        "Tomasz to Marit on “Living with <stiff> & sore muscles”: “I do.”",
        "Living with <stiff> & sore muscles",
        "Marit on “Living with <stiff> & sore muscles”: “Does anyone have the pump?”",
    ]
    entry = tree.findall("a:entry", NAMES)[1]
    assert texts(entry, "a:summary") == [article.standfirst]
    assert texts(entry, "a:author/a:name") == ["Ada Writer"]
    assert texts(entry, "a:id")[0].startswith("tag:localhost,")


def test_article_keeps_its_id_when_its_address_changes_and_comes_once(client, article):
    before = read_all(client, "/feed.atom")
    article.slug = "another"
    save_article(unpublish_article(article))
    assert read_all(client, "/feed.atom") == []
    publish_article(article)
    assert read_all(client, "/feed.atom") == before
    assert client.get("/articles/stiff/feed.atom").url == "/articles/another/feed.atom"


def test_older_entries_are_on_pages_of_their_own(client, article):
    root = CommentFactory(article=article, posted_at=WRITTEN)
    moments = [WRITTEN + timedelta(days=number // 3) for number in range(70)]  # some of them at the same moment
    replies = [CommentFactory(parent=root, posted_at=moment) for moment in moments]
    everything = [f"http://localhost:8000/comments/{comment.pk}/" for comment in (root, *replies)][::-1]
    assert read_all(client, "/articles/stiff/feed.atom") == everything
    assert read_all(client, f"/articles/stiff/comments/{root.pk}/feed.atom") == everything
    assert [uid for uid in read_all(client, "/feed.atom") if uid.startswith("http")] == everything
    second = read(client, link(read(client, "/articles/stiff/feed.atom"), "next"))
    assert link(second, "first") == "/articles/stiff/feed.atom"
    for nonsense in ("x", "1-", "0-0", "99999999999999999999-1"):
        assert client.get(f"/articles/stiff/feed.atom?after={nonsense}").status_code == 404


@pytest.mark.parametrize("state", [state for state in Comment.State if state != "published"])
def test_no_feed_holds_or_names_what_is_not_public(client, article, state):
    root = CommentFactory(article=article, name="Zenobia", body="Words of the root.", state=state)
    hidden = CommentFactory(parent=root, name="Zacharias", body="Words of a reply.", state=state)
    shown = CommentFactory(parent=hidden, body="Words for all.")
    for path in ("/feed.atom", "/articles/stiff/feed.atom", f"/articles/stiff/comments/{root.pk}/feed.atom"):
        tree = read(client, path)
        assert [uid for uid in texts(tree, "a:entry/a:id") if uid.startswith("http")] == [
            f"http://localhost:8000/comments/{shown.pk}/"
        ]
        assert not re.search("Zenobia|Zacharias|Words of", etree.tostring(tree, encoding="unicode"))
        assert not tree.findall(".//thr:in-reply-to", NAMES)


def test_feed_under_a_closed_page_is_not_there(client, thread):
    root = thread[0]
    paths = ["/articles/stiff/feed.atom", f"/articles/stiff/comments/{root.pk}/feed.atom"]
    set_discussion_state(root.discussion, state="hidden", actor=SOFTWARE)
    assert [client.get(path).status_code for path in paths] == [404, 404]
    assert "Marit" not in client.get("/feed.atom").content.decode()
    set_discussion_state(root.discussion, state="closed", actor=SOFTWARE)
    assert [client.get(path).status_code for path in paths] == [200, 200]
    unpublish_article(Article.objects.get(slug="stiff"))
    assert [client.get(path).status_code for path in paths] == [404, 404]


def test_what_was_taken_back_has_no_feed(client, article):
    gone = CommentFactory(article=article, state="withdrawn")
    assert client.get(f"/articles/stiff/comments/{gone.pk}/feed.atom").status_code == 410


def test_writer_sees_in_a_feed_what_everybody_sees(client, article):
    member = MemberFactory()
    CommentFactory(article=article, author=member, state="held", body="Only mine.")
    client.force_login(member)
    assert "Only mine." not in client.get("/articles/stiff/feed.atom").content.decode()


def test_imported_comment_without_a_date_is_given_none(client, article):
    with time_machine.travel(datetime(2026, 11, 23, 12, tzinfo=UTC), tick=False):
        CommentFactory(
            article=article, origin="serendip", posted_precision="unknown", posted_at=WRITTEN, created_at=datetime.now(UTC)
        )
    tree = read(client, "/articles/stiff/feed.atom")
    assert texts(tree, "a:entry/a:published") == []
    assert texts(tree, "a:entry/a:updated") == ["2026-11-23T12:00:00Z"]


def test_changed_words_have_a_later_moment(client, thread):
    root, _reply = thread
    actor = Actor(ActorKind.MODERATOR, ModeratorFactory())
    redact_comment(root, body="Does anyone have it?", actor=actor, now=datetime(2026, 1, 2, tzinfo=UTC))
    tree = read(client, "/articles/stiff/feed.atom")
    assert texts(tree, "a:entry[2]/a:updated") == ["2026-01-02T00:00:00Z"]
    assert texts(tree, "a:entry[2]/a:published") == ["2012-03-04T05:06:07Z"]


@pytest.mark.parametrize("path", ["/feed.atom", "/articles/stiff/feed.atom", "/articles/stiff/comments/{}/feed.atom"])
def test_reader_who_has_the_latest_version_is_told_so_and_gets_nothing(client, thread, path):
    root, _reply = thread
    path = path.format(root.pk)
    with time_machine.travel(datetime.now(UTC) + timedelta(hours=1)):
        answer = client.get(path)
        by_tag, by_time = {"If-None-Match": answer["ETag"]}, {"If-Modified-Since": answer["Last-Modified"]}
        for headers in (by_tag, by_time):
            with CaptureQueriesContext(connection) as queries:
                again = client.get(path, headers=headers)
            assert (again.status_code, again.content, again["ETag"]) == (304, b"", answer["ETag"])
            assert len(queries) <= 3
        CommentFactory(parent=root, body="Something new.")
        assert client.get(path, headers=by_tag).status_code == 200
        assert client.get(path, headers=by_time).status_code == 200
    assert client.get(path, headers={"If-Modified-Since": "nonsense"}).status_code == 200


def test_moment_is_told_only_when_its_second_is_over(client, thread):
    now = datetime.now(UTC) + timedelta(hours=1)
    with time_machine.travel(now.replace(microsecond=0), tick=False):
        CommentFactory(parent=thread[0])
        assert "Last-Modified" not in client.get("/articles/stiff/feed.atom")
    with time_machine.travel(now + timedelta(seconds=3), tick=False):
        assert "Last-Modified" in client.get("/articles/stiff/feed.atom")


def test_other_words_for_a_guest_without_a_name_are_a_new_version(client, article):
    CommentFactory(article=article, name="")
    tag = client.get("/articles/stiff/feed.atom")["ETag"]
    SiteText.objects.create(pk=1, visitor_name="A visitor")
    answer = client.get("/articles/stiff/feed.atom", headers={"If-None-Match": tag})
    assert "<name>A visitor</name>" in answer.content.decode()


def test_feed_is_for_readers_and_sets_no_cookie(client, thread):
    answer = client.get("/feed.atom")
    assert not answer.cookies
    assert answer["Cache-Control"] == "no-cache"
    assert client.head("/feed.atom").content == b""
    assert client.post("/feed.atom").status_code == 405


def test_empty_feeds_are_valid(client):
    assert read_all(client, "/feed.atom") == []
    ArticleFactory(slug="quiet", standfirst="")
    assert read_all(client, "/articles/quiet/feed.atom") == []


def count_queries(client, paths):
    counts = []
    for path in paths:
        with CaptureQueriesContext(connection) as queries:
            client.get(path)
        counts.append(len(queries))
    return counts


def test_feeds_have_as_many_queries_for_a_thousand_comments_as_for_one(client, article):
    root = CommentFactory(article=article)
    paths = ["/feed.atom", "/articles/stiff/feed.atom", f"/articles/stiff/comments/{root.pk}/feed.atom"]
    one = count_queries(client, paths)
    reply = CommentFactory(parent=root)
    template = Comment.objects.get(pk=reply.pk)
    copies = []
    for number in range(2, 1_000):
        template.pk, template.reply_index = None, number
        copies.append(Comment(**{field.attname: getattr(template, field.attname) for field in Comment._meta.concrete_fields}))
    Comment.objects.bulk_create(copies, batch_size=500)
    assert one == [4, 4, 5]
    assert count_queries(client, paths) == [4, 4, 4]  # the root is on the last page


def test_pages_name_their_feeds(client, thread):
    root, _reply = thread
    for page, feed in {
        "/": "/feed.atom",
        "/articles/stiff/": "/articles/stiff/feed.atom",
        f"/articles/stiff/comments/{root.pk}/": f"/articles/stiff/comments/{root.pk}/feed.atom",
    }.items():
        html = client.get(page).content.decode()
        named = re.findall(r'<link rel="alternate" type="application/atom\+xml"[^>]*href="([^"]*)"', html)
        assert named == [feed]
        assert client.get(feed).status_code == 200


texts_of_all_kinds = st.text(max_size=40)


@pytest.mark.one_database
@given(texts_of_all_kinds, texts_of_all_kinds, texts_of_all_kinds, st.text(max_size=8))
def test_no_text_breaks_a_feed(title, author, html, language):
    entry = Entry(
        uid="tag:a,2026:1", url="http://a/1", title=title, updated=WRITTEN, author=author + "x", html=html + "x",
        language=language, topic=title, answers_uid="tag:a,2026:2", answers_url="http://a/2?a&b",
    )  # fmt: skip
    feed = Feed(
        uid="tag:a,2026:0", url="http://a/?a&b", first_url="http://a/", page_url="http://a/", title=title, subtitle=author,
        author="Site", language=language, updated=WRITTEN, entries=(entry,), next_url="http://a/?b",
    )  # fmt: skip
    tree = parse(write_feed(feed).encode())
    kept = re.sub("[^\t\n\\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "", html)
    assert texts(tree, "a:entry/a:content") == [kept + "x"]
