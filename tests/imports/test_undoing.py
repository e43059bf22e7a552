"""Taking an import out again."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from articles.models import Article, OldAddress
from forum.accounts.models import Guest
from forum.discussion.models import Comment, Decision, Discussion
from forum.discussion.recount import recount_discussion
from forum.imports.models import ImportedId, ImportedWriter
from forum.imports.services import Outcome, import_file
from forum.moderation.models import QueueItem, TextMark
from forum.search.models import IndexedArticle, IndexedComment
from forum.topics.models import Mention, TopicPair
from tests.factories import ArticleFactory, CommentFactory, MemberFactory
from tests.topics.vocabularies import make_topic

pytestmark = pytest.mark.django_db


def write(folder: Path, *, article: str = "brought") -> Path:
    names = [("a", None), ("b", "a"), ("c", "b"), ("d", None), ("e", "d")]
    lines: list[dict[str, Any]] = [] if article == "here" else [{"type": "article", "slug": article, "title": "Brought"}]
    for name, parent in names:
        lines.append(
            {
                "type": "comment", "id": name, "article": article, "parent": parent, "author": {"name": name, "key": name},
                "body": f"It helped {name}. See https://example.org/{name} for all the many words that were written about it.",
                "posted_at": "2001-02-03T00:00:00Z", "signals": [],
            }
        )  # fmt: skip
    lines.append({"type": "comment", "id": "h", "article": article, "body": "Waits?", "state": "held"})
    lines.append({"type": "decision", "comment": "h", "actor_kind": "software", "to": "held", "at": "2001-02-03T00:00:00Z"})
    lines.append({"type": "old_address", "path": "/old/a", "target": "/articles/brought/"})
    path = folder / "file.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def left() -> dict[str, int]:
    models = (Article, OldAddress, Comment, Guest, Decision, Discussion, ImportedId, ImportedWriter, QueueItem, TextMark,
              IndexedArticle, IndexedComment, Mention)  # fmt: skip
    counts = {model.__name__: model.objects.count() for model in models}
    return counts | {"pairs": sum(TopicPair.objects.values_list("comment_count", flat=True))}


def undo(number: int) -> str:
    out = StringIO()
    call_command("import_discussion", undo=number, stdout=out)
    return out.getvalue()


def test_nothing_is_left_of_what_nobody_answered(tmp_path: Path, client: Client) -> None:
    make_topic("whether it helped", "helped")
    CommentFactory(body="It helped me.")
    before = left()
    path = write(tmp_path)
    report = import_file(path)
    assert report.counts["comments"] == 6
    assert left()["pairs"] > before["pairs"]
    assert undo(report.run.pk) == "file.jsonl: 6 comments and 1 articles were taken out.\n"
    assert left() == before
    assert client.get("/articles/brought/").status_code in (404, 410)
    with pytest.raises(CommandError, match="this import was taken out before"):
        undo(report.run.pk)
    with pytest.raises(CommandError, match="There is no import 99"):
        undo(99)
    assert import_file(path).outcome == Outcome.ADDED


def test_what_somebody_answered_or_was_given_stays_with_what_it_answers(tmp_path: Path) -> None:
    report = import_file(write(tmp_path))
    CommentFactory(parent=Comment.objects.get(name="b"), body="I answer years later.")
    Comment.objects.filter(name="d").update(author=MemberFactory(), guest=None)
    said = undo(report.run.pk)
    assert said.splitlines() == [
        "file.jsonl: 3 comments and 0 articles were taken out.",
        "2 comments stay, because somebody has answered them or what stands below them.",
        "1 comments stay, because they belong to the people who wrote them.",
        "/articles/brought/ stays with what is written under it.",
    ]
    assert set(Comment.objects.exclude(body="I answer years later.").values_list("name", flat=True)) == {"a", "b", "d"}
    discussion = Discussion.objects.get()
    assert (discussion.comment_count, discussion.people_count) == (4, 4)
    assert not recount_discussion(discussion.pk)


def test_article_that_was_here_stays_as_it_was(tmp_path: Path) -> None:
    mine = CommentFactory(article=ArticleFactory(slug="here"), posted_at=datetime(2020, 1, 1, tzinfo=UTC))
    before = left()
    report = import_file(write(tmp_path, article="here"))
    undo(report.run.pk)
    counts = left()
    assert counts | {"OldAddress": 0} == before
    discussion = mine.discussion
    discussion.refresh_from_db()
    assert (discussion.comment_count, discussion.people_count, discussion.last_comment_at) == (1, 1, mine.sort_at)
