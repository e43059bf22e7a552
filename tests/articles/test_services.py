from datetime import date

import pytest
from django.core.exceptions import ValidationError

from articles.models import Article, Collection, Correction, OldAddress, Source
from articles.services import publish_article, save_article, save_collection, unpublish_article
from forum.site.models import SiteVersion
from tests.factories import ArticleFactory, CollectionFactory

pytestmark = pytest.mark.django_db


def numbers_and_titles(article):
    return list(article.sources.values_list("number", "title"))


def test_article_is_stored_with_its_sources_and_rendered_text():
    article = save_article(
        Article(slug="a", title="A", body="Said.[^1]"),
        sources=[Source(number=1, title="A book")],
        corrections=[Correction(made_on=date(2010, 3, 15), text="Not said.", quote="Said.")],
    )

    article.refresh_from_db()
    assert 'href="#source-1"' in article.body_html
    assert "Not said." in article.body_html
    assert article.version == 1
    assert article.discussion.pk


def test_every_stored_change_raises_the_version_whatever_the_caller_remembers():
    article = ArticleFactory()
    stale = Article.objects.get(pk=article.pk)

    assert save_article(article).version == 2
    assert save_article(stale).version == 3


def test_sources_may_exchange_their_numbers_and_keep_their_ids():
    article = save_article(Article(slug="a", title="A", body="x"), sources=[Source(number=n, title=f"Book {n}") for n in (1, 2)])
    first, second = article.sources.all()
    first.number, second.number = 2, 1

    save_article(article, sources=[first, second])

    assert numbers_and_titles(article) == [(1, "Book 2"), (2, "Book 1")]
    assert article.sources.get(number=2).pk == first.pk


def test_sources_left_out_are_gone_and_sources_not_mentioned_stay():
    article = save_article(Article(slug="a", title="A", body="[^1] [^2]"), sources=[Source(number=n, title="B") for n in (1, 2)])

    save_article(article)
    assert article.sources.count() == 2
    save_article(article, sources=article.sources.filter(number=2), corrections=[])

    assert numbers_and_titles(article) == [(2, "B")]
    assert "<p>[^1] <a" in article.body_html


def test_old_address_leads_to_the_new_one_with_its_query_and_what_lies_below(client):
    article = ArticleFactory(slug="first")
    article.slug = "second"
    save_article(article)

    for path, target in (
        ("/articles/first/", "/articles/second/"),
        ("/articles/first/?page=2&order=newest", "/articles/second/?page=2&order=newest"),
        ("/articles/first/comments/12/", "/articles/second/comments/12/"),
    ):
        response = client.get(path)
        assert (response.status_code, response["Location"]) == (301, target)
    assert client.get("/articles/second/").status_code == 200


def test_many_changes_of_address_make_one_hop_each(client):
    article = ArticleFactory(slug="first")
    for slug in ("second", "third", "fourth"):
        article.slug = slug
        save_article(article)

    for slug in ("first", "second", "third"):
        assert client.get(f"/articles/{slug}/")["Location"] == "/articles/fourth/"


def test_address_taken_back_leads_nowhere_else(client):
    article = ArticleFactory(slug="first")
    for slug in ("second", "first"):
        article.slug = slug
        save_article(article)

    assert client.get("/articles/first/").status_code == 200
    assert client.get("/articles/second/")["Location"] == "/articles/first/"
    assert not OldAddress.objects.filter(path="/articles/first/").exists()


def test_new_article_at_an_old_address_takes_it_over(client):
    article = ArticleFactory(slug="first")
    article.slug = "second"
    save_article(article)
    ArticleFactory(slug="first", title="Another")

    assert b"Another" in client.get("/articles/first/").content
    assert not OldAddress.objects.exists()


@pytest.mark.parametrize(
    ("path", "target", "asked", "answer"),
    [
        ("/exchange/node/12", "/articles/a/#part-x", "/exchange/node/12?q=1", "/articles/a/#part-x"),
        ("/exchange/node/12", "/articles/a/", "/exchange/node/123", None),
        ("/exchange/node/12", "/articles/a/", "/exchange/node/12/", "/articles/a/"),
        ("/articles/z/", "/articles/a/#part-x", "/articles/z/?page=2", "/articles/a/?page=2#part-x"),
        ("/old/", "/old/place/", "/old/x/", None),
        ("/old/", "/articles/a/?view=print", "/old/x/", None),
        ("/old/", "/articles/a/", "/elsewhere/" + "x/" * 300, None),
        ("/old/", "/articles/a/", "/old/%00/", None),
    ],
)
def test_what_an_old_address_answers_for(client, path, target, asked, answer):
    OldAddress.objects.create(path=path, target=target)
    response = client.get(asked)
    assert response.get("Location") == answer
    assert response.status_code == (301 if answer else 404)


def test_old_address_does_not_answer_a_post(client):
    OldAddress.objects.create(path="/old/", target="/articles/a/")
    assert client.post("/old/").status_code == 404


def test_publishing_and_taking_back(client):
    article = ArticleFactory(status=Article.Status.DRAFT)
    assert client.get(article.get_absolute_url()).status_code == 404

    publish_article(article)
    assert client.get(article.get_absolute_url()).status_code == 200
    before = SiteVersion.objects.current()
    unpublish_article(article)
    assert client.get(article.get_absolute_url()).status_code == 404
    assert SiteVersion.objects.current() > before


def test_renamed_collection_changes_every_page_below_it(client):
    outer = CollectionFactory(slug="outer")
    inner = CollectionFactory(parent=outer)
    inside, outside = ArticleFactory(collection=inner), ArticleFactory(collection=CollectionFactory())
    before = SiteVersion.objects.current()
    outer.slug = "renamed"

    save_collection(outer)

    versions = dict(Article.objects.values_list("pk", "version"))
    assert (versions[inside.pk], versions[outside.pk]) == (2, 1)
    assert SiteVersion.objects.current() > before
    assert client.get("/collections/outer/")["Location"] == "/collections/renamed/"


def test_two_collections_on_one_shelf_have_different_titles():
    shelf = CollectionFactory(title="Reports")
    CollectionFactory(title="Reports", parent=shelf)
    for parent in (None, shelf):
        with pytest.raises(ValidationError):
            Collection(title="Reports", slug="other", parent=parent).full_clean()


def test_collection_cannot_be_part_of_itself_nor_nested_without_end():
    shelves = [CollectionFactory()]
    for _ in range(4):
        shelves.append(CollectionFactory(parent=shelves[-1]))
        shelves[-1].clean()
    with pytest.raises(ValidationError, match="5 deep"):
        Collection(title="x", slug="x", parent=shelves[-1]).clean()
    shelves[0].parent = shelves[2]
    with pytest.raises(ValidationError, match="part of itself"):
        shelves[0].clean()
