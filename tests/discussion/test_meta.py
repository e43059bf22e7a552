"""What pages say of themselves to search engines and to whoever shows a link: one address, a title, a description."""

import re
from html import unescape

import pytest

from articles.services import unpublish_article
from forum.site.models import SiteText
from tests.factories import ArticleFactory, CollectionFactory, CommentFactory, MemberFactory, ModeratorFactory

pytestmark = pytest.mark.django_db

NASTY = 'Stiff "muscles" <script> & sore'


def read_head(client, path):
    """Return what the head of a page says, by name: the title, the canonical address, and each meta element."""
    page = client.get(path)
    assert page.status_code == 200
    head = page.content.decode().split("</head>")[0]
    found = {"title": unescape(re.search("<title>(.*?)</title>", head)[1])}
    if canonical := re.findall(r'<link rel="canonical" href="([^"]*)">', head):
        (found["canonical"],) = canonical
    for attributes in re.findall("<meta ([^>]*)>", head):
        named = dict(re.findall(r'(\w+)="([^"]*)"', attributes))
        for kind in ("name", "property"):
            if kind in named:
                assert named[kind] not in found, named[kind]
                found[named[kind]] = unescape(named["content"])
    return found


def test_article_is_named_and_described(client):
    ArticleFactory(slug="stiff", title=NASTY, standfirst='What helps: "a lot".')
    head = read_head(client, "/articles/stiff/")
    address = "http://localhost:8000/articles/stiff/"
    assert head["title"] == f"{NASTY} - Understory"
    assert head["canonical"] == head["og:url"] == address
    assert head["og:title"] == NASTY
    assert head["og:type"] == "article"
    assert head["og:site_name"] == "Understory"
    assert head["og:image"].startswith("http://localhost:8000/static/share")
    assert head["description"] == head["og:description"] == 'What helps: "a lot".'


def test_article_without_a_standfirst_is_described_by_its_first_words(client):
    ArticleFactory(slug="stiff", standfirst="", body="## Stiff\n\n" + "It *began* & went on. " * 20)
    description = read_head(client, "/articles/stiff/")["description"]
    assert description.startswith("Stiff It began & went on. It began")
    assert description.endswith("…")
    assert len(description.split()) == 30


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("query", "canonical"),
    [
        ("", ""), ("?page=1", ""), ("?page=2", "?page=2"), ("?order=oldest&page=2", "?page=2"), ("?order=newest", ""),
        ("?order=waiting", ""), ("?view=print", ""), ("?since=2020-01-01", ""), ("?utm_source=x&page=2", "?page=2"),
        ("?order=newest&page=2", ""),
    ],
)  # fmt: skip
def test_every_view_of_a_conversation_has_one_address(client, query, canonical):
    article = ArticleFactory(slug="stiff", title="Stiff muscles")
    for _ in range(21):
        CommentFactory(article=article)
    head = read_head(client, f"/articles/stiff/{query}")
    assert head["canonical"] == head["og:url"] == f"http://localhost:8000/articles/stiff/{canonical}"
    assert head["title"] == f"Stiff muscles{', page 2' if canonical else ''} - Understory"


@pytest.mark.one_database
def test_thread_is_named_by_what_began_it(client):
    root = CommentFactory(name="Marit", body=f"{NASTY}? " + "We began in spring. " * 20)
    path = f"{root.discussion.article.get_absolute_url()}comments/{root.pk}/"
    head = read_head(client, path)
    assert head["canonical"] == f"http://localhost:8000{path}"
    assert head["title"] == f"Marit: “{NASTY}?” - Understory"
    assert head["description"].startswith(f"{NASTY}? We began in spring.")
    assert len(head["description"]) <= 200
    replies = [CommentFactory(parent=root) for _ in range(101)]
    second = read_head(client, f"{path}?page=2")
    assert second["canonical"] == f"http://localhost:8000{path}?page=2"
    assert second["title"] == f"Marit: “{NASTY}?”, page 2 - Understory"
    assert client.get(f"{path}?page=2").content.decode().count(f'id="comment-{replies[-1].pk}"') == 1


def test_thread_whose_beginning_is_not_shown_is_not_described(client):
    root = CommentFactory(body="Words of the root.", name="Zenobia", state="removed")
    CommentFactory(parent=root)
    head = read_head(client, f"{root.discussion.article.get_absolute_url()}comments/{root.pk}/")
    assert "description" not in head
    assert not re.search("Zenobia|Words of", str(head))


def test_thread_that_only_its_writer_sees_is_not_for_search_engines(client):
    member = MemberFactory()
    comment = CommentFactory(author=member, state="held", body="Only mine.")
    client.force_login(member)
    head = read_head(client, f"{comment.discussion.article.get_absolute_url()}comments/{comment.pk}/")
    assert head["robots"] == "noindex"
    assert "description" not in head


def test_draft_is_not_for_search_engines(client):
    draft = unpublish_article(ArticleFactory())
    client.force_login(ModeratorFactory(role="author"))
    head = read_head(client, draft.get_absolute_url())
    assert (head["robots"], "canonical" in head) == ("noindex", False)


def test_page_of_a_conversation_that_is_empty_is_not_for_search_engines(client):
    article = ArticleFactory(slug="stiff")
    for state in ("published", "removed"):
        for _ in range(20):
            CommentFactory(article=article, state=state)
    CommentFactory(article=article)
    assert read_head(client, "/articles/stiff/?page=2")["robots"] == "noindex"
    assert "robots" not in read_head(client, "/articles/stiff/?page=3")


def test_lists_have_one_address_and_later_parts_are_left_out(client):
    shelf = CollectionFactory(slug="reports", title="Reports", description="From 1999.")
    for _ in range(11):
        ArticleFactory(collection=shelf)
    SiteText.objects.create(pk=1, introduction="Some began twenty years ago.")
    home = read_head(client, "/")
    assert (home["canonical"], home["description"]) == ("http://localhost:8000/", "Some began twenty years ago.")
    assert home["og:type"] == "website"
    later = re.search(r'href="(/\?after=[^"]*)"', client.get("/").content.decode())[1]
    assert (read_head(client, later)["robots"], "robots" in home) == ("noindex", False)
    collection = read_head(client, "/collections/reports/")
    assert (collection["canonical"], collection["og:title"]) == ("http://localhost:8000/collections/reports/", "Reports")
    assert read_head(client, "/collections/reports/?after=a")["robots"] == "noindex"


@pytest.mark.parametrize("path", ["/guidelines/", "/privacy/", "/help/", "/help-now/"])
def test_fixed_pages_have_one_address(client, path):
    assert read_head(client, f"{path}?from=mail")["canonical"] == f"http://localhost:8000{path}"


@pytest.mark.parametrize("path", ["/no-such-page/", "/mine/", "/reading/", "/accounts/login/"])
def test_page_that_is_nobodys_to_find_names_no_address(client, path):
    assert "canonical" not in client.get(path).content.decode()
