"""The shape of the sample's files: what the loader may rely on. Whether it loads them right is tested with the loader."""

import json
import re
from datetime import date, datetime
from pathlib import Path

import pytest

SAMPLE = Path(__file__).resolve().parents[2] / "forum" / "imports" / "sample"
TODAY = date(2026, 11, 23)  # the sample was written on this day; nothing in it may be younger

ARTICLE_KEYS = {
    "slug", "title", "standfirst", "byline", "byline_role", "writer", "published_on", "published_precision", "reviewed_on",
    "collection", "language", "original_url", "sources", "corrections",
}  # fmt: skip
SOURCE_KEYS = {"number", "title", "url"}
COMMENT_KEYS = {
    "key", "parent", "name", "relation", "subject", "body", "posted", "precision", "posted_text", "old_site", "state", "reason",
    "member", "language",
}  # fmt: skip
OPTIONAL_COMMENT_KEYS = {"redactions"}
POSTED_FORMATS = {"exact": "%Y-%m-%dT%H:%M:%SZ", "day": "%Y-%m-%d", "month": "%Y-%m", "year": "%Y"}


def load(name):
    return json.loads((SAMPLE / name).read_text(encoding="utf-8"))


def earliest_day(posted, precision):
    return datetime.strptime(posted, POSTED_FORMATS[precision]).date()


@pytest.fixture(scope="module")
def body():
    return (SAMPLE / "article.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def article():
    return load("article.json")


@pytest.fixture(scope="module")
def comments():
    return load("conversation.json")


@pytest.fixture(scope="module")
def people():
    return {person["key"]: person for person in load("people.json")}


def test_article_has_exactly_the_agreed_keys(article, people):
    assert set(article) == ARTICLE_KEYS
    assert all(set(source) == SOURCE_KEYS for source in article["sources"])
    assert all(set(correction) == {"made_on", "text", "quote"} for correction in article["corrections"])
    assert article["writer"] in people
    published = earliest_day(article["published_on"], article["published_precision"])
    assert published < date.fromisoformat(article["reviewed_on"]) <= TODAY


def test_every_citation_has_a_source_and_every_source_is_cited(body, article):
    numbers = [source["number"] for source in article["sources"]]
    cited = [int(number) for number in re.findall(r"\[\^(\d+)\]", body)]

    assert numbers == list(range(1, 10))
    assert list(dict.fromkeys(cited)) == numbers, "sources are numbered in the order in which the text first cites them"
    assert sum(cited.count(number) > 1 for number in numbers) >= 2


def test_corrections_quote_one_place_in_the_text(body, article):
    assert article["corrections"]
    for correction in article["corrections"]:
        assert body.count(correction["quote"]) == 1
        assert date.fromisoformat(correction["made_on"]) <= date.fromisoformat(article["reviewed_on"])


def test_public_text_of_the_article_uses_curly_quotes(body, article):
    for text in (body, article["title"], article["standfirst"], *(source["title"] for source in article["sources"])):
        assert not set("'\"") & set(text)


def test_comments_have_exactly_the_agreed_keys_and_values(comments, people):
    assert len({comment["key"] for comment in comments}) == len(comments)
    for comment in comments:
        assert COMMENT_KEYS <= set(comment) <= COMMENT_KEYS | OPTIONAL_COMMENT_KEYS, comment["key"]
        assert comment["body"].strip() == comment["body"] != ""
        assert comment["relation"] in {"", "self", "carer", "work"}
        assert comment["state"] in {"published", "held", "removed", "withdrawn"}
        assert bool(comment["reason"]) == (comment["state"] == "removed")
        assert comment["member"] is None or comment["name"] == people[comment["member"]]["name"]
        assert bool(comment["posted_text"]) == comment["old_site"]
        assert not (comment["subject"] and comment["parent"]), "only the first comment of a thread has a title"


def test_guests_do_not_use_the_name_of_a_member(comments, people):
    member_names = {person["name"].casefold() for person in people.values()}
    assert not member_names & {comment["name"].casefold() for comment in comments if comment["member"] is None}


def test_a_parent_comes_before_its_replies(comments):
    seen = set()
    for comment in comments:
        assert comment["parent"] is None or comment["parent"] in seen, comment["key"]
        seen.add(comment["key"])


def test_comments_stand_in_the_order_in_which_they_were_written(comments):
    assert all((comment["posted"] is None) == (comment["precision"] == "unknown") for comment in comments)
    days = [earliest_day(comment["posted"], comment["precision"]) for comment in comments if comment["posted"]]
    assert days == sorted(days)
    assert date(2005, 1, 1) <= days[0]
    assert days[-1] <= TODAY
    exact = [comment["posted"] for comment in comments if comment["precision"] == "exact"]
    assert exact == sorted(exact)


def test_redactions_name_words_of_their_comment(comments):
    redacted = [comment for comment in comments if "redactions" in comment]
    assert redacted
    for comment in redacted:
        for redaction in comment["redactions"]:
            assert comment["body"].count(redaction["remove"]) == 1
            assert redaction["put"].startswith("[")


def test_conversation_shows_every_part_of_the_design(comments):
    by_key = {comment["key"]: comment for comment in comments}
    published = [comment for comment in comments if comment["state"] == "published"]
    answered = {comment["parent"] for comment in published}

    for state in ("removed", "withdrawn"):
        assert any(comment["state"] == state and comment["key"] in answered for comment in comments)
    assert sum(comment["state"] == "held" for comment in comments) == 2
    assert {comment["precision"] for comment in comments} >= {"exact", "month", "year", "unknown"}
    assert {comment["relation"] for comment in comments} == {"", "self", "carer", "work"}
    assert {comment["language"] for comment in comments} == {"en", "ar"}
    assert any(len(comment["body"].split()) > 200 and not re.search(r"[.,;?!]", comment["body"]) for comment in comments)
    waiting = [c for c in published if c["parent"] is None and "?" in c["body"] and c["key"] not in answered]
    assert len(waiting) >= 3
    assert any(
        comment["parent"]
        and by_key[comment["parent"]]["parent"]
        and comment["posted"][:4] > by_key[comment["parent"]]["posted"][:4]
        for comment in published
    ), "somebody answers a reply in a later year"


def test_help_lines_have_exactly_the_agreed_keys():
    lines = load("help.json")
    assert lines
    assert all(set(line) == {"name", "how", "when", "where"} and all(line.values()) for line in lines)
