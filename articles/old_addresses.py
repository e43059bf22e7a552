"""Where an address of former days leads today. Asked only when nothing else answers (``middleware``)."""

from collections.abc import Iterator, Mapping
from urllib.parse import quote

from django.urls import Resolver404, resolve

from .address_patterns import PatternError, fill, is_pattern, parse_pattern
from .models import MAX_PATH_CHARS, Article, Collection, OldAddress, is_on_this_site

GONE = ""  # the target of what was taken away for good


def find_target(path: str, query: str = "") -> str | None:
    """Return where ``path`` leads today, GONE for what was taken away, None for what was never known.

    An address of this site keeps its query, because it means the same there; that of another site loses it, unless the old
    address names it. One that ends in a slash also answers for what lies below it: with an article move its conversation and its
    forms. The address that says most exactly what it means decides.
    """
    if len(path) + len(query) > MAX_PATH_CHARS or "\0" in path + query:  # PostgreSQL takes no NUL
        return None
    return next((target for _old, target in choose(read_known(path, query), path, query)), None)


def read_known(path: str, query: str) -> dict[str, str]:
    """Return the stored addresses that may have to do with a path, those with stars among them."""
    rows = OldAddress.objects.values_list("path", "target")
    plain = rows.filter(path__in=[*_spellings(path, query), *_folders(path)])
    return dict(plain.union(rows.filter(has_star=True)))  # an OR would read the whole table on SQLite


def choose(known: Mapping[str, str], path: str, query: str = "") -> Iterator[tuple[str, str]]:
    """Yield from ``known`` (targets by old address) those that answer for ``path``, the best first, and where each leads.

    Whatever was stored, it leads to this site.
    """
    answers = _find_answers(known, path, query)
    return ((old, target) for old, target in answers if target == GONE or is_on_this_site(target))


def _find_answers(known: Mapping[str, str], path: str, query: str) -> Iterator[tuple[str, str]]:
    for spelling in _spellings(path, query):
        if spelling in known and not is_pattern(spelling):
            names_query = spelling == f"{path}?{query}"
            yield spelling, known[spelling] if names_query else _with_query(known[spelling], path, query)
    found: list[tuple[int, str, str]] = []
    for folder in _folders(path):
        if folder in known and (moved := _move(known[folder], folder, path)) is not None:
            found.append((len(folder), folder, _with_query(moved, path, query)))
    for old, target in known.items():
        if is_pattern(old) and (led := lead(old, target, path, query)) is not None and (led == GONE or is_there(led)):
            found.append((parse_pattern(old).weight, old, led))
    yield from ((old, target) for _weight, old, target in sorted(found, key=lambda one: -one[0]))


def lead(old: str, target: str, path: str, query: str = "") -> str | None:
    """Return where an old address with stars leads ``path``, None where it says nothing of it."""
    try:
        found = parse_pattern(old).match(f"{path}?{query}" if "?" in old else path)
    except PatternError:
        return None
    if found is None:
        return None
    try:
        led = fill(target, found)
    except (IndexError, ValueError):
        return None
    return None if led.partition("?")[0] == path else led


def is_there(target: str) -> bool:
    """Tell whether this site has a page at ``target``: nobody is led from one dead end to another."""
    return find_title(target) is not None


def is_taken(path: str) -> bool:
    """Tell whether a page is certainly at ``path``; of comments this app does not know."""
    return bool(find_title(path)) or (is_there(path) and not resolve(path).kwargs)


def find_title(target: str) -> str | None:
    """Return the title of the article or collection at ``target``, "" for another kind of page, None for none."""
    try:
        match = resolve(target.partition("#")[0].partition("?")[0])
    except Resolver404:
        return None
    slug = match.kwargs.get("slug")
    if match.view_name == "articles:article":
        return Article.objects.published().filter(slug=slug).values_list("title", flat=True).first()
    if match.view_name == "articles:collection":
        return Collection.objects.filter(slug=slug).values_list("title", flat=True).first()
    return ""


def _spellings(path: str, query: str) -> list[str]:
    """Return the ways in which an old address can be written: with its query, as it is, with and without the last slash."""
    other = path.rstrip("/") if path.endswith("/") else f"{path}/"
    return [*([f"{path}?{query}"] if query else []), path, *([other] if other else [])]


def _folders(path: str) -> list[str]:
    return [path[: index + 1] for index, char in enumerate(path) if char == "/" and index]


def _move(target: str, folder: str, path: str) -> str | None:
    """Return where what lies below ``folder`` leads; None if that is below itself, which would never end."""
    if target == GONE:
        return GONE
    if not target.endswith("/") or target.startswith(folder):
        return None
    return target + quote(path.removeprefix(folder), safe="/").lstrip("/")


def _with_query(target: str, path: str, query: str) -> str:
    """Return ``target`` with the query that came along, where ``path`` looks like an address of this site."""
    try:
        resolve(path)
    except Resolver404:
        return target
    if target == GONE or not query:
        return target
    address, hash_, fragment = target.partition("#")
    return f"{address}{'&' if '?' in address else '?'}{query}{hash_}{fragment}"
