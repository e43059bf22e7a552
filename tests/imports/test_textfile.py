"""Files that are too large, of odd lines, or in an encoding that cannot be told."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import pytest

from forum.imports import readers, textfile
from forum.imports.records import ImportFileError

MEGABYTE = 1024 * 1024


def test_file_of_200_mb_is_refused_without_being_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "huge.txt"
    top = "Banner\n\nTitle\n\nSomebody's picture\n\n"
    with path.open("wb") as file:
        file.write(top.encode())
        for _ in range(200):
            file.write(b"A line of a log, again and again.\n" * (MEGABYTE // 34))
    assert readers.detect(path) == "serendip"
    tracemalloc.start()
    with pytest.raises(ImportFileError, match=r"^Line 493,4\d\d: the file goes on after 16 MB"):
        textfile.read_text(path)
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 40 * MEGABYTE


def test_line_of_endless_length_is_refused_by_its_number(tmp_path: Path) -> None:
    path = tmp_path / "page.txt"
    path.write_text("one\ntwo\n" + "x" * (textfile.MAX_LINE_CHARS + 1))
    with pytest.raises(ImportFileError, match=r"^Line 3: this line has more than 65,536 letters"):
        textfile.read_text(path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"one\ntwo \xc2\xa0\nthree \xff\n", "Line 3: this line cannot be read as UTF-8"),
        (b"one\ntwo \x81\n", "Line 2: this line is in an encoding that cannot be told"),
        (b"one\r\ntwo \xe9t\xe9\r\nthree \x9d\r\n", "Line 3: this line is in an encoding that cannot be told"),
        ("один два три".encode("koi8-r"), "Line 1: this line is in an encoding that cannot be told"),
        (b"one\ntwo \xe2\x80", "Line 2: the file ends in the middle of a letter"),
        ("one\ntwo".encode("utf-16")[:-1], "Line 2: the file ends in the middle of a letter"),
        ("one\ntwo".encode("utf-16-le"), "Line 1: this is not text"),
        (b"one\ntwo \x00\n", "Line 2: this is not text"),
    ],
)
def test_unreadable_line_is_named(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "page.txt"
    path.write_bytes(content)
    with pytest.raises(ImportFileError, match=f"^{message}"):
        textfile.read_text(path)


def test_windows_1252_is_read_where_it_can_be_told(tmp_path: Path) -> None:
    path = tmp_path / "page.txt"
    path.write_bytes("the baker’s café\n".encode("cp1252"))
    assert textfile.read_text(path) == textfile.TextFile(lines=("the baker’s café",), encoding="windows-1252", is_ended=True)


def test_missing_file_and_folder_are_said_in_words(tmp_path: Path) -> None:
    with pytest.raises(ImportFileError, match="There is no file"):
        textfile.read_text(tmp_path / "none.txt")
    with pytest.raises(ImportFileError, match="is a folder, not a file"):
        textfile.read_text(tmp_path)
