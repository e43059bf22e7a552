"""The rows an import makes, entry by entry against the truth, and what a second import may not do."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from articles.models import Article, Collection
from forum.accounts.models import Guest, User
from forum.discussion.correcting import redact_comment
from forum.discussion.markup import to_plain
from forum.discussion.models import ActorKind, Comment, Decision, Discussion
from forum.discussion.screening import Signal, Strength, Submission
from forum.discussion.services import Actor
from forum.imports.models import ImportedId, ImportRun
from forum.imports.readers import serendip
from forum.imports.records import CommentRecord, ImportFileError
from forum.imports.services import Outcome, import_file
from forum.imports.writer import PageRecord, gather_pages, plan_page, write_page
from tests.factories import ArticleFactory, CommentFactory
from tests.imports.truth import SavedPage

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _nothing_held(settings: Any) -> None:
    """What is stored is looked at here; what waits is ``tests/moderation``'s matter."""
    settings.COMMENT_SCREENERS = []


def describe_row(comment: Comment, source_ids: dict[int, str], keys: set[str]) -> dict[str, Any]:
    """Return a stored comment in the words of the truth; its text as a reader sees it."""
    words = to_plain(comment.body_html).split()
    described = {
        "source_id": source_ids[comment.pk],
        "name": comment.name,
        "day": comment.posted_at.date().isoformat() if comment.posted_at else None,
        "precision": comment.posted_precision,
        "note": comment.origin_note,
        "parent": source_ids[comment.parent_id] if comment.parent_id else None,
        "paragraphs": comment.body_html.count("<p>"),
        "first_words": " ".join(words[:8]),
        "last_words": " ".join(words[-5:]),
        "words": len(words),
        "subject": comment.subject,
    }
    return {key: described[key] for key in keys}


def assert_stored(saved: SavedPage) -> None:
    """Compare the only article and its conversation with the truth, entry by entry."""
    truth = saved.truth["article"]
    article = Article.objects.get()
    assert (article.title, article.byline, article.submitted_by) == (truth["title"], truth["author"], truth["submitted_by"])
    shelves, shelf = [], article.collection
    while shelf:
        shelves.insert(0, shelf.title)
        shelf = shelf.parent
    assert shelves == truth["collection"]
    assert len(article.body.split("\n\n")) == article.body_html.count("<p>") == truth["body_paragraphs"]
    assert [int(number) for number in re.findall(r"\[\^(\d+)\]", article.body)] == truth["citation_marks_in_order"]
    assert article.body_html.count('class="cite"') == len(truth["citation_marks_in_order"])
    assert [
        {"number": source.number, "title": source.title, "url": source.url or None} for source in article.sources.all()
    ] == truth["sources"]

    (page,) = gather_pages(serendip.read(saved.path))
    plan = plan_page(page, now=NOW)
    expected = saved.expected_comments()
    labels = {comment.source_id: entry["source_id"] for comment, entry in zip(page.comments, expected, strict=True)}
    source_ids = {pk: labels[source_id] for source_id, pk in plan.known.items()}
    roots = [entry["source_id"] for entry in expected if entry["parent"] is None]
    assert [source_ids[pk] for pk in Comment.objects.filter(root=None).order_by("position").values_list("pk", flat=True)] == roots
    assert list(Comment.objects.filter(root=None).order_by("position").values_list("position", flat=True)) == list(
        range(1, len(roots) + 1)
    )
    stored = {source_ids[comment.pk]: comment for comment in Comment.objects.all()}
    assert len(stored) == len(expected)
    for entry in expected:
        assert describe_row(stored[entry["source_id"]], source_ids, set(entry)) == entry


def test_invented_page_is_stored_as_its_truth_says(invented_page: SavedPage) -> None:
    import_file(invented_page.path)
    assert_stored(invented_page)


@pytest.mark.saved_page
def test_own_page_is_stored_as_its_truth_says(own_page: SavedPage) -> None:
    import_file(own_page.path)
    assert_stored(own_page)


def test_every_comment_is_public_by_the_import_and_has_a_guest_of_its_own(invented_page: SavedPage) -> None:
    import_file(invented_page.path)
    assert set(Comment.objects.values_list("state", "public", "origin")) == {("published", True, "serendip")}
    assert set(Decision.objects.values_list("actor_kind", "from_state", "to_state")) == {(ActorKind.IMPORT, "", "published")}
    assert Comment.objects.values("guest").distinct().count() == Guest.objects.count() == Comment.objects.count() == 25
    assert not User.objects.exists()


def test_unknown_dates_stay_unknown_and_sort_as_the_comment_before(invented_page: SavedPage) -> None:
    import_file(invented_page.path)
    undated = Comment.objects.filter(posted_precision="unknown")
    assert undated.count() == 20
    assert set(undated.values_list("posted_at", "posted_text", "sort_at")) == {
        (None, "", datetime(2007, 1, 1, 12, tzinfo=UTC))  # that of the last older comment, "prior to 2007"
    }
    assert Comment.objects.get(name="Aunt Philippa").posted_text == "19 January 2008"


def test_counts_of_the_discussion_are_right(invented_page: SavedPage) -> None:
    import_file(invented_page.path)
    discussion = Discussion.objects.get()
    assert (discussion.comment_count, discussion.people_count, discussion.root_seq) == (25, 25, 23)
    assert list(discussion.years.values_list("year", "comment_count")) == [(2004, 1), (2005, 1), (2006, 1), (2008, 1)]


def test_plain_text_is_shown_as_it_was_typed(invented_page: SavedPage) -> None:
    import_file(invented_page.path)
    miller = to_plain(Comment.objects.get(name="old miller").body_html)
    assert "1. wait\n2. wait again\n3. then look" in miller
    assert "* my wife says the same" in miller
    rui = Comment.objects.get(name="Rui")
    assert "float_in_water, but mine never does.." in to_plain(rui.body_html)
    assert "&lt;b&gt;rye&lt;/b&gt;" in rui.body_html


def rows() -> tuple[int, ...]:
    return tuple(
        model.objects.count() for model in (Article, Collection, Comment, Guest, Decision, Discussion, ImportRun, ImportedId)
    )


def test_second_import_adds_nothing_and_says_so(invented_page: SavedPage) -> None:
    (first,) = import_file(invented_page.path)
    before = rows()
    (second,) = import_file(invented_page.path)
    assert (first.outcome, second.outcome) == (Outcome.ADDED, Outcome.NOTHING_NEW)
    assert second.counts == {"comments": 0, "replies": 0}
    assert rows() == before


def test_second_import_leaves_what_people_changed(invented_page: SavedPage) -> None:
    import_file(invented_page.path)
    comment = Comment.objects.get(name="Pim")
    redact_comment(comment, body="[Name removed by a moderator] bakes with me.", actor=Actor(ActorKind.MODERATOR))
    Article.objects.update(title="A better title", slug="a-better-title")
    assert [report.outcome for report in import_file(invented_page.path)] == [Outcome.NOTHING_NEW]
    comment.refresh_from_db()
    assert comment.body.startswith("[Name removed")


def test_page_saved_again_with_a_new_comment_adds_that_one(tmp_path: Path, invented_page: SavedPage) -> None:
    import_file(invented_page.path)
    later = tmp_path / "later.txt"
    text = invented_page.path.read_text(encoding="utf-8")
    later.write_text(text.replace("Marta's picture", "Newcomer's picture\n\n\nHi Odile, how was it?\n\nMarta's picture", 1))
    (report,) = import_file(later)
    assert report.counts == {"comments": 1, "replies": 1, "held": 0}
    assert report.known_comments == 25
    assert Comment.objects.get(name="Newcomer").parent.name == "Odile"
    assert Article.objects.count() == 1


def test_late_reply_of_the_old_page_is_numbered_by_its_time(tmp_path: Path, invented_page: SavedPage) -> None:
    import_file(invented_page.path)
    odile = Comment.objects.get(name="Odile")
    CommentFactory(parent=odile)
    later = tmp_path / "later.txt"
    text = invented_page.path.read_text(encoding="utf-8")
    later.write_text(text.replace("Marta's picture", "Newcomer's picture\n\n\nHi Odile, how was it?\n\nMarta's picture", 1))
    import_file(later)
    thread = Comment.objects.filter(root=odile.root_id).order_by("reply_index")
    assert [reply.name for reply in thread][:2] == ["Odile", "Newcomer"]
    assert [reply.reply_index for reply in thread] == [1, 2, 3]
    root = Comment.objects.get(pk=odile.root_id)
    assert [root.preview1_id, root.preview2_id, root.last_reply_id] == [reply.pk for reply in thread]


def test_comments_can_go_under_an_article_that_is_here(invented_page: SavedPage) -> None:
    article = ArticleFactory()
    (report,) = import_file(invented_page.path, target=article)
    assert report.article == article
    assert article.discussion.comments.count() == 25
    assert [again.article for again in import_file(invented_page.path)] == [article]
    with pytest.raises(ImportFileError, match=f"already here, under {article.get_absolute_url()}"):
        import_file(invented_page.path, target=ArticleFactory())


def test_address_that_is_taken_gets_a_number(invented_page: SavedPage) -> None:
    ArticleFactory(slug="why-sourdough-rises-wild-yeast-and-patience")
    (report,) = import_file(invented_page.path)
    assert report.article.slug == "why-sourdough-rises-wild-yeast-and-patience-2"


def test_dry_run_writes_nothing(invented_page: SavedPage) -> None:
    (report,) = import_file(invented_page.path, dry_run=True)
    assert report.outcome == Outcome.WOULD_ADD
    assert report.counts == {"articles": 1, "collections": 3, "sources": 9, "comments": 25, "replies": 2, "held": 0}
    assert report.article is None
    assert rows() == (0,) * 8


def test_file_that_cannot_be_read_leaves_nothing(tmp_path: Path, invented_page: SavedPage) -> None:
    path = tmp_path / "cut.txt"
    path.write_bytes(invented_page.path.read_bytes()[:900])
    with pytest.raises(ImportFileError):
        import_file(path)
    assert rows() == (0,) * 8


def suspect_linen(submission: Submission) -> list[Signal]:
    assert submission.kind == "import"
    strength = Strength.STRONG if "linen baskets" in submission.body else Strength.WEAK
    return [Signal("linen", strength, "It praises baskets.")]


def test_only_a_strong_signal_holds_an_imported_comment(invented_page: SavedPage, settings: Any) -> None:
    settings.COMMENT_SCREENERS = ["tests.imports.test_writer.suspect_linen"]
    (report,) = import_file(invented_page.path)
    assert report.counts["held"] == 1
    assert [comment.body for comment in Comment.objects.filter(held=True)] == [
        "I liked this page. My cousin sells wonderful linen baskets at a fair price and reading here gave me ideas."
    ]


def import_records(page: PageRecord, *comments: CommentRecord) -> list[str]:
    """Import a page with these comments instead of its own; return the sentences of the plan."""
    plan = plan_page(replace(page, comments=comments, problems=()), now=NOW)
    run = ImportRun.objects.create(file_name="records", started_at=NOW)
    write_page(plan, run=run, on_progress=lambda done, total: None)
    return [problem.sentence for problem in plan.problems]


def record(source_id: str, position: int, parent: str | None = None, **fields: Any) -> CommentRecord:
    return CommentRecord(
        source_id=source_id, position=position, line=position, name=source_id, body="A text.", parent=parent, **fields
    )


def test_replies_follow_their_parents_by_time_and_orphans_are_reported(invented_page: SavedPage) -> None:
    (page,) = gather_pages(serendip.read(invented_page.path))
    day = datetime(2009, 5, 1, tzinfo=UTC)
    dated = {"posted_at": day, "posted_precision": "exact"}
    sentences = import_records(
        page,
        record("late", 1, "early", posted_at=day.replace(year=2011), posted_precision="exact"),
        record("early", 2, "root", **dated),
        record("root", 3, **dated),
        record("lost", 4, "nobody", **dated),
        record("other", 5, "root", posted_at=day.replace(year=2010), posted_precision="exact"),
    )
    assert sentences == ["answers “nobody”, which is not in the file. It starts a thread of its own."]
    assert list(Comment.objects.filter(root__isnull=False).order_by("reply_index").values_list("name", "parent__name")) == [
        ("early", "root"),
        ("other", "root"),
        ("late", "early"),
    ]


def test_circle_of_answers_is_refused(invented_page: SavedPage) -> None:
    (page,) = gather_pages(serendip.read(invented_page.path))
    with pytest.raises(ImportFileError, match="Line 2: this comment and others answer each other in a circle"):
        plan_page(replace(page, comments=(record("a", 1), record("b", 2, "c"), record("c", 3, "b"))), now=NOW)


def test_name_that_is_too_long_is_shortened_and_reported(invented_page: SavedPage) -> None:
    (page,) = gather_pages(serendip.read(invented_page.path))
    sentences = import_records(page, replace(record("a", 1), name="Name " * 20))
    assert [len(name) <= 60 and name.endswith("…") for name in Comment.objects.values_list("name", flat=True)] == [True]
    assert ["longer than the 60 letters" in sentence for sentence in sentences] == [True]
