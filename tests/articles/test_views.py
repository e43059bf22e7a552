from datetime import date

import html5lib
import pytest
import time_machine
from django.contrib.auth.models import Permission
from pytest_django.asserts import assertNumQueries

from articles.models import Article, Correction, Source
from articles.pages import describe_article
from articles.services import save_article
from forum.accounts import roles
from forum.site.models import SiteText
from tests.factories import ArticleFactory, CollectionFactory, CommentFactory, MemberFactory, ModeratorFactory

pytestmark = pytest.mark.django_db


def read(client, path):
    response = client.get(path)
    assert response.status_code == 200
    return html5lib.parse(response.content, treebuilder="etree", namespaceHTMLElements=False)


def words(element):
    return " ".join("".join(element.itertext()).split())


def find(page, selector):
    """Return the elements of a page by ``tag`` or ``.class``."""
    is_class = selector.startswith(".")
    return [
        element
        for element in page.iter()
        if (selector[1:] in (element.get("class") or "").split() if is_class else element.tag == selector)
    ]


@pytest.fixture
def report():
    outer = CollectionFactory(title="Biology 202", slug="biology-202")
    shelf = CollectionFactory(title="1999 Final Web Reports", slug="web-reports-1999", parent=outer)
    article = Article(
        slug="report",
        title="Stiff muscles",
        standfirst="What is offered.",
        byline="Ada Writer",
        byline_role="as a student",
        submitted_by="Site keeper",
        original_url="https://www.example.org/old/report",
        collection=shelf,
        status=Article.Status.PUBLISHED,
        published_on=date(2001, 5, 1),
        published_precision="month",
        reviewed_on=date(2026, 3, 9),
        body="## Tablets\n\nThey help.[^1] Some.[^2]\n\n## Pump\n\nMore.[^2] And.[^4]",
    )
    sources = [
        Source(number=1, title="A book"),
        Source(number=2, title="A page", url="https://example.org/2"),
        Source(number=4, title="A lost page", url="https://example.org/4", broken_since=date(2009, 1, 1)),
    ]
    sources[2].saved_copy_url = "https://archive.example.org/4"
    correction = Correction(made_on=date(2010, 3, 15), text="They help some.", quote="They help.")
    return save_article(article, sources=sources, corrections=[correction])


def test_article_says_where_it_stands_who_wrote_it_and_when(client, report):
    page = read(client, "/articles/report/")

    assert [(link.get("href"), words(link)) for link in find(page, ".kicker")[0].iter("a")] == [
        ("/collections/biology-202/", "Biology 202"),
        ("/collections/web-reports-1999/", "1999 Final Web Reports"),
    ]
    byline, origin = find(page, ".meta")[:2]
    assert words(byline) == (
        "By Ada Writer, as a student, in 2001. Submitted by Site keeper. Last checked in March 2026. About 1 minute to read."
    )
    assert words(origin) == "First published at example.org."
    assert [words(heading) for heading in find(page, "h1")] == ["Stiff muscles"]


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"byline_role": "as a nurse", "published_on": None}, "By Ada Writer, as a nurse. About 1 minute to read."),
        ({}, "By Ada Writer, in 2019. About 1 minute to read."),
        ({"published_on": None}, "By Ada Writer. About 1 minute to read."),
        ({"byline": "", "byline_role": "as a nurse"}, "First published in 2019. About 1 minute to read."),
        ({"byline": "", "published_on": None}, "About 1 minute to read."),
    ],
)
def test_byline_says_only_what_is_known(client, fields, sentence):
    page = read(client, ArticleFactory(**fields).get_absolute_url())
    assert words(find(page, ".meta")[0]) == sentence


def test_sources_keep_their_numbers_and_say_how_to_reach_them(client, report):
    page = read(client, "/articles/report/")
    items = list(find(page, ".refs")[0].iter("li"))

    assert [item.get("value") for item in items] == ["1", "2", "4"]
    assert words(items[0]) == "A book Its address was not kept. Back to the text, source 1"
    assert words(items[1]).startswith("A page Open the source 2 Back to the text 1")
    assert words(items[2]) == (
        "A lost page This link stopped working in 2009. Read the saved copy of source 4 Back to the text, source 4"
    )
    assert [link.get("href") for link in items[1].iter("a")] == ["https://example.org/2", "#cite-2-1", "#cite-2-2"]


def test_source_without_an_address_is_in_print_where_the_article_was_written_here(client):
    save_article(ArticleFactory(slug="here", body="Said.[^1]"), sources=[Source(number=1, title="A book")])
    page = read(client, "/articles/here/")
    assert words(find(page, ".refs")[0]) == "A book In print only. Back to the text, source 1"


def test_every_link_within_the_page_leads_somewhere_and_ids_are_unique(client, report):
    page = read(client, "/articles/report/")
    ids = [element.get("id") for element in page.iter() if element.get("id")]
    anchors = {link.get("href")[1:] for link in page.iter("a") if link.get("href").startswith("#")}

    assert len(ids) == len(set(ids))
    assert anchors <= set(ids)
    assert {"part-tablets", "part-pump", "sources", "source-4", "cite-2-2"} <= anchors


def test_draft_offers_no_way_to_a_conversation(client):
    client.force_login(ModeratorFactory(role=roles.AUTHOR))
    page = read(client, ArticleFactory(status=Article.Status.DRAFT).get_absolute_url())
    assert "#talk" not in [link.get("href") for link in page.iter("a")]


def test_contents_lead_to_the_conversation_and_count_it(client, report):
    CommentFactory(discussion=report.discussion)
    page = read(client, "/articles/report/")
    assert words(find(page, ".toc")[0]).endswith("Sources The conversation (1)")
    assert "talk" in [element.get("id") for element in page.iter()]


def test_contents_are_there_for_wide_and_narrow_windows(client, report):
    wide, narrow = find(read(client, "/articles/report/"), ".toc")
    assert words(wide) == words(narrow)
    assert words(wide).startswith("Tablets Pump Sources")


@pytest.mark.parametrize(
    ("published_on", "precision", "heading"),
    [
        (date(2016, 11, 23), "day", None),
        (date(2016, 11, 22), "day", "This article is 10 years old"),
        (date(2015, 11, 24), "day", "This article is 10 years old"),
        (date(2015, 11, 23), "day", "This article is 11 years old"),
        (date(2016, 1, 1), "year", "This article is 10 years old"),
        (date(2017, 1, 1), "year", None),
        (None, "day", None),
    ],
)
@time_machine.travel("2026-11-23T12:00:00Z", tick=False)
def test_care_note_stands_on_articles_older_than_ten_years(client, published_on, precision, heading):
    article = ArticleFactory(published_on=published_on, published_precision=precision)
    notes = find(read(client, article.get_absolute_url()), ".note-care")

    assert [words(note.find("h2")) for note in notes] == ([heading] if heading else [])


def test_care_note_has_the_words_of_the_operator(client):
    SiteText.objects.create(pk=1, old_article_note="Ask a nurse <first>.")
    page = read(client, ArticleFactory(published_on=date(1999, 1, 1)).get_absolute_url())
    assert "Ask a nurse <first>." in words(find(page, ".note-care")[0])


def test_draft_is_not_there_for_readers_and_other_staff(client):
    draft = ArticleFactory(status=Article.Status.DRAFT)
    for user in (None, MemberFactory(), ModeratorFactory()):
        if user:
            client.force_login(user)
        assert client.get(draft.get_absolute_url()).status_code == 404


def test_draft_is_shown_to_an_author_and_never_kept(client):
    draft = ArticleFactory(status=Article.Status.DRAFT)
    client.force_login(ModeratorFactory(role=roles.AUTHOR))
    response = client.get(draft.get_absolute_url())

    assert b"Draft: only you who work here see it." in response.content
    assert "no-store" in response["Cache-Control"]
    assert "private" in response["Cache-Control"]


def test_permission_to_change_articles_is_what_shows_drafts(client):
    draft, member = ArticleFactory(status=Article.Status.DRAFT), MemberFactory()
    member.user_permissions.add(Permission.objects.get(codename="change_article"))
    client.force_login(member)
    assert client.get(draft.get_absolute_url()).status_code == 200


def test_reading_an_article_sets_no_cookie_and_has_no_form_token(client, report):
    response = client.get("/articles/report/")
    assert not response.cookies
    assert b"csrf" not in response.content


def test_article_page_needs_two_queries_of_its_own_however_long_it_is(report):
    with assertNumQueries(2):
        article = Article.objects.with_shelves().get(slug="report")
        short = describe_article(article, article.sources.all(), today=date(2026, 11, 23))
    body = "\n\n".join(f"## Part {n}\n\nSaid.[^{n}]" for n in range(1, 200))
    save_article(report, sources=[Source(number=n, title=f"Book {n}") for n in range(1, 200)])
    report.body = body
    save_article(report)
    with assertNumQueries(2):
        article = Article.objects.with_shelves().get(slug="report")
        long = describe_article(article, article.sources.all(), today=date(2026, 11, 23))
    assert (len(short.sources), len(long.sources)) == (3, 199)


def test_collection_shows_its_place_its_shelves_and_its_published_articles(client, report):
    ArticleFactory(collection=report.collection, status=Article.Status.DRAFT, title="Not yet")

    outer = read(client, "/collections/biology-202/")
    assert "/collections/web-reports-1999/" in [link.get("href") for link in outer.iter("a")]
    inner = read(client, "/collections/web-reports-1999/")
    assert [words(item) for item in find(inner, ".pieces")[0].iter("li")] == ["Stiff muscles What is offered. Ada Writer, 2001"]
    assert words(find(inner, ".kicker")[0]) == "Biology 202"


def test_empty_collection_says_so(client):
    page = read(client, CollectionFactory().get_absolute_url())
    assert "There is nothing in this collection yet." in words(page)


def test_collection_page_has_a_fixed_number_of_queries_and_goes_on_after_fifty(client):
    shelf = None
    for _ in range(5):
        shelf = CollectionFactory(parent=shelf)
    ArticleFactory(collection=shelf, slug="a-000")
    with assertNumQueries(4):  # the collection and those above it, those in it, its articles, the words of the operator
        client.get(shelf.get_absolute_url())
    for number in range(1, 61):
        ArticleFactory(collection=shelf, slug=f"a-{number:03}")
    with assertNumQueries(4):
        page = read(client, shelf.get_absolute_url())

    assert len(list(find(page, ".pieces")[0].iter("li"))) == 50
    rest = read(client, shelf.get_absolute_url() + "?after=a-049")
    assert len(list(find(rest, ".pieces")[0].iter("li"))) == 11
    assert "?after=a-049" in [link.get("href") for link in page.iter("a")]
    read(client, shelf.get_absolute_url() + "?after=%00")


def test_page_without_parts_has_no_list_of_them(client):
    page = client.get(ArticleFactory().get_absolute_url()).content.decode()
    assert "On this page" not in page
