"""Pages as search engines read them: whole and true by the vocabulary, and nothing in them that not everybody may read."""

import re
from datetime import UTC, date, datetime

import pytest

from articles.models import DatePrecision
from forum.discussion.models import Comment
from forum.discussion.permissions import ANONYMOUS
from forum.imports.sample import load_sample
from tests.discussion.microdata import Item, find_faults, read_items
from tests.factories import ArticleFactory, CommentFactory, MemberFactory

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]

# What Google asks of a post and of a comment (https://developers.google.com/search/docs/appearance/structured-data/discussion-forum).
REQUIRED = {"author", "datePublished", "text"}


def read_page(client, path):
    """Return the only item of a page; nothing is said against it."""
    answer = client.get(path)
    assert answer.status_code == 200
    items = read_items(answer.content.decode())
    assert [fault for item in items for fault in find_faults(item)] == []
    assert len(items) <= 1
    for item in items:
        posts = item.inside("comment") + ([item] if item.type == "DiscussionForumPosting" else [])
        for post in posts:
            assert post.values.keys() >= REQUIRED
            assert post.one("author").one("name")
    return items[0] if items else None


def words_of(item: Item) -> set[str]:
    return {str(comment.one("text")).strip() for comment in item.inside("comment")}


@pytest.fixture
def article():
    return ArticleFactory(slug="stiff", title="Stiff <muscles>", byline="Ada Writer", byline_role="as a student")


@pytest.fixture
def thread(article):
    root = CommentFactory(
        article=article, name="Marit", subject="How long?", body="Does it *help*?", posted_at=datetime(2010, 2, 3, tzinfo=UTC)
    )
    reply = CommentFactory(parent=root, author=MemberFactory(display_name="Tomasz"), body="It did.", state="published")
    CommentFactory(parent=reply, name="", body="Here too.")
    return root


def test_article_says_who_wrote_what_and_when(client, article, thread):
    page = read_page(client, "/articles/stiff/")
    assert page.type == "Article"
    assert page.one("headline") == "Stiff <muscles>"
    assert page.one("author").type == "Person"
    assert page.one("author").one("name") == "Ada Writer"
    assert page.one("datePublished") == "2019-05-04"
    assert page.one("articleBody").split() == ["The", "first", "paragraph.", "The", "second", "paragraph."]
    assert page.one("description") == article.standfirst
    assert "By Ada Writer, as a student, in 2019." in " ".join(
        re.sub("<[^>]*>", "", client.get("/articles/stiff/").content.decode()).split()
    )


@pytest.mark.parametrize("precision", [DatePrecision.MONTH, DatePrecision.YEAR])
def test_article_whose_day_is_not_known_is_given_none(client, precision):
    ArticleFactory(slug="stiff", published_on=date(1999, 1, 1), published_precision=precision, byline="")
    ArticleFactory(slug="loose", published_on=None)
    for slug in ("stiff", "loose"):
        assert "datePublished" not in read_page(client, f"/articles/{slug}/").values
    assert "First published in 1999." in client.get("/articles/stiff/").content.decode()


def test_comments_under_an_article_are_its_own_with_their_replies(client, thread):
    page = read_page(client, "/articles/stiff/")
    root = page.one("comment")
    assert root.type == "Comment"
    assert root.one("author").one("name") == "Marit"
    assert root.one("headline") == "How long?"
    assert root.one("datePublished") == "2010-02-03"
    assert root.one("text").strip() == "Does it help?"
    assert root.one("url") == f"http://localhost:8000/comments/{thread.pk}/"
    assert [str(reply.one("text")).strip() for reply in root.values["comment"]] == ["It did.", "Here too."]
    assert [reply.one("author").one("name") for reply in root.values["comment"]] == ["Tomasz", "A reader"]


@pytest.mark.parametrize("query", ["?order=newest", "?order=waiting", "?view=print", "?page=2"])
def test_every_view_of_an_article_is_valid(client, article, thread, query):
    for number in range(21):
        CommentFactory(article=article, body=f"Story number {number}?")
    assert words_of(read_page(client, f"/articles/stiff/{query}"))


def test_conversation_of_its_own_is_a_post_with_comments(client, thread):
    path = f"/articles/stiff/comments/{thread.pk}/"
    page = read_page(client, path)
    assert page.type == "DiscussionForumPosting"
    assert page.one("url") == f"http://localhost:8000{path}"
    assert page.one("headline") == "How long?"
    assert page.one("author").one("name") == "Marit"
    assert page.one("text").strip() == "Does it help?"
    assert words_of(page) == {"It did.", "Here too."}


@pytest.mark.parametrize("precision", ["unknown", "before", "year", "month"])
def test_comment_without_a_known_day_is_left_out_and_what_answers_it_stays(client, article, precision):
    root = CommentFactory(article=article, origin="serendip", body="Nobody knows when.", posted_precision=precision)
    CommentFactory(parent=root, body="We know.")
    CommentFactory(parent=root, origin="serendip", body="Nor this.", posted_precision=precision)
    page = read_page(client, "/articles/stiff/")
    assert words_of(page) == {"We know."}
    assert page.one("comment").one("text").strip() == "We know."
    # On its own page nothing is left to be said: a post needs a date, and comments need a post.
    assert read_page(client, f"/articles/stiff/comments/{root.pk}/") is None


@pytest.mark.parametrize("state", [state for state in Comment.State if state != "published"])
def test_what_is_not_public_is_in_no_item_even_for_its_writer(client, article, state):
    member = MemberFactory()
    root = CommentFactory(article=article, author=member, body="Only mine.", state=state)
    CommentFactory(parent=root, body="For all.")
    client.force_login(member)
    assert words_of(read_page(client, "/articles/stiff/")) == {"For all."}
    assert read_page(client, f"/articles/stiff/comments/{root.pk}/") is None


def test_pages_of_people_and_lists_hold_no_items(client, thread):
    member = Comment.objects.get(name="Tomasz").author
    for path in ("/", "/unanswered/", member.get_absolute_url(), "/guidelines/", "/search/?q=help", "/topics/"):
        assert read_page(client, path) is None


def test_sample_is_valid_and_tells_of_every_comment_with_a_known_day(client):
    article = load_sample()
    readable = Comment.objects.visible_to(ANONYMOUS)
    dated = readable.filter(posted_precision__in=("exact", "day"))
    for root in readable.filter(root=None):
        read_page(client, f"{article.get_absolute_url()}comments/{root.pk}/")
    page = read_page(client, f"{article.get_absolute_url()}?view=print")
    assert len(page.inside("comment")) == dated.count() > 5
    assert readable.count() > dated.count()
