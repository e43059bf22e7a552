"""Pages rendered as the site itself renders them for somebody of whom nothing is known."""

import io
import warnings
from functools import cache
from hashlib import sha256
from typing import cast
from urllib.parse import urlsplit

from django.conf import settings
from django.core.handlers.base import BaseHandler
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpResponse

FINGERPRINTED = ("articles", "forum", "templates", "static")  # what decides how a page looks, beside the database


def render(address: str) -> tuple[int, str]:
    """Return status and text of the page at ``address``, by the site's own views."""
    parts, own = urlsplit(address), urlsplit(settings.SITE_URL)
    environ = {
        "REQUEST_METHOD": "GET",
        "SCRIPT_NAME": "",
        "PATH_INFO": parts.path.encode().decode("latin-1"),
        "QUERY_STRING": parts.query,
        "SERVER_NAME": own.hostname or "localhost",
        "SERVER_PORT": str(own.port or (443 if own.scheme == "https" else 80)),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": own.netloc,
        "HTTP_X_FORWARDED_PROTO": own.scheme,
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": own.scheme,
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": False,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    response = cast(HttpResponse, _handler().get_response(WSGIRequest(environ)))
    return response.status_code, response.content.decode()


@cache
def _handler() -> BaseHandler:
    """Return Django without its web server: nothing opens and closes the database around each page."""
    handler = BaseHandler()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # that static files are not collected: an archive takes them from the source
        handler.load_middleware()
    return handler


@cache
def fingerprint() -> str:
    """Return a mark of this release: it changes with any file that decides how a page looks."""
    digest = sha256(settings.SITE_NAME.encode() + settings.SITE_URL.encode())
    for folder in FINGERPRINTED:
        for path in sorted((settings.BASE_DIR / folder).rglob("*")):
            if path.is_file() and path.suffix in (".py", ".html", ".css", ".svg", ".mo"):
                digest.update(str(path.relative_to(settings.BASE_DIR)).encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
