"""The rows of a MySQL or MariaDB dump, as mysqldump and phpMyAdmin write them, one at a time. Nothing is executed.

A dump may hold a gigabyte on one line: it is read row by row, and what is not asked for is passed over without being kept.
Columns come from the CREATE TABLE before, or are named by the INSERT itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO

from forum.imports.records import ImportFileError

CHUNK_BYTES = 256 * 1024
MAX_ROW_BYTES = 16 * 1024**2  # what MySQL itself takes for one row, as it is set up

STRING = rb"""'(?:[^'\\]++|\\.|'')*+'|"(?:[^"\\]++|\\.|"")*+\""""
VALUE = (
    rb"(?:(?:_[a-z0-9]+\s*|[NnXxBb])?(?:" + STRING + rb")|0x[0-9A-Fa-f]*+|[-+]?[0-9.]++(?:[eE][-+]?[0-9]+)?|[A-Za-z_]++(?:\(\))?)"
)
TUPLE = re.compile(rb"\s*\(\s*(" + VALUE + rb"(?:\s*,\s*" + VALUE + rb")*+)\s*\)\s*([,;])", re.DOTALL)
ONE_VALUE = re.compile(VALUE, re.DOTALL)
NAME = rb"""(?:[`"\[]?[\w$-]+[`"\]]?\.)?[`"\[]?([\w$-]+)[`"\]]?"""
INSERT = re.compile(
    rb"(?:INSERT|REPLACE)\s+(?:(?:IGNORE|DELAYED|LOW_PRIORITY|HIGH_PRIORITY)\s+)*(?:INTO\s+)?" + NAME
    + rb"\s*(?:\(([^()]*)\))?\s*VALUES?(?=\s*\()",
    re.IGNORECASE,
)  # fmt: skip
CREATE = re.compile(rb"CREATE\s+(?:TEMPORARY\s+)?TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?" + NAME + rb"\s*\(", re.IGNORECASE)
COLUMN = re.compile(rb"""^\s*[`"\[]([^`"\]]+)[`"\]]\s+\w""", re.MULTILINE)
COLUMN_NAME = re.compile(rb"[\w$-]+")
# A statement up to the next thing that matters, and what is skipped whole.
PLAIN = re.compile(rb"[^;'\"`]++")
QUOTED = re.compile(STRING + rb"|`[^`]*+`", re.DOTALL)
SPACE = re.compile(rb"\s*")
BEGUN = (b"-- MySQL dump ", b"-- MariaDB dump ")
COMPLETED = b"-- Dump completed"
LOOK_BYTES = 200  # what is looked at of a comment
NAMES = re.compile(rb"SET\s+NAMES\s+'?(\w+)", re.IGNORECASE)

ESCAPED = re.compile(rb"\\(.)|''", re.DOTALL)
ESCAPED_DOUBLE = re.compile(rb'\\(.)|""', re.DOTALL)
ESCAPES = {b"0": b"\0", b"b": b"\b", b"n": b"\n", b"r": b"\r", b"t": b"\t", b"Z": b"\x1a"}


@dataclass(frozen=True, slots=True)
class DumpRow:
    """A row: its table, the line on which it begins and what it holds; bytes that are no letters are shown as such."""

    table: str
    line: int
    values: dict[str, str | None]


def read_dump(file: IO[bytes], is_wanted: Callable[[str, tuple[str, ...]], bool]) -> Iterator[DumpRow]:
    """Yield the rows of every table of which ``is_wanted(name, columns)`` is true. Raises ImportFileError at any moment."""
    window = _Window(file)
    columns: dict[str, tuple[str, ...]] = {}
    while window.skip_blank():
        if match := window.match_start(CREATE):
            table = match[1].decode(errors="replace")
            columns[table] = tuple(name.decode(errors="replace") for name in COLUMN.findall(window.take_statement()))
        elif match := window.match_start(INSERT):
            table = match[1].decode(errors="replace")
            named = tuple(name.decode() for name in COLUMN_NAME.findall(match[2] or b"")) or columns.get(table, ())
            window.move(match.end())
            yield from _read_rows(window, table, named, is_wanted(table, named))
        else:
            window.pass_statement()
    if window.is_unfinished:
        raise ImportFileError("the dump does not say at its end that it was completed; it was cut.", line=window.line)


def _read_rows(window: _Window, table: str, columns: tuple[str, ...], is_wanted: bool) -> Iterator[DumpRow]:
    while True:
        match = window.match_row(table)
        if is_wanted:
            values = [_decode(value, window.encoding) for value in ONE_VALUE.findall(match[1])]
            if len(values) != len(columns):
                raise ImportFileError(
                    f"a row of the table {table} has {len(values)} values, but it has {len(columns)} columns.", line=window.line
                )
            yield DumpRow(table, window.line, dict(zip(columns, values, strict=True)))
        window.move(match.end())
        if match[2] == b";":
            return


class _Window:
    """The part of a file that is being looked at. It grows where something does not end in it, up to the size of a row."""

    def __init__(self, file: IO[bytes]) -> None:
        self.encoding = "utf-8"
        # mysqldump tells in a comment when it begins and when it is done.
        self.is_unfinished = False
        self._file = file
        self._data = b""
        self._at = 0
        self._line = 1
        self._is_ended = False

    @property
    def line(self) -> int:
        """Return the line of what comes next."""
        space = SPACE.match(self._data, self._at)
        return self._line + (space[0].count(b"\n") if space else 0)

    def move(self, to: int) -> None:
        """Go on to a place in the window."""
        self._line += self._data.count(b"\n", self._at, to)
        self._at = to

    def grow(self) -> bool:
        """Take more of the file into the window; say whether there was more. Raises ImportFileError where it grows too large."""
        if self._is_ended:
            return False
        left = len(self._data) - self._at
        if left > MAX_ROW_BYTES:
            raise ImportFileError(
                f"something begins here that has no end in {MAX_ROW_BYTES // 1024**2} MB. This is no row of a dump.",
                line=self.line,
            )
        piece = self._file.read(max(CHUNK_BYTES, left))
        self._is_ended = not piece
        self._data, self._at = self._data[self._at :] + piece, 0
        return bool(piece)

    def skip_blank(self) -> bool:
        """Pass white space and comments; say whether anything comes after them."""
        while True:
            match = SPACE.match(self._data, self._at)
            self.move(match.end() if match else self._at)
            start = self._data[self._at : self._at + 3]
            if len(start) < 3 and self.grow():
                continue
            if not start:
                return False
            if start.startswith(b"/*"):
                self._pass_to(b"*/")
            elif start.startswith(b"#") or start in (b"-- ", b"--\n", b"--\r", b"--"):
                self._pass_to(b"\n")
            elif start.startswith(b";"):
                self.move(self._at + 1)
            else:
                return True

    def match_start(self, pattern: re.Pattern[bytes]) -> re.Match[bytes] | None:
        """Return the match of a pattern here. Statements begin with less than a chunk."""
        while len(self._data) - self._at < CHUNK_BYTES // 4 and self.grow():
            pass
        return pattern.match(self._data, self._at)

    def match_row(self, table: str) -> re.Match[bytes]:
        """Return the match of a row here. Raises ImportFileError."""
        while not (match := TUPLE.match(self._data, self._at)):
            if not self.grow():
                raise ImportFileError(f"the file ends inside a row of the table {table}, or this is no row.", line=self.line)
        return match

    def take_statement(self) -> bytes:
        """Return the rest of a statement, which is short, and pass it."""
        pieces = list(self._read_statement())
        return b"".join(pieces)

    def pass_statement(self) -> None:
        """Pass a statement of any length."""
        for _piece in self._read_statement():
            pass

    def _read_statement(self) -> Iterator[bytes]:
        while True:
            if self._at == len(self._data) and not self.grow():
                raise ImportFileError("the file ends inside a statement; it was cut.", line=self.line)
            match = PLAIN.match(self._data, self._at)
            if not match and self._data[self._at : self._at + 1] == b";":
                self.move(self._at + 1)
                return
            while not match:
                match = QUOTED.match(self._data, self._at)
                if match and match.end() == len(self._data) and self.grow():
                    match = None  # the quotation mark may be the first of two
                elif not match and not self.grow():
                    raise ImportFileError("the file ends inside a quotation; it was cut.", line=self.line)
            yield match[0]
            self.move(match.end())

    def _pass_to(self, mark: bytes) -> None:
        """Pass a comment, however long it is, and learn from it in which encoding the dump is, and whether it is whole."""
        while len(self._data) - self._at < LOOK_BYTES and self.grow():
            pass
        start = self._data[self._at : self._at + LOOK_BYTES].partition(mark)[0]
        if start.startswith(BEGUN):
            self.is_unfinished = True
        elif start.startswith(COMPLETED):
            self.is_unfinished = False
        elif names := NAMES.search(start):
            self.encoding = "cp1252" if names[1].lower() == b"latin1" else "utf-8"
        while (end := self._data.find(mark, self._at)) < 0:
            self.move(max(self._at, len(self._data) - len(mark)))
            if not self.grow():
                self.move(len(self._data))
                return
        self.move(end + len(mark))


def _decode(value: bytes, encoding: str) -> str | None:
    """Return what a value of SQL stands for."""
    if value[:1] == b"_":
        value = value[value.find(b"'") :]
    if value[:1] in b"'\"":
        return _to_text(_unescape(value), encoding)
    if value[:2] == b"0x" or value[:2] in (b"x'", b"X'"):
        digits = value[2:].strip(b"'")
        return _to_text(bytes.fromhex(digits.decode() if len(digits) % 2 == 0 else f"0{digits.decode()}"), encoding)
    if value[:1] in b"NnBb" and value[1:2] == b"'":
        return _to_text(_unescape(value[1:]), encoding)
    return None if value.upper() == b"NULL" else value.decode(errors="replace")


def _unescape(value: bytes) -> bytes:
    inner = value[1:-1]
    pattern = ESCAPED if value[:1] == b"'" else ESCAPED_DOUBLE
    if b"\\" not in inner and value[:1] * 2 not in inner:
        return inner
    return pattern.sub(lambda match: ESCAPES.get(match[1], match[1]) if match[1] else value[:1], inner)


def _to_text(data: bytes, encoding: str) -> str:
    """Return letters. A dump that calls itself Latin-1 holds UTF-8 as often as not, which is tried first."""
    if encoding == "utf-8":
        return data.decode(errors="replace")
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode(encoding, errors="replace")
