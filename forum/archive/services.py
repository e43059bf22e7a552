"""An archive is brought up to date: pages whose versions have not grown are left as they are, pages that are gone go."""

import json
import shutil
import zipfile
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.urls import resolve

from articles.models import Article
from forum.discussion.models import Discussion
from forum.related.freshness import read_versions
from forum.site.models import SiteVersion
from forum.site.sitemap import load_sections

from .pages import fingerprint
from .places import file_of
from .processes import PageFailedError, rendering
from .words import write_words

STATE, SUMS, README, WORDS = "archive-state.json", "SHA256SUMS", "README.txt", "comments.jsonl"
PAGES_AT_ONCE = 40
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
    former = _open_folder(folder)
    before: dict[str, dict[str, Any]] = former.get("pages", {})
    paths = _read_paths()
    versions = _Versions()
    state: dict[str, dict[str, Any]] = {}
    assets: set[str] = set()
    summary = Summary()
    waiting, known = deque(paths), set(paths)
    with rendering(processes, paths) as make:
        while waiting:
            batch = [waiting.popleft() for _ in range(min(len(waiting), PAGES_AT_ONCE * processes))]
            # Before the pages: one that changes meanwhile is rendered again the next time.
            keys = {address: versions.read(address) for address in batch}
            kept = {address for address in batch if _is_current(before.get(address), keys[address], folder, address)}
            for made in make([address for address in batch if address not in kept]):
                summary.rendered += 1
                if made.html is None:
                    continue
                text = made.html.encode()
                _write(folder / file_of(made.address), text)
                state[made.address] = {
                    "versions": keys[made.address], "sha256": sha256(text).hexdigest(), "links": made.links, "assets": made.assets
                }  # fmt: skip
            state |= {address: before[address] for address in kept}
            for address in batch:
                for link in state.get(address, {}).get("links", ()):
                    if link not in known:
                        known.add(link)
                        waiting.append(link)
            on_progress(len(known) - len(waiting), len(known))
    summary.pages = len(state)
    for entry in state.values():
        assets.update(entry["assets"])
    written = _write_assets(folder, assets) | {README, WORDS}
    _write(folder / README, _describe(len(state)).encode())
    words = _renew_words(folder, former.get("words"), versions.site)
    found = {"release": fingerprint(), "words": words, "pages": dict(sorted(state.items()))}
    _write(folder / STATE, json.dumps(found, indent=0).encode())
    summary.removed = _remove_others(folder, {file_of(address) for address in state} | written | STANDING_FILES)
    known_sums = {file_of(address): entry["sha256"] for address, entry in state.items()} | {WORDS: words["sha256"]}
    _write_sums(folder, known_sums, written - {WORDS})
    return summary


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


# -- which pages are current


class _Versions:
    """What a page hangs on: its article, its discussion and the frame, or its thread; any other page, the whole site."""

    def __init__(self) -> None:
        version, frame = SiteVersion.objects.filter(pk=1).values_list("version", "frame").first() or (0, 0)
        self.site, self._frame = [version, frame], frame
        self._articles: dict[str, list[int]] = {}

    def read(self, address: str) -> list[int]:
        found = resolve(urlsplit(address).path)
        if not address.startswith("/articles/"):
            return self.site
        if found.view_name == "discussion:thread":
            return read_versions(found.kwargs["pk"])
        slug = found.kwargs.get("slug", "")
        if slug not in self._articles:
            article = Article.objects.filter(slug=slug).values_list("pk", "version").first() or (0, 0)
            talk = Discussion.objects.filter(article=article[0]).values_list("version", flat=True).first() or 0
            self._articles[slug] = [article[1], talk, self._frame]
        return self._articles[slug]


def _is_current(entry: dict[str, Any] | None, versions: list[int], folder: Path, address: str) -> bool:
    return entry is not None and entry["versions"] == versions and (folder / file_of(address)).is_file()


def _renew_words(folder: Path, former: dict[str, Any] | None, site: list[int]) -> dict[str, Any]:
    """Write what everybody may read, unless nothing anywhere on the site has changed since; return what is to be kept of it."""
    path = folder / WORDS
    if former is None or former["versions"] != site or not path.is_file() or _sum_of(path) != former["sha256"]:
        _write_lines(path, write_words())
    return {"versions": site, "sha256": _sum_of(path)}


def _open_folder(folder: Path) -> dict[str, Any]:
    """Make ``folder``, or return what is known of the archive in it; nothing where another release wrote it."""
    folder.mkdir(parents=True, exist_ok=True)
    if not any(folder.iterdir()):
        _write(folder / STATE, json.dumps({"release": fingerprint()}).encode())  # one that is stopped is known again
        return {}
    try:
        found = json.loads((folder / STATE).read_bytes())
        is_of_this_release = found["release"] == fingerprint()
    except (FileNotFoundError, ValueError, KeyError):
        raise ArchiveError(f"{folder} is neither empty nor an archive of this program. Name an empty folder.") from None
    return dict(found) if is_of_this_release else {}


# -- files


def _write(path: Path, content: bytes) -> None:
    """Write a file whole or not at all; one that has this content already is not touched."""
    if path.is_file() and path.stat().st_size == len(content) and path.read_bytes() == content:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.part")
    part.write_bytes(content)
    part.replace(path)


def _write_lines(path: Path, lines: Iterator[str]) -> None:
    part = path.with_name(f"{path.name}.part")
    with part.open("w", encoding="utf-8", newline="\n") as file:
        while batch := list(islice(lines, 1000)):
            file.writelines(batch)
    part.replace(path)


def _write_assets(folder: Path, names: Iterable[str]) -> set[str]:
    """Copy static files as they are in the source; return where they lie in the archive."""
    written = set()
    for name in sorted(set(names)):
        if found := finders.find(name):
            _write(folder / "static" / name, Path(str(found)).read_bytes())
            written.add(f"static/{name}")
    return written


def _describe(pages: int) -> str:
    own = {"site_name": settings.SITE_NAME, "site_url": settings.SITE_URL}
    return render_to_string("archive/README.txt", own | {"pages": pages, "words": WORDS, "sums": SUMS})


def _remove_others(folder: Path, wanted: set[str]) -> int:
    removed = 0
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_dir():
            if not any(path.iterdir()):
                path.rmdir()
        elif path.relative_to(folder).as_posix() not in wanted:
            removed += path.suffix == ".html"
            path.unlink()
    return removed


def _write_sums(folder: Path, known: dict[str, str], others: set[str]) -> None:
    """Write the checksums as ``sha256sum --check`` reads them."""
    sums = known | {name: _sum_of(folder / name) for name in others}
    lines = "".join(f"{digest}  {name}\n" for name, digest in sorted(sums.items()))
    _write(folder / SUMS, lines.encode())


def _sum_of(path: Path) -> str:
    digest = sha256()
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()
