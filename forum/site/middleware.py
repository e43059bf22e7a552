"""What no page may lack and Django has no setting for: headers, and an answer to OPTIONS."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.utils.cache import patch_cache_control

# Nothing here asks for a sensor or a device; passkeys (publickey-credentials) stay allowed for the site itself.
PERMISSIONS_POLICY = "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()"


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
