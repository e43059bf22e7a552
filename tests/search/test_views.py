"""The page at /search/: what it shows, how one narrows it, what it says when nothing is found."""

import re
from datetime import UTC, datetime

import pytest
from django.db import connection
from django.db.models import Q
from django.http import Http404
from django.test import Client
from django.test.utils import CaptureQueriesContext

from articles.services import unpublish_article
from forum.accounts.ignoring import ignore
from forum.discussion.narrowing import Choice
from forum.search import results
from forum.search.vocabulary import learn
from tests.factories import ArticleFactory, CommentFactory, MemberFactory

pytestmark = pytest.mark.django_db


def visit(client: Client, **query) -> str:
    """Return the page for a search, which is there."""
    answer = client.get("/search/", query)
    assert answer.status_code == 200
    return answer.text


def links_of(page: str) -> list[str]:
    """Return where the comments that are shown stand."""
    return re.findall(r'<h3><a href="/comments/(\d+)/">', page)


def test_page_without_a_word_says_how_to_search(client: Client) -> None:
    page = visit(client)
    assert "How to search" in page
    assert 'name="q"' in page
    assert "There is no word to look for" not in page
    assert "There is no word to look for" in visit(client, q="!?")


def test_found_texts_are_shown_with_the_words_marked_and_nothing_else_is_markup(client: Client) -> None:
    article = ArticleFactory(title="The <pump>", standfirst="On pumps & more")
    comment = CommentFactory(
        article=article, body="A <script>pump</script> & more", name="Marit", subject="Which pump?", relation="living",
        posted_at=datetime(2010, 2, 3, tzinfo=UTC),
    )  # fmt: skip
    page = visit(client, q="pumps")
    assert "The &lt;<mark>pump</mark>&gt;" in page
    assert "On <mark>pumps</mark> &amp; more" in page
    assert "A &lt;script&gt;<mark>pump</mark>&lt;/script&gt; &amp; more" in page
    assert "Which <mark>pump</mark>?" in page
    assert f'href="/comments/{comment.pk}/"><bdi>Marit</bdi>, <time datetime="2010-02-03">3 February 2010</time></a>' in page
    assert "Under “The &lt;pump&gt;”" in page
    assert "1 comment and 1 article for “<bdi>pumps</bdi>”" in page


def test_page_is_not_for_search_engines(client: Client) -> None:
    answer = client.get("/search/?q=pump")
    assert answer["X-Robots-Tag"] == "noindex"
    assert '<meta name="robots" content="noindex">' in answer.text


def test_question_that_waits_can_be_answered_from_here(client: Client) -> None:
    question = CommentFactory(body="How long does a pump last?", name="Marit", posted_at=datetime(2010, 2, 3, tzinfo=UTC))
    page = visit(client, q="pump")
    assert "No reply yet, after" in page
    assert f'href="/comments/{question.pk}/reply/">Answer <bdi>Marit</bdi>' in page


def test_narrowing_by_links(client: Client) -> None:
    question = CommentFactory(body="How long does a pump last?", posted_at=datetime(2005, 2, 3, tzinfo=UTC))
    other = CommentFactory(body="My pump is old.", posted_at=datetime(2010, 2, 3, tzinfo=UTC))
    ArticleFactory(title="The pump")
    page = visit(client, q="pump")
    assert len(links_of(page)) == 2
    for query in ("only=comments", "only=articles", "only=unanswered", "year=2005", "year=2010"):
        assert f'href="/search/?q=pump&amp;{query}"' in page
    assert f'href="/search/?q=pump&amp;article={other.discussion.article.slug}"' in page
    assert links_of(visit(client, q="pump", only="unanswered")) == [str(question.pk)]
    assert links_of(visit(client, q="pump", year="2010")) == [str(other.pk)]
    assert links_of(visit(client, q="pump", article=other.discussion.article.slug)) == [str(other.pk)]
    assert "The <mark>pump</mark>" not in visit(client, q="pump", only="comments")
    articles_only = visit(client, q="pump", only="articles")
    assert links_of(articles_only) == []
    assert "The <mark>pump</mark>" in articles_only
    narrowed = visit(client, q="pump", year="2005", only="comments")
    assert '<input type="hidden" name="year" value="2005">' in narrowed
    assert 'href="/search/?q=pump&amp;only=comments">Do not narrow to it' in narrowed


def test_nothing_in_what_it_is_narrowed_to_leads_back_to_everything(client: Client) -> None:
    CommentFactory(body="My pump is old.")
    page = visit(client, q="pump", year="1999")
    assert "No match for" in page
    assert 'href="/search/?q=pump">Search everything for the same words' in page
    assert "Try fewer words" in visit(client, q="zebra")


@pytest.mark.parametrize("query", ["year=soon", "year=12", "article=none", "after=x", "after=1", "article=a%00b"])
def test_what_cannot_be_is_not_there(client: Client, query: str) -> None:
    CommentFactory(body="My pump is old.")
    assert client.get(f"/search/?q=pump&{query}").status_code == 404


def test_article_out_of_sight_is_no_place_to_search(client: Client) -> None:
    article = CommentFactory(body="My pump is old.").discussion.article
    unpublish_article(article)
    assert client.get("/search/", {"q": "pump", "article": article.slug}).status_code == 404


def test_mistyped_word_is_told(client: Client) -> None:
    for _ in range(2):
        CommentFactory(body="Baclofen helped.")
    learn()
    page = visit(client, q="bacolfen")
    assert "No match for “<bdi>bacolfen</bdi>”. These match “<bdi>baclofen</bdi>”." in page
    assert len(links_of(page)) == 2
    CommentFactory(body="Bacolfen it was.")
    for _ in range(20):
        CommentFactory(body="Baclofen helped.")
    learn()
    page = visit(client, q="bacolfen", only="comments")
    assert 'Did you mean <a href="/search/?q=baclofen&amp;only=comments">“<bdi>baclofen</bdi>”</a>?' in page


def test_some_of_the_words_are_told(client: Client) -> None:
    CommentFactory(body="My pump is old.")
    learn()
    page = visit(client, q="pump zebra")
    assert "Nothing has all of “<bdi>pump zebra</bdi>”." in page
    assert len(links_of(page)) == 1


def test_pages_show_every_match_once_however_many_there_are(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(results, "COMMENTS_ON_A_PAGE", 3)
    article = ArticleFactory(title="Something else")
    written = [CommentFactory(article=article, body="pump " * (1 + number % 3) + f"number {number}").pk for number in range(8)]
    seen, path = [], "/search/?q=pump&only=comments"
    while path:
        page = client.get(path).text
        seen += links_of(page)
        following = re.search(r'class="btn" href="([^"]+after=[^"]+)"', page)
        path = following[1].replace("&amp;", "&") if following else ""
    assert sorted(map(int, seen)) == written
    assert len(seen) == 8
    assert "Back to the best matches" in page


def test_place_in_the_list_survives_when_the_row_is_gone(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(results, "COMMENTS_ON_A_PAGE", 1)
    first, second = CommentFactory(body="pump pump pump"), CommentFactory(body="one pump among many other words of ours")
    page = visit(client, q="pump", only="comments")
    assert links_of(page) == [str(first.pk)]
    following = re.search(r'class="btn" href="([^"]+)"', page)[1].replace("&amp;", "&")
    unpublish_article(first.discussion.article)
    assert links_of(client.get(following).text) == [str(second.pk)]


@pytest.mark.parametrize(
    "typed", ["'", "\0", "👍 pump", "-pump", "\u202epump", "x" * 10_000, "<script>alert(1)</script>", "%", "a*"]
)
def test_any_input_gets_a_page_with_it_in_the_box(client: Client, typed: str) -> None:
    CommentFactory(body="My pump is old.")
    page = visit(client, q=typed)
    assert "<script>alert" not in page
    assert 'name="q"' in page


def test_queries_are_as_few_for_many_matches_as_for_one(client: Client) -> None:
    article = ArticleFactory()
    CommentFactory(article=article, body="my pump")
    learn()
    visit(client, q="pump")

    def count(**query) -> int:
        with CaptureQueriesContext(
            connection,
        ) as caught:
            visit(client, **query)
        return len(caught)

    searches = ({"q": "pump"}, {"q": "pump -zebra", "only": "unanswered"}, {"q": "my pump", "article": article.slug})
    few = [count(**query) for query in searches]
    for number in range(60):
        CommentFactory(article=ArticleFactory() if number % 10 == 0 else article, body=f"my pump {number}?")
    learn()
    assert [count(**query) for query in searches] <= few
    assert few[0] <= 12


def test_people_whom_a_member_ignores_are_left_out_for_them(client: Client) -> None:
    other = MemberFactory()
    CommentFactory(author=other, body="My pump is old.")
    member = MemberFactory()
    ignore(member, author=other)
    assert len(links_of(visit(client, q="pump"))) == 1
    client.force_login(member)
    assert links_of(visit(client, q="pump")) == []


def test_whoever_searches_without_end_is_asked_to_wait(client: Client, settings) -> None:
    settings.RATE_LIMITS = True
    answers = {client.get("/search/?q=pump").status_code for _ in range(125)}
    assert answers == {200, 429}


class FirstWord:
    """A filter as an app above would add it: by the first word of a comment."""

    name = "first"

    def label(self) -> str:
        return "First word"

    def read(self, value: str) -> Choice:
        if not value.isalpha():
            raise Http404
        return Choice(value, value.title(), Q(body__istartswith=value))

    def offer(self, comment_ids):
        return [(self.read("my"), 2), (self.read("no"), 1)]


FIRST_WORD = FirstWord()


def test_other_apps_add_filters(client: Client, settings) -> None:
    settings.COMMENT_FILTERS = [f"{__name__}.FIRST_WORD"]
    mine, none = CommentFactory(body="My pump is old."), CommentFactory(body="No pump for me.")
    page = visit(client, q="pump")
    assert "First word" in page
    assert 'href="/search/?q=pump&amp;first=my"' in page
    assert links_of(visit(client, q="pump", first="my")) == [str(mine.pk)]
    assert links_of(visit(client, q="pump", first="no")) == [str(none.pk)]
    assert client.get("/search/?q=pump&first=1").status_code == 404


def test_box_is_on_the_home_page_and_where_nothing_was_found(client: Client) -> None:
    assert 'action="/search/"' in client.get("/").text
    lost = client.get("/exchange/node/night-cramps/")
    assert lost.status_code == 404
    assert 'value="exchange node night cramps"' in lost.text
