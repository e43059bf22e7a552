"""Pages of topics: what they show and count, that they show no more than everybody may read, that they cost the same."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as how
from hypothesis import strategies as st

from articles.services import publish_article, unpublish_article
from forum.accounts.ignoring import ignore
from forum.discussion.closing import set_discussion_state
from forum.discussion.models import ActorKind, Comment, Discussion
from forum.discussion.permissions import ANONYMOUS
from forum.discussion.services import TRANSITIONS, Actor, TransitionError, transition
from forum.topics.articles import correct_article
from forum.topics.editing import change_vocabulary
from forum.topics.jobs import follow_discussion
from forum.topics.mentions import correct_comment
from forum.topics.models import By, Mention, Topic
from tests.factories import ArticleFactory, CommentFactory, MemberFactory, ModeratorFactory
from tests.topics.vocabularies import make_topic, make_vocabulary, search

pytestmark = pytest.mark.django_db


@pytest.fixture
def topics():
    return make_vocabulary()


def comments_on(page):
    """Return the ids of the comments that are listed, in their order."""
    return [int(pk) for pk in re.findall(r'<h3><a href="/comments/(\d+)/"><bdi>', page)]


def is_indexed(page):
    return '<meta name="robots" content="noindex">' not in page


# -- what stands on the page


def test_page_lists_experiences_of_all_articles_the_latest_first_with_the_words_marked(client: Client, topics):
    first = CommentFactory(
        body="Night **splints** <b> were hard.", name="Nadia & Co", relation="carer", article=ArticleFactory(title="Legs <1>"),
        posted_at=datetime(2014, 3, 2, 12, tzinfo=UTC),
    )  # fmt: skip
    CommentFactory(body="Nothing of the kind.")
    last = CommentFactory(body="After the stroke my son had a splint.", subject="The splint")
    page = client.get("/topics/splints/").text
    assert comments_on(page) == [last.pk, first.pk]
    assert "2 comments on this site name it." in page
    assert "They do not say how well it works." in page
    assert "Nadia &amp; Co</bdi>, <time" in page
    assert "2 March 2014" in page
    assert "Night <mark>splints</mark> &lt;b&gt; were hard." in page
    assert "The <mark>splint</mark>" in page
    assert "my son had a <mark>splint</mark>." in page
    assert "Also about: a son or daughter, stroke." in page
    assert "Under “Legs &lt;1&gt;”" in page
    assert "%" not in re.sub(r"<[^>]*>", "", page)


def test_what_else_comments_name_is_offered_by_kind_with_counts_and_narrows_the_list(client: Client, topics):
    both = [CommentFactory(body=f"A splint after the stroke, {number}.") for number in range(2)]
    CommentFactory(body="My daughter had splints.")
    page = client.get("/topics/splints/").text
    assert re.search(r'href="/topics/splints/\?with=stroke" rel="nofollow"><bdi>stroke</bdi>&nbsp;<span class="opt">\(2\)', page)
    assert (
        page.index("About whom") < page.index("with=a-son-or-daughter") < page.index("With a condition") < page.index("=stroke")
    )
    assert "With a treatment" not in page
    narrowed = client.get("/topics/splints/?with=stroke").text
    assert comments_on(narrowed) == [both[1].pk, both[0].pk]
    assert "2 comments name both." in narrowed
    assert 'href="/topics/splints/"' in narrowed
    assert re.search(r"<mark>splint</mark> after the <mark>stroke</mark>", narrowed)
    assert comments_on(client.get("/topics/stroke/?with=splints").text) == comments_on(narrowed)


def test_questions_that_wait_stand_above_and_can_be_answered_in_every_list(client: Client, topics):
    asked = [CommentFactory(body=f"Do splints help, {number}?", name="Nadia") for number in range(4)]
    answered = CommentFactory(body="Are splints cold?")
    CommentFactory(parent=answered)
    page = client.get("/topics/splints/").text
    above, below = page.split('id="experiences"')
    assert re.findall(r"/comments/(\d+)/reply/", above) == [str(row.pk) for row in asked[:0:-1]]
    assert re.findall(r"/comments/(\d+)/reply/", below) == [str(row.pk) for row in asked[::-1]]
    assert 'href="/unanswered/?topic=splints"' in above
    assert page.count("No reply yet.") == 4
    assert "Answer <bdi>Nadia</bdi>" in below


def test_articles_that_name_it_most_come_first_and_only_published_ones(client: Client, topics):
    often = ArticleFactory(title="Splints, and more splints", body="A splint. A splint.")
    once = ArticleFactory(title="Stiff legs", body="A splint.")
    ArticleFactory(title="Splints in secret", status="draft")
    denied = ArticleFactory(title="Splints of wood")
    correct_article(denied, topic_ids=[])
    page = client.get("/topics/splints/").text
    assert page.index(often.title) < page.index(f">{once.title}<")
    assert "secret" not in page
    assert "of wood" not in page
    assert is_indexed(page)
    for number in range(8):
        ArticleFactory(title=f"Splints again, {number}")
    page = client.get("/topics/splints/").text
    assert page.count("again,") + page.count(often.title) == 8
    assert 'href="/search/?q=splints&amp;only=articles"' in page


def test_topic_that_a_person_added_is_listed_and_one_they_took_off_is_not(client: Client, topics):
    comment = CommentFactory(body="Splints, they said, and it was a joke.")
    correct_comment(comment, topic_ids=[topics["stroke"].pk], by=By.WRITER)
    assert comments_on(client.get("/topics/splints/").text) == []
    page = client.get("/topics/stroke/").text
    assert comments_on(page) == [comment.pk]
    assert "<mark>" not in page


def test_empty_topic_has_a_calm_page_that_nobody_is_led_to(client: Client, topics):
    page = client.get("/topics/splints/").text
    assert "Nobody has written about it here yet." in page
    assert not is_indexed(page)
    assert "/topics/splints/" not in client.get("/topics/").text
    assert not is_indexed(client.get("/topics/").text)


def test_topic_out_of_use_has_no_page_and_is_named_nowhere(client: Client, topics):
    comment = CommentFactory(body="A splint after the stroke.")
    assert "splints" in client.get("/topics/stroke/").text
    Topic.objects.filter(name="splints").update(is_active=False)
    change_vocabulary()
    assert client.get("/topics/splints/").status_code == 404
    assert client.get("/topics/stroke/?with=splints").status_code == 404
    thread = f"{comment.discussion.article.get_absolute_url()}comments/{comment.pk}/"
    for path in ("/topics/", "/topics/stroke/", "/", thread):
        assert "splints" not in client.get(path).text, path


@pytest.mark.parametrize("query", ["after=x", "after=%00", "after=1-1", "with=nonsense", "with=%00", f"with={'x' * 500}"])
def test_nonsense_is_not_found_and_never_an_error(client: Client, topics, query):
    CommentFactory(body="A splint.")
    answer = client.get(f"/topics/splints/?{query}")
    assert answer.status_code == (200 if query == "after=1-1" else 404)


def test_further_pages_go_on_where_one_ended_and_are_not_for_search_engines(client: Client, topics):
    article = ArticleFactory()
    start = datetime(2015, 1, 1, tzinfo=UTC)
    written = [
        CommentFactory(article=article, body="A splint after the stroke.", posted_at=start + timedelta(days=number // 3))
        for number in range(45)
    ]
    for query in ("", "with=stroke&"):
        found, path, pages = [], f"/topics/splints/?{query}", 0
        while path:
            page = client.get(path).text
            found += comments_on(page)
            assert is_indexed(page) is (path == "/topics/splints/?")
            following = re.search(rf'href="(/topics/splints/\?{query.replace("&", "&amp;")}after=[\d-]+)"', page)
            path = following[1].replace("&amp;", "&") if following else ""
            pages += 1
        assert found == [row.pk for row in sorted(written, key=lambda row: (row.published_at, row.pk), reverse=True)]
        assert pages == 3


def test_member_is_spared_whom_they_do_not_want_to_read(client: Client, topics):
    comment, other = CommentFactory(body="A splint."), CommentFactory(body="A splint, too.")
    member = MemberFactory()
    ignore(member, guest=comment.guest)
    client.force_login(member)
    assert comments_on(client.get("/topics/splints/").text) == [other.pk]


# -- the ways there


def test_all_topics_stand_by_kind_in_the_order_of_their_names(client: Client, topics):
    CommentFactory(body="My son had splints after the stroke.")
    ArticleFactory(body="Baclofen is a tablet.")
    page = client.get("/topics/").text
    assert re.findall(r'<a href="/topics/([\w-]+)/">', page) == ["stroke", "baclofen", "splints", "a-son-or-daughter"]
    assert re.search(r"stroke&nbsp;<span[^>]*>\(1\)", page)
    assert "baclofen</a>" in page
    assert is_indexed(page)


def test_articles_threads_and_the_home_page_lead_to_topics(client: Client, topics):
    article = ArticleFactory(title="Splints", body="Baclofen.")
    root = CommentFactory(article=article, body="After the stroke.")
    CommentFactory(parent=root, body="My son, too.")
    page = client.get(article.get_absolute_url()).text
    assert re.findall(r'href="/topics/([\w-]+)/"', page) == ["baclofen", "splints"]
    page = client.get(f"{article.get_absolute_url()}comments/{root.pk}/").text
    assert re.findall(r'href="/topics/([\w-]+)/"', page) == ["stroke"]
    assert re.findall(r'href="/topics/([\w-]*)/?"', client.get("/").text) == ["a-son-or-daughter", "stroke", ""]


def test_site_without_topics_shows_no_trace_of_them(client: Client):
    comment = CommentFactory()
    article = comment.discussion.article.get_absolute_url()
    for path in ("/", article, f"{article}comments/{comment.pk}/", "/unanswered/"):
        assert "topic" not in client.get(path).text.lower(), path
    assert client.get("/topics/").status_code == 200
    assert "topics" not in client.get("/sitemap.xml").text


def test_sitemap_names_topics_with_something_and_only_those(client: Client, topics):
    CommentFactory(body="A splint.")
    assert "/sitemap-topics-1.xml" in client.get("/sitemap.xml").text
    part = client.get("/sitemap-topics-1.xml").text
    assert re.findall(r"<loc>[^<]*(/topics/[^<]*)</loc>", part) == ["/topics/", "/topics/splints/"]
    assert "lastmod" not in part
    assert client.get("/sitemap-topics-2.xml").status_code == 404


def test_head_says_what_the_page_is(client: Client, topics):
    CommentFactory(body="A splint.")
    head = client.get("/topics/splints/").text.split("</head>")[0]
    assert "<title>Splints - Understory</title>" in head
    assert '<link rel="canonical" href="http://localhost:8000/topics/splints/">' in head
    assert '<meta property="og:title" content="Splints">' in head
    assert 'content="What people wrote about splints, in their own words."' in head


# -- what may be read, and what it costs


@pytest.mark.parametrize("size", [1, 60])
def test_number_of_queries_does_not_grow(client: Client, topics, django_assert_max_num_queries, size):
    article = ArticleFactory(body="Splints after the stroke.")
    for number in range(size):
        CommentFactory(article=article, body=f"My son had splints after the stroke. Why, {number}?")
    for path, most in (
        ("/topics/", 4),
        ("/topics/splints/", 11),
        ("/topics/splints/?with=stroke", 10),
        ("/unanswered/?topic=splints", 4),
    ):
        with django_assert_max_num_queries(most):
            assert client.get(path).status_code == 200


def test_vocabulary_that_changes_gives_conversations_a_new_version(topics):
    comment, other = CommentFactory(body="A massage."), CommentFactory(body="A walk.")
    before = dict(Discussion.objects.values_list("pk", "version"))
    make_topic("massage")
    search()
    after = dict(Discussion.objects.values_list("pk", "version"))
    assert after[comment.discussion_id] == before[comment.discussion_id] + 1
    assert after[other.discussion_id] == before[other.discussion_id]


STATES = [state.value for state in Comment.State]
PLACES = ["hide", "show", "unpublish", "publish"]


@how(max_examples=20, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
@given(
    written=st.lists(st.tuples(st.integers(0, 1), st.integers(-1, 3)), min_size=1, max_size=6),
    changes=st.lists(st.tuples(st.integers(0, 5), st.sampled_from(STATES + PLACES)), max_size=14),
    follows=st.booleans(),
)
def test_topic_pages_show_nothing_that_not_everybody_may_read(client: Client, topics, written, changes, follows):
    """Whether or not the worker has followed yet; once it has, the counts are right as well."""
    with transaction.atomic():
        _live_and_look(client, topics, written, changes, follows=follows)
        transaction.set_rollback(True)


def _live_and_look(client, topics, written, changes, *, follows):
    moderator = Actor(ActorKind.MODERATOR, ModeratorFactory())
    articles = [ArticleFactory(title=f"Splints {number}", body="For a stroke.") for number in range(2)]
    comments = []
    for place, parent in written:
        parents = [row for row in comments if row.discussion_id == articles[place].discussion.pk]
        above = parents[parent % len(parents)] if parents and parent >= 0 else None
        body = f"marker{len(comments)}x: does a splint help after the stroke, for my son?"
        comments.append(CommentFactory(article=articles[place], parent=above, body=body))
    for number, change in changes:
        comment, article = Comment.objects.get(pk=comments[number % len(comments)].pk), articles[number % 2]
        _change(change, comment, article, moderator)
    if follows:
        for article in articles:
            follow_discussion.func(article.discussion.pk)
    readable = Comment.objects.visible_to(ANONYMOUS).filter(pk__in=[row.pk for row in comments])
    may_be_read = set(readable.values_list("pk", flat=True))
    markers = {f"marker{number}x": row.pk for number, row in enumerate(comments)}
    for path in ("/topics/splints/", "/topics/stroke/", "/topics/splints/?with=stroke", "/unanswered/?topic=splints",
                 "/search/?q=splint&topic=stroke"):  # fmt: skip
        page = client.get(path).text
        shown = {pk for marker, pk in markers.items() if marker in page}
        assert shown <= may_be_read, path
        if "/topics/" in path:
            assert shown == may_be_read, path
            assert set(comments_on(page)) == may_be_read
        for article in articles:
            article.refresh_from_db()
            assert article.is_published() or article.get_absolute_url() not in page
    if follows:
        count = len(may_be_read)
        assert Mention.objects.filter(topic=topics["splints"], shown=True).count() == count
        assert (f"{count} comment" in client.get("/topics/splints/").text) is (count > 0)


def _change(change, comment, article, moderator):
    match change:
        case "hide" | "show":
            set_discussion_state(article.discussion, state="hidden" if change == "hide" else "open", actor=moderator)
        case "unpublish":
            unpublish_article(article)
        case "publish":
            publish_article(article)
        case state:
            kinds = TRANSITIONS.get((comment.state, state), set())
            actor = moderator if ActorKind.MODERATOR in kinds else Actor(ActorKind.WRITER)
            if kinds:
                try:
                    reason = "other" if state in ("rejected", "hidden", "removed") else ""
                    transition(comment, state, actor=actor, reason=reason)
                except TransitionError:  # it was taken back from another state
                    return
