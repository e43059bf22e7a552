"""An archive is brought up to date: pages whose versions have not grown are left as they are, pages that are gone go."""

import shutil
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string

from forum.site.sitemap import load_sections

from .agenda import Agenda
from .files import list_files, remove_others, sum_of, write_file, write_lines
from .pages import fingerprint
from .places import file_of
from .processes import PageFailedError, Task, rendering
from .state import STATE, State, StateError, Versions
from .words import write_words

SUMS, README, WORDS = "SHA256SUMS", "README.txt", "comments.jsonl"
STANDING_FILES = {STATE, SUMS, README, WORDS}
OnProgress = Callable[[int, int], None]


class ArchiveError(Exception):
    """Why an archive cannot be written: one sentence that says what to do."""


@dataclass(slots=True)
class Summary:
    """Numbers of pages: all, rendered anew, taken away because the site no longer shows them."""

    pages: int = 0
    rendered: int = 0
    removed: int = 0


def export_archive(folder: Path, *, processes: int = 1, on_progress: OnProgress = lambda done, known: None) -> Summary:
    """Write or renew the archive in ``folder``: pages, words, checksums. Raises ArchiveError.

    ``processes`` render at the same time; ``on_progress`` hears how many pages are done, and how many are known so far.
    """
    try:
        return _export(folder, processes, on_progress)
    except PageFailedError as error:
        raise ArchiveError(
            f"The page {error} failed on the site itself, so nothing after it was written. Look at the log."
        ) from error
    except OSError as error:
        where = error.filename or folder
        raise ArchiveError(f"{where} cannot be written: {error.strerror}. Free some space or name another folder.") from error


def _export(folder: Path, processes: int, on_progress: OnProgress) -> Summary:
    state = _open_folder(folder)
    paths = _read_paths()
    agenda = Agenda(paths, state.pages, list_files(folder))
    with rendering(processes, Task(folder, paths)) as make:
        for made in make(agenda.take):
            state.add(agenda.add(made))
            on_progress(agenda.done, agenda.known)
    pages = [page for _address, page in sorted(agenda.pages.items())]
    written = _write_assets(folder, {name for page in pages for name in page.assets}) | {README, WORDS}
    write_file(folder / README, _describe(len(pages)).encode())
    words = _renew_words(folder, state.words, agenda.site)
    state.finish(pages, words)
    sums = {file_of(page.address): str(page.sha256) for page in pages}
    removed = remove_others(folder, set(sums) | written | STANDING_FILES)
    _write_sums(folder, sums | {WORDS: words["sha256"]}, written - {WORDS})
    return Summary(len(pages), agenda.made, removed)


def _read_paths() -> dict[str, None]:
    """Return the path of every page that the sitemap names, in its order."""
    places = (place for section in load_sections() for part in section.parts() for place in section.places(part.path))
    return {urlsplit(place.path).path: None for place in places}


def zip_archive(folder: Path) -> Path:
    """Pack the archive in ``folder`` into one file beside it, the same bytes for the same pages, and return its path."""
    target = folder.with_name(f"{folder.name}.zip")
    part = target.with_name(f"{target.name}.part")
    try:
        with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in sorted(path for path in folder.rglob("*") if path.is_file()):
                # Without the time of writing and the rights of this machine: the same pages are the same bytes.
                entry = zipfile.ZipInfo(f"{folder.name}/{path.relative_to(folder).as_posix()}")
                entry.compress_type = zipfile.ZIP_DEFLATED
                with path.open("rb") as source, archive.open(entry, "w") as packed:
                    shutil.copyfileobj(source, packed)
        part.replace(target)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise ArchiveError(f"{target} cannot be written: {error.strerror}. Free some space or name another folder.") from error
    return target


def _renew_words(folder: Path, former: dict[str, Any] | None, site: Versions) -> dict[str, Any]:
    """Write what everybody may read, unless nothing anywhere on the site has changed since; return what is to be kept of it."""
    path = folder / WORDS
    if former is None or former["versions"] != site or not path.is_file() or sum_of(path) != former["sha256"]:
        write_lines(path, write_words())
    return {"versions": site, "sha256": sum_of(path)}


def _open_folder(folder: Path) -> State:
    """Make ``folder``, or find what is known of the archive in it; nothing where another release wrote it."""
    folder.mkdir(parents=True, exist_ok=True)
    state = State(folder, fingerprint())
    if not any(folder.iterdir()):
        state.begin()
        return state
    try:
        state.read()
    except StateError:
        raise ArchiveError(f"{folder} is neither empty nor an archive of this program. Name an empty folder.") from None
    return state


def _write_assets(folder: Path, names: Iterable[str]) -> set[str]:
    """Copy static files as they are in the source; return where they lie in the archive."""
    written = set()
    for name in sorted(set(names)):
        if found := finders.find(name):
            write_file(folder / "static" / name, Path(str(found)).read_bytes())
            written.add(f"static/{name}")
    return written


def _describe(pages: int) -> str:
    own = {"site_name": settings.SITE_NAME, "site_url": settings.SITE_URL}
    return render_to_string("archive/README.txt", own | {"pages": pages, "words": WORDS, "sums": SUMS})


def _write_sums(folder: Path, known: dict[str, str], others: set[str]) -> None:
    """Write the checksums as ``sha256sum --check`` reads them."""
    sums = known | {name: sum_of(folder / name) for name in others}
    lines = "".join(f"{digest}  {name}\n" for name, digest in sorted(sums.items()))
    write_file(folder / SUMS, lines.encode())
