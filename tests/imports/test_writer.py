"""The rows an import makes, entry by entry against the truth, and what a second import may not do."""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django_tasks_db.models import DBTaskResult

from articles.models import Article, Collection, OldAddress
from forum.accounts.models import Guest, User
from forum.accounts.people import Person
from forum.discussion.correcting import redact_comment
from forum.discussion.markup import to_plain
from forum.discussion.models import ActorKind, Comment, Decision, Discussion
from forum.discussion.recount import recount_discussion
from forum.discussion.screening import Signal, Strength, Submission
from forum.discussion.services import Actor
from forum.imports import finishing, services, staging
from forum.imports.models import ImportedId, ImportRun
from forum.imports.readers import serendip
from forum.imports.records import ImportFileError
from forum.imports.services import Outcome, Report, import_file
from forum.imports.undoing import undo_run
from forum.imports.writer import BATCH
from forum.subscriptions.models import Delivery
from forum.subscriptions.services import subscribe
from tests.factories import ArticleFactory, CommentFactory, GuestFactory, MemberFactory
from tests.imports.streams import gather
from tests.imports.truth import DATA, SavedPage
from tests.privacy.lives import work

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

    expected = saved.expected_comments()
    records = gather(serendip.read(saved.path)).comments
    labels = {record.source_id: entry["source_id"] for record, entry in zip(records, expected, strict=True)}
    ties = ImportedId.objects.filter(comment__isnull=False).values_list("comment", "source_id")
    source_ids = {pk: labels[source_id] for pk, source_id in ties}
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
    first = import_file(invented_page.path)
    before = rows()
    second = import_file(invented_page.path)
    assert (first.outcome, second.outcome) == (Outcome.ADDED, Outcome.NOTHING_NEW)
    assert second.counts == {"comments": 0, "replies": 0}
    assert rows() == before


def test_second_import_leaves_what_people_changed(invented_page: SavedPage) -> None:
    import_file(invented_page.path)
    comment = Comment.objects.get(name="Pim")
    redact_comment(comment, body="[Name removed by a moderator] bakes with me.", actor=Actor(ActorKind.MODERATOR))
    Article.objects.update(title="A better title", slug="a-better-title")
    assert import_file(invented_page.path).outcome == Outcome.NOTHING_NEW
    comment.refresh_from_db()
    assert comment.body.startswith("[Name removed")


def test_page_saved_again_with_a_new_comment_adds_that_one(tmp_path: Path, invented_page: SavedPage) -> None:
    import_file(invented_page.path)
    later = tmp_path / "later.txt"
    text = invented_page.path.read_text(encoding="utf-8")
    later.write_text(text.replace("Marta's picture", "Newcomer's picture\n\n\nHi Odile, how was it?\n\nMarta's picture", 1))
    report = import_file(later)
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
    report = import_file(invented_page.path, target=article)
    assert report.article == article
    assert article.discussion.comments.count() == 25
    assert import_file(invented_page.path).article == article
    with pytest.raises(ImportFileError, match=f"already here, under {article.get_absolute_url()}"):
        import_file(invented_page.path, target=ArticleFactory())


def test_address_that_is_taken_gets_a_number(invented_page: SavedPage) -> None:
    ArticleFactory(slug="why-sourdough-rises-wild-yeast-and-patience")
    report = import_file(invented_page.path)
    assert report.article.slug == "why-sourdough-rises-wild-yeast-and-patience-2"


def test_old_addresses_are_kept_some_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finishing, "ADDRESSES_AT_ONCE", 2)
    monkeypatch.setattr(staging, "ROWS_AT_ONCE", 3)
    OldAddress.objects.create(path="/old/4", target="/help/")
    targets = {f"/old/{number}": "/articles/a/" for number in range(7)} | {"/articles/a/": "/articles/a/"}
    addresses = [{"type": "old_address", "path": path, "target": target} for path, target in targets.items()]
    import_file(write_lines(tmp_path, line("one"), *addresses))
    kept = dict(OldAddress.objects.order_by("pk").values_list("path", "target"))
    assert kept == {path: target for path, target in targets.items() if path != target} | {"/old/4": "/help/"}
    assert [path for path in kept if path != "/old/4"] == [f"/old/{number}" for number in (0, 1, 2, 3, 5, 6)]
    undo_run(ImportRun.objects.get())
    assert [address.path for address in OldAddress.objects.all()] == ["/old/4"]


def test_dry_run_writes_nothing(invented_page: SavedPage) -> None:
    report = import_file(invented_page.path, dry_run=True)
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
    report = import_file(invented_page.path)
    assert report.counts["held"] == 1
    assert [comment.body for comment in Comment.objects.filter(held=True)] == [
        "I liked this page. My cousin sells wonderful linen baskets at a fair price and reading here gave me ideas."
    ]


def write_lines(folder: Path, *lines: dict[str, Any]) -> Path:
    """Write a file in the open format with one article, ``a``, and these comments."""
    path = folder / "records.jsonl"
    every = [{"type": "article", "slug": "a", "title": "A"}, *({"type": "comment", "article": "a"} | line for line in lines)]
    path.write_text("".join(json.dumps(line) + "\n" for line in every))
    return path


def line(name: str, parent: str | None = None, year: int | None = None, **more: Any) -> dict[str, Any]:
    posted = {"posted_at": f"{year}-05-01T00:00:00Z"} if year else {}
    return {"id": name, "parent": parent, "author": {"name": name}, "body": "A text."} | posted | more


def sentences(report: Report) -> list[str]:
    return [str(problem) for problem in report.problems]


def test_replies_follow_their_parents_by_time_and_orphans_are_reported(tmp_path: Path) -> None:
    path = write_lines(
        tmp_path,
        line("late", "early", 2011),
        line("early", "root", 2009),
        line("root", None, 2009),
        line("lost", "nobody", 2009),
        line("other", "root", 2010),
    )
    report = import_file(path)
    assert sentences(report) == ["Line 5: answers “nobody”, which is not in the file. It starts a thread of its own."]
    assert list(Comment.objects.filter(root__isnull=False).order_by("reply_index").values_list("name", "parent__name")) == [
        ("early", "root"),
        ("other", "root"),
        ("late", "early"),
    ]


def test_circle_of_answers_is_opened_at_its_first_comment_and_reported(tmp_path: Path) -> None:
    report = import_file(write_lines(tmp_path, line("a"), line("b", "d"), line("c", "b"), line("d", "c"), line("e", "d")))
    assert sentences(report) == ["Line 3: this comment and others answer each other in a circle. It starts a thread of its own."]
    assert dict(Comment.objects.values_list("name", "parent__name")) == {"a": None, "b": None, "c": "b", "d": "c", "e": "d"}
    assert set(Comment.objects.exclude(root=None).values_list("root__name", flat=True)) == {"b"}


def test_comment_that_answers_itself_starts_a_thread(tmp_path: Path) -> None:
    report = import_file(write_lines(tmp_path, line("a", "a")))
    assert ["circle" in sentence for sentence in sentences(report)] == [True]
    assert Comment.objects.get().is_root


def test_name_that_is_too_long_is_shortened_and_reported(tmp_path: Path) -> None:
    report = import_file(write_lines(tmp_path, line("a", author={"name": "Name " * 20})))
    assert [len(name) <= 60 and name.endswith("…") for name in Comment.objects.values_list("name", flat=True)] == [True]
    assert ["longer than the 60 letters" in sentence for sentence in sentences(report)] == [True]


def test_every_row_that_was_read_is_accounted_for(tmp_path: Path) -> None:
    path = write_lines(
        tmp_path,
        line("one"),
        line("one", body="Again."),
        line("two", article="nowhere"),
        {"id": "three"},
        line("four", year=2050),
        line("five", year=1899),
        line("six", mood="glad"),
        line("seven", mood="sad"),
    )
    with path.open("ab") as file:
        file.write(b'{"type": "comment", "id": "eight", "article": "a", "body": "caf\xe9"}\n')
    report = import_file(path, now=NOW)
    assert (report.read_comments, report.counts["comments"], report.known_comments) == (8, 6, 0)
    assert report.report_path == tmp_path / "records.jsonl.report.jsonl"
    *rows, total = [json.loads(text) for text in report.report_path.read_text().splitlines()]
    assert [(row["line"], row["kind"], row["sentence"]) for row in rows] == [
        (3, "refused", "the id “one” is in the file already, in line 2. This one was left out."),
        (4, "refused", "the article “nowhere” is neither in the file nor here."),
        (5, "refused", "this comment has no “body”."),
        (6, "odd", "its date, 2050-05-01, has not come yet. The date is kept; it is put in order as of today."),
        (7, "odd", "its date, 1899-05-01, is older than any forum. It is kept as it is."),
        (8, "left out", 'nobody here knows the key “mood” of a comment; the first time it is "glad".'),
        (9, "left out", "values of “mood” of a comment"),
        (10, "odd", "some letters of this line are not UTF-8; they are shown as “\ufffd”."),
    ]
    assert total == {
        "kind": "total", "read": 8, "added": 6, "already_here": 0, "refused": 3, "left_out": {"values of “mood” of a comment": 2},
    }  # fmt: skip
    assert Comment.objects.get(name="four").posted_at.year == 2050
    assert Comment.objects.get(name="four").sort_at == NOW + timedelta(days=1)
    assert Comment.objects.get(body__startswith="caf").body == "caf\ufffd"


def test_report_names_each_row_that_was_left_out(tmp_path: Path) -> None:
    path = tmp_path / "export.xml"
    path.write_bytes((DATA / "imports" / "wordpress.xml").read_bytes())
    report = import_file(path, now=NOW)
    assert report.report_path is not None
    *rows, total = [json.loads(text) for text in report.report_path.read_text().splitlines()]
    lines = path.read_text().splitlines()
    spam = [row for row in rows if row["sentence"] == "spam"]
    assert [(row["kind"], row["id"]) for row in spam] == [("left out", "comment-12")]
    assert lines[spam[0]["line"] - 1].strip() == "<wp:comment>"
    assert ("left out", "shortcodes in a text: 3") in [(row["kind"], row["sentence"]) for row in rows]
    left_out = Counter(row["sentence"].partition(": ")[0] for row in rows if row["kind"] == "left out")
    assert set(left_out) == set(total["left_out"])
    assert [row["line"] for row in rows] == sorted(row["line"] for row in rows)
    assert not any(problem.sentence == "spam" for problem in report.problems)


def test_writers_with_a_key_are_one_person_and_others_are_not(tmp_path: Path) -> None:
    keyed = {"author": {"name": "Ann", "key": "k1"}}
    path = write_lines(tmp_path, line("a") | keyed, line("b", "a") | keyed, line("c"), line("d"))
    import_file(path)
    guests = dict(Comment.objects.values_list("name", "guest"))
    assert Comment.objects.filter(name="Ann").values("guest").distinct().count() == 1
    assert len(guests) == len(set(guests.values())) == Discussion.objects.get().people_count == 3


def test_second_file_of_a_source_continues_its_threads(tmp_path: Path) -> None:
    first = import_file(write_lines(tmp_path, line("a", year=2001), line("b", "a", 2003)))
    later = write_lines(tmp_path, line("c", "a", 2002), line("d", "c", 2004), line("e", year=2005))
    report = import_file(later)
    assert (first.counts["comments"], report.counts["comments"], report.known_comments) == (2, 3, 0)
    root = Comment.objects.get(name="a")
    assert list(root.thread_replies.order_by("reply_index").values_list("name", "parent__name")) == [
        ("c", "a"),
        ("b", "a"),
        ("d", "c"),
    ]
    assert (root.reply_count, root.reply_seq, Comment.objects.get(name="c").reply_count) == (3, 3, 1)
    assert not recount_discussion(root.discussion_id)


@pytest.mark.parametrize("seed", range(4))
def test_nothing_has_to_be_counted_again(tmp_path: Path, settings: Any, seed: int) -> None:
    """Deep, wide and undated threads, over several batches, with some that wait."""
    settings.COMMENT_SCREENERS = ["tests.imports.test_writer.suspect_linen"]
    chance = Random(seed)
    lines = []
    for number in range(700):
        parent = str(chance.randrange(number)) if number and chance.random() < 0.7 else None
        body = chance.choice(["A text.", "Does it help?", "My linen baskets.", "It helped me?"])
        year = chance.choice([None, 2001, 2004, 2019])
        author = chance.choice([{"name": "Ann", "key": "k"}, {"name": "Bo"}, {"name": "ann"}, {"name": f"N{number}"}])
        lines.append(line(str(number), parent, year, body=body, author=author))
    chance.shuffle(lines)
    import_file(write_lines(tmp_path, *lines))
    discussion = Discussion.objects.get()
    assert Comment.objects.filter(held=True).count() == sum("linen" in line["body"] for line in lines)
    held_last = discussion.root_seq
    corrections = recount_discussion(discussion.pk)
    discussion.refresh_from_db()
    # A place that a comment which waits might have had last may be given again; nothing else differs.
    assert (corrections.comments, corrections.people, corrections.years) == (0, 0, 0)
    assert corrections.discussions <= int(held_last != discussion.root_seq)


def test_thread_longer_than_a_batch_is_whole(tmp_path: Path) -> None:
    lines = [line("root", year=2000)] + [line(f"r{n}", "root" if n % 3 else f"r{n - 1}", 2001 + n % 9) for n in range(1, 800)]
    lines[3]["parent"] = "root"
    import_file(write_lines(tmp_path, *lines))
    root = Comment.objects.get(name="root")
    replies = list(root.thread_replies.order_by("reply_index").values_list("reply_index", "sort_at"))
    assert [index for index, _sort_at in replies] == list(range(1, 800))
    assert [sort_at for _index, sort_at in replies] == sorted(sort_at for _index, sort_at in replies)
    assert not recount_discussion(root.discussion_id)


def test_chain_of_ten_thousand_answers_is_read_and_shown(tmp_path: Path, client: Client) -> None:
    lines = [line("0", state="published")] + [line(str(n), str(n - 1), state="published") for n in range(1, 10_000)]
    import_file(write_lines(tmp_path, *lines), processes=1)
    last = Comment.objects.get(name="9999")
    assert (last.root.name, last.parent.name, last.reply_index) == ("0", "9998", 9_999)
    assert client.get(f"/articles/a/comments/{last.root_id}/?page=100").status_code == 200


def test_what_is_screened_is_compared_with_every_batch_before_it(tmp_path: Path, settings: Any) -> None:
    settings.COMMENT_SCREENERS = ["forum.moderation.screeners.texts.Repeats"]
    words = "The pump was set lower in March and since then he sleeps through the night again, which nobody had hoped for."
    stated = [line(str(n), state="published", body=words if n == 0 else "Thank you.") for n in range(BATCH)]
    import_file(write_lines(tmp_path, *stated, line("again", body=words)), processes=1)
    assert Comment.objects.get(name="again").signals.filter(code="repeat").exists()


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite keeps no such numbers.")
def test_postgresql_knows_what_its_tables_hold_by_then(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def rows_known() -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT reltuples FROM pg_class WHERE relname = %s", [Comment._meta.db_table])
            (rows,) = cursor.fetchone()
        return int(rows)

    count = 31 if rows_known() == 30 else 30
    monkeypatch.setattr(services, "FEW", 29)
    import_file(write_lines(tmp_path, *(line(str(n)) for n in range(count))))
    assert rows_known() == count


def test_no_import_mails_anyone(tmp_path: Path) -> None:
    member, guest = MemberFactory(), GuestFactory(email="gus@example.org", proven_at=NOW)
    article = ArticleFactory(slug="here")
    root = CommentFactory(article=article, author=member)
    for person in (Person(user=member), Person(guest=guest)):
        subscribe(person, "discussion", discussion=article.discussion)
        subscribe(person, "replies", root=root)
    path = write_lines(tmp_path, *[line(str(n), str(n - 1) if n % 4 else None, article="here") for n in range(1_000)])
    before = Delivery.objects.count(), mail_jobs()
    report = import_file(path)
    assert report.counts["comments"] == 1_000
    work()
    assert (Delivery.objects.count(), mail_jobs()) == before
    assert not len(mail.outbox)


def mail_jobs() -> int:
    """Count what waits or was done about mail."""
    return DBTaskResult.objects.filter(task_path__contains="tell_").count()
