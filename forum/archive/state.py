"""What an archive knows of its pages: a line of JSON each, written with the page, so that a run that is stopped loses nothing."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

STATE = "archive-state.jsonl"
Versions = list[int]


@dataclass(slots=True)
class Page:
    """A page as it was made: the sum of its file, None where the site does not show it, and what it depends on elsewhere.

    The lists are those of ``rewriting.Rewritten``; ``versions`` are what it hung on before it was made.
    """

    address: str
    sha256: str | None = None
    links: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    places: dict[str, str] = field(default_factory=dict)
    assets: list[str] = field(default_factory=list)
    versions: Versions = field(default_factory=list)


class StateError(Exception):
    """A file is no state of an archive."""


class State:
    """The pages that a folder has, and ``words``, what is known of the file of words: of ``release``, else nothing is known."""

    def __init__(self, folder: Path, release: str) -> None:
        self.path, self._release = folder / STATE, release
        self.pages: dict[str, Page] = {}
        self.words: dict[str, Any] | None = None

    def begin(self) -> None:
        """Write a state that knows nothing: the folder is an archive from now on."""
        self._write_whole(())

    def read(self) -> None:
        """Read what was written; raise StateError. Of a page that was made again, the last line counts."""
        try:
            lines = self.path.read_text().splitlines()
            head = json.loads(lines[0])
            if head["release"] != self._release:
                self.begin()
                return
            self.words = head["words"]
        except (FileNotFoundError, ValueError, LookupError, TypeError) as error:
            raise StateError from error
        for line in lines[1:]:
            try:
                page = Page(**json.loads(line))
            except (ValueError, TypeError):
                continue  # cut off when a run was stopped
            self.pages[page.address] = page

    def add(self, pages: Iterable[Page]) -> None:
        """Note pages whose files are written."""
        with self.path.open("a", encoding="utf-8") as file:
            file.write("".join(f"\n{_write_line(page)}" for page in pages))  # ends a line that was cut off

    def finish(self, pages: Iterable[Page], words: dict[str, Any]) -> None:
        """Write that the archive has these pages and no others."""
        self.words = words
        self._write_whole(pages)

    def _write_whole(self, pages: Iterable[Page]) -> None:
        head = json.dumps({"release": self._release, "words": self.words})
        part = self.path.with_name(f"{self.path.name}.part")
        part.write_text("\n".join([head, *map(_write_line, pages)]), encoding="utf-8")
        part.replace(self.path)


def _write_line(page: Page) -> str:
    return json.dumps({name: getattr(page, name) for name in Page.__slots__}, separators=(",", ":"))
