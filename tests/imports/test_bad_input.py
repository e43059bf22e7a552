"""Files that were cut, damaged, made to do harm, or stopped on their way: each leaves nothing by halves, and a clear sentence."""

from __future__ import annotations

import fcntl
import gzip
import json
import sqlite3
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from articles.models import Article
from forum.discussion.models import Comment
from forum.imports import finishing, inputs, staging
from forum.imports.locking import work_folder
from forum.imports.models import ImportRun
from forum.imports.records import ImportFileError
from forum.imports.services import import_file

pytestmark = pytest.mark.django_db

ARTICLE = {"type": "article", "slug": "a", "title": "A"}


def comment(name: Any, **more: Any) -> dict[str, Any]:
    return {"type": "comment", "id": name, "article": "a", "body": "A text.", "state": "published"} | more


def to_bytes(*lines: dict[str, Any]) -> bytes:
    return "".join(json.dumps(line) + "\n" for line in (ARTICLE, *lines)).encode()


def write(folder: Path, content: bytes, name: str = "file.jsonl") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


WHOLE = to_bytes(comment(1), comment(2, parent=1))


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (WHOLE[:-30], "Line 3: the file ends in the middle of a line; it was cut."),
        (gzip.compress(WHOLE * 300)[:-20], "the compressed file ends too early; it was cut."),
        (gzip.compress(gzip.compress(WHOLE)), "the file is compressed twice. Unpack it once and try again."),
        (b"", "Line 1: the file is empty."),
        (b"\n\n", "Line 1: the file is empty."),
        (b'{"type": "site", "version": 7}\n', "Line 1: the file is in version 7 of the format; this site reads up to 1."),
        (b'{"hello": "world"}\n', "Line 1: the file is in no format that can be imported here"),
        (b"\x00\x01\x02" * 50, "Line 1: this is not text."),
    ],
    ids=["cut", "cut-gzip", "gzip-twice", "empty", "blank", "later-version", "other-json", "binary"],
)
def test_file_that_cannot_be_used_leaves_nothing(tmp_path: Path, content: bytes, sentence: str) -> None:
    path = write(tmp_path, content)
    with pytest.raises(ImportFileError) as caught:
        import_file(path)
    assert str(caught.value).startswith(sentence)
    assert not Article.objects.exists()
    assert not ImportRun.objects.exists()
    assert [file.name for file in work_folder().iterdir() if file.suffix == ".staging"] == []


def test_name_of_the_file_says_nothing(tmp_path: Path) -> None:
    report = import_file(write(tmp_path, gzip.compress(WHOLE), "export.xml"))
    assert (report.format, report.counts["comments"]) == ("jsonl", 2)


def test_endless_line_is_left_at_the_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inputs, "MAX_LINE_BYTES", 4_096)
    path = write(tmp_path, to_bytes(comment(1), comment(2, body="x" * 100_000), comment(3)))
    with pytest.raises(ImportFileError, match=r"^Line 3: this line has more than 4 KB"):
        import_file(path)
    assert not Article.objects.exists()


def test_odd_rows_are_kept_or_refused_one_by_one(tmp_path: Path, client: Client) -> None:
    nested = b'{"type": "comment", "id": "deep", "article": "a", "body": ' + b"[" * 100_000 + b"]" * 100_000 + b"}\n"
    script = "<script>alert(1)</script>"
    content = to_bytes(
        comment("not a number", author={"name": script}, body=f"{script} and words"),
        comment("control", body="one\x00two\x07three \ud800 four"),
        comment("old", posted_at="1899-12-31T00:00:00Z", posted_precision="day"),
        comment("date", posted_at="the day before yesterday"),
        comment("age", posted_at="0001-01-01T00:00:00Z"),
        comment(True),
        comment("list", body=["a"]),
    )
    content += nested + b"[1, 2]\n" + b"{not json}\n" + b'{"type": "comment", "id": "x", "article": "a", "body": "\xff\xfe"}\n'
    report = import_file(write(tmp_path, content))
    assert report.counts["comments"] == Comment.objects.count() == 6
    assert Comment.objects.get(body__startswith="one").body == "onetwo\x07three  four"
    assert Comment.objects.filter(posted_at=datetime(1899, 12, 31, tzinfo=UTC)).count() == 1
    assert report.refused == 5
    sentences = {problem.line: problem.sentence for problem in report.problems}
    assert sentences[5] == '“posted_at” of this comment cannot be "the day before yesterday"; it counts as not given.'
    assert sentences[7] == "“id” of this comment cannot be true."
    assert sentences[9] == sentences[10] == sentences[11] == "this line is no JSON object."
    page = client.get("/articles/a/").text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert script not in page


def test_full_disk_is_said_and_the_same_command_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path, to_bytes(*(comment(number, body="words " * 200) for number in range(400))))
    connect = sqlite3.connect

    def small_disk(*args: Any, **kwargs: Any) -> sqlite3.Connection:
        """Give a database that SQLite itself finds full after some pages."""
        database = connect(*args, **kwargs)
        database.execute("PRAGMA max_page_count=40")
        return database

    with monkeypatch.context() as patched:
        patched.setattr(staging.sqlite3, "connect", small_disk)
        with pytest.raises(CommandError, match=r"The disk is full.*Nothing is lost: make room and run it again, it goes on"):
            call_command("import_discussion", path)
    assert not Comment.objects.exists()
    assert import_file(path).counts["comments"] == 400


def test_second_import_at_the_same_time_is_told(tmp_path: Path) -> None:
    path = write(tmp_path, WHOLE)
    with (work_folder() / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        with pytest.raises(CommandError, match=r"Another import is running on this site\. Wait until it is done"):
            call_command("import_discussion", path)
    assert import_file(path).counts["comments"] == 2


def test_stopped_import_goes_on_with_the_same_command(tmp_path: Path) -> None:
    path = write(tmp_path, to_bytes(*(comment(number) for number in range(1, 701))))

    class StoppedError(Exception):
        pass

    def stop(step: str, done: int, total: int) -> None:
        if step == "writing":
            raise StoppedError

    with pytest.raises(StoppedError):
        import_file(path, on_step=stop)
    assert 0 < Comment.objects.count() < 700
    assert Article.objects.get().status == "draft"
    assert import_file(path).counts["comments"] == 700
    assert ImportRun.objects.count() == 1
    assert Article.objects.get().status == "published"


def test_what_a_file_says_does_not_command_the_terminal(tmp_path: Path) -> None:
    name = "\x1b[2J\u202e" + "n" * 300
    lines = comment(1, author={"key": "k", "name": name, "kind": "guest"}), comment(2, parent="\x1b[5mgone"), {"type": "\x1b[7mx"}
    for is_dry in (True, False):
        out = StringIO()
        call_command("import_discussion", write(tmp_path, to_bytes(*lines)), dry_run=is_dry, stdout=out)
        assert "\\u001b[2J\\u202en" in out.getvalue()
        assert not set(out.getvalue()) & {"\x1b", "\u202e"}


def test_address_for_which_there_is_no_room_is_left_out_and_told(tmp_path: Path) -> None:
    link = b"https://living.example.org/blog/2010/05/warm-pool/"
    export = (Path(__file__).parent.parent / "data" / "imports" / "wordpress.xml").read_bytes()
    assert link in export
    report = import_file(write(tmp_path, export.replace(link, link + b"x" * 500), "export.xml"))
    assert Article.objects.get(slug="warm-pool").original_url == ""
    told = [problem.sentence for problem in report.problems if problem.sentence.startswith("the address “https://living")]
    assert len(told) == 1
    assert told[0].endswith(f"{'x' * 500}” is longer than the 500 letters there is room for, and was left out.")


def test_old_address_that_cannot_be_kept_is_told_once_though_the_import_begins_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    export = (Path(__file__).parent.parent / "data" / "imports" / "wordpress.xml").read_bytes()
    path = write(tmp_path, export.replace(b"/2010/05/warm-pool/", b"/2010/05/warm-pool/" + b"x" * 400), "export.xml")

    def stop(*args: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(finishing, "index", stop)
        with pytest.raises(KeyboardInterrupt):
            import_file(path)
    told = [str(problem) for problem in import_file(path).problems if "warm-pool" in problem.sentence]
    assert ["cannot be kept: it must begin with a single / and be short." in sentence for sentence in told] == [True]
