"""The sitemap (https://www.sitemaps.org/protocol.html): an index of parts, each a list of addresses. Apps say what is in it.

A section is named in the setting SITEMAP_SECTIONS by dotted path. A part is a range of rows: nothing is counted or skipped.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cache
from typing import NamedTuple, Protocol
from xml.sax.saxutils import escape

from django.conf import settings
from django.utils.module_loading import import_string

CONTENT_TYPE = "application/xml; charset=utf-8"
MOST_ADDRESSES = 50_000  # in one file, and as many files in the index: the protocol's own limit
NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"


class Place(NamedTuple):
    """An address and when it last changed in a way that a reader would notice; None where that is not known."""

    path: str
    changed_at: datetime | None = None


class Section(Protocol):
    """Some of the site's pages. ``name`` is lower-case letters; a part is named by digits, with hyphens between them."""

    name: str

    def parts(self) -> Iterable[Place]:
        """Return the names of the parts, in place of paths, each with the moment of the last change in it."""

    def places(self, part: str) -> list[Place]:
        """Return the pages of a part, none where there is no such part."""


@cache
def load_sections() -> tuple[Section, ...]:
    """Return the sections that the settings name, in their order."""
    return tuple(import_string(path)() for path in settings.SITEMAP_SECTIONS)


def write_index(sections: Iterable[Section]) -> str:
    """Return the index of all parts of ``sections``."""
    files = (
        Place(f"/sitemap-{section.name}-{part.path}.xml", part.changed_at) for section in sections for part in section.parts()
    )
    return _write("sitemapindex", "sitemap", list(files)[:MOST_ADDRESSES])


def write_part(sections: Iterable[Section], name: str) -> str | None:
    """Return the part that is called ``name`` in the index, None where there is none."""
    kind, _, part = name.partition("-")
    for section in sections:
        if section.name == kind and (places := section.places(part)):
            return _write("urlset", "url", places)
    return None


def _write(root: str, element: str, places: Iterable[Place]) -> str:
    entries = "".join(
        f"<{element}><loc>{settings.SITE_URL}{escape(place.path)}</loc>{_lastmod(place.changed_at)}</{element}>\n"
        for place in places
    )
    return f'<?xml version="1.0" encoding="utf-8"?>\n<{root} xmlns="{NAMESPACE}">\n{entries}</{root}>\n'


def _lastmod(moment: datetime | None) -> str:
    return f"<lastmod>{moment.astimezone(UTC).isoformat(timespec='seconds')}</lastmod>" if moment else ""
