"""Pages of Serendip's older forum in both of their forms, each written for this test."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forum.imports.readers import detect, serendip_forum
from forum.imports.records import ImportFileError
from tests.imports.streams import Stream, gather
from tests.imports.truth import DATA

PAGE, PAPERS = DATA / "imports" / "forum.txt", DATA / "imports" / "forum_papers.txt"


def read(path: Path) -> Stream:
    return gather(serendip_forum.read(path))


@pytest.mark.parametrize("path", [PAGE, PAPERS])
def test_told_by_its_content(path: Path) -> None:
    assert detect(path) == "serendip-forum"


def test_page_of_postings_is_an_article_without_a_text() -> None:
    stream = read(PAGE)
    assert stream.source == "serendip-forum:walking-and-talking-forum"
    assert (stream.article.title, stream.article.body) == ("Walking and Talking Forum", "")
    assert [record.kind for record in stream.left_out] == ["postings without words"]


def test_postings_keep_names_titles_dates_and_words() -> None:
    comments = read(PAGE).comments
    assert [(comment.source_id, comment.name, comment.subject, comment.line) for comment in comments] == [
        ("posting-4221", "Paula Example", "", 9),
        ("posting-4222", "Quentin", "Rhythm and gait", 20),
        ("posting-4223", "", "", 29),
        ("posting-4222-on-line-37", "Quentin", "Twice", 37),
    ]
    assert comments[0].body == (
        "Welcome to this forum. It is about how people learn to walk again.\n\n"
        "Please say in your first posting\nwhat brought you here."
    )
    assert comments[1].body == "Music helped my grandfather. He counted 1, 2, 3.\n\nName: is what he called it."
    assert (comments[0].posted_at, comments[0].posted_precision) == (datetime(2003, 1, 21, 12, tzinfo=UTC), "day")
    assert (comments[2].posted_at, comments[2].posted_text) == (None, "yesterday")
    assert [str(problem) for problem in read(PAGE).all_problems] == [
        "Line 29: “yesterday” is no date. The comment is kept, its date is unknown.",
        "Line 37: there are two postings 4222.",
    ]


def test_paper_is_the_article_and_what_follows_its_comments() -> None:
    stream = read(PAPERS)
    article = stream.article
    assert (article.title, article.byline, article.published_on) == ("Why Muscles Tighten", "Rita Example", date(2005, 2, 11))
    assert article.body == (
        "First Web Paper\n\nMuscles tighten when signals from the brain are interrupted.\n\n1\\. That much is known."
    )
    assert [(comment.subject, comment.body) for comment in stream.comments] == [
        ("A question", "Does warmth help?"),
        ("Thanks", "On one line."),
    ]
    assert stream.comments[0].author_key == stream.comments[1].author_key != ""
    assert "rexample" not in repr(stream.comments)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("Name: A\nDate: 2003-01-21 16:02:34\nLink to this Comment: 1", "ends in the head of a posting"),
        ("A page\n\nof something else\n", "there is no posting on this page"),
    ],
)
def test_page_that_is_none_is_refused(tmp_path: Path, text: str, sentence: str) -> None:
    path = tmp_path / "page.txt"
    path.write_text(text)
    with pytest.raises(ImportFileError, match=sentence):
        read(path)


WORD = st.text("abcdefg .,:", min_size=1, max_size=20).map(str.strip).filter(bool)


@given(postings=st.lists(st.tuples(WORD, st.lists(WORD, min_size=1, max_size=3)), min_size=1, max_size=6))
def test_every_posting_of_a_made_up_page_is_there(
    tmp_path_factory: pytest.TempPathFactory, postings: list[tuple[str, list[str]]]
) -> None:
    path = tmp_path_factory.mktemp("page") / "page.txt"
    page = "A Forum\n\n"
    for at, (name, text) in enumerate(postings):
        page += f"Name: {name}\nDate: 2003-01-21 16:02:34\nLink to this Comment: {at}\n\n" + "\n\n".join(text) + "\n\n\n"
    path.write_text(page)
    words = "".join(comment.subject + comment.body for comment in read(path).comments)
    assert len(read(path).comments) + len(read(path).left_out) == len(postings)
    assert sorted("".join(words.split())) == sorted("".join("".join(text) for _name, text in postings).replace(" ", ""))
