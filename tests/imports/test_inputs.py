"""Opening files: compressed or cut, huge, damaged."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from forum.imports import inputs
from forum.imports.inputs import open_input, read_at_most, read_head, read_lines
from forum.imports.records import ImportFileError


def write(folder: Path, content: bytes) -> Path:
    path = folder / "file"
    path.write_bytes(content)
    return path


def read(path: Path) -> bytes:
    with open_input(path) as file:
        return file.read()


def test_compressed_file_is_read_as_what_is_in_it(tmp_path: Path) -> None:
    path = write(tmp_path, gzip.compress(b"one\ntwo\n"))
    assert (read(path), read_head(path)) == (b"one\ntwo\n", b"one\ntwo\n")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (gzip.compress(gzip.compress(b"text")), "the file is compressed twice. Unpack it once and try again."),
        (gzip.compress(b"text" * 50_000)[:-40], "the compressed file ends too early; it was cut."),
        (b"\x1f\x8b and then no such thing", "the compressed file is damaged."),
        (gzip.compress(b"text")[:-8] + bytes(8), "the compressed file is damaged."),
    ],
    ids=["twice", "cut", "no such thing", "damaged"],  # else the time of packing would stand in the names
)
def test_damaged_file_is_said_to_be_so(tmp_path: Path, content: bytes, sentence: str) -> None:
    with pytest.raises(ImportFileError) as caught:
        read(write(tmp_path, content))
    assert str(caught.value) == sentence


def test_file_that_unpacks_to_more_than_is_allowed_is_left_at_the_limit(tmp_path: Path) -> None:
    path = write(tmp_path, gzip.compress(bytes(40 * 1024**2)))
    with open_input(path, max_bytes=1024**2) as file:
        assert len(read_at_most(file, 1024**2)) == 1024**2
        with pytest.raises(ImportFileError, match=r"^the file has more than 1 MB; that is more than can be imported\.$"):
            file.read()


def test_line_without_an_end_is_left_at_the_limit(tmp_path: Path) -> None:
    path = write(tmp_path, b"one\n" + b"x" * 5_000_000)
    with open_input(path) as file, pytest.raises(ImportFileError, match=r"^Line 2: this line has more than 1 KB"):
        list(read_lines(file, max_bytes=1024))


def test_lines_are_numbered_with_their_ends(tmp_path: Path) -> None:
    with open_input(write(tmp_path, b"one\r\n\ntwo")) as file:
        assert list(read_lines(file)) == [(1, b"one\r\n"), (2, b"\n"), (3, b"two")]


def test_missing_file_and_folder_are_said_in_words(tmp_path: Path) -> None:
    with pytest.raises(ImportFileError, match=r"^There is no file "):
        read(tmp_path / "none")
    with pytest.raises(ImportFileError, match="is a folder, not a file"):
        read(tmp_path)


def test_head_is_no_more_than_is_needed(tmp_path: Path) -> None:
    assert len(read_head(write(tmp_path, bytes(10 * inputs.HEAD_BYTES)))) == inputs.HEAD_BYTES
