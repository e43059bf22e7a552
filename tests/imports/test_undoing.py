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

from articles.models import Article, Collection, OldAddress
from forum.accounts.models import Guest
from forum.discussion.models import Comment, Decision, Discussion
from forum.discussion.recount import recount_discussion
from forum.imports import undoing
from forum.imports.models import ImportedId, ImportedWriter
from forum.imports.services import Outcome, import_file
from forum.imports.undoing import undo_run
from forum.moderation.models import QueueItem, TextMark
from forum.search.models import IndexedArticle, IndexedComment
from forum.topics.models import Mention, TopicPair
from tests.factories import ArticleFactory, CommentFactory, MemberFactory
from tests.topics.vocabularies import make_topic

pytestmark = pytest.mark.django_db


def write(folder: Path, *, article: str = "brought") -> Path:
    names = [("a", None), ("b", "a"), ("c", "b"), ("d", None), ("e", "d")]
    lines: list[dict[str, Any]] = [
        {"type": "collection", "id": 1, "title": "Shelves"},
        {"type": "collection", "id": 2, "parent": 1, "title": "Shelf"},
        {"type": "article", "slug": article, "title": "Brought", "collection": 2},
    ]
    lines = [] if article == "here" else lines
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
    targets = {"/old/a": f"/articles/{article}/", "/old/b": f"/articles/{article}/?page=2", "/old/gone": "", "/old/far": "/help/"}
    lines += [{"type": "old_address", "path": path, "target": target} for path, target in targets.items()]
    path = folder / "file.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def left() -> dict[str, int]:
    models = (Collection, Article, OldAddress, Comment, Guest, Decision, Discussion, ImportedId, ImportedWriter, QueueItem,
              TextMark, IndexedArticle, IndexedComment, Mention)  # fmt: skip
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
    assert left()["Collection"] == 2
    said = undo(report.run.pk)
    assert said == "Of file.jsonl were taken out: comments 6, articles 1, collections 2, old addresses 4.\n"
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
        "Of file.jsonl were taken out: comments 3, articles 0, collections 0, old addresses 2.",
        "Comments that stay because somebody has answered them or what stands below them: 2.",
        "Comments that stay because they belong to the people who wrote them: 1.",
        "/articles/brought/ stays with what is written under it.",
    ]
    assert set(Comment.objects.exclude(body="I answer years later.").values_list("name", flat=True)) == {"a", "b", "d"}
    assert set(OldAddress.objects.values_list("path", flat=True)) == {"/old/a", "/old/b"}
    assert Collection.objects.count() == 2
    discussion = Discussion.objects.get()
    assert (discussion.comment_count, discussion.people_count) == (4, 4)
    assert not recount_discussion(discussion.pk)


def test_article_that_was_here_stays_as_it_was(tmp_path: Path) -> None:
    mine = CommentFactory(article=ArticleFactory(slug="here"), posted_at=datetime(2020, 1, 1, tzinfo=UTC))
    before = left()
    report = import_file(write(tmp_path, article="here"))
    undo(report.run.pk)
    assert left() == before
    discussion = mine.discussion
    discussion.refresh_from_db()
    assert (discussion.comment_count, discussion.people_count, discussion.last_comment_at) == (1, 1, mine.sort_at)


def test_old_address_and_collection_that_others_made_or_use_stay(tmp_path: Path) -> None:
    OldAddress.objects.create(path="/old/far", target="/guidelines/")
    shelf = Collection.objects.create(title="Shelves", slug="shelves")
    report = import_file(write(tmp_path))
    ArticleFactory(collection=Collection.objects.get(title="Shelf"))
    assert "articles 1, collections 0, old addresses 3." in undo(report.run.pk)
    assert OldAddress.objects.get().target == "/guidelines/"
    assert Collection.objects.get(title="Shelf").parent == shelf


def test_undoing_that_was_stopped_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class StoppedError(Exception):
        pass

    def stop(done: int, total: int) -> None:
        raise StoppedError

    mine = CommentFactory(article=ArticleFactory(slug="here"), posted_at=datetime(2020, 1, 1, tzinfo=UTC))
    before = left()
    run = import_file(write(tmp_path, article="here")).run
    monkeypatch.setattr(undoing, "AT_ONCE", 4)
    for _ in range(2):
        with pytest.raises(StoppedError):
            undo_run(run, on_progress=stop)
    assert Comment.objects.count() == 1
    undone = undo_run(run)
    assert (undone.comments, undone.addresses) == (6, 4)
    assert left() == before
    mine.discussion.refresh_from_db()
    assert mine.discussion.comment_count == 1
