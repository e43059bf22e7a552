"""Whole pages for people of whom nothing is known, ready compressed, in front of Django; each answer is proved fresh first.

No page grows old by the clock: before every answer one indexed query on the primary database asks for the versions that the page
hangs on. A request that arrives after a commit never gets the page of before, from any process on any machine.
"""

import gzip
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from contextlib import contextmanager, suppress
from functools import lru_cache
from hashlib import blake2b
from types import SimpleNamespace
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

import brotli
from django.conf import settings
from django.http import QueryDict
from django.http.cookie import parse_cookie
from django.urls import Resolver404, resolve
from django.utils.http import parse_http_date_safe
from django.utils.translation import get_language_from_request

from .freshness import SITE, KeptPage, Proof, Versions
from .metrics import PAGE_CACHE_ANSWERS
from .proving import Prover, UnreachableError
from .reading import ReadingSettings
from .replica import Replica

MOST_BYTES = 32 * 1024 * 1024  # a process; about 2,500 pages
LONGEST_QUERY = 200  # characters of parameters; addresses of ours are shorter
BROTLI_QUALITY = 5  # 6 takes half as long again for 1 % less
GZIP_LEVEL = 6
GRACE_SECONDS = 5  # how long a page that was proved may be shown while the database does not answer
COST_OF_ENTRY = 1024  # bytes, beside those of the page

_COUNTERS = {name: PAGE_CACHE_ANSWERS.labels(name) for name in ("hit", "not modified", "made", "passed", "without proof")}

Application = Callable[[WSGIEnvironment, StartResponse], Iterable[bytes]]
Key = tuple[int, str, str, str, str, str, str]


class Page:
    """One page as it goes out: headers, and bodies by encoding, each made when first asked for."""

    __slots__ = ("bodies", "headers", "modified", "proof", "proved_at", "tag", "versions")

    def __init__(self, body: bytes, headers: list[tuple[str, str]], proof: Proof, versions: Versions) -> None:
        self.proof, self.versions, self.proved_at = proof, versions, time.monotonic()
        self.tag = f'W/"{blake2b(body, digest_size=12).hexdigest()}"'
        self.bodies = {"br": brotli.compress(body, quality=BROTLI_QUALITY)}
        self.headers = [*headers, ("ETag", self.tag)]
        self.modified = parse_http_date_safe(dict(headers).get("Last-Modified", ""))

    def body(self, encoding: str) -> bytes:
        """Return the body in ``encoding`` ("br", "gzip" or "" for none); only compressed ones are kept."""
        if found := self.bodies.get(encoding):
            return found
        plain: bytes = brotli.decompress(self.bodies["br"])
        if not encoding:
            return plain
        made = self.bodies[encoding] = gzip.compress(plain, GZIP_LEVEL, mtime=0)
        return made

    def is_known_to(self, environ: WSGIEnvironment) -> bool:
        """Tell whether the reader has this very page: by its tag, and only without one by its time (RFC 9110 §13.2.2)."""
        if tags := environ.get("HTTP_IF_NONE_MATCH", ""):
            return self.tag in tags
        if self.modified is None or not (told := environ.get("HTTP_IF_MODIFIED_SINCE", "")):
            return False  # most requests: to find that nothing is no date takes longer than all the rest
        since = parse_http_date_safe(told)
        return since is not None and since >= self.modified

    def size(self) -> int:
        """Return how many bytes of memory this takes at most, gzip included."""
        return 2 * len(self.bodies["br"]) + COST_OF_ENTRY


class PageCache:
    """A WSGI application around another; ``hits`` and the like are counted for this process since it began."""

    def __init__(
        self,
        application: Application,
        kept_pages: Mapping[str, KeptPage],
        *,
        most_bytes: int = MOST_BYTES,
        replica: Replica | None = None,
        read_from_replica: Set[str] = frozenset(),
    ) -> None:
        """``read_from_replica`` names pages that are not kept and show nobody's own words; they hang on ``SITE``."""
        self.application = application
        self.kept_pages = kept_pages
        self.most_bytes = most_bytes
        self.replica = replica
        self.read_from_replica = read_from_replica
        self.prover = Prover()
        self.counts = dict.fromkeys(_COUNTERS, 0)
        self._pages: OrderedDict[Key, Page] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()
        self._builders: dict[Key, tuple[threading.Lock, int]] = {}

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        key = _key_of(environ)
        if key is None:
            self._count("passed")
            return self.application(environ, start_response)
        page = self._pages.get(key)
        if page is not None and self._is_fresh(page):
            return self._answer(key, page, environ, start_response)
        proof = page.proof if page is not None else self._find_proof(key)
        if proof is None:
            self._count("passed")
            return self._pass_on(key, environ, start_response)
        with self._building(key):
            page = self._pages.get(key)  # another request may have made it while this one waited
            if page is not None and self._is_fresh(page):
                return self._answer(key, page, environ, start_response)
            return self._build(key, proof, environ, start_response)

    def _find_proof(self, key: Key) -> Proof | None:
        """Return what the page at an address hangs on, or None for one that is not kept."""
        _day, _host, _scheme, path, query, _language, _reading = key
        found = _resolve(path)
        page = self.kept_pages.get(found[0])
        if page is None or not page.parameters.issuperset(QueryDict(query)):
            return None
        return Proof(page.statement, found[1].get(page.subject, ""))

    def _pass_on(self, key: Key, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Let Django answer for a page that is not kept, from the copy of the database where the whole site stands there."""
        if self.replica is None or _resolve(key[3])[0] not in self.read_from_replica:
            return self.application(environ, start_response)
        proof, said = Proof(SITE), list[Any]()
        try:
            versions = self.prover.read(proof)
        except UnreachableError:
            versions = None
        body = self._render(proof, versions, environ, said)
        start_response(*said)
        return [body]

    def _render(self, proof: Proof, versions: Versions | None, environ: WSGIEnvironment, said: list[Any]) -> bytes:
        """Return the page that Django makes, from the copy of the database where that has these versions."""
        if self.replica is not None and versions is not None and self.replica.shows(proof, versions):
            with self.replica.read():
                body = _run(self.application, environ, said)
            if not said[0].startswith("5"):
                return body
            self.replica.leave_alone()
        return _run(self.application, environ, said)

    def _is_fresh(self, page: Page) -> bool:
        asked_at = time.monotonic()
        try:
            versions = self.prover.read(page.proof)
        except UnreachableError:
            if asked_at - page.proved_at > GRACE_SECONDS:
                return False
            self._count("without proof")
            return True
        if versions != page.versions:
            return False
        page.proved_at = asked_at
        return True

    def _answer(self, key: Key, page: Page, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        with suppress(KeyError):  # thrown out a moment ago; what is in hand is right all the same
            self._pages.move_to_end(key)
        if page.is_known_to(environ):
            self._count("not modified")
            start_response("304 Not Modified", [header for header in page.headers if header[0] != "Content-Type"])
            return []
        self._count("hit")
        encoding = _read_encoding(environ.get("HTTP_ACCEPT_ENCODING", ""))
        body = page.body(encoding)
        headers = [*page.headers, ("Content-Length", str(len(body)))]
        if encoding:
            headers.append(("Content-Encoding", encoding))
        start_response("200 OK", headers)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]

    def _build(self, key: Key, proof: Proof, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        # First the versions, then the page: a change in between makes the page look older than it is, never newer.
        try:
            versions = self.prover.read(proof)
        except UnreachableError:
            versions = None
        said: list[Any] = []
        body = self._render(proof, versions, _make_anonymous(environ), said)
        status, headers = said
        if versions is None or not _can_be_kept(status, headers):
            self._count("passed")
            start_response(status, headers)
            return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]
        self._count("made")
        page = Page(body, _public_headers(headers), proof, versions)
        self._store(key, page)
        return self._answer(key, page, environ, start_response)

    def _store(self, key: Key, page: Page) -> None:
        with self._lock:
            old = self._pages.pop(key, None)
            self._pages[key] = page
            self._bytes += page.size() - (old.size() if old else 0)
            while self._bytes > self.most_bytes and len(self._pages) > 1:
                self._bytes -= self._pages.popitem(last=False)[1].size()

    @contextmanager
    def _building(self, key: Key) -> Iterator[None]:
        """Let one request at a time make the page of ``key``."""
        with self._lock:
            lock, waiting = self._builders.get(key, (threading.Lock(), 0))
            self._builders[key] = lock, waiting + 1
        try:
            with lock:
                yield
        finally:
            with self._lock:
                lock, waiting = self._builders[key]
                if waiting > 1:
                    self._builders[key] = lock, waiting - 1
                else:
                    del self._builders[key]

    def _count(self, result: str) -> None:
        self.counts[result] += 1
        _COUNTERS[result].inc()  # the same for the whole machine, at /metrics

    def describe(self) -> dict[str, int]:
        """Return the counts, and ``pages`` and ``bytes`` held now."""
        return self.counts | {"pages": len(self._pages), "bytes": self._bytes}


def _run(application: Application, environ: WSGIEnvironment, said: list[Any]) -> bytes:
    """Return the body of an answer; ``said`` becomes its status and its headers."""

    def note_start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Callable[[bytes], object]:
        said[:] = [status, headers]
        return lambda _bytes: None

    response = application(environ, note_start)
    try:
        return b"".join(response)
    finally:
        if hasattr(response, "close"):
            response.close()


def _key_of(environ: WSGIEnvironment) -> Key | None:
    """Return what a page may depend on, or None for a request that must be answered by Django."""
    if environ["REQUEST_METHOD"] not in ("GET", "HEAD") or environ.get("HTTP_AUTHORIZATION") or environ.get("HTTP_HX_REQUEST"):
        return None
    query = environ.get("QUERY_STRING", "")
    if len(query) > LONGEST_QUERY:
        return None
    cookies = environ.get("HTTP_COOKIE", "")
    reading, language = _read_cookies(cookies) if cookies else (_DEFAULT_READING, "")
    if reading is None:
        return None
    return (
        int(time.time() // 86_400),  # pages say how many days or years something has waited
        environ.get("HTTP_HOST", ""),
        environ.get("HTTP_X_FORWARDED_PROTO", "") or environ.get("wsgi.url_scheme", ""),
        environ.get("PATH_INFO", ""),
        query,
        _read_language(language, environ.get("HTTP_ACCEPT_LANGUAGE", "")),
        reading,
    )


_DEFAULT_READING = ReadingSettings().to_cookie()
# Whoever brings one of these may see words of their own, or a form's message: Django answers them.
_PERSONAL_COOKIES = {settings.SESSION_COOKIE_NAME, settings.GUEST_COOKIE_NAME, settings.POSTED_COOKIE_NAME, "messages"}
# What a request says of one browser, and not of the page.
_LEFT_OUT = {
    "HTTP_ACCEPT_ENCODING",
    "HTTP_IF_NONE_MATCH",
    "HTTP_IF_MODIFIED_SINCE",
    "HTTP_RANGE",
    "HTTP_COOKIE",
    "HTTP_REFERER",
}
# Set by the answer itself, or of no use to whom all get the same.
_OWN_HEADERS = {"content-length", "content-encoding", "etag", "vary", "cache-control", "x-request-id"}


@lru_cache(maxsize=4096)
def _read_cookies(cookies: str) -> tuple[str | None, str]:
    """Return the reading settings as their cookie is written, and the language asked for; (None, "") for somebody known."""
    found = parse_cookie(cookies)
    if not _PERSONAL_COOKIES.isdisjoint(found):
        return None, ""
    reading = ReadingSettings.from_cookie(found.get(settings.READING_COOKIE_NAME, "")).to_cookie()
    return reading, found.get(settings.LANGUAGE_COOKIE_NAME, "")


@lru_cache(maxsize=4096)
def _read_language(chosen: str, accepted: str) -> str:
    """Return the language that Django answers in."""
    cookies = {settings.LANGUAGE_COOKIE_NAME: chosen} if chosen else {}
    return get_language_from_request(SimpleNamespace(COOKIES=cookies, META={"HTTP_ACCEPT_LANGUAGE": accepted}))  # type: ignore[arg-type]


@lru_cache(maxsize=1024)
def _read_encoding(accepted: str) -> str:
    """Return the best encoding that ``Accept-Encoding`` takes: "br", "gzip" or "" for none."""
    weights = {}
    for part in accepted.lower().split(","):
        name, _semicolon, parameters = part.strip().partition(";")
        weights[name.strip()] = parameters.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return next((name for name in ("br", "gzip") if weights.get(name)), "")


@lru_cache(maxsize=4096)
def _resolve(path: str) -> tuple[str, dict[str, str]]:
    """Return the name of an address and the parts of it; ("", {}) for one that the site does not have."""
    try:
        match = resolve(path.encode("latin-1").decode())
    except (Resolver404, UnicodeError):
        return "", {}
    return match.view_name, {name: str(value) for name, value in match.kwargs.items()}


def _can_be_kept(status: str, headers: list[tuple[str, str]]) -> bool:
    found = {name.lower(): value for name, value in headers}
    return status.startswith("200 ") and "set-cookie" not in found and "no-store" not in found.get("cache-control", "")


def _make_anonymous(environ: WSGIEnvironment) -> WSGIEnvironment:
    """Return the request as anybody with the same settings would send it: for the whole page, with no cookie but theirs."""
    inner = {name: value for name, value in environ.items() if name not in _LEFT_OUT} | {"REQUEST_METHOD": "GET"}
    found = parse_cookie(environ.get("HTTP_COOKIE", ""))
    names = (settings.READING_COOKIE_NAME, settings.LANGUAGE_COOKIE_NAME)
    if cookies := "; ".join(f"{name}={found[name]}" for name in names if name in found):
        inner["HTTP_COOKIE"] = cookies
    return inner


def _public_headers(headers: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the headers of a page that is kept: any store may hold it, and has to ask before it shows it."""
    return [
        *(header for header in headers if header[0].lower() not in _OWN_HEADERS),
        ("Cache-Control", "no-cache"),
        ("Vary", "Accept-Encoding, Accept-Language, Cookie"),
    ]
