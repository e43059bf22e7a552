"""A page of the site as a page of the archive: its links lead to files, and what needs a server is gone."""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from django.conf import settings
from selectolax.lexbor import LexborHTMLParser, LexborNode

from .places import file_of, path_of, read_address, relative

_COMMENT = re.compile(r"/comments/(\d+)/")
_STATIC = re.compile(r"\.[0-9a-f]{12}(?=\.\w+$)")  # the hash in the name of a collected file
# Classes. A link in running text keeps its words; a control is nothing but a thing to press.
_TEXTS = {"prose", "comment__words"}
_CONTROLS = {"btn", "comment__actions", "pager"}


@dataclass(slots=True)
class Rewritten:
    """``assets`` are the static files that a page needs; the others say what it depends on elsewhere in the archive.

    ``links`` are the addresses that it refers to, ``missing`` those named in its texts that the archive does not have,
    ``places`` where the comments stand that it refers to by their permanent addresses, "" for those that stand nowhere.
    """

    html: str
    links: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    places: dict[str, str] = field(default_factory=dict)
    assets: list[str] = field(default_factory=list)


def rewrite_page(
    html: str, address: str, *, is_archived: Callable[[str], bool], find_places: Callable[[Collection[int]], Mapping[int, str]]
) -> Rewritten:
    """Return the page at ``address`` as it goes into the archive.

    ``is_archived`` tells whether a path is in it; ``find_places`` gives the addresses at which comments stand, of those that do.
    """
    tree = LexborHTMLParser(html)
    page = file_of(address)
    done = Rewritten("")
    for node in tree.css("script, form, [data-invites], link[rel=alternate], meta[http-equiv]"):
        node.decompose()
    for node in tree.css("link[href], img[src], source[src]"):
        _keep_asset(node, page, done)
    links = tree.css("a[href]")
    anchors = {node.attributes["id"] for node in tree.css("article[id]")}
    done.places = _find_places(links, anchors, find_places)
    for node in links:
        _lead_on(node, anchors, address, page, done, is_archived)
    for selector in ("details", ".comment__actions", "nav ul", "nav", "nav li"):
        for node in tree.css(selector):
            if not node.css_first("a[href], article"):
                node.decompose()
    for node in tree.css("nav"):
        if not any(link.attributes.get("aria-current") is None for link in node.css("a[href]")):
            node.decompose()  # a choice of one
    for node in tree.css("p, li"):
        if not node.text(strip=True) and not node.css_first("img, svg"):
            node.decompose()
    text = tree.html or ""
    done.html = text if text.lower().startswith("<!doctype") else f"<!DOCTYPE html>\n{text}"
    return done


def _find_places(
    links: Collection[LexborNode],
    anchors: Collection[str | None],
    find_places: Callable[[Collection[int]], Mapping[int, str]],
) -> dict[str, str]:
    """Return where the comments stand that ``links`` name by their ids, but for those on the same page: they have an anchor."""
    named = {match[1] for node in links if (match := _comment_of(node.attributes.get("href") or ""))}
    elsewhere = sorted((pk for pk in named if f"comment-{pk}" not in anchors), key=int)
    found = find_places([int(pk) for pk in elsewhere]) if elsewhere else {}
    return {pk: found.get(int(pk), "") for pk in elsewhere}


def _comment_of(href: str) -> re.Match[str] | None:
    """Return the match of a comment's permanent address on this site."""
    return None if _is_elsewhere(href) else _COMMENT.fullmatch(urlsplit(href).path)


def _keep_asset(node: LexborNode, page: str, done: Rewritten) -> None:
    name = "href" if node.tag == "link" else "src"
    value = node.attributes.get(name) or ""
    if not value.startswith(settings.STATIC_URL):
        if value.startswith("/"):
            node.attrs[name] = settings.SITE_URL + value  # what a machine is told of: the address that the page has on the site
        return
    asset = plain_asset(value.removeprefix(settings.STATIC_URL))
    done.assets.append(asset)
    node.attrs[name] = relative(f"static/{asset}", page)


def plain_asset(name: str) -> str:
    """Return the name that a static file has in the source: without the hash of its content."""
    return _STATIC.sub("", name)


def _lead_on(
    node: LexborNode,
    anchors: Collection[str | None],
    address: str,
    page: str,
    done: Rewritten,
    is_archived: Callable[[str], bool],
) -> None:
    href = node.attributes.get("href") or ""
    if href.startswith("#") or _is_elsewhere(href):
        return
    if comment := _comment_of(href):
        anchor = f"comment-{comment[1]}"
        if anchor in anchors:
            node.attrs["href"] = f"#{anchor}"
            return
        href = done.places[comment[1]]
    found = read_address(href, address) if href else None
    if found is None or not is_archived(path_of(found[0])):
        if not _drop(node) and found is not None:
            done.missing.append(path_of(found[0]))
        return
    target, fragment = found
    done.links.append(target)
    if node.attributes.get("rel") == "nofollow":
        del node.attrs["rel"]
    node.attrs["href"] = relative(file_of(target), page) + (f"#{fragment}" if fragment else "")


def _is_elsewhere(href: str) -> bool:
    parts = urlsplit(href)
    return bool(parts.scheme and parts.scheme not in ("http", "https")) or (
        bool(parts.netloc) and parts.netloc != urlsplit(settings.SITE_URL).netloc
    )


def _drop(node: LexborNode) -> bool:
    """Take a link away that leads to nothing here: with its words where it is a thing to press (True), else only the link."""
    if _is_control(node):
        node.decompose()
        return True
    node.unwrap()
    return False


def _is_control(node: LexborNode) -> bool:
    around: LexborNode | None = node
    while around is not None and around.tag != "body":
        classes = set((around.attributes.get("class") or "").split())
        if classes & _TEXTS:
            return False
        if around.tag in ("nav", "details") or classes & _CONTROLS:
            return True
        around = around.parent
    return False
