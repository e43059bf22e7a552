"""Reading a text file of unknown origin: how large it may be, in which encoding it is, where its lines end.

Nothing here knows what the text means. Every refusal is an ImportFileError that names a line.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from pathlib import Path

from forum.imports.inputs import HEAD_BYTES, open_input, read_at_most
from forum.imports.records import ImportFileError

# A page of 20,000 comments of 90 words is about 11 MB.
MAX_FILE_BYTES = 16 * 1024 * 1024
# The longest paragraph anybody typed is some thousand letters; a line beyond this is data, not prose.
MAX_LINE_CHARS = 65_536

# A longer mark first: the UTF-32 one begins with the UTF-16 one.
MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Western prose in Windows-1252 is nearly all ASCII. Above this share the bytes are another alphabet (or no text), which
# Windows-1252 would read without an error and wrongly.
MAX_CP1252_SHARE = 0.15
BEYOND_ASCII = bytes(range(0x80, 0x100))

LINE_END = re.compile(r"\r\n|\r|\n")
SAVE_AS_UTF8 = "Save the page as plain text in UTF-8 and try again."


@dataclass(frozen=True, slots=True)
class TextFile:
    """The lines of a file without their ends, the encoding they were in, and whether the last one was ended."""

    lines: tuple[str, ...]
    encoding: str
    is_ended: bool


def read_text(path: Path) -> TextFile:
    """Return the lines of a text file of at most MAX_FILE_BYTES. Raises ImportFileError.

    The encoding is taken from the byte order mark; without one it is UTF-8, else Windows-1252 where that can be told.
    """
    with open_input(path) as file:
        data = read_at_most(file, MAX_FILE_BYTES + 1)
    if len(data) > MAX_FILE_BYTES:
        raise ImportFileError(
            f"the file goes on after {MAX_FILE_BYTES // 1024**2} MB; a saved page is much smaller.",
            line=data.count(b"\n") + 1,
        )
    text, encoding = _decode(data)
    lines = LINE_END.split(text)
    is_ended = lines[-1] == ""
    if is_ended:
        lines.pop()
    for number, line in enumerate(lines, start=1):
        _check_line(line, number)
    if not any(line.strip() for line in lines):
        raise ImportFileError("the file is empty.", line=1)
    return TextFile(lines=tuple(lines), encoding=encoding, is_ended=is_ended)


def split_head(head: bytes) -> list[str]:
    """Return the whole lines among the first bytes of a file, to tell its kind by.

    Bytes that fit no encoding are replaced: what the file is may be clear although it cannot be imported.
    """
    mark, encoding = _find_mark(head)
    lines = LINE_END.split(head[len(mark) :].decode(encoding or "utf-8", errors="replace"))
    return lines[:-1] if len(head) == HEAD_BYTES else lines


def _find_mark(data: bytes) -> tuple[bytes, str | None]:
    for mark, encoding in MARKS:
        if data.startswith(mark):
            return mark, encoding
    return b"", None


def _decode(data: bytes) -> tuple[str, str]:
    mark, encoding = _find_mark(data)
    data = data[len(mark) :]
    try:
        return data.decode(encoding or "utf-8"), encoding or "utf-8"
    except UnicodeDecodeError as error:
        before = data[: error.start].decode(encoding or "utf-8", errors="replace")
        line = len(LINE_END.findall(before)) + 1
        if error.reason in ("unexpected end of data", "truncated data"):
            raise ImportFileError("the file ends in the middle of a letter; it was cut.", line=line) from error
        # Letters beyond ASCII that did decode prove UTF-8: then the byte is damage, not another encoding.
        if encoding is None and before.isascii():
            return _decode_cp1252(data, line), "windows-1252"
        raise ImportFileError(f"this line cannot be read as {encoding or 'UTF-8'}. {SAVE_AS_UTF8}", line=line) from error


def _decode_cp1252(data: bytes, line: int) -> str:
    beyond_ascii = len(data) - len(data.translate(None, delete=BEYOND_ASCII))
    try:
        if beyond_ascii <= MAX_CP1252_SHARE * len(data):
            return data.decode("cp1252")
    except UnicodeDecodeError as error:
        line = len(LINE_END.findall(data[: error.start].decode("cp1252"))) + 1
    raise ImportFileError(f"this line is in an encoding that cannot be told. {SAVE_AS_UTF8}", line=line)


def _check_line(line: str, number: int) -> None:
    if len(line) > MAX_LINE_CHARS:
        raise ImportFileError(f"this line has more than {MAX_LINE_CHARS:,} letters, which no page has.", line=number)
    # What every image, archive and database has, and no text.
    if "\0" in line:
        raise ImportFileError(f"this is not text. {SAVE_AS_UTF8}", line=number)
