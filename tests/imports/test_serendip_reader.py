"""The reader of saved Serendip pages, against a page of our own invention, its truth, and files that are none."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from forum.imports import readers
from forum.imports.readers import serendip
from forum.imports.records import CommentRecord, ImportFileError, Problem
from tests.imports.streams import Stream, gather
from tests.imports.truth import DATA, SavedPage, describe_body

PAGE_TEXT = (DATA / "saved_page.txt").read_text(encoding="utf-8")


def read(path: Path) -> Stream:
    return gather(serendip.read(path))


def describe(comment: CommentRecord, labels: dict[str, str], keys: set[str]) -> dict[str, object]:
    described = {
        "source_id": labels[comment.source_id],
        "name": comment.name,
        "day": comment.posted_at.date().isoformat() if comment.posted_at else None,
        "precision": comment.posted_precision,
        "note": comment.note,
        "parent": labels[comment.parent] if comment.parent else None,
        "subject": comment.subject,
        **describe_body(comment.body),
    }
    return {key: described[key] for key in keys}


def assert_matches(page: Stream, saved: SavedPage) -> None:
    """Compare entry by entry; a failure shows the entry."""
    truth, article = saved.truth["article"], page.article
    assert (article.title, article.byline, article.submitted_by) == (truth["title"], truth["author"], truth["submitted_by"])
    assert list(article.collection) == truth["collection"]
    assert len(article.body.split("\n\n")) == truth["body_paragraphs"]
    assert article.body.startswith(truth["first_words"])
    assert article.body.endswith(truth["last_words"])
    assert [int(number) for number in re.findall(r"\[\^(\d+)\]", article.body)] == truth["citation_marks_in_order"]
    sources = [{"number": source.number, "title": source.title, "url": source.url} for source in article.sources]
    assert sources == truth["sources"]

    expected = saved.expected_comments()
    assert [comment.position for comment in page.comments] == list(range(1, len(expected) + 1))
    labels = {comment.source_id: entry["source_id"] for comment, entry in zip(page.comments, expected, strict=True)}
    for comment, entry in zip(page.comments, expected, strict=True):
        assert describe(comment, labels, set(entry)) == entry
    signatures = {f"legacy-{entry['position']}": entry.get("signature", "") for entry in saved.truth["legacy_comments"]}
    assert {labels[comment.source_id]: comment.signature for comment in page.comments[: len(signatures)]} == signatures


def test_invented_page_is_read_as_its_truth_says(invented_page: SavedPage) -> None:
    assert_matches(read(invented_page.path), invented_page)


@pytest.mark.saved_page
def test_own_page_is_read_as_its_truth_says(own_page: SavedPage) -> None:
    assert readers.detect(own_page.path) == "serendip"
    assert_matches(read(own_page.path), own_page)


def test_every_word_of_the_conversation_is_in_a_record(invented_page: SavedPage) -> None:
    page = read(invented_page.path)
    conversation = PAGE_TEXT.partition("post a comment below)")[2]
    kept = " ".join(
        " ".join([comment.name, comment.subject, comment.posted_text, comment.note, comment.body]) for comment in page.comments
    )
    printed = re.sub(r"'s picture$|, from ", " ", conversation, flags=re.MULTILINE)
    assert set(printed.split()) <= set(f"{kept} This is my grandmother".split())


def test_year_of_publication_is_the_one_a_collection_prints(invented_page: SavedPage) -> None:
    article = read(invented_page.path).article
    assert (article.published_on, article.published_precision) == (date(2001, 1, 1), "year")


def test_special_characters_of_the_article_are_escaped(invented_page: SavedPage) -> None:
    body = read(invented_page.path).article.body
    assert r"\*the beast\* \[sic\][^1]." in body
    assert r"yeast\_cell" in body
    assert r"rye flour \<dark, stone ground\> \& nothing" in body
    assert "\n\n\\# of feeds" in body


def test_mark_without_a_source_stays_as_typed_and_is_reported(invented_page: SavedPage) -> None:
    page = read(invented_page.path)
    assert "harm a starter (12);" in page.article.body
    assert "(1998 brought" in page.article.body
    assert [str(problem) for problem in page.of(Problem) if "source" in problem.sentence] == [
        "Line 21: (12) names no source of this article; it is kept as typed."
    ]


def test_date_that_contradicts_its_heading_is_kept_with_the_heading(invented_page: SavedPage) -> None:
    philippa = next(comment for comment in read(invented_page.path).comments if comment.name == "Aunt Philippa")
    assert philippa.posted_text == "19 January 2008"
    assert philippa.note == "Additional comments made prior to 2007"
    assert ["contradicts" in problem.sentence for problem in philippa.problems] == [True]


def test_what_the_reader_left_open_is_reported_with_its_line(invented_page: SavedPage) -> None:
    lines = PAGE_TEXT.split("\n")
    reported = {
        (lines[problem.line - 1], problem.sentence.split()[0])
        for problem in read(invented_page.path).all_problems
        if problem.line
    }
    assert {
        ("Nadja P's picture", "greets"),
        ("Bettina's picture", "greets"),
        ("Ansel's picture", "the"),
        ("This is my grandmother's picture", "this"),
        ("Please tell me how the", "the"),
    } <= reported


def write(folder: Path, content: str | bytes) -> Path:
    path = folder / "page.txt"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize(
    "encoding", ["utf-8-sig", "utf-16", "utf-32", pytest.param("cp1252", id="windows-1252")]
)  # fmt: skip
def test_other_encodings_are_read_and_reported(tmp_path: Path, encoding: str) -> None:
    text = PAGE_TEXT.replace("Ilse Okonjo-Brandt", "Ilse Okonjo-Brändt").replace("Marta's", "Märta’s")
    page = read(write(tmp_path, text.encode(encoding)))
    assert page.article.byline == "Ilse Okonjo-Brändt"
    assert len(page.comments) == 25
    assert [comment.name for comment in page.comments if comment.body.startswith("Our kitchen has 15 degrees")] == ["Märta"]


def test_windows_and_old_macintosh_line_ends_change_nothing(tmp_path: Path, invented_page: SavedPage) -> None:
    for end in ("\r\n", "\r"):
        assert read(write(tmp_path, PAGE_TEXT.replace("\n", end))) == read(invented_page.path)


def cut_after(text: str) -> str:
    """Return the page as far as the first time this is in it."""
    return PAGE_TEXT[: PAGE_TEXT.index(text) + len(text)]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (cut_after("On Thicket"), r"Line 9: the file ends inside the article"),
        (cut_after("wild yeasts and bacteria"), r"Line 15: the file ends inside the article"),
        (cut_after("4)Partners"), r"Line 33: the file ends inside the article"),
        (cut_after("Continuing conver"), r"Line 47: the file ends inside the article"),
        (cut_after("(to contribute your own"), r"Line 48: the file ends inside the article"),
        (cut_after("03/09/20"), r"Line 50: the file ends inside the heading of a comment"),
        (cut_after("from a Passing"), r"Line 50: the file ends after the heading of a comment"),
        (cut_after("Additional comments ma"), r"Line 62: the file ends inside the heading of a comment"),
        (cut_after("made prior to 2007\n"), r"Line 62: the file ends after the heading of a comment"),
        (cut_after("Henrik Aas'"), r"Line 76: the file ends inside the name above a comment"),
        (cut_after("Henrik Aas's pict"), r"Line 76: the file ends inside the name above a comment"),
        (cut_after("Henrik Aas's picture\n"), r"Line 76: the file ends in the heading of a comment"),
        (cut_after("Henrik Aas's picture\n\nRye from the"), r"Line 78: the file ends in the heading of a comment"),
    ],
)
def test_file_cut_in_the_article_or_a_heading_is_refused_by_line(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ImportFileError, match=f"^{message}"):
        read(write(tmp_path, text))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "Line 1: the file is empty"),
        (" \n\t\n\u00a0\n", "Line 1: the file is empty"),
        ("<!DOCTYPE html>\n<title>Bread</title>", "Line 1: this is a web page as HTML"),
        ("A diary.\n\nMonday: rain.\n", r"Line 1: the file is in no format that can be imported here \(jsonl, serendip, "),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "Line 1: this is not text"),
    ],
)
def test_file_of_another_kind_is_refused_by_what_it_is(tmp_path: Path, content: str | bytes, message: str) -> None:
    with pytest.raises(ImportFileError, match=message):
        readers.detect(write(tmp_path, content))


def test_other_text_read_as_a_saved_page_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ImportFileError, match="Line 1: no “NAME’s picture” below a title"):
        read(write(tmp_path, "A diary.\n\nMonday: rain.\n"))


def test_article_without_comments_is_read_and_said_to_have_none(tmp_path: Path) -> None:
    page = read(write(tmp_path, cut_after("post a comment below)\n")))
    assert page.comments == ()
    assert page.of(Problem)[-1].sentence == "nobody has written under this article."


def test_heading_without_text_inside_the_page_is_reported_and_skipped(tmp_path: Path) -> None:
    page = read(write(tmp_path, PAGE_TEXT.replace("Henrik Aas's picture", "Nobody's picture\n\n\nHenrik Aas's picture")))
    assert "Nobody" not in {comment.name for comment in page.comments}
    assert [problem.line for problem in page.of(Problem) if "stands above no text" in problem.sentence] == [76]


def test_article_without_sources_keeps_its_marks_as_typed(tmp_path: Path) -> None:
    text = PAGE_TEXT[: PAGE_TEXT.index("WWW Sources")] + PAGE_TEXT[PAGE_TEXT.index("Continuing conversation") :]
    page = read(write(tmp_path, text))
    assert page.article.sources == ()
    assert "several kinds (1)." in page.article.body


@pytest.mark.parametrize(
    ("subject", "body", "expected"),
    [
        ("Please tell me how the", "Please tell me how the starter should look", True),
        ("Please tell me how the...", "Please tell me how the starter should look", True),
        ("Interesting thoughts about", "Interesting thoughts about fermentation, thank you", True),
        ("Thanks", "Thanks", True),
        ("Help", "Help came from my neighbour in the end", False),
        ("Grey water", "That is only hunger.", False),
        ("", "That is only hunger.", False),
    ],
)
def test_subject_cut_from_the_text_is_told_from_one_that_was_written(subject: str, body: str, expected: bool) -> None:
    assert serendip.is_machine_made(subject, body) is expected


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_page_cut_anywhere_is_read_or_refused_in_words(tmp_path: Path, data: st.DataObject) -> None:
    whole = PAGE_TEXT.encode()
    start, end = sorted(data.draw(st.tuples(st.integers(0, len(whole)), st.integers(0, len(whole)))))
    path = write(tmp_path, whole[:end] if data.draw(st.booleans()) else whole[:start] + whole[end:])
    for step in (readers.detect, read):
        with suppress(ImportFileError):
            step(path)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    lines=st.lists(st.sampled_from([*PAGE_TEXT.split("\n"), "", "", " ", "X's picture", "1) ", "7/7/07, from Y"]), max_size=60)
)
def test_lines_in_any_order_are_read_or_refused_in_words(tmp_path: Path, lines: list[str]) -> None:
    top = PAGE_TEXT.split("\n")[:14]
    try:
        page = read(write(tmp_path, "\n".join([*top, *lines])))
    except ImportFileError:
        return
    known = {comment.source_id for comment in page.comments}
    assert all(comment.body and (comment.parent is None or comment.parent in known) for comment in page.comments)
