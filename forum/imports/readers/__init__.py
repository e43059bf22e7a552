"""The formats that can be read, and which of them a file is, told by its content and never by its name.

A reader is a module with ``FORMAT``, ``looks_like(lines)`` and ``read_pages(path)``. Readers know files and records; no database.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Protocol

from forum.imports.readers import serendip
from forum.imports.records import ImportFileError, PageRecord
from forum.imports.textfile import read_head


class Reader(Protocol):
    """What a module of this package offers."""

    FORMAT: str

    def looks_like(self, lines: Sequence[str]) -> bool:
        """Say whether a file that begins with these lines is of this format, be it whole or cut."""

    def read_pages(self, path: Path) -> Iterable[PageRecord]:
        """Return the pages of a file. Raises ImportFileError before any page is returned that could not be read whole."""


READERS: dict[str, Reader] = {reader.FORMAT: reader for reader in (serendip,)}

HTML_STARTS = ("<!doctype", "<html", "<head", "<body")


def detect(path: Path) -> str:
    """Return the name of the format of a file. Raises ImportFileError with what it seems to be instead."""
    lines = read_head(path)
    for name, reader in READERS.items():
        if reader.looks_like(lines):
            return name
    first = next((line.strip() for line in lines if line.strip()), "")
    if not first:
        raise ImportFileError("the file is empty.", line=1)
    if first.lower().startswith(HTML_STARTS):
        raise ImportFileError("this is a web page as HTML. Save it from the browser as plain text and try again.", line=1)
    if any("\0" in line for line in lines):
        raise ImportFileError("this is not text.", line=1)
    raise ImportFileError(f"the file is in no format that can be imported here ({', '.join(READERS)}).", line=1)
