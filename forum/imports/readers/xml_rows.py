"""XML exports, one row at a time: whatever the size of the file, no more of it is in memory than the row that is being read.

Bytes that are no letters become visible marks, what XML forbids is taken out first: real exports have both. Entities of a file's
own are refused, so that a kilobyte cannot swell to a gigabyte.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from forum.imports.inputs import MAX_LINE_BYTES, open_input
from forum.imports.readers.cdata import SectionMender
from forum.imports.records import ImportFileError

CHUNK_BYTES = 65_536
MAX_ROW_CHARS = MAX_LINE_BYTES
ELEMENT_CHARS = 80  # what an empty element counts for
MAX_DEPTH = 100
# A tag or a comment that goes on for longer than this is no tag: the parser would keep all of it.
MAX_TOKEN_BYTES = 1024**2

BYTE_ORDER_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
DECLARED = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
# Blank lines, a byte order mark, a warning of the server: what stands before the declaration makes a good export unreadable.
BEFORE_ROOT = re.compile(r"^[^<]*(?:<\?xml[^>]*\?>)?")
# Plugins write into an export with prefixes that nobody declared, which a parser may not read.
ROOT_TAG = re.compile(r"(<[a-zA-Z]\w*)((?:\s[^<>]*)?)>")
UNDECLARED = ("atom", "media", "georss", "geo", "thr", "slash", "sy", "itunes", "feedburner", "xhtml", "og", "fb")
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
REFERENCE = re.compile(r"&#(?:x([0-9a-fA-F]{1,8})|([0-9]{1,10}));")
REFERENCE_START = re.compile(r"&[#0-9a-zA-Z]{0,12}$")


@dataclass(slots=True)
class Element:
    """An element of a row: its name with the short prefix, where it begins, its own letters and what stands in it."""

    name: str
    attributes: dict[str, str]
    line: int
    pieces: list[str] = field(default_factory=list)
    children: list[Element] = field(default_factory=list)
    size: int = ELEMENT_CHARS

    @property
    def text(self) -> str:
        """Return the letters, ends trimmed."""
        return "".join(self.pieces).strip()

    def find(self, name: str) -> Element | None:
        """Return the first child of this name."""
        return next((child for child in self.children if child.name == name), None)

    def text_of(self, name: str) -> str:
        """Return the letters of the first child of this name, nothing where there is none."""
        child = self.find(name)
        return child.text if child else ""


@dataclass(frozen=True, slots=True)
class Row:
    """An element that was asked for, whole, and the open ones it stands in, from the outermost, as far as they were read."""

    element: Element
    around: tuple[Element, ...]


def read_rows(path: Path, places: Mapping[str, str], shorten: Callable[[str], str]) -> Iterator[Row]:
    """Yield each element that ``places`` names, with what it stands in, when it ends. Raises ImportFileError at any moment.

    ``shorten`` makes a name of "{namespace}name". An element that was yielded is no child of what it stood in.
    """
    collector = _Collector(places, shorten)
    parser = DefusedXMLParser(target=collector, encoding="utf-8", forbid_dtd=True)
    collector.get_line = lambda: parser.parser.CurrentLineNumber
    fed = 0
    try:
        with open_input(path) as file:
            for chunk in _clean_chunks(file):
                parser.feed(chunk)
                fed += len(chunk)
                if fed - parser.parser.CurrentByteIndex > MAX_TOKEN_BYTES:
                    raise ImportFileError("something on this line goes on without an end.", line=collector.get_line())
                yield from collector.take_rows()
        parser.close()
    except ParseError as error:
        if not collector.is_ended:  # what somebody's editor left behind the end takes nothing away
            raise _explain(error, collector) from error
    except DefusedXmlException as error:
        raise ImportFileError(
            "the file defines entities of its own, which no export needs. It is not read.", line=collector.get_line()
        ) from error
    yield from collector.take_rows()


class _Collector:
    """What the parser calls: builds the rows and lets everything else go."""

    def __init__(self, places: Mapping[str, str], shorten: Callable[[str], str]) -> None:
        self.get_line: Callable[[], int] = lambda: 1
        self._places = places
        self._shorten = shorten
        self._short: dict[str, str] = {}
        self._open: list[Element] = []
        self._rows: list[Row] = []
        self.is_ended = False

    @property
    def open_names(self) -> list[str]:
        """Return what is open, from the outermost."""
        return [element.name for element in self._open]

    def take_rows(self) -> list[Row]:
        """Return the rows that ended since the last time."""
        rows, self._rows = self._rows, []
        return rows

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Open an element."""
        if len(self._open) >= MAX_DEPTH:
            raise ImportFileError("more elements stand in one another here than in any export.", line=self.get_line())
        if self._open and self._open[-1].pieces and not self._open[-1].text:  # the white space between rows
            self._open[-1].size -= sum(map(len, self._open[-1].pieces))
            self._open[-1].pieces.clear()
        element = Element(self._name(name), {self._name(key): value for key, value in attributes.items()}, self.get_line())
        element.size += sum(map(len, attributes.values()))
        self._open.append(element)

    def data(self, text: str) -> None:
        """Take letters of the open element."""
        if self._open:
            self._open[-1].pieces.append(text)
            self._grow(self._open[-1], len(text))

    def end(self, name: str) -> None:
        """Close an element: a row is handed over, anything else becomes a part of what it stands in."""
        element = self._open.pop()
        around = self._open[-1].name if self._open else ""
        if self._places.get(element.name) == around:
            self._rows.append(Row(element, tuple(self._open)))
        elif self._open:
            self._open[-1].children.append(element)
            self._grow(self._open[-1], element.size)
        else:
            self.is_ended = True

    def _grow(self, element: Element, size: int) -> None:
        element.size += size
        if element.size > MAX_ROW_CHARS:
            raise ImportFileError(
                f"“{element.name}” has more than {MAX_ROW_CHARS // 1024**2} MB, which no comment and no article has.",
                line=element.line,
            )

    def close(self) -> None:
        """End: nothing is left to do."""

    def _name(self, name: str) -> str:
        short = self._short.get(name)
        if short is None:
            short = self._short[name] = self._shorten(name)
        return short


def _clean_chunks(file: IO[bytes]) -> Iterator[bytes]:
    """Yield the file as UTF-8 that the parser accepts; no line is lost, so that line numbers stay right."""
    chunk = file.read(CHUNK_BYTES)
    decoder = codecs.getincrementaldecoder(_find_encoding(chunk))("replace")
    sections = SectionMender()
    left = ""
    is_first = True
    while chunk:
        text = decoder.decode(chunk)
        chunk = file.read(CHUNK_BYTES)
        text = left + sections.mend(text if chunk else text + decoder.decode(b"", final=True))
        if not chunk:
            text += sections.end()
        if is_first:
            text = BEFORE_ROOT.sub(lambda match: "\n" * match[0].count("\n"), text, count=1)
            text = ROOT_TAG.sub(_declare_prefixes, text, count=1)
            is_first = False
        cut = REFERENCE_START.search(text) if chunk else None
        text, left = (text[: cut.start()], text[cut.start() :]) if cut else (text, "")
        text = FORBIDDEN.sub("", text)
        yield (REFERENCE.sub(_check_reference, text) if "&#" in text else text).encode()


def _declare_prefixes(match: re.Match[str]) -> str:
    missing = (prefix for prefix in UNDECLARED if f"xmlns:{prefix}" not in match[2])
    declared = "".join(f' xmlns:{prefix}="urn:{prefix}"' for prefix in missing)
    return f"{match[1]}{match[2]}{declared}>"


def _check_reference(match: re.Match[str]) -> str:
    code = int(match[1], 16) if match[1] else int(match[2])
    is_letter = code in (9, 10, 13) or 0x20 <= code < 0xD800 or 0xE000 <= code < 0xFFFE or 0x10000 <= code < 0x110000
    return match[0] if is_letter else "\ufffd"


def _find_encoding(head: bytes) -> str:
    for mark, encoding in BYTE_ORDER_MARKS:
        if head.startswith(mark):
            return encoding
    declared = DECLARED.match(head[:400])
    name = declared[1].decode() if declared else "utf-8"
    try:
        codecs.getincrementaldecoder(name)("replace").decode(b"<")
        return "utf-8" if b"\0" in "<".encode(name) else name
    except (LookupError, TypeError, ValueError) as error:
        raise ImportFileError(f"the file says it is in “{name}”, which is no encoding known here.", line=1) from error


def _explain(error: ParseError, collector: _Collector) -> ImportFileError:
    line = error.position[0]
    if collector.open_names and ("no element found" in str(error) or "unclosed" in str(error)):
        return ImportFileError(f"the file ends inside “{collector.open_names[-1]}”; it was cut.", line=line)
    return ImportFileError(f"the file is broken here: {str(error).partition(':')[0]}.", line=line)
