"""The JSON interface as programs use it: what it says, to whom, how often, and that it holds to its own description."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from articles.models import Correction, DatePrecision, OldAddress
from articles.services import save_article, unpublish_article
from forum.accounts.models import Relation
from forum.api.answers import READING
from forum.discussion.closing import set_discussion_state
from forum.discussion.models import Comment
from forum.discussion.services import SOFTWARE
from tests.factories import ArticleFactory, CollectionFactory, CommentFactory, MemberFactory, SourceFactory

HOST = "http://localhost:8000"
WRITTEN = datetime(2010, 2, 3, 4, 5, tzinfo=UTC)

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="session")
def schemas():
    return json.loads(Client().get("/api/v1/openapi.json").content)["components"]["schemas"]


@pytest.fixture
def read(client, schemas):
    """Return what reads an address: its answer as JSON, which is what the description says it is."""

    def get(path, schema, status=200, **headers):
        answer = client.get(path, headers=headers)
        assert (answer.status_code, answer["Content-Type"]) == (status, "application/json")
        assert answer["Access-Control-Allow-Origin"] == "*"
        found = json.loads(answer.content)
        checked = {"$ref": f"#/components/schemas/{schema}", "components": {"schemas": schemas}}
        assert [error.message for error in Draft202012Validator(checked).iter_errors(found)] == []
        return found

    return get


@pytest.fixture
def article():
    shelf = CollectionFactory(title="Reports", slug="reports")
    article = ArticleFactory(slug="stiff", title="Stiff", collection=shelf, published_precision=DatePrecision.MONTH)
    SourceFactory(article=article, number=1, title="A book")
    save_article(article, corrections=[Correction(made_on=datetime(2020, 1, 2), text="Not quite.")])
    return article


@pytest.fixture
def thread(article):
    root = CommentFactory(article=article, name="Marit", relation="carer", body="Does *it* help?", posted_at=WRITTEN)
    reply = CommentFactory(parent=root, author=MemberFactory(display_name="Tomasz"), body="It did.", state="published")
    root.refresh_from_db()
    return root, reply


@pytest.mark.one_database
def test_description_is_valid_and_names_this_site(client):
    description = json.loads(client.get("/api/v1/openapi.json").content)
    validate(description)
    assert description["servers"] == [{"url": HOST}]
    relations = description["components"]["schemas"]["Comment"]["properties"]["relation"]["enum"]
    assert set(relations) == {*Relation.values, None}
    marks = description["components"]["schemas"]["Comment"]["properties"]["mark"]["enum"]
    assert set(marks) == {*Comment.Mark.values, None}


def test_article_is_given_whole(read, article, thread):
    found = read("/api/v1/articles/stiff/", "WholeArticle")
    assert found["title"] == "Stiff"
    assert found["url"] == f"{HOST}/articles/stiff/"
    assert found["published_on"] == "2019-05"
    assert found["collection"] == {"title": "Reports", "url": f"{HOST}/collections/reports/"}
    assert "<p>The first paragraph.</p>" in found["html"]
    assert [source["title"] for source in found["sources"]] == ["A book"]
    assert found["corrections"] == [{"made_on": "2020-01-02", "quote": "", "text": "Not quite."}]
    assert found["comments"] == {
        "count": 2, "people": 2, "waiting": 0, "state": "open", "url": f"{HOST}/api/v1/articles/stiff/comments/",
        "feed": f"{HOST}/articles/stiff/feed.atom",
    }  # fmt: skip


def test_comment_is_given_as_its_page_shows_it(read, thread):
    root, reply = thread
    found = read(f"/api/v1/comments/{root.pk}/", "Comment")
    assert found == {
        "id": root.pk, "url": f"{HOST}/comments/{root.pk}/", "api_url": f"{HOST}/api/v1/comments/{root.pk}/",
        "article": "stiff", "thread": root.pk, "parent": None, "name": "Marit", "member_url": None, "relation": "carer",
        "mark": None, "subject": "", "html": "<p>Does <em>it</em> help?</p>\n", "text": "Does it help?", "language": None,
        "posted_on": "2010-02-03", "posted_precision": "day", "edited_on": None, "is_imported": False, "old_page_printed": "",
        "is_waiting": False, "reply_count": 1,
    }  # fmt: skip
    found = read(f"/api/v1/comments/{reply.pk}/", "Comment")
    assert (found["thread"], found["parent"]) == (root.pk, root.pk)
    assert found["member_url"] == f"{HOST}/members/tomasz/"


@pytest.mark.parametrize(
    ("precision", "posted_on"),
    [("unknown", None), ("before", None), ("year", "2010"), ("month", "2010-02"), ("day", "2010-02-03")],
)
def test_date_is_as_precise_as_it_is_known(read, article, precision, posted_on):
    comment = CommentFactory(
        article=article, origin="serendip", posted_precision=precision, posted_at=WRITTEN, posted_text="Spring, 02/03/10", name=""
    )
    found = read(f"/api/v1/comments/{comment.pk}/", "Comment")
    assert (found["posted_on"], found["posted_precision"]) == (posted_on, precision)
    assert (found["is_imported"], found["old_page_printed"]) == (True, "Spring, 02/03/10")
    assert found["name"] == "A reader"


def read_all(read, path, schema):
    found = []
    while path:
        page = read(path, schema)
        found += page["items"]
        path = (page["next"] or "").removeprefix(HOST)
    return found


def test_lists_go_on_to_their_end_and_miss_nothing(read, article):
    comments = [CommentFactory(article=article, posted_at=WRITTEN + timedelta(days=number // 3)) for number in range(103)]
    ids = [comment.pk for comment in comments]
    assert [found["id"] for found in read_all(read, "/api/v1/articles/stiff/comments/", "CommentList")] == ids
    newest = read_all(read, "/api/v1/articles/stiff/comments/?order=newest", "CommentList")
    assert [found["id"] for found in newest] == ids[::-1]
    slugs = ["stiff", *(ArticleFactory().slug for _ in range(51))]
    assert [found["slug"] for found in read_all(read, "/api/v1/articles/", "ArticleList")] == slugs[::-1]


def test_last_address_of_a_list_tells_later_what_is_new(read, article):
    for number in range(51):
        CommentFactory(article=article, posted_at=WRITTEN + timedelta(days=number))
    last = read("/api/v1/articles/stiff/comments/", "CommentList")["next"].removeprefix(HOST)
    assert len(read(last, "CommentList")["items"]) == 1
    new = CommentFactory(article=article)
    assert [found["id"] for found in read(last, "CommentList")["items"]][1:] == [new.pk]


@pytest.mark.parametrize("state", [state for state in Comment.State if state != "published"])
def test_what_is_not_public_is_nowhere_even_for_its_writer(client, read, article, state):
    member = MemberFactory(display_name="Zenobia")
    root = CommentFactory(article=article, author=member, state=state, body="Hidden words.")
    shown = CommentFactory(parent=root)
    client.force_login(member)
    listed = read_all(read, "/api/v1/articles/stiff/comments/", "CommentList")
    assert [found["id"] for found in listed] == [shown.pk]
    assert "Hidden" not in str(listed)
    assert "Zenobia" not in str(listed)
    read(f"/api/v1/comments/{root.pk}/", "Problem", status=404)
    alone = CommentFactory(article=article, author=member, state=state)
    gone = state in ("withdrawn", "erased")
    assert read(f"/api/v1/comments/{alone.pk}/", "Problem", status=410 if gone else 404)


def test_nothing_is_told_under_a_hidden_discussion_or_a_draft(read, article, thread):
    root, _reply = thread
    set_discussion_state(root.discussion, state="hidden", actor=SOFTWARE)
    assert read("/api/v1/articles/stiff/", "WholeArticle")["comments"] is None
    assert read("/api/v1/articles/", "ArticleList")["items"][0]["comments"] is None
    closed = ["/api/v1/articles/stiff/comments/", f"/api/v1/comments/{root.pk}/"]
    for path in closed:
        read(path, "Problem", status=404)
    article.refresh_from_db()
    unpublish_article(article)
    for path in (*closed, "/api/v1/articles/stiff/"):
        read(path, "Problem", status=404)
    assert read("/api/v1/articles/", "ArticleList")["items"] == []


@pytest.mark.parametrize(
    ("path", "status", "message"),
    [
        ("/api/v1/articles/nothing/", 404, "There is nothing here."),
        ("/api/v1/articles/nothing/comments/", 404, "There is nothing here."),
        ("/api/v1/comments/1/", 404, "There is nothing here."),
        ("/api/v1/comments/99999999999999999999/", 404, "There is nothing here."),
        ("/api/v1/comments/x/", 404, "There is nothing here."),
        ("/api/v2/", 404, "There is nothing here."),
        ("/api/v1/articles/?after=x", 400, "“after” is not a place in this list. Take it from “next”."),
        ("/api/v1/articles/stiff/comments/?order=best", 400, "“order” is oldest or newest."),
    ],
)
def test_error_is_json_with_a_sentence(read, path, status, message):
    assert read(path, "Problem", status=status) == {"error": {"status": status, "message": message}}


def test_former_slug_and_missing_slash_lead_on(client, article):
    article.slug = "stiffer"
    save_article(article)
    OldAddress.objects.create(path="/articles/gone/", target="")
    OldAddress.objects.create(path="/articles/elsewhere/", target="/help/")
    answer = client.get("/api/v1/articles/stiff/")
    assert (answer.status_code, answer.url) == (301, "/api/v1/articles/stiffer/")
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert client.get("/api/v1/articles/gone/").status_code == 410
    assert client.get("/api/v1/articles/elsewhere/").status_code == 404
    answer = client.get("/api/v1/articles?after=1-1")
    assert (answer.status_code, answer.url) == (301, "/api/v1/articles/?after=1-1")


@pytest.mark.parametrize("path", ["/api/v1/articles/", "/api/v1/comments/1/", "/api/v1/openapi.json", "/api/nothing/"])
def test_interface_can_be_asked_from_every_site_and_changes_nothing(path):
    client = Client(enforce_csrf_checks=True)
    for method in ("post", "put", "patch", "delete"):
        answer = getattr(client, method)(path, headers={"origin": "https://elsewhere.example"})
        assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD, OPTIONS")
        assert json.loads(answer.content)["error"]["message"] == "This can only be read."
    answer = client.options(path, headers={"origin": "https://elsewhere.example", "access-control-request-method": "GET"})
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert answer["Access-Control-Allow-Methods"] == answer["Allow"] == "GET, HEAD, OPTIONS"
    assert "If-None-Match" in answer["Access-Control-Allow-Headers"]
    assert "Access-Control-Allow-Credentials" not in answer


def test_head_says_what_get_says_without_its_text(client, thread):
    path = f"/api/v1/comments/{thread[0].pk}/"
    whole, head = client.get(path), client.head(path)
    assert head.content == b""
    assert (head.status_code, head["ETag"], head["Content-Type"]) == (200, whole["ETag"], "application/json")


def test_program_that_has_the_latest_version_gets_nothing(client, thread):
    root, _reply = thread
    paths = ["/api/v1/articles/", "/api/v1/articles/stiff/", "/api/v1/articles/stiff/comments/", f"/api/v1/comments/{root.pk}/"]
    with time_machine.travel(datetime.now(UTC) + timedelta(hours=1)):
        for path in paths:
            answer = client.get(path)
            for name, value in (("if-none-match", answer["ETag"]), ("if-modified-since", answer["Last-Modified"])):
                again = client.get(path, headers={name: value})
                assert (again.status_code, again.content) == (304, b"")
                assert again["Access-Control-Allow-Origin"] == "*"
        tags = [client.get(path)["ETag"] for path in paths]
        CommentFactory(parent=root)
        for path, tag in zip(paths, tags, strict=True):
            assert client.get(path, headers={"if-none-match": tag}).status_code == 200


def test_too_many_requests_are_told_when_to_go_on(client, read, settings, monkeypatch):
    settings.RATE_LIMITS = True
    monkeypatch.setattr("forum.api.answers.READING", (replace(READING[0], count=2),))
    with time_machine.travel(datetime(2026, 11, 23, 12, 0, 10, tzinfo=UTC), tick=False):
        for _ in range(2):
            read("/api/v1/articles/", "ArticleList")
        assert (
            read("/api/v1/articles/", "Problem", status=429)["error"]["message"] == "That was a lot at once. Go on in a minute."
        )
        assert client.get("/api/v1/articles/")["Retry-After"] == "50"
        assert client.options("/api/v1/articles/").status_code == 204


def test_failure_of_ours_is_json_too(monkeypatch, schemas):
    client = Client(raise_request_exception=False)
    for error, status in ((OperationalError("away"), 503), (ZeroDivisionError(), 500)):

        def fail(*args, error=error, **kwargs):
            raise error

        monkeypatch.setattr("forum.api.views.describe_article", fail)
        ArticleFactory()
        answer = client.get("/api/v1/articles/")
        assert answer.status_code == json.loads(answer.content)["error"]["status"] == status
        assert answer["Access-Control-Allow-Origin"] == "*"
        assert ("Retry-After" in answer) is (status == 503)


def test_lists_have_as_many_queries_for_a_thousand_comments_as_for_one(client, thread):
    root, reply = thread
    paths = ["/api/v1/articles/", "/api/v1/articles/stiff/", "/api/v1/articles/stiff/comments/", f"/api/v1/comments/{root.pk}/"]
    counts = [count_queries(client, path) for path in paths]
    values = {field.attname: getattr(reply, field.attname) for field in Comment._meta.concrete_fields if field.name != "id"}
    Comment.objects.bulk_create(Comment(**values | {"reply_index": number}) for number in range(2, 1_001))
    assert [count_queries(client, path) for path in paths] == counts == [2, 4, 4, 2]


def count_queries(client, path):
    with CaptureQueriesContext(connection) as queries:
        client.get(path)
    return len(queries)


def test_page_for_people_leads_to_what_programs_read(client, article):
    page = client.get("/api/v1/").content.decode()
    assert 'href="/api/v1/openapi.json"' in page
    assert "600 requests a minute" in page
    assert 'href="/api/v1/"' in client.get("/help/").content.decode()
