"""One reader: asks an address after the other over one connection, as a browser does, and notes how long each answer took."""

import gzip
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from types import TracebackType
from urllib.parse import urlencode, urlsplit

import brotli

ENCODINGS = "gzip, deflate, br"
BROWSER = {"Accept": "text/html,application/xhtml+xml", "Accept-Encoding": ENCODINGS, "Accept-Language": "en-GB,en;q=0.8"}


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. ``wire`` is the body as it was sent, compressed or not."""

    status: int
    headers: Mapping[str, str]
    wire: bytes = field(repr=False)
    seconds: float

    @property
    def body(self) -> bytes:
        """Return the body as it is read."""
        match self.headers.get("content-encoding", ""):
            case "br":
                plain: bytes = brotli.decompress(self.wire)
                return plain
            case "gzip":
                return gzip.decompress(self.wire)
            case _:
                return self.wire


class Reader:
    """A connection to the server at ``url``, with ``cookies`` as a browser sends them."""

    def __init__(self, url: str, cookies: str = "", timeout: float = 120) -> None:
        parts = urlsplit(url)
        self._connection = HTTPConnection(parts.hostname or "", parts.port or 80, timeout=timeout)
        self._headers = BROWSER | ({"Cookie": cookies} if cookies else {})

    def __enter__(self) -> "Reader":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._connection.close()

    def get(self, path: str) -> Answer:
        """Return the answer to a GET."""
        return self._ask("GET", path, None, {})

    def post(self, path: str, form: Mapping[str, str]) -> Answer:
        """Return the answer to a sent form; where it leads is not followed."""
        return self._ask("POST", path, urlencode(form), {"Content-Type": "application/x-www-form-urlencoded"})

    def _ask(self, method: str, path: str, body: str | None, headers: Mapping[str, str]) -> Answer:
        begun = time.perf_counter()
        for attempt in (1, 2):
            try:
                self._connection.request(method, path, body, {**self._headers, **headers})
                response = self._connection.getresponse()
                break
            except (HTTPException, ConnectionError):  # closed while it was idle
                self._connection.close()
                if attempt == 2 or method != "GET":
                    raise
        wire = response.read()
        found = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, found, wire, time.perf_counter() - begun)
