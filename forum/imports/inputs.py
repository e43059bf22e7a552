"""Opening a file to be imported: compressed or not, one piece at a time, and never more of it than is allowed.

Nothing here knows what is in the file. Every refusal is an ImportFileError.
"""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, BinaryIO, cast

from forum.imports.records import ImportFileError

HEAD_BYTES = 65_536  # by these the kind of a file is told
MAX_FILE_BYTES = 64 * 1024**3  # unpacked: some tens of millions of comments; what unpacks to more was made to do harm
MAX_LINE_BYTES = 8 * 1024**2  # an article of a thousand pages on one line has less

GZIP = b"\x1f\x8b"


class _Unpacked(io.RawIOBase):
    """The bytes of a file, with errors of packing and of the disk as ImportFileError, and an end to how many there are."""

    def __init__(self, file: BinaryIO, name: str, limit: int) -> None:
        self._file, self._name, self._left, self._limit = file, name, limit, limit

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        try:
            data = self._file.read(len(buffer))
        except EOFError as error:
            raise ImportFileError("the compressed file ends too early; it was cut.") from error
        except (gzip.BadGzipFile, zlib.error) as error:
            raise ImportFileError("the compressed file is damaged.") from error
        except OSError as error:
            raise ImportFileError(f"The file {self._name} cannot be read: {error.strerror or error}.") from error
        self._left -= len(data)
        if self._left < 0:
            raise ImportFileError(f"the file has more than {self._limit // 1024**2:,} MB; that is more than can be imported.")
        buffer[: len(data)] = data
        return len(data)


@contextmanager
def open_input(path: Path, *, max_bytes: int | None = None) -> Iterator[IO[bytes]]:
    """Open a file for reading; one that is compressed by gzip is unpacked on the way. Reading raises ImportFileError.

    ``max_bytes`` is how many may come out, by default MAX_FILE_BYTES.
    """
    if path.is_dir():
        raise ImportFileError(f"{path} is a folder, not a file.")
    try:
        plain = path.open("rb")
    except FileNotFoundError as error:
        raise ImportFileError(f"There is no file {path}.") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ImportFileError(f"The file {path} cannot be read: {reason}.") from error
    with plain:
        is_packed = plain.peek(2)[:2] == GZIP
        opened = cast("BinaryIO", gzip.GzipFile(fileobj=plain)) if is_packed else plain
        file = io.BufferedReader(_Unpacked(opened, str(path), MAX_FILE_BYTES if max_bytes is None else max_bytes), HEAD_BYTES)
        if is_packed and file.peek(2)[:2] == GZIP:
            raise ImportFileError("the file is compressed twice. Unpack it once and try again.")
        yield file


def read_head(path: Path) -> bytes:
    """Return the first HEAD_BYTES of a file, unpacked. Raises ImportFileError."""
    with open_input(path) as file:
        return read_at_most(file, HEAD_BYTES)


def read_at_most(file: IO[bytes], limit: int) -> bytes:
    """Return at most ``limit`` bytes of an open file, in pieces, so that a huge one costs no more than the limit."""
    pieces: list[bytes] = []
    missing = limit
    while missing > 0 and (piece := file.read(min(HEAD_BYTES, missing))):
        pieces.append(piece)
        missing -= len(piece)
    return b"".join(pieces)


def read_lines(file: IO[bytes], *, max_bytes: int | None = None) -> Iterator[tuple[int, bytes]]:
    """Yield (number, line) from 1, ends included. Raises ImportFileError at a line of more than ``max_bytes``."""
    limit = MAX_LINE_BYTES if max_bytes is None else max_bytes
    number = 0
    while line := file.readline(limit + 1):
        number += 1
        if len(line) > limit:
            raise ImportFileError(
                f"this line has more than {limit // 1024:,} KB, which no comment and no article has.", line=number
            )
        yield number, line
