"""The formats that can be read, and which of them a file is, told by its content and never by its name.

A reader is a module with ``FORMAT``, ``recognises(head, name)`` and ``read(path)``. Readers know files and records; no database.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from forum.imports.inputs import read_head
from forum.imports.readers import disqus, drupal, jsonl, serendip, serendip_forum, wxr
from forum.imports.records import ImportFileError, Record
from forum.imports.textfile import split_head


class Reader(Protocol):
    """What a module of this package offers."""

    FORMAT: str

    def recognises(self, head: bytes, name: str) -> bool:
        """Say whether a file that begins with these bytes is of this format, be it whole or cut.

        They are the first HEAD_BYTES, unpacked where the file is compressed. The name may help where two formats look alike.
        """

    def read(self, path: Path) -> Iterator[Record]:
        """Yield the records of a file: a SiteRecord, then the rest. Raises ImportFileError, at any moment of it."""


READERS: dict[str, Reader] = {reader.FORMAT: reader for reader in (jsonl, serendip, serendip_forum, disqus, wxr, drupal)}

HTML_STARTS = ("<!doctype html", "<html", "<head", "<body")


def detect(path: Path) -> str:
    """Return the name of the format of a file. Raises ImportFileError with what it seems to be instead."""
    head = read_head(path)
    for name, reader in READERS.items():
        if reader.recognises(head, path.name):
            return name
    first = next((line.strip() for line in split_head(head) if line.strip()), "")
    if not first:
        raise ImportFileError("the file is empty.", line=1)
    if first.lower().startswith(HTML_STARTS):
        raise ImportFileError("this is a web page as HTML. Save it from the browser as plain text and try again.", line=1)
    if b"\0" in head:
        raise ImportFileError("this is not text.", line=1)
    raise ImportFileError(f"the file is in no format that can be imported here ({', '.join(READERS)}).", line=1)
