import html
from datetime import date

import pytest
from django.contrib.admin.models import LogEntry
from playwright.sync_api import expect

from articles.models import Article, Collection, Correction, OldAddress, Source
from articles.services import save_article
from forum.accounts import roles
from tests.browser.acts import sign_in
from tests.factories import ArticleFactory, CollectionFactory, MemberFactory, ModeratorFactory

pytestmark = pytest.mark.django_db

ADD, PREVIEW = "/admin/articles/article/add/", "/admin/articles/article/preview/"


@pytest.fixture
def author(client):
    """Sign in somebody whose role is author."""
    author = ModeratorFactory(role=roles.AUTHOR)
    client.force_login(author)
    return author


def rows(prefix, *rows, initial=0):
    """Return the fields of an inline as a browser sends them."""
    data = {f"{prefix}-TOTAL_FORMS": len(rows), f"{prefix}-INITIAL_FORMS": initial}
    return data | {f"{prefix}-{index}-{name}": value for index, row in enumerate(rows) for name, value in row.items()}


def form(*, sources=(), corrections=(), initial=(0, 0), **fields):
    """Return the whole form of an article as a browser sends it."""
    return (
        {"title": "Stiff muscles", "slug": "stiff", "body": "Said.[^1]", "language": "en-GB", "status": "draft"}
        | {"published_on": "2026-11-23", "published_precision": "day"}
        | rows("sources", *sources, initial=initial[0])
        | rows("corrections", *corrections, initial=initial[1])
        | fields
    )


def text(response):
    return html.unescape(response.content.decode())


def test_author_writes_and_publishes_an_article_with_sources(client, author):
    assert client.get(ADD).status_code == 200
    sources = [{"number": "1", "title": "A book"}, {"number": "2", "title": "A page", "url": "https://example.org/2"}]
    corrections = [{"made_on": "2026-11-23", "quote": "Also said.", "text": "Not quite."}]
    data = form(sources=sources, corrections=corrections, body="Said.[^1]\n\nAlso said.[^2]", status="published")

    assert client.post(ADD, data).status_code == 302

    article = Article.objects.get(slug="stiff")
    assert list(article.sources.values_list("number", "title")) == [(1, "A book"), (2, "A page")]
    assert "Not quite." in article.body_html
    assert article.version == 1
    assert b'id="cite-2-1"' in client.get("/articles/stiff/").content
    assert LogEntry.objects.filter(object_id=str(article.pk)).count() == 1


def test_citation_without_a_source_is_named_and_nothing_typed_is_lost(client, author):
    response = client.post(ADD, form(sources=[{"number": "1", "title": "A book"}], body="One.[^1] Seven.[^7]"))

    assert "The text cites source 7, but there is no source 7. Add it or remove [^7]." in text(response)
    assert "One.[^1] Seven.[^7]" in text(response)
    assert 'value="1"' in text(response)
    assert "A book" in text(response)
    assert not Article.objects.exists()


def test_source_that_is_taken_out_while_the_text_cites_it_is_named(client, author):
    article = save_article(Article(slug="stiff", title="S", body="Said.[^1]"), sources=[Source(number=1, title="A book")])
    row = {"id": article.sources.get().pk, "number": "1", "title": "A book", "DELETE": "on"}
    response = client.post(f"/admin/articles/article/{article.pk}/change/", form(sources=[row], initial=(1, 0)))

    assert "The text cites source 1, but there is no source 1." in text(response)
    assert article.sources.count() == 1


def test_source_never_cited_is_told_and_stored(client, author):
    data = form(sources=[{"number": "1", "title": "A book"}, {"number": "2", "title": "Another"}])
    response = client.post(ADD, data, follow=True)

    assert "Source 2 is not cited in the text. Write [^2] where it belongs." in text(response)
    assert Article.objects.get().sources.count() == 2


def test_quote_that_is_not_in_the_text_is_told_at_its_field(client, author):
    corrections = [{"made_on": "2026-11-23", "quote": "never said", "text": "No."}]
    response = client.post(ADD, form(body="Said.", corrections=corrections))

    assert "These words are not in the text: “never said”." in text(response)
    assert not Article.objects.exists()


def test_change_keeps_what_was_not_touched_and_leaves_the_old_address(client, author):
    article = save_article(
        Article(slug="stiff", title="S", body="Said.[^1]", status="published"),
        sources=[Source(number=1, title="A book")],
        corrections=[Correction(made_on=date(2020, 1, 2), text="No.", quote="Said.")],
    )
    source, correction = article.sources.get(), article.corrections.get()
    data = form(
        slug="stiffer",
        status="published",
        initial=(1, 1),
        sources=[{"id": source.pk, "number": "1", "title": "A book, second edition"}, {"number": "2", "title": "New"}],
        corrections=[{"id": correction.pk, "made_on": "2020-01-02", "quote": "Said.", "text": "No."}],
        body="Said.[^1] More.[^2]",
    )

    response = client.post(f"/admin/articles/article/{article.pk}/change/", data)

    assert response.status_code == 302, text(response)
    article.refresh_from_db()
    assert (article.version, article.slug) == (2, "stiffer")
    assert article.sources.get(number=1) == source
    assert "second edition" in text(client.get("/articles/stiffer/"))
    assert article.corrections.get() == correction
    assert client.get("/articles/stiff/")["Location"] == "/articles/stiffer/"
    assert "source" in LogEntry.objects.latest("pk").change_message


def test_address_follows_the_title_only_while_the_article_is_new(client, author):
    follows = 'data-prepopulated-fields="[{&quot;id&quot;: &quot;#id_slug&quot;'
    article = ArticleFactory()
    assert follows in client.get(ADD).content.decode()
    assert follows not in client.get(f"/admin/articles/article/{article.pk}/change/").content.decode()


def test_nobody_can_delete_an_article(client, author):
    article = ArticleFactory()
    for user in (author, MemberFactory(is_staff=True, is_superuser=True)):
        client.force_login(user)
        assert client.post(f"/admin/articles/article/{article.pk}/delete/", {"post": "yes"}).status_code == 403
        assert "delete_selected" not in text(client.get("/admin/articles/article/"))
        data = {"action": "delete_selected", "_selected_action": article.pk, "post": "yes"}
        client.post("/admin/articles/article/", data)
    assert Article.objects.filter(pk=article.pk).exists()


def test_chosen_articles_are_published_and_taken_back(client, author):
    article = ArticleFactory(status="draft", slug="chosen")
    for action, status in (("publish", 200), ("unpublish", 404)):
        response = client.post("/admin/articles/article/", {"action": action, "_selected_action": article.pk}, follow=True)
        assert "1 article is" in text(response)
        client.logout()
        assert client.get("/articles/chosen/").status_code == status
        client.force_login(author)
    assert LogEntry.objects.filter(object_id=str(article.pk)).count() == 2


def test_preview_shows_what_was_typed_and_stores_nothing(client, author):
    data = form(
        body="## Tablets\n\nSaid.[^1] Gone.[^9]",
        sources=[{"number": "1", "title": "A book", "url": "not an address"}, {"number": "9", "title": "x", "DELETE": "on"}],
        corrections=[
            {"made_on": "2020-01-02", "quote": "Said.", "text": "No."},
            {"made_on": "", "quote": "", "text": "unfinished"},
        ],
    )
    whole = client.post(PREVIEW, data)
    part = client.post(PREVIEW, data, headers={"HX-Request": "true"})

    for response in (whole, part):
        assert 'id="part-tablets"' in text(response)
        assert 'href="#source-1"' in text(response)
        assert "Correction, <time" in text(response)
        assert "The text cites source 9, but there is no source 9." in text(response)
    assert 'id="source-1"' in text(whole)
    assert "<html" not in text(part)
    assert not Article.objects.exists()


def test_preview_of_an_empty_form_says_that_there_is_no_text(client, author):
    assert "There is no text yet." in text(client.post(PREVIEW, {}, headers={"HX-Request": "true"}))
    assert client.post(PREVIEW, {"sources-TOTAL_FORMS": "-1"}).status_code == 200


def test_preview_is_for_authors_and_by_post_only(client):
    assert client.post(PREVIEW, {"body": "x"}).status_code == 302
    client.force_login(ModeratorFactory())
    assert client.post(PREVIEW, {"body": "x"}).status_code == 403
    client.force_login(ModeratorFactory(role=roles.AUTHOR))
    assert client.get(PREVIEW).status_code == 405


def test_collections_are_shown_as_a_path_in_a_fixed_number_of_queries(client, author, django_assert_max_num_queries):
    inner = CollectionFactory(title="Reports", parent=CollectionFactory(title="Biology"))
    for _ in range(20):
        ArticleFactory(collection=CollectionFactory(parent=inner))
    with django_assert_max_num_queries(8):
        assert "Biology › Reports" in text(client.get("/admin/articles/collection/"))
    with django_assert_max_num_queries(9):
        assert "Biology › Reports › " in text(client.get("/admin/articles/article/"))
    assert "Biology › Reports</option>" in text(client.get(ADD))


def test_collection_renamed_in_the_admin_changes_the_pages_in_it(client, author):
    article = ArticleFactory(collection=CollectionFactory(slug="old"))
    data = {"title": "New", "slug": "new", "parent": "", "description": ""}
    assert client.post(f"/admin/articles/collection/{article.collection_id}/change/", data).status_code == 302

    assert Article.objects.get().version == 2
    assert Collection.objects.get().title == "New"
    assert OldAddress.objects.get().target == "/collections/new/"


@pytest.mark.parametrize(
    ("path", "target", "is_taken"),
    [
        ("/old.html", "/articles/a/", True),
        ("old.html", "/articles/a/", False),
        ("/old.html", "https://example.org/", False),
        ("/old.html", "//example.org/", False),
        ("/old.html", "/\\example.org/", False),
        ("/old.html", "/old.html", False),
    ],
)
def test_old_address_stays_on_this_site(client, author, path, target, is_taken):
    ArticleFactory(slug="a")
    response = client.post("/admin/articles/oldaddress/add/", {"path": path, "target": target})
    assert (response.status_code == 302) == is_taken
    assert OldAddress.objects.exists() == is_taken


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_preview_follows_the_text_as_it_is_typed(page, live_server):
    sign_in(page, f"{live_server.url}{ADD}", ModeratorFactory(role=roles.AUTHOR))
    pane = page.locator("#body-preview")
    expect(pane).to_contain_text("There is no text yet.")

    page.locator("#id_body").press_sequentially("Some **bold** words.[^1]")
    expect(pane.locator("strong")).to_have_text("bold")
    expect(pane).to_contain_text("there is no source 1")
    page.locator("#id_sources-0-number").fill("1")
    expect(pane.locator("a.cite")).to_have_text("Source 1")

    with page.expect_popup() as opened:
        page.get_by_role("button", name="Preview").click()
    expect(opened.value.locator(".prose strong")).to_have_text("bold")
    assert not Article.objects.exists()
