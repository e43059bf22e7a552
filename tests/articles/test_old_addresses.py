"""Addresses of former days: where each leads, that it stays on this site, and how an author tries one before storing it."""

import html

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from articles.address_patterns import PatternError, fill, parse_pattern
from articles.models import Article, OldAddress
from articles.old_addresses import choose, find_target
from articles.services import save_article, unpublish_article
from forum.accounts import roles
from tests.factories import ArticleFactory, CollectionFactory, ModeratorFactory

ADD = "/admin/articles/oldaddress/add/"


@pytest.mark.parametrize(
    ("pattern", "path", "found"),
    [
        ("/exchange/node/*", "/exchange/node/123", ["123"]),
        ("/exchange/node/*", "/exchange/node/123/", ["123"]),
        ("/exchange/node/*", "/exchange/node/", None),
        ("/exchange/node/*", "/exchange/node/1/edit", None),
        ("/exchange/node/*", "/exchange/nodes/1", None),
        ("/bb/neuro/**/paper.html", "/bb/neuro/neuro99/web2/paper.html", ["neuro99/web2"]),
        ("/bb/neuro/**/paper.html", "/bb/neuro/paper.html", [""]),
        ("/bb/neuro/**/*.html", "/bb/neuro/a/b/Slavin.html", ["a/b", "Slavin"]),
        ("/bb/**", "/bb/x/y/", ["x/y/"]),
        ("/bb/**", "/bc/x", None),
        ("/bb/**/x", "/bb", None),
        ("/a-*-b/c", "/a-1-b/c", ["1"]),
        ("/ab*ba", "/aba", None),  # the two ends may not share a letter
        ("/page.php?id=*", "/page.php?id=12", ["12"]),
        ("/page.php?id=*", "/page.php?id=12&x=1", None),
        ("/node/*", "/node/x?y", None),
    ],
)
def test_what_stars_stand_for(pattern, path, found):
    assert parse_pattern(pattern).match(path) == found


@pytest.mark.parametrize("pattern", ["/*", "/**", "/a*/b", "/ab/**/c/**", "/ab/x**y", "/ab/*x*", "/ab/*/*/*/*/*/*"])
def test_stars_that_cannot_be_understood_or_mean_everything_are_refused(pattern):
    with pytest.raises(PatternError):
        parse_pattern(pattern)


parts = st.text(alphabet="ab/*.-?{}1\\%é ", max_size=30)


@pytest.mark.one_database
@given(parts, parts, parts, st.sampled_from(["", "q=1"]))
def test_no_address_leads_away_from_this_site(pattern, target, path, query):
    # Stored by whatever way, without being checked.
    for old in (f"/ab/{pattern}", "/ab/", "/ab"):
        for _old, led in choose({old: f"/{target}"} if "{" in target else {old: "/help/"}, f"/ab/{path}", query):
            assert led.startswith("/")
            assert not led.startswith(("//", "/\\"))
    assert not fill("/{1}", [path]).startswith(("//", "/\\"))


@pytest.mark.django_db
@pytest.mark.parametrize("target", ["//evil.example/", "/\\evil.example", "https://evil.example/"])
def test_target_that_was_stored_unchecked_leads_nowhere(client, target):
    OldAddress.objects.create(path="/old/", target=target)
    assert client.get("/old/").status_code == 404
    assert client.get("/old/evil.example/").status_code == 404


@pytest.mark.django_db
def test_folder_does_not_lead_to_another_host(client):
    OldAddress.objects.create(path="/old/", target="/help/")
    assert client.get("/old//evil.example/")["Location"] == "/help/evil.example/"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        ("/exchange/node/2063", "/articles/stiff/"),
        ("/exchange/node/2063/", "/articles/stiff/"),
        ("/exchange/node/2063?page=3", "/articles/stiff/"),  # the third page of the old site is not ours
        ("/exchange/node/99", "/collections/reports/"),
        ("/bb/neuro/neuro99/web2/stiff.html", "/articles/stiff/"),
        ("/bb/neuro/neuro99/web2/other.html", None),  # there is no such article: not from one dead end to another
        ("/bb/neuro/gone/x.html", "gone"),
        ("/bb/gone/x.html", "gone"),
        ("/article.php?id=7", "/articles/stiff/"),
        ("/article.php?id=8", None),
        ("/article.php", None),
        ("/articles/older/?page=2", "/articles/stiff/?page=2"),  # our own: it means the same
        ("/nowhere", None),
    ],
)
def test_where_old_addresses_lead(client, asked, answer):
    ArticleFactory(slug="stiff")
    CollectionFactory(slug="reports")
    for path, target in {
        "/exchange/node/2063": "/articles/stiff/",
        "/exchange/node/*": "/collections/reports/",
        "/bb/neuro/**/*.html": "/articles/{2}/",
        "/bb/neuro/gone/*": "",
        "/bb/gone/": "",
        "/article.php?id=7": "/articles/stiff/",
        "/articles/older/": "/articles/stiff/",
    }.items():
        OldAddress.objects.create(path=path, target=target)
    response = client.get(asked)
    if answer == "gone":
        assert response.status_code == 410
        assert "This page is no longer here" in response.content.decode()
        return
    assert response.get("Location") == answer
    assert response.status_code == (301 if answer else 404)


@pytest.mark.django_db
def test_article_answers_for_the_address_at_which_it_stood_first(client):
    article = ArticleFactory(slug="stiff", original_url="https://serendip.example.edu/exchange/node%20x/2063?q=a#top")
    assert client.get("/exchange/node%20x/2063?q=a")["Location"] == "/articles/stiff/"
    article.slug = "stiffer"
    save_article(article)
    assert client.get("/exchange/node%20x/2063?q=a")["Location"] == "/articles/stiffer/"
    OldAddress.objects.filter(path__startswith="/exchange").update(target="/help/")
    save_article(article)
    assert client.get("/exchange/node%20x/2063?q=a")["Location"] == "/help/"  # somebody decided otherwise


@pytest.mark.django_db
@pytest.mark.parametrize("url", ["", "https://example.edu", "https://example.edu/", "https://example.edu//x", "https://a.edu/**",
                                 "http://localhost:8000/articles/stiff/"])  # fmt: skip
def test_original_address_without_a_path_of_its_own_leaves_nothing_behind(url):
    ArticleFactory(slug="stiff", original_url=url)
    assert not OldAddress.objects.exists()


@pytest.mark.django_db
def test_stars_cost_one_query_however_many_addresses_there_are():
    OldAddress.objects.bulk_create(OldAddress(path=f"/old/{number}", target="/help/") for number in range(500))
    OldAddress.objects.create(path="/older/**", target="/help/")
    with CaptureQueriesContext(connection) as queries:
        assert find_target("/older/x/y") == "/help/"
    assert len(queries) == 1
    assert OldAddress.objects.filter(has_star=True).count() == 1


# -- in the administration


@pytest.fixture
def author(client):
    author = ModeratorFactory(role=roles.AUTHOR)
    client.force_login(author)
    return author


def text(response):
    return " ".join(html.unescape(response.content.decode()).split())


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "target", "sentence"),
    [
        ("/*", "/help/", "Write out how it begins"),
        ("/ab/*", "/articles/{2}/", "{2} stands for nothing"),
        ("/ab/*", "/articles/{x}/", "{x} stands for nothing"),
        ("/ab", "/articles/*/", "Stars and brackets have no meaning here"),
        ("/ab#x", "/help/", "browsers do not send it"),
        ("/help/", "/privacy/", "There is a page at this address today."),
        ("/articles/stiff/", "/help/", "There is a page at this address today."),
        ("/ab", "/articles/nothing/", "There is nothing at this address."),
        ("/ab", "/nothing/", "There is nothing at this address."),
        ("ab", "/help/", "Begin with one slash"),
    ],
)
def test_address_that_would_not_work_is_not_stored(client, author, path, target, sentence):
    ArticleFactory(slug="stiff")
    response = client.post(ADD, {"path": path, "target": target})
    assert sentence in text(response)
    assert f'value="{path}"' in response.content.decode()
    assert not OldAddress.objects.exists()


@pytest.mark.django_db
def test_author_tries_an_address_before_it_is_stored(client, author):
    ArticleFactory(slug="stiff", title="Stiff & sore")
    OldAddress.objects.create(path="/bb/neuro/a/other.html", target="/help/")
    examples = [
        "http://serendip.example.edu/bb/neuro/neuro99/stiff.html", "/bb/neuro/x/nothing.html", "/bb/neuro/a/other.html", "/else",
        "/privacy/",
    ]  # fmt: skip
    form = {"path": "/bb/neuro/**/*.html", "target": "/articles/{2}/", "examples": "\n".join(examples)}
    response = client.post(ADD, form | {"_preview": "1"})
    shown = text(response)
    for sentence in (
        "Nothing is stored yet.",
        'neuro99/stiff.html</strong>: It leads to “Stiff & sore”. <a href="/articles/stiff/">',
        "nothing.html</strong>: There is nothing where it leads.",
        "other.html</strong>: Another old address answers: /bb/neuro/a/other.html.",
        "/else</strong>: It says nothing of this address.",
        "/privacy/</strong>: There is a page at this address today",
    ):
        assert sentence in shown
    assert OldAddress.objects.count() == 1
    assert client.post(ADD, form).status_code == 302
    assert client.get("/bb/neuro/neuro99/stiff.html")["Location"] == "/articles/stiff/"
    stored = OldAddress.objects.get(path__contains="*")
    change = f"/admin/articles/oldaddress/{stored.pk}/change/"
    shown = text(client.post(change, {"path": "/bb/old/*", "target": "", "examples": "/bb/old/x", "_preview": "1"}))
    assert "It says that what stood there is gone." in shown
    shown = text(client.post(change, {"path": "/bb/old/*", "target": "", "_preview": "1"}))
    assert "Write some old addresses to try this one on." in shown
    assert "/bb/neuro/**/*.html" in text(client.get("/admin/articles/oldaddress/?has_star=1"))


@pytest.mark.django_db
def test_plain_address_is_tried_on_itself(client, author):
    ArticleFactory(slug="stiff", title="Stiff")
    shown = text(client.post(ADD, {"path": "/node/12", "target": "/articles/stiff/", "_preview": "1"}))
    assert "/node/12</strong>: It leads to “Stiff”." in shown


@pytest.mark.django_db
def test_page_that_is_gone_for_good_is_told_in_the_list(client, author):
    OldAddress.objects.create(path="/shop/**", target="")
    assert "gone for good" in text(client.get("/admin/articles/oldaddress/"))
    assert client.get("/shop/x").status_code == 410
    with pytest.raises(ValidationError):
        OldAddress(path="", target="").full_clean()


@pytest.mark.django_db
def test_article_taken_back_to_draft_is_not_led_to_by_stars(client):
    OldAddress.objects.create(path="/node/*", target="/articles/{1}/")
    article = ArticleFactory(slug="stiff")
    assert client.get("/node/stiff").status_code == 301
    unpublish_article(article)
    assert client.get("/node/stiff").status_code == 404
    assert Article.objects.count() == 1
