"""The site that is measured: the same each time, in the open format, with all that the measures look for."""

import json
from collections import Counter
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from bench.generate import DEEP_SLUG, LONG_SLUG, QUEUE_SLUG, SHORT_SLUG, WIDE_SLUG, Shape, write_file, write_site
from bench.words import COMMON_PAIR, NO_MATCH, RARE_PAIR, vocabulary
from forum.discussion.markup import render

SHAPE = Shape(1_200, wide=60, deep=150, long=80, waiting=30)

pytestmark = pytest.mark.one_database


@pytest.fixture(scope="module")
def lines() -> list[dict[str, Any]]:
    """Return the lines of a small site."""
    return list(write_site(SHAPE))


def comments_of(lines: list[dict[str, Any]], slug: str | None = None) -> list[dict[str, Any]]:
    """Return the comments, all or under one article."""
    return [line for line in lines if line["type"] == "comment" and slug in (None, line["article"])]


def test_every_line_is_of_the_open_format(root: Path, lines: list[dict[str, Any]]) -> None:
    schema = json.loads((root / "forum" / "imports" / "open-format.schema.json").read_text())
    validator = Draft202012Validator(schema)
    for line in lines[::7]:
        validator.validate(line)


def test_same_seed_gives_the_same_file(tmp_path: Path) -> None:
    write_file(tmp_path / "one.jsonl", SHAPE)
    write_file(tmp_path / "other.jsonl", SHAPE)
    assert (tmp_path / "one.jsonl").read_bytes() == (tmp_path / "other.jsonl").read_bytes()


def test_another_seed_gives_other_words(lines: list[dict[str, Any]]) -> None:
    other = next(line for line in write_site(Shape(SHAPE.comments, seed=3)) if line["type"] == "comment")
    assert other["body"] != comments_of(lines)[0]["body"]


def test_streams_without_holding_the_site() -> None:
    first = list(islice(write_site(Shape(10**12)), 200))
    assert first[0]["type"] == "site"


def test_conversations_have_the_shapes_that_are_measured(lines: list[dict[str, Any]]) -> None:
    assert len(comments_of(lines)) == SHAPE.total
    short, long = comments_of(lines, SHORT_SLUG), comments_of(lines, LONG_SLUG)
    assert (len(short), {line["state"] for line in short}) == (25, {"published"})
    assert (len(long), {line["state"] for line in long}) == (SHAPE.long, {"published"})
    assert all(line["parent"] is None for line in comments_of(lines, WIDE_SLUG))
    deep = comments_of(lines, DEEP_SLUG)
    threads = Counter(line["parent"] is None for line in deep)
    assert threads[True] >= 20
    assert {line["state"] for line in comments_of(lines, QUEUE_SLUG)} == {"held"}


def test_short_conversation_is_whole_on_its_page(lines: list[dict[str, Any]]) -> None:
    replies = Counter(line["parent"] for line in comments_of(lines, SHORT_SLUG) if line["parent"])
    assert len(comments_of(lines, SHORT_SLUG)) - replies.total() <= 20  # threads on a page
    assert max(replies.values()) <= 3  # shown of each


def test_replies_come_after_what_they_answer_and_never_under_what_waits(lines: list[dict[str, Any]]) -> None:
    by_id = {line["id"]: line for line in comments_of(lines)}
    answered = [(line, by_id[line["parent"]]) for line in by_id.values() if line["parent"]]
    assert all(line["sort_at"] >= parent["sort_at"] and line["article"] == parent["article"] for line, parent in answered)
    assert all(parent["state"] != "held" for _line, parent in answered)


def test_places_count_from_one_without_gaps(lines: list[dict[str, Any]]) -> None:
    by_id = {line["id"]: line for line in comments_of(lines)}

    def thread_of(line: dict[str, Any]) -> Any:
        while line["parent"]:
            line = by_id[line["parent"]]
        return line["id"]

    places: dict[Any, list[int]] = {}
    for line in by_id.values():
        if line["position"]:
            place = ("thread", thread_of(line)) if line["parent"] else ("article", line["article"])
            places.setdefault(place, []).append(line["position"])
    assert all(found == list(range(1, len(found) + 1)) for found in places.values())


def test_some_were_removed_by_a_moderator_and_some_wait(lines: list[dict[str, Any]]) -> None:
    states = Counter(line["state"] for line in comments_of(lines))
    assert 0.01 < states["removed"] / SHAPE.total < 0.04
    decided = {line["comment"]: line for line in lines if line["type"] == "decision" and line["to"] == "removed"}
    assert set(decided) == {line["id"] for line in comments_of(lines) if line["state"] == "removed"}
    assert all(line["reason"] for line in decided.values())


def test_comments_have_about_ninety_words_in_plain_paragraphs(lines: list[dict[str, Any]]) -> None:
    bodies = [line["body"] for line in comments_of(lines)]
    assert 80 < sum(len(body.split()) for body in bodies) / len(bodies) < 100
    assert render(bodies[0]) == "".join(f"<p>{paragraph}</p>\n" for paragraph in bodies[0].split("\n\n"))


def test_searches_find_one_in_a_hundred_few_and_none(lines: list[dict[str, Any]]) -> None:
    words = [set(line["body"].lower().replace(".", " ").split()) for line in comments_of(lines)]
    assert 0.005 < sum(set(COMMON_PAIR) <= found for found in words) / len(words) < 0.02
    assert 1 <= sum(set(RARE_PAIR) <= found for found in words) <= 5
    assert not any(set(NO_MATCH) & found for found in words)


def test_words_are_used_as_seldom_as_on_a_real_site(lines: list[dict[str, Any]]) -> None:
    uses = Counter(word for line in comments_of(lines) for word in line["body"].lower().replace(".", " ").split())
    assert sum(count == 1 for count in uses.values()) > len(uses) / 3
    assert len(vocabulary()) > 40_000
