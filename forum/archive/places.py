"""Addresses of the site and names of files: which pages are in an archive, where each lies, and how one refers to another."""

import posixpath
import re
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from django.conf import settings

# What a page of an archive may be asked with, besides its path: other pages of a list, and the pages to print.
PARAMETERS = ("view", "year", "after", "page")
_PRINT = {"view": "print"}
_SAFE = re.compile(r"[^A-Za-z0-9.-]+")


def read_address(href: str, base: str) -> tuple[str, str] | None:
    """Return the path with its known parameters, in one spelling, and the fragment that ``href`` on the page ``base`` means.

    None for another site, another kind of address, or a page that is another view of one in the archive (another order, say).
    """
    parts = urlsplit(href)
    own = urlsplit(settings.SITE_URL)
    if parts.scheme not in ("", "http", "https") or (parts.netloc and parts.netloc != own.netloc):
        return None
    path = parts.path or urlsplit(base).path
    query = dict(parse_qsl(parts.query if parts.path or parts.query else urlsplit(base).query))
    if not set(query) <= set(PARAMETERS) or query.get("view", "print") != "print":
        return None
    if query.get("page") == "1":
        del query["page"]
    known = urlencode([(name, query[name]) for name in PARAMETERS if name in query])
    return f"{path}?{known}" if known else path, parts.fragment


def path_of(address: str) -> str:
    """Return an address without its parameters."""
    return address.partition("?")[0]


def file_of(address: str) -> str:
    """Return the name of the file of an address, as ``read_address`` spells it: readable, and the same each time."""
    parts = urlsplit(address)
    folder = unquote(parts.path).strip("/")
    query = dict(parse_qsl(parts.query))
    words = ["print" if name == "view" else f"{name}-{_SAFE.sub('_', query[name])}" for name in PARAMETERS if name in query]
    if query.get("view") == "print":
        words = [word.removeprefix("year-") for word in words]
    return posixpath.join(folder, f"{'-'.join(words) or 'index'}.html")


def relative(target: str, page: str) -> str:
    """Return how the file ``page`` refers to the file ``target``."""
    return posixpath.relpath(target, posixpath.dirname(page) or ".")
