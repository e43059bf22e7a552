"""Dumps of Drupal 7 sites, row by row: an invented one with the oddities of real ones, and others that were made up or spoilt."""

import gzip
import io
import re
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from forum.imports.readers import detect, drupal, sql_dump
from forum.imports.readers.sql_dump import read_dump
from forum.imports.records import ArticleRecord, CommentRecord, ImportFileError
from tests.imports.streams import Stream, gather
from tests.imports.truth import DATA

DUMP = DATA / "imports" / "drupal.sql"


def read(path: Path = DUMP) -> Stream:
    return gather(drupal.read(path))


def comment(number: int) -> CommentRecord:
    return next(record for record in read().comments if record.source_id == f"comment-{number}")


def change(folder: Path, old: str, new: str) -> Path:
    text = DUMP.read_text()
    assert old in text
    path = folder / "changed.sql"
    path.write_text(text.replace(old, new))
    return path


def test_told_by_its_content(tmp_path: Path) -> None:
    packed = tmp_path / "backup.xml"
    packed.write_bytes(gzip.compress(DUMP.read_bytes()))
    assert detect(DUMP) == detect(packed) == "drupal"
    assert read(packed) == read()


def test_site_is_named_by_the_moment_of_its_birth() -> None:
    assert read().source == "drupal:946684799"


def test_every_row_is_taken_or_accounted_for() -> None:
    stream = read()
    assert [record.source_id for record in stream.comments] == [f"comment-{number}" for number in (1, 2, 3, 4, 7, 5)]
    assert [record.source_id for record in stream.of(ArticleRecord)] == ["node-77", "node-80", "node-99"]
    assert Counter(record.kind for record in stream.left_out) == {
        "pages that are not published": 1, "comments of pages that are not published": 1, "comments without words": 1,
        "addresses of lists, people and files": 1, "tables in a text": 1, "images in a text": 1,
        "summaries": 1, "addresses of writers’ own pages": 1,
    }  # fmt: skip
    sentences = [problem.sentence for problem in stream.all_problems]
    assert "ds_comment has a second row for 1. The first one is taken." in sentences
    assert "ds_field_data_comment_body has a second row for 5. The first one is taken." in sentences
    assert "node-99 is not in the dump. An article without a name stands for it." in sentences


def test_page_is_an_article_with_its_old_addresses() -> None:
    stream = read()
    article = stream.of(ArticleRecord)[0]
    assert (article.title, article.slug, article.submitted_by, article.language) == (
        "Treating <Spasticity>", "treating-spasticity", "SerendipUpdate", "en",
    )  # fmt: skip
    assert (article.published_on, article.published_precision) == (date(2000, 1, 1), "day")
    assert article.body == (
        "## Spasticity\n\nTwo lines;\\\nof one paragraph -- *yes*.\n\n1999\\. [A study](http://example.org/a_b) [more](/node/80)"
    )
    assert [old.path for old in stream.old_addresses if old.article == "node-77"] == [
        "/node/77", "/bb/neuro/treating", "/exchange/treating-spasticity",
    ]  # fmt: skip
    assert ("/comment/3", "comment-3") in [(old.path, old.comment) for old in stream.old_addresses]


def test_text_that_was_plain_stays_plain() -> None:
    assert read().of(ArticleRecord)[1].body == "\\<b\\>As typed\\</b\\>\n\\# no heading"
    assert (comment(3).body, comment(3).is_plain) == ("baclofen made me <b>tired</b> & weak", True)
    assert (comment(4).body, comment(4).is_plain) == ("No format <hi", True)


def test_line_breaks_are_kept_where_the_format_showed_them() -> None:
    assert comment(1).body == "My mother had it.\nShe walks **again**; with a cane.\n\nÄ 😀"
    assert comment(2).body == "One two\n\n3. three\n\nx"


def test_comment_keeps_name_date_and_address() -> None:
    record = comment(1)
    assert (record.name, record.email, record.subject, record.article) == ("Ruth", "ruth@example.org", "My mother", "node-77")
    assert (record.author_kind, record.author_key, record.state) == ("guest", "", None)
    assert (record.posted_at, record.posted_precision) == (datetime(2008, 1, 10, 21, 20, tzinfo=UTC), "exact")


def test_member_has_the_name_and_address_of_the_account() -> None:
    record = comment(2)
    assert (record.name, record.email, record.author_kind, record.author_key) == (
        "admin", "update@example.org", "member", "user-5",
    )  # fmt: skip
    assert (record.parent, record.language) == ("comment-1", "en")
    assert (comment(5).name, comment(5).author_kind) == ("", "member")


def test_comment_that_waited_waits() -> None:
    record = comment(3)
    assert (record.state, record.name) == ("held", "D'Arcy \"Dee\" O'Neill")


def test_subject_that_the_site_cut_from_the_text_is_left_out() -> None:
    assert comment(3).subject == ""


def test_subject_without_a_text_is_the_text() -> None:
    assert (comment(7).subject, comment(7).body) == ("", "Only a subject")


def test_place_in_the_conversation_tells_whom_a_comment_answers() -> None:
    record = comment(4)
    assert (record.parent, record.name) == ("comment-3", "<script>alert(1)</script>")
    assert (record.posted_at, record.posted_precision, record.posted_text) == (None, "unknown", "0000")
    assert [problem.sentence for problem in record.problems] == [
        "“0000” is no moment at which comment-4 can have been written.",
        "comment-4 answers nobody, but stands below comment-3. It is taken as an answer.",
    ]


def test_lines_of_rows_are_those_of_the_file() -> None:
    lines = DUMP.read_text().splitlines()
    assert "(3,0,77" in lines[(comment(3).line or 0) - 1]
    assert "(77, 4, 0" in lines[(comment(4).line or 0) - 1]


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("ds_node`", "other_node`", "the dump holds two sites, with the tables “ds_comment” and “other_node”"),
        ("`ds_filter` VALUES (", "`ds_filter` VALUES (1,", "a row of the table ds_filter has 7 values, but it has 6 columns"),
        ("(1,'node/77'", "(1,node/77'", "ends inside a row of the table ds_url_alias, or this is no row"),
    ],
)  # fmt: skip
def test_dump_that_cannot_be_read_is_refused_with_a_sentence(tmp_path: Path, old: str, new: str, sentence: str) -> None:
    with pytest.raises(ImportFileError) as error:
        read(change(tmp_path, old, new))
    assert sentence in str(error.value)


def test_dump_of_something_else_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "shop.sql"
    path.write_text("CREATE TABLE `goods` (\n  `id` int\n);\nINSERT INTO `goods` VALUES (1);\n")
    assert detect(path) == "drupal"
    with pytest.raises(ImportFileError, match="a dump of another system, or of an empty site"):
        read(path)


def test_dump_of_drupal_6_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "six.sql"
    path.write_text("INSERT INTO `node_revisions` (`nid`, `body`) VALUES (1,'text');\nINSERT INTO `users` (`uid`) VALUES (1);\n")
    with pytest.raises(ImportFileError, match="this is a dump of a Drupal 6 site"):
        read(path)


@pytest.mark.parametrize("end", [b"\n  `subject`", b"@example.org", b" longtext", b"<!-- nothing", b"-- Dump completed"])
def test_cut_dump_is_refused(tmp_path: Path, end: bytes) -> None:
    path = tmp_path / "cut.sql"
    data = DUMP.read_bytes()
    path.write_bytes(data[: data.rindex(end)])
    with pytest.raises(ImportFileError, match=r"cut|ends inside a row"):
        read(path)


def test_broken_letters_are_shown_and_reported_by_row(tmp_path: Path) -> None:
    path = tmp_path / "damaged.sql"
    path.write_bytes(DUMP.read_bytes().replace("Ä 😀".encode(), b"\xc4 \x00\\0"))
    record = next(record for record in read(path).comments if record.source_id == "comment-1")
    assert record.body.endswith("cane.\n\n�")
    assert "1 letters could not be read; they are shown as �." in [problem.sentence for problem in record.problems]


def test_dump_in_latin_1_is_read(tmp_path: Path) -> None:
    path = tmp_path / "latin.sql"
    path.write_bytes(DUMP.read_text().replace("SET NAMES utf8", "SET NAMES latin1").replace("Ä 😀", "Ä").encode("cp1252"))
    assert next(record for record in read(path).comments).body.endswith("\n\nÄ")


def rows_of(text: str) -> list[tuple[str, dict[str, str | None]]]:
    return [(row.table, row.values) for row in read_dump(io.BytesIO(text.encode(errors="surrogateescape")), lambda *_: True)]


def test_row_without_an_end_is_refused_before_memory_is_full(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sql_dump, "MAX_ROW_BYTES", 1_000_000)
    endless = io.BytesIO(b"INSERT INTO `a` (`b`) VALUES ('" + b"x" * 5_000_000)
    with pytest.raises(ImportFileError, match="no end in 0 MB"):
        list(read_dump(endless, lambda *_: True))
    assert endless.tell() < 4_000_000


def quote(value: str | None) -> str:
    if value is None:
        return "NULL"
    escaped = value.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n").replace("\0", "\\0").replace("\x1a", "\\Z")
    return f"'{escaped}'"


VALUES = (
    st.none() | st.text(st.characters(exclude_categories=["Cs"])) | st.sampled_from(["''", "\\", "');", "--", "/*", "(", "0x1"])
)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(rows=st.lists(st.tuples(VALUES, VALUES), min_size=1, max_size=8), chunk=st.integers(1, 40))
def test_rows_come_out_as_they_went_in(rows: list[tuple[str | None, str | None]], chunk: int) -> None:
    values = ",\n".join(f"({quote(a)}, {quote(b)})" for a, b in rows)
    table = "CREATE TABLE `t` (\n  `a` text COMMENT 'it''s; a',\n  `b` text\n);\n"
    text = f"-- MySQL dump 10\n{table}INSERT INTO `t` VALUES {values};\nSET x=';';\n-- Dump completed"

    class Dripping(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            return super().read(chunk)

    found = [row.values for row in read_dump(Dripping(f"{text}\n{text}".encode()), lambda *_: True)]
    assert found == [{"a": a, "b": b} for a, b in rows] * 2


TEXTS = st.sampled_from(["", "words", "<p> </p>", "<b>a</b>"])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(rows=st.lists(st.tuples(st.integers(0, 6), st.integers(1, 3), st.sampled_from("01"), TEXTS), max_size=12))
def test_made_up_dumps_are_accounted_for_row_by_row(tmp_path: Path, rows: list[tuple[int, int, str, str]]) -> None:
    """Page 1 is published, page 2 is not, page 3 is not in the dump."""
    numbered = dict(enumerate(rows, start=1))
    comments, bodies = [], []
    for number, (above, page, status, text) in numbered.items():
        parent = number - above if above < number else 0
        comments.append(f"({number},{parent},{page},0,'','',1200000000,0,{status},'01/','A','','','und')")
        bodies.append(f"('comment','x',0,{number},1,'und',0,{quote(text)},'wysiwyg')")
    statements = re.findall(r"CREATE TABLE.*?;\n", DUMP.read_text(), re.DOTALL)
    statements.append("INSERT INTO `ds_node` VALUES (1,1,'a','','One',0,1,1),(2,2,'a','','Two',0,0,1);\n")
    if rows:
        statements.append(f"INSERT INTO `ds_comment` VALUES {','.join(comments)};\n")
        statements.append(f"INSERT INTO `ds_field_data_comment_body` VALUES {','.join(bodies)};\n")
    path = tmp_path / "made_up.sql"
    path.write_text("".join(statements))
    stream = read(path)
    kept = {number: row for number, row in numbered.items() if row[1] != 2 and row[3] in ("words", "<b>a</b>")}
    states = {f"comment-{number}": None if row[2] == "1" else "held" for number, row in kept.items()}
    assert {record.source_id: record.state for record in stream.comments} == states
    assert len(stream.comments) + len(stream.left_out) == len(rows) + 1


def test_values_of_every_notation_are_read() -> None:
    text = "insert ignore into db.`t` (a, b, c, d, e, f) values (-1.5e3, x'41', _utf8mb4 'Ä', N'n', \"say \"\"hi\"\"\", b'01') ;"
    assert rows_of(text) == [("t", {"a": "-1.5e3", "b": "A", "c": "Ä", "d": "n", "e": 'say "hi"', "f": "01"})]
