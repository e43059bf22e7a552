"""What no page may lack and Django has no setting for: headers, compression, and an answer to OPTIONS."""

from collections.abc import Callable

import brotli
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.utils.cache import patch_cache_control, patch_vary_headers

# Nothing here asks for a sensor or a device; passkeys (publickey-credentials) stay allowed for the site itself.
PERMISSIONS_POLICY = "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()"

# Of a page that is sent once. Smaller than what gzip makes of it in twice the time.
BROTLI_QUALITY = 3
FEWEST_BYTES = 200


class CompressionMiddleware(GZipMiddleware):
    """Sends what is text as brotli to people of whom nothing is known, and as gzip to everybody else.

    In pages for somebody there may be secrets beside words that came with the request: Django's gzip hides how long they are
    (https://www.breachattack.com/).
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Compress the body if that is wanted and worth it."""
        if not self._can_be_brotli(request, response):
            return super().process_response(request, response)
        assert isinstance(response, HttpResponse)
        body = brotli.compress(response.content, quality=BROTLI_QUALITY)
        if len(body) < len(response.content):
            patch_vary_headers(response, ("Accept-Encoding",))
            response.content = body
            response["Content-Length"], response["Content-Encoding"] = str(len(body)), "br"
            if (tag := response.get("ETag", "")).startswith('"'):
                response["ETag"] = f"W/{tag}"  # the same page in other bytes (RFC 9110 §8.8.1)
        return response

    def _can_be_brotli(self, request: HttpRequest, response: HttpResponseBase) -> bool:
        if request.COOKIES or response.cookies or "br" not in request.headers.get("Accept-Encoding", ""):
            return False
        if not isinstance(response, HttpResponse) or response.has_header("Content-Encoding"):
            return False
        return len(response.content) >= FEWEST_BYTES


def permissions_policy(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Set ``Permissions-Policy`` on every answer."""

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        return response

    return answer


def kept_private(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Let no store but the browser's own keep an answer to somebody who sent a cookie, or gets one.

    Who came with one may see words of their own where others see none. A browser may keep such a page, and asks again.
    """

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if request.COOKIES or response.cookies:
            patch_cache_control(response, private=True, no_cache=True)
        return response

    return answer


def methods_told(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Answer OPTIONS with what a page takes (RFC 9110 §9.3.7): the views themselves refuse every method they do not know."""

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if request.method == "OPTIONS" and isinstance(response, HttpResponseNotAllowed):
            return HttpResponse(status=204, headers={"Allow": f"{response['Allow']}, OPTIONS"})
        return response

    return answer
