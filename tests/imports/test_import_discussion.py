"""The command: its summary, its JSON, and what it says of a file it cannot use."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from articles.models import Article
from forum.discussion.models import Comment
from forum.imports import services
from tests.factories import ArticleFactory
from tests.imports.truth import SavedPage

pytestmark = pytest.mark.django_db


def run(path: Path, **options: Any) -> str:
    out = StringIO()
    call_command("import_discussion", path, stdout=out, **options)
    return out.getvalue()


def test_summary_says_what_was_added_and_what_was_odd(invented_page: SavedPage) -> None:
    summary = run(invented_page.path)
    assert [line.split()[-2:] for line in summary.splitlines() if "Comments" in line] == [["0", "│"]]
    assert "│ Comments                          │    25 │            0 │" in summary
    assert "Line 65: “Additional comments made prior to 2007” contradicts the signature, 19 January 2008." in summary
    assert "/articles/why-sourdough-rises-wild-yeast-and-patience/" in summary.splitlines()[-1]


def test_second_run_says_that_nothing_was_added(invented_page: SavedPage) -> None:
    run(invented_page.path)
    assert run(invented_page.path).startswith("Everything is here already (25 comments). Nothing was added: /articles/why")


def test_dry_run_shows_the_first_comments_and_writes_nothing(invented_page: SavedPage) -> None:
    summary = run(invented_page.path, dry_run=True)
    assert "  a Passing Baker, 03/09/2004: My starter is eleven years old" in summary
    assert "  no name, prior to 2007: is it normal that it smells of pears" in summary
    assert summary.endswith("This was a dry run. Nothing was written.\n")
    assert not Article.objects.exists()


def test_dry_run_says_dates_as_well_as_they_are_known(tmp_path: Path) -> None:
    lines: list[dict[str, Any]] = [{"type": "article", "slug": "a", "title": "A"}]
    dates = ("day", "2001-02-03"), ("month", "2001-02"), ("year", "2001"), ("before", "before 2001-02-03")
    lines += [
        {
            "type": "comment", "id": precision, "article": "a", "author": {"name": precision}, "body": "A text.",
            "posted_at": "2001-02-03T00:00:00Z", "posted_precision": precision,
        }
        for precision, _shown in dates
    ]  # fmt: skip
    path = tmp_path / "file.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    summary = run(path, dry_run=True)
    assert [f"  {precision}, {shown}: A text." in summary for precision, shown in dates] == [True] * 4


def test_dry_run_says_that_the_checks_have_looked_at_the_first_comments_only(
    invented_page: SavedPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "FEW", 24)
    summary = run(invented_page.path, dry_run=True)
    assert "of these, waiting for a moderator │     at least 1 │" in summary
    assert "The checks have looked at the first 24 comments only. They look at the other 1 when these are brought in" in summary
    (page,) = json.loads(run(invented_page.path, dry_run=True, json=True))["pages"]
    assert (page["screened"], page["unscreened"]) == (24, 1)
    monkeypatch.setattr(services, "FEW", 25)
    assert "The checks" not in run(invented_page.path, dry_run=True)


def test_json_holds_the_counts_and_the_problems(invented_page: SavedPage) -> None:
    (page,) = json.loads(run(invented_page.path, json=True))["pages"]
    assert page["outcome"] == "added"
    assert page["counts"] == {"articles": 1, "collections": 3, "sources": 9, "comments": 25, "replies": 2, "held": 1}
    assert len(page["problems"]) == 9
    (again,) = json.loads(run(invented_page.path, json=True))["pages"]
    assert (again["outcome"], again["already_here"], again["counts"]["comments"]) == ("nothing_new", 25, 0)


def test_file_that_cannot_be_used_is_refused_with_its_line(tmp_path: Path, invented_page: SavedPage) -> None:
    path = tmp_path / "cut.txt"
    path.write_bytes(invented_page.path.read_bytes()[:900])
    with pytest.raises(
        CommandError, match=r"^cut.txt: Line 17: the file ends inside the article.*missing. Nothing was imported.$"
    ):
        run(path)
    out = StringIO()
    with pytest.raises(CommandError):
        call_command("import_discussion", path, stdout=out, json=True)
    assert json.loads(out.getvalue())["line"] == 17
    assert not Article.objects.exists()


def test_format_can_be_named_and_article_chosen(invented_page: SavedPage) -> None:
    article = ArticleFactory()
    run(invented_page.path, format="serendip", article=article.slug)
    assert Comment.objects.filter(discussion__article=article).count() == 25
    with pytest.raises(CommandError, match="There is no article with the address /articles/none/"):
        run(invented_page.path, article="none")
