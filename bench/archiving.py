"""What an operator waits for who keeps the site as plain pages: the whole archive, and once more when nothing has changed."""

import re
import shutil
import time

from .samples import Samples
from .sites import Site


def measure_archive(site: Site, samples: Samples) -> None:
    """Write an archive of the site twice, in as many processes as the command takes by itself; then delete it."""
    folder = site.folder / "archive"
    shutil.rmtree(folder, ignore_errors=True)
    try:
        first, pages = _write(site, str(folder))
        again, _pages = _write(site, str(folder))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    samples.add("archive pages a second", pages / first)
    samples.add("archive seconds", first)
    samples.add("archive again seconds", again)
    samples.notes.append(f"archive: {pages:,} pages in {first:.0f} s, again in {again:.1f} s.")


def _write(site: Site, folder: str) -> tuple[float, int]:
    """Return how long it took, and how many pages there are."""
    begun = time.monotonic()
    said = site.manage("export_archive", folder)
    took = time.monotonic() - begun
    found = re.search(r"(\d+) pages", said)
    return took, int(found[1]) if found else 0
